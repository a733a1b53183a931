"""The pages in a real Chromium without a network: as the student and the teacher see them, and printed."""

import pytest

from demos.grade.reports.overview import write_pages
from demos.grade.reports.pages import page_of
from tests.demos.grade.test_pages import report
from tests.demos.pages.looking import faults, opened

pytestmark = pytest.mark.browser

SMALL = """() => [...document.querySelectorAll('main *')]
    .filter(part => [...part.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(part => !['title', 'desc'].includes(part.tagName))
    .filter(part => parseFloat(getComputedStyle(part).fontSize) < 11)
    .map(part => part.textContent)"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A class, and in folders of their own the pages of two students."""
    folder = tmp_path_factory.mktemp("pages")
    right = report("Zoë Nguyễn", stages=report().stages[:2])
    write_pages([report(), right, report("山田", problem="is empty"), report("x" * 200)], folder)
    for name, one in (("wrong", report()), ("right", right)):
        (folder / name).mkdir()
        (folder / name / "index.html").write_text(page_of(one), encoding="utf-8")
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["", "wrong", "right"])
def test_a_page_opens_without_a_fault(browser, pages, page, scheme):
    """axe finds nothing, no text is small, the console stays silent, and a phone shows it without a bar."""
    with opened(browser, pages / page, 1280, 720, scheme) as tab:
        assert faults(tab) == [] and tab.evaluate(SMALL) == []
        tab.set_viewport_size({"width": 390, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_picture_is_on_the_first_screen(browser, pages):
    """What to look at first is seen without scrolling."""
    with opened(browser, pages / "wrong", 1280, 720) as tab:
        box = tab.locator("figure svg").bounding_box()
        assert box["y"] + box["height"] < 720


def test_a_page_is_printed_on_white_paper(browser, pages):
    """Also where the reader's system is dark."""
    with opened(browser, pages / "wrong", 1280, 720, "dark") as tab:
        tab.emulate_media(media="print")
        shown = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        assert shown == "rgb(255, 255, 255)"
