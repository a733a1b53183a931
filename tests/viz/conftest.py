"""The pages of these tests are opened from files, offline, and make no complaints."""

import pytest


@pytest.fixture
def open_page(browser, tmp_path):
    """Opens a page from a file, and fails the test on any error or refused resource in it."""
    opened, problems = [], []

    def open_(made, width=1400, height=900, **options):
        path = made.save(tmp_path / f"page{len(opened)}.html")
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        tab = context.new_page()
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        tab.goto(path.as_uri())
        opened.append(context)
        return tab

    yield open_
    for context in opened:
        context.close()
    assert problems == []
