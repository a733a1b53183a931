"""A page of training by keyboard alone, and one sample of it in the player."""

import pytest

pytestmark = pytest.mark.browser

ASK = """() => new Promise((done) => {
  addEventListener("message", () => setTimeout(done));
  parent.postMessage({ seegrad: "ready" }, "*");
})"""
"""Ask the page for the numbers once more, and wait until they have come."""


def test_it_trains_by_keyboard_alone(fresh):
    """Steps by →, frames by ← Home End, R to start over, [ and ] for the rate, Space to play and pause."""
    tab = fresh.tab
    tab.evaluate("() => document.activeElement.blur()")
    for _ in range(3):
        tab.keyboard.press("ArrowRight")
    assert tab.inner_text("#step") == "3"
    assert tab.inner_text("#told").startswith("step 3, loss ")
    tab.keyboard.press("ArrowLeft")
    assert tab.inner_text("#step") == "2"
    tab.keyboard.press("Home")
    assert tab.inner_text("#step") == "0"
    tab.keyboard.press("End")
    assert tab.inner_text("#step") == "3"
    rate = tab.evaluate("() => settings.rate")
    tab.keyboard.press("]")
    assert tab.evaluate("() => settings.rate") > rate
    tab.keyboard.press("[")
    assert tab.evaluate("() => settings.rate") == rate
    tab.keyboard.press(" ")
    assert tab.get_attribute("#play", "aria-label") == "pause"
    assert tab.inner_text("#told") == "", "silent while it plays"
    tab.keyboard.press(" ")
    assert tab.get_attribute("#play", "aria-label") == "play"
    tab.keyboard.press("r")
    assert tab.inner_text("#step") == "0"


def test_a_sample_and_a_neuron_are_chosen_by_keyboard(fresh):
    """Tab comes to the points and to each neuron; arrows go through the samples; both are said in words."""
    tab = fresh.tab
    tab.focus("#points")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    assert tab.inner_text("#sample").startswith("Sample 1: x = (")
    tab.focus(".neuron:not(:disabled)")
    tab.keyboard.press("Tab")
    assert tab.inner_text("#detail").startswith("Neuron 1 of layer 1: relu(")
    tab.keyboard.press("Escape")
    assert tab.inner_text("#sample").startswith("Each box is a neuron")


def test_a_sample_is_played_with_the_numbers_of_the_page(fresh):
    """By Enter, and left by Escape: the same loss, and the same gradient in every weight."""
    tab = fresh.tab
    tab.evaluate("() => { for (let k = 0; k < 20; k++) advance(); paint(); }")
    for sample in (4, 11):
        tab.evaluate("(at) => { choose(samples[at]); $('points').focus(); }", sample)
        tab.keyboard.press("Enter")
        inner = tab.wait_for_selector("iframe").content_frame()
        inner.wait_for_selector("[data-ready]")
        inner.evaluate(ASK)
        found = inner.evaluate("() => [run.data[root], gradients(adds.length, true).grads, leaves]")
        loss, mine, leaves = tab.evaluate("() => [one.results[0][0], [...oneGradient], task.player.leaves]")
        assert found[0] == pytest.approx(loss, rel=1e-12)
        played = {
            leaf: found[1][at] for leaf, at in zip(leaves, found[2], strict=True) if 0 <= leaf < len(mine)
        }
        assert [played[row] for row in range(len(mine))] == pytest.approx(mine, rel=1e-12, abs=1e-12)
        digits = inner.evaluate("() => number(run.data[root])")
        assert tab.inner_text("#sample").endswith(f"loss {digits}.") or loss == 0
        inner.evaluate("() => document.body.focus()")
        inner.press("body", "Escape")
        tab.wait_for_selector("dialog", state="hidden")
        assert tab.evaluate("() => document.activeElement.id") == "open"
