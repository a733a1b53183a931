"""The pages of these tests are opened from files, offline, and make no complaints."""

from contextlib import contextmanager

import pytest


@contextmanager
def pages(browser, folder):
    """Opens pages from files, and fails on any error or refused resource in them."""
    opened, problems = [], []

    def open_(made, width=1400, height=900, **options):
        path = made.save(folder / f"page{len(opened)}.html")
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        tab = context.new_page()
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        tab.goto(path.as_uri())
        tab.wait_for_selector("body[data-ready]" if "dataset.ready" in path.read_text("utf-8") else "body")
        opened.append(context)
        return tab

    yield open_
    for context in opened:
        context.close()
    assert problems == []


@pytest.fixture
def open_page(browser, tmp_path):
    """Opens pages for one test."""
    with pages(browser, tmp_path) as open_:
        yield open_


@pytest.fixture(scope="module")
def keep_page(browser, tmp_path_factory):
    """Opens pages that several tests look at, one after the other."""
    with pages(browser, tmp_path_factory.mktemp("pages")) as open_:
        yield open_
