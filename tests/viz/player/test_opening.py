"""Boxes open in the player: what is played is what is seen, down to single Values, at the same moment."""

import random

import pytest

import nn
from tests.viz.clicking import ANY, INNERMOST, OPENS
from tests.viz.measuring import overlaps, tiny
from tests.viz.pictures import PICTURES, named
from tests.viz.player.played import table, words
from tests.viz.player.test_sentences import check_addition, check_forward
from viz import play
from viz.views.text import number, signed

pytestmark = pytest.mark.browser

GRAPHS = [case for case in named() if "compiled" not in case.values[0]]
STILL = {"width": 1280, "height": 720, "reduced_motion": "reduce"}

ALONE = """() => view.boxes.filter(({ folded }) => !folded).map(({ values: [at], data, gradient }) =>
  [at, data.textContent, gradient.textContent])"""
"""Position, data and gradient of each box of a single Value."""
OUT = """() => (go(events().length - 1), whole.boxes.filter(({ folded, out }) => folded && out.length).map(
  ({ out, data }) => [out.map((here) => nodes[here].name), data.textContent]))"""
"""The names of the Values that leave each folded box of the whole, and what it says of them."""
SAID = """() => events().map(({ kind }, at) => { go(at); return [kind, $("words").textContent]; })"""
MOMENTS = """() => {
  const moment = (at) => [events()[at].added, view.timeline.step.filter((step) => step <= at).length];
  return [...events().keys()].flatMap((at) => whole.boxes.filter(({ opens }) => opens !== null).map((box) => {
    go(at);
    const before = moment(now);
    open(box);
    const opened = moment(now), later = events().slice(now + 1).map(({ place }) => moment(place))
      .find((each) => String(each) !== String(opened));
    close(box);
    return [before, opened, later ?? null, moment(now)];
  }));
}"""
"""For each event and each box: how many additions are done, and how many Values are known, when it is opened,
then, at the first event after that which differs, and when it is closed again."""


@pytest.fixture(scope="module")
def net_page(keep_page):
    """Layers, whose boxes open to neurons, and these to single Values."""
    model = nn.MLP(3, [4, 4, 1], seed=1)
    return keep_page(play(model([2.0, 3.0, -1.0]) ** 2, names=False, model=model, collapse="layers"), **STILL)


@pytest.fixture
def net(net_page):
    """Its tab, at the start, with all closed."""
    net_page.evaluate("for (const box of whole.boxes) if (box.opened) close(box)")
    net_page.evaluate("document.activeElement.blur(), go(0)")
    return net_page


@pytest.fixture(scope="module")
def large_page(keep_page):
    """More Values than stand in the table, the layers closed; the page, and its tab."""
    page = play(PICTURES["the net of the moons"](), names=False)
    return page, keep_page(page, **STILL)


def test_a_folded_box_names_the_one_value_that_leaves_it(net):
    """Sentences call it by this name; of several Values the box says from which to which number they are."""
    boxes = net.evaluate(OUT)
    assert {len(names) for names, _ in boxes} == {1, 4}
    for names, text in boxes:
        assert text.startswith(f"{names[0]} = ") == (len(names) == 1)


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
def test_in_any_view_each_sentence_is_true_and_all_is_played(net, seed):
    """Whatever is open: each Value alone is computed once, each edge between two of them passes once."""
    tab, chosen = net, random.Random(seed)
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


def test_what_opens_goes_on_at_the_moment_at_which_one_was(net):
    """Not a step further, and not one too few; and closed again, at the same one."""
    found = net.evaluate(MOMENTS)
    assert len(found) > 30
    for (added, known), (opened_added, opened_known), later, closed in found:
        assert opened_added <= added and opened_known <= known
        assert later is None or later[0] > added or later[1] > known
        assert closed == [added, known]


def test_keys_open_close_look_and_go_on_stepping(net):
    """Enter on a box, Escape; +, - and 0; the arrows step wherever the focus is."""
    net.locator(OPENS, has_text="layers.0").focus()
    net.keyboard.press("Enter")
    assert net.locator("#stage .frame").count() == 1
    assert net.locator("#trail button").all_inner_texts()[1:] == ["layers.0"]
    net.keyboard.press("ArrowRight")
    assert net.inner_text("#count").startswith("1 / ") and words(net).startswith("v1 = ")
    scale = net.evaluate("camera.scale")
    net.keyboard.press("+")
    assert net.evaluate("camera.scale") == pytest.approx(1.25 * scale)
    net.keyboard.press("0")
    assert net.locator("#trail button").all_inner_texts()[1:] == []
    net.locator(".bar").focus()
    net.keyboard.press("Enter")
    net.locator(OPENS, has_text="layers.0").focus()
    net.keyboard.press("Enter")
    net.keyboard.press("Escape")
    assert net.locator("#stage .frame").count() == 0


def test_predict_first_asks_in_what_is_open(net):
    """An edge between two Values is asked for, and its gradient hidden, where it can be seen."""
    net.check("#predict")
    net.locator(OPENS, has_text="layers.2").dispatch_event("click")
    net.evaluate("go(events().findIndex(({ add }) => add && nodes[add.to].name.endsWith('w.1')))")
    assert words(net) == "layers.2.neurons.0.w.1.grad = ?"
    assert net.locator("#stage .node.is-below").text_content().endswith("?")
    net.uncheck("#predict")


def test_a_value_of_two_boxes_shows_its_numbers_in_each(net):
    """What an opened box uses of another one stands in it, too, and is lit with it."""
    for layer in ("layers.1", "layers.2"):
        net.locator(OPENS, has_text=layer).dispatch_event("click")
    net.locator(".frame .node[role=button]").first.dispatch_event("click")
    net.keyboard.press("End")
    found = net.evaluate(ALONE)
    twice = [each for each in found if sum(other[0] == each[0] for other in found) > 1]
    assert twice and all(found.count(each) > 1 for each in twice)
    lit = net.evaluate(
        """(shared) => {
          go(events().findIndex(({ add }) => add && add.to === shared));
          const places = view.boxes.filter(({ values: [at] }) => at === shared);
          return places.map(({ group }) => group.classList.contains("is-below"));
        }""",
        twice[-1][0],
    )
    assert len(lit) > 1 and all(lit)


def test_what_if_moves_the_weights_of_a_box_that_is_open(large_page):
    """The numbers are those of the engine for the same weights; the table has what stands alone."""
    page, tab = large_page
    tab.click("#whatif summary")
    assert tab.locator("#leaves bdi").all_inner_texts() == ["x", "y"]
    assert "2 of 339 leaves" in tab.inner_text("#hidden")
    tab.evaluate(
        """() => {
          const openAll = (box) => {
            open(box);
            for (const inner of box.opened.boxes) if (inner.opens !== null) openAll(inner);
          };
          openAll(whole.boxes.find(({ title }) => title === "layers.2"));
        }"""
    )
    weight, graph = "layers.2.neurons.0.w.1", page.drawing.graph
    assert {"x", "y", weight} < set(tab.locator("#leaves bdi").all_inner_texts())
    at = next(node.position for node in graph.nodes if node.name == weight)
    slider = tab.locator("#leaves label", has=tab.get_by_text(weight, exact=True)).locator("input")
    slider.evaluate("(one) => { one.value = 1.5; one.dispatchEvent(new Event('input')); }")
    moved, root = tab.evaluate("(at) => [run.data[at], run.data[root]]", at)
    (edge,) = [edge for edge in graph.edges if edge.source == at]
    assert moved == 1.5
    by = (moved - graph.nodes[at].data) * edge.partial  # of w in w · x is x
    assert root == pytest.approx(graph.root.data + by, rel=1e-9)
    tab.click("#numbers summary")
    rows = set(table(tab))
    assert weight in rows and len(rows) < 100 and "of 404 Values" in tab.inner_text("#rest")


def test_the_trail_leaves_room_for_the_tools(large_page):
    """However deep one is: long names are cut, and where one is can be read."""
    _, tab = large_page
    tab.evaluate(
        """() => {
          const next = () => current.boxes.find(({ opens }) => opens !== null);
          for (let box = next(); box; box = next()) open(box);
        }"""
    )
    for title in ("a" * 40, "b" * 60):
        tab.evaluate(
            "(title) => { for (const level of trail(current)) level.title = title; visit(current); }", title
        )
        places = [tab.locator(name).bounding_box() for name in ("#trail", "#tools")]
        assert places[0]["x"] + places[0]["width"] <= places[1]["x"] and places[0]["height"] < 40
        assert tab.locator("#trail [aria-current]").bounding_box()["width"] > 200
