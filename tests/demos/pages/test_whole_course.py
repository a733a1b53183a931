"""The whole course, as `.ci/run lessons` makes it in the folder COURSE; without it, tests are skipped."""

import os
from pathlib import Path

import pytest

from demos.catalogue import NAMES
from tests.demos.pages.links import Page, broken
from tests.demos.pages.looking import CONTRAST, faults, opened

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole():
    """The folder in which `python -m demos --all` has made the course."""
    if "COURSE" not in os.environ:
        pytest.skip("COURSE names no folder of a course; .ci/run lessons makes one")
    return Path(os.environ["COURSE"])


@pytest.fixture
def page(whole, name):
    """The page of a lesson that has run."""
    path = whole / name / "index.html"
    if not path.exists():
        pytest.skip(f"not in this course: {name}")
    return path


def test_every_link_of_the_whole_course_leads_somewhere(whole):
    """To a file and a place in it, without a network."""
    assert broken(whole) == []


@pytest.mark.parametrize("name", NAMES)
def test_prose_is_set_and_every_exercise_is_solved(page):
    """No formula and no markup is left; each exercise has a solution with code."""
    text = page.read_text("utf-8")
    assert Page(page).unset() == []
    assert "did not run to its end" not in text
    solutions = text.split('<details class="solution">')[1:]
    assert len(solutions) == text.count('<section class="exercise">') >= 3
    assert all("highlight hl-python" in solution.split("</section>")[0] for solution in solutions)


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_the_whole_course_opens_without_a_fault(browser, page):
    """The console is silent, axe finds nothing serious, light and dark, and nothing is wider than a phone."""
    with opened(browser, page.parent, 1280, 720) as tab:
        assert faults(tab) == []
        tab.emulate_media(color_scheme="dark")
        assert faults(tab, runOnly=CONTRAST) == []
        tab.set_viewport_size({"width": 390, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
