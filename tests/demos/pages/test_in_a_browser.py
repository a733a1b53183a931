"""The course in a real Chromium without a network: to read, to present, to print, by keys and by voice."""

from contextlib import contextmanager
from itertools import pairwise

import pytest

from tests.demos.pages.looking import faults, opened

pytestmark = pytest.mark.browser

PAGES = ["", "first-steps/", "by-hand/", "xor/"]
"""The index, and the lessons that have a page."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_a_fault(browser, course, page, scheme):
    """On a phone nothing is wider than it; on a desk axe finds nothing serious; the console stays silent."""
    with opened(browser, course / page, 1280, 720, scheme) as tab:
        assert faults(tab) == []
        tab.set_viewport_size({"width": 390, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("scheme", "paper", "suffix"), [("light", 255, ""), ("dark", 20, "-dark")])
def test_pictures_and_players_have_the_colours_of_the_reader(browser, course, scheme, paper, suffix):
    """Light or dark, the page, its pictures, and what is in its frame."""
    with opened(browser, course / "by-hand", 1280, 720, scheme) as tab:
        tab.evaluate("Promise.all([...document.images].map(image => image.decode()))")
        shown = tab.evaluate("[...document.images].map(image => image.currentSrc.split('/').pop())")
        assert shown == [f"graph{suffix}.svg", f"curve{suffix}.svg"]
        colour = "body => getComputedStyle(body).backgroundColor"
        frame = tab.locator("iframe").content_frame
        assert frame.locator("#words").inner_text() != ""
        for body in (tab.locator("body"), frame.locator("body")):
            assert body.evaluate(colour).startswith(f"rgb({paper}, ")


def test_pictures_have_their_natural_size(browser, course):
    """A figure of 8 by 5 inches is 768 by 480 pixels, and on a phone not so small that it cannot be read."""
    with opened(browser, course / "by-hand", 1280, 720) as tab:
        curve = tab.locator("img[src='curve.svg']")
        assert (curve.bounding_box()["width"], curve.bounding_box()["height"]) == (768, 480)
        tab.set_viewport_size({"width": 390, "height": 800})
        assert curve.bounding_box()["width"] == pytest.approx(0.6 * 768, abs=1)


@contextmanager
def presented(browser, course):
    """A lesson's page after the key P, and what tells the heading at its top."""
    with opened(browser, course / "first-steps", 1280, 720) as tab:
        tab.keyboard.press("p")
        find = """() => [...document.querySelectorAll('h1, h2, h3')].find(heading =>
            Math.abs(heading.getBoundingClientRect().top) < 40)?.textContent"""
        yield tab, lambda: tab.evaluate(find)


def test_presenting_steps_from_heading_to_heading(browser, course):
    """Right and left, to both ends, and no further."""
    with presented(browser, course) as (tab, heading):
        seen = [heading()]
        for _ in range(3):
            tab.keyboard.press("ArrowRight")
            seen.append(heading())
        assert seen == ["First steps", "The graph", "Derivatives by a nudge", "Derivatives by backward()"]
        tab.keyboard.press("ArrowLeft")
        assert heading() == "Derivatives by a nudge"
        tab.keyboard.press("End")
        tab.keyboard.press("ArrowRight")
        assert heading() == "Exercise 3"
        tab.keyboard.press("Home")
        tab.keyboard.press("ArrowLeft")
        assert heading() == "First steps"


def test_presenting_a_screen_at_a_time_leaves_nothing_out(browser, course):
    """Page Down goes on by less than a screen, and stops at every heading; Page Up goes back."""
    with presented(browser, course) as (tab, heading):
        seen, places = [heading()], [tab.evaluate("scrollY")]
        while heading() != "Exercise 3":
            tab.keyboard.press("PageDown")
            seen.append(heading())
            places.append(tab.evaluate("scrollY"))
        steps = [later - earlier for earlier, later in pairwise(places)]
        assert min(steps) > 0
        assert max(steps) <= 720
        headings = tab.evaluate(
            "[...document.querySelectorAll('h1, main h2, main h3')].map(h => h.textContent)"
        )
        assert [words for words in seen if words] == headings
        for _ in places:
            tab.keyboard.press("PageUp")
        assert heading() == "First steps"


def test_presenting_is_large_and_says_how_to_leave(browser, course):
    """Type of 27 pixels at 1280, in sight of the back row; a line of help; Escape puts all back."""
    with presented(browser, course) as (tab, _):
        size = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"
        assert tab.evaluate(size) >= 24
        assert "Escape leaves" in tab.locator("#hint").inner_text()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 1280
        tab.keyboard.press("Escape")
        assert tab.evaluate(size) == 18
        assert not tab.locator("#hint").count()
        tab.keyboard.press("ArrowRight")
        assert tab.locator("h1").bounding_box()["y"] > 0


def test_a_guess_is_judged_and_opens_the_answer(browser, course):
    """Too large, too small, near enough; before it the answer is not in sight."""
    with opened(browser, course / "by-hand", 1280, 720) as tab:
        answer, field = tab.locator(".answer"), tab.locator(".prediction input")
        assert not answer.is_visible()
        said = []
        for guess in ("9", "2", "6.5"):
            field.fill(guess)
            field.press("Enter")
            said.append(tab.locator(".prediction output").inner_text())
        assert said == ["too large", "too small", "✓ near enough"]
        assert answer.inner_text() == "6 units"


def test_on_paper_everything_is_open_and_nothing_moves(browser, course):
    """Solutions and answers are printed; a player is a line that says where it is."""
    with opened(browser, course / "by-hand", 1280, 720, "dark") as tab:
        assert tab.locator("details[open]").count() == 0
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        tab.emulate_media(media="print")
        assert tab.locator("details:not([open])").count() == 0
        assert not tab.locator("iframe").is_visible() and tab.locator(".printed").is_visible()
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        shown = tab.evaluate("[...document.images].map(image => image.currentSrc.split('/').pop())")
        assert shown == ["graph.svg", "curve.svg"]
        tab.evaluate("dispatchEvent(new Event('afterprint'))")
        assert tab.locator("details[open]").count() == 0
