"""Boxes open in the player: what is played is what is seen, down to single Values, at the same moment."""

import random

import pytest

import nn
from tests.viz.measuring import overlaps, tiny
from tests.viz.pictures import PICTURES, named
from tests.viz.player.played import last_event
from tests.viz.player.test_sentences import check_addition, check_forward
from viz import play
from viz.views.text import number, signed

pytestmark = pytest.mark.browser

GRAPHS = [case for case in named() if "compiled" not in case.values[0]]
OPENS = "#stage .node[role=button]:visible"
STILL = {"width": 1280, "height": 720, "reduced_motion": "reduce"}

INNERMOST = """() => {
  const last = current.boxes.filter((box) => box.opens !== null).pop();
  last?.group.dispatchEvent(new MouseEvent("click"));
  return Boolean(last);
}"""
"""Click on the last box that opens on the level that was opened last; whether there is one."""
ANY = """(share) => {
  const all = [...document.querySelectorAll("#stage [role=button]")].filter((one) => one.checkVisibility());
  all[Math.floor(share * all.length)]?.dispatchEvent(new MouseEvent("click"));
}"""
"""Click on one of the boxes that open and of the bars that close, the one at this share of them."""
ALONE = """() => view.boxes.filter(({ folded }) => !folded).map(({ values: [at], data, gradient }) =>
  [at, data.textContent, gradient.textContent])"""
"""Position, data and gradient of each box of a single Value."""
SAID = """() => events().map(({ kind }, at) => { go(at); return [kind, $("words").textContent]; })"""
MOMENT = """() => [events()[now].added, view.timeline.step.filter((step) => step <= now).length]"""
"""How many additions are done, and how many Values are known."""


def net():
    """Two layers, whose boxes open to neurons, and these to single Values."""
    model = nn.MLP(3, [4, 4, 1], seed=1)
    return play(model([2.0, 3.0, -1.0]) ** 2, names=False, model=model, collapse="layers")


@pytest.mark.parametrize("name", GRAPHS)
def test_clicks_lead_to_single_values_with_their_numbers(open_page, name):
    """The boxes opened one by one show, at the end, what the engine has; nothing is small or overlaps."""
    root = PICTURES[name]()
    page = play(root, names=False)
    assert len(page.html.encode()) < 1_000_000
    tab = open_page(page, **STILL)
    assert tiny(tab) == [] and overlaps(tab) == []
    tab.keyboard.press("End")
    while tab.evaluate(INNERMOST):
        assert tiny(tab) == [] and overlaps(tab) == []
    nodes = page.drawing.graph.nodes
    alone = tab.evaluate(ALONE)
    assert alone
    for at, data, gradient in alone:
        assert data == number(nodes[at].data)
        assert gradient in (signed(nodes[at].gradient), "–" if nodes[at].gradient == 0 else "")


@pytest.mark.parametrize("seed", range(2))
def test_in_any_view_each_sentence_is_true_and_all_is_played(open_page, seed):
    """Whatever is open: each Value alone is computed once, each edge between two of them passes once."""
    tab, chosen = open_page(net(), **STILL), random.Random(seed)
    for _ in range(4):
        tab.evaluate(ANY, chosen.random())
        said = tab.evaluate(SAID)
        alone = "view.boxes.filter(({ folded, computed }) => !folded && computed.length).length"
        forward = [sentence for kind, sentence in said if kind == "forward" and ": out " not in sentence]
        assert len(forward) == len(set(forward)) == tab.evaluate(alone)
        for sentence in forward:
            check_forward(sentence)
        additions = [sentence for kind, sentence in said if kind == "add"]
        single = "view.arrows.filter(({ to, adds }) => !to.opened && adds.length === 1).length"
        assert len(additions) == tab.evaluate(single)
        for sentence in additions:
            check_addition(sentence)
        assert overlaps(tab) == []


def test_what_opens_goes_on_at_the_moment_at_which_one_was(open_page):
    """Not a step further, and not one too few; and closed again, at the same one."""
    tab = open_page(net(), **STILL)
    for at in range(0, last_event(tab) + 1, 2):
        tab.evaluate(f"go({at})")
        added, known = tab.evaluate(MOMENT)
        for box in range(tab.locator(OPENS).count()):
            tab.locator(OPENS).nth(box).dispatch_event("click")
            opened_added, opened_known = tab.evaluate(MOMENT)
            assert opened_added <= added and opened_known <= known
            if at + 1 < last_event(tab):
                later = tab.evaluate("go(now + 1), events()[now]")
                tab.evaluate("go(now - 1)")
                assert later["added"] >= added or later["kind"] in ("forward", "seed")
            tab.locator("#stage .bar").dispatch_event("click")
            assert tab.evaluate(MOMENT) == [added, known]
