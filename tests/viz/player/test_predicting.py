"""Predict first: the player asks before it shows, helps, and calls a mistake by its name."""

import pytest

from autograd import Value
from tests.viz.player.played import last_event, words
from viz import play

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(open_page):
    """The step at which a third path brings 5 × 6 to a, after 30 and 2; and a way to answer."""
    a = Value(3.0, label="a")
    b = a * 5.0
    c = b * a
    b.label, c.label = "b", "c"
    root = c * 2.0 + a * 2.0
    root.label = "L"
    tab = open_page(play(root, names=False))
    tab.check("#predict")
    places = tab.evaluate(
        "events().flatMap((event, at) => event.add && nodes[event.add.to].name === 'a' ? [at] : [])"
    )
    tab.evaluate(f"go({places[-1]})")

    def answer(text):
        tab.fill("#answer", text)
        tab.keyboard.press("Enter")
        return tab.inner_text("#verdict").removeprefix("✗ ")

    return tab, answer


def test_it_hides_the_gradient_and_what_it_is_made_of(asked):
    """In the sentence, the picture and the table; what was there, and the three places, are to be seen."""
    tab, _ = asked
    assert words(tab) == "a.grad = ?" and tab.inner_text("#more") == ""
    assert "32 → ?" in tab.inner_text("#stage")
    assert tab.locator("#stage .is-edge, #stage .is-above, #stage .is-below").count() == 3
    tab.click("#numbers summary")
    assert "?" in tab.inner_text("tbody tr.is-below") and "62" not in tab.inner_text("body")


def test_a_hint_gives_the_recipe_in_words_and_another_its_numbers(asked):
    """And never the result."""
    tab, answer = asked
    tab.click("#hint")
    assert tab.inner_text("#more") == "what was there + local derivative × b.grad"
    tab.click("#hint")
    assert tab.evaluate("document.getElementById('more').textContent") == "32 + 5 × 6 = ?"
    assert tab.locator("#hint").is_disabled()
    assert answer("62") == "" and words(tab) == "a.grad: 32 + 5 × 6 = 62 ✓"
    tab.keyboard.press("ArrowLeft")
    assert tab.inner_text("#more") == "" and tab.locator("#hint").is_enabled()


@pytest.mark.parametrize(
    ("typed", "called"),
    {
        "30": "that is = in place of +=",
        "32": "that is the first path alone in place of the sum",
        "2": "that is the first path alone in place of the sum",
        "60": "that leaves a path out",
        "37": "that is the local derivative alone in place",
        "5": "that is the local derivative alone in place",
        "38": "that is the gradient from above alone in place",
        "6": "that is the gradient from above alone in place",
        "-62": "look at the signs again",
        "7": "not yet: what was there, plus local derivative × gradient from above",
        "many": "type a number",
        "": "type a number",
        "nan": "not yet",
        "inf": "not yet",
    }.items(),
)
def test_a_mistake_is_called_by_its_name(asked, typed, called):
    """The usual ones, those of the library of mistakes, and some others."""
    _, answer = asked
    assert answer(typed).startswith(called)


@pytest.mark.parametrize("right", ["62", "62.0", "6,2e1", " 61.9 ", "+62"])
def test_the_right_answer_is_taken_as_people_write_it(asked, right):
    """To half a percent; with a comma, a sign, a power."""
    tab, answer = asked
    answer(right)
    assert words(tab) == "a.grad: 32 + 5 × 6 = 62 ✓" and tab.locator("#question").is_hidden()


def test_it_asks_at_every_edge_and_can_be_passed_over(asked):
    """→ shows the answer first, and goes on then; Show does too."""
    tab, _ = asked
    tab.click("#reveal")
    assert words(tab) == "a.grad: 32 + 5 × 6 = 62"
    tab.evaluate("go(0)")
    asked_at = 0
    for _ in range(2 * last_event(tab)):
        asked_at += words(tab).endswith("= ?")
        tab.evaluate("step(1)")
    assert asked_at == tab.evaluate("adds.length")


def test_the_first_arrival_knows_no_mistake_of_the_second(open_page):
    """0 for a first gradient is no path forgotten; what is not a number is asked for by its name."""
    x = Value(0.0, label="x")
    tab = open_page(play(x.sqrt() * 0.0, names=False))
    tab.check("#predict")
    tab.evaluate("go(events().length - 2)")
    tab.fill("#answer", "0")
    tab.keyboard.press("Enter")
    assert tab.inner_text("#verdict").startswith("✗ that is the gradient from above alone")
    tab.fill("#answer", "NaN")
    tab.keyboard.press("Enter")
    assert words(tab) == "x.grad: 0 + inf × 0 = nan ✓"
