"""The player in a real Chromium, with real keys and a real mouse."""

import json
import math
from importlib.resources import files

import pytest

import nn
from autograd import Value, dot, logsumexp, primitive, where
from autograd import sum as sum_values
from autograd.rules.javascript import rule_source
from autograd.rules.table import TABLE
from autograd.symbols import x, y
from tests.viz.player.played import every_event, table, words
from viz import play
from viz.formats.dot_source import line_width
from viz.views.text import clean, ends, number, signed

pytestmark = pytest.mark.browser


def diamond():
    """x reaches the root along two paths: a + a, and times a."""
    a = Value(3.0, label="a")
    b = a + a
    b.label = "b"
    root = b * a
    root.label = "L"
    return root


def test_it_plays_forward_and_then_backward_edge_by_edge(open_page):
    """Each event in words; the second arrival adds to the first."""
    tab = open_page(play(diamond(), names=False))
    _, *said = every_event(tab)
    assert said[0] == "b = a + a = 3 + 3 = 6"
    assert said[1] == "L = b × a = 6 × 3 = 18"
    assert said[2].startswith("L.grad = 1")
    assert said[3:7] == [
        "b.grad: 0 + 3 × 1 = 3",
        "a.grad: 0 + 6 × 1 = 6",
        "a.grad: 6 + 1 × 3 = 9",
        "a.grad: 9 + 1 × 3 = 12",
    ]
    assert table(tab) == {"a": (3.0, 12.0), "b": (6.0, 3.0), "L": (18.0, 1.0)}


@pytest.mark.parametrize(("leaves", "said"), [(1, "1 leaf is given"), (2, "2 leaves are given")])
def test_it_begins_with_the_leaves(open_page, leaves, said):
    """One leaf, or several."""
    tab = open_page(play(sum_values([Value(1.0 + at) for at in range(leaves)]).tanh(), names=False))
    assert words(tab) == said


INSIDE = """() => [...document.querySelectorAll("g.node")].flatMap((group) => {
  const sides = [...group.querySelectorAll("path, polygon")].map((shape) => shape.getBBox());
  const left = Math.min(...sides.map((side) => side.x));
  const right = Math.max(...sides.map((side) => side.x + side.width));
  return [...group.querySelectorAll("text")].map((text) => {
    const box = text.getBBox();
    return [text.textContent, box.x - left, right - box.x - box.width];
  });
})"""


def test_numbers_fit_their_boxes(open_page):
    """At the end, and for the longest numbers there are, in single boxes and in folded ones."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    for page in (
        play(((a * b + 10) * a).tanh()),
        play(sum_values([(a * float(at)).tanh() for at in range(50)]), collapse="runs"),
    ):
        tab = open_page(page)
        tab.keyboard.press("End")
        texts = tab.evaluate(INSIDE)
        assert texts and all(before > 4 and after > 4 for _, before, after in texts), texts
        tab.evaluate("""() => {
          for (const part of document.querySelectorAll("g.node .data"))
            part.textContent = part.textContent.replaceAll(/[-0-9.e+]+/g, "-8.888e-308");
          for (const part of document.querySelectorAll("g.node .gradient")) part.textContent = "-8.888e-308";
        }""")
        texts = tab.evaluate(INSIDE)
        assert any("-8.888e-308" in text for text, *_ in texts)
        assert all(before > 4 and after > 4 for _, before, after in texts), texts


def test_keys_move_through_time(open_page):
    """→ ← Home End, and the space bar plays and pauses."""
    tab = open_page(play(diamond(), names=False))
    at = lambda: int(tab.inner_text("#count").split(" / ")[0])
    last = int(tab.inner_text("#count").split(" / ")[1])
    tab.keyboard.press("End")
    assert at() == last
    tab.keyboard.press("ArrowLeft")
    assert at() == last - 1
    tab.keyboard.press("Home")
    assert at() == 0
    tab.select_option("#speed", "400")
    tab.evaluate("document.activeElement.blur()")
    tab.clock.install()
    tab.keyboard.press(" ")
    tab.clock.run_for(1000)
    tab.keyboard.press(" ")
    paused = at()
    assert 2 <= paused < last
    tab.clock.run_for(2000)
    assert at() == paused


def test_dragging_the_time_slider_scrubs(open_page):
    """The mouse takes the slider from the start to the end, and back to the middle."""
    tab = open_page(play(diamond(), names=False))
    box = tab.locator("#time").bounding_box()
    middle = box["y"] + box["height"] / 2
    tab.mouse.move(box["x"] + 8, middle)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] - 2, middle, steps=12)
    assert words(tab).startswith("every gradient is known")
    tab.mouse.move(box["x"] + box["width"] * 0.45, middle, steps=8)
    tab.mouse.up()
    assert 0 < int(tab.inner_text("#count").split(" / ")[0]) < int(tab.inner_text("#count").split(" / ")[1])


def test_what_if_equals_the_engine(open_page):
    """After a drag, every number on the page is what Python computes for the same leaves."""

    def build(w, x, b):
        h = [(w * x + b).tanh(), (w - x).gelu(), x.sigmoid() * 2.0]
        return logsumexp(h) + dot([w, x, 0.5], h) / (1.0 + b * b) - abs(w) ** 1.5

    names, data = "wxb", [-1.5, 2.0, 0.88]
    root = build(*(Value(number, label=name) for name, number in zip(names, data, strict=True)))
    tab = open_page(play(root, names=False))
    tab.keyboard.press("End")
    tab.click("#whatif summary")
    for at in (0, 1):
        box = tab.locator("#leaves input").nth(at).bounding_box()
        middle = box["y"] + box["height"] / 2
        tab.mouse.move(box["x"] + box["width"] / 2, middle)
        tab.mouse.down()
        tab.mouse.move(box["x"] + box["width"] * (0.7 - 0.3 * at), middle, steps=7)
        tab.mouse.up()
    shown = table(tab)
    moved = [Value(shown[name][0], label=name) for name in names]
    assert [value.data for value in moved][:2] != data[:2] and moved[2].data == data[2]
    expected = build(*moved)
    expected.backward()
    last = list(shown.values())[-1]
    assert last[0] == pytest.approx(expected.data, rel=1e-12)  # exp, tanh and erf differ in the last bits
    assert [shown[name][1] for name in names] == pytest.approx([value.grad for value in moved], rel=1e-11)
    tab.click("#reset")
    assert [table(tab)[name][0] for name in names] == data


def test_numbers_and_widths_are_those_of_the_picture(open_page):
    """The page writes what it computes as Python does, and draws its lines as wide."""
    numbers = [digits * 10.0**power for power in range(-8, 9) for digits in (1.0, -1.23456, 9.9996)]
    numbers += [0.0, -0.0, 123456.0, 999999.0, 1e6, 5e-324, 1.7e308, math.inf, -math.inf, math.nan]
    ties = [odd / 2**power for power in range(3, 17) for odd in (2**13 + 1, 2**13 + 3, 2**15 - 1, 9999, 5)]
    numbers += [sign * tie for tie in ties for sign in (1, -1)]
    tab = open_page(play(diamond(), names=False))
    assert tab.evaluate("numbers => numbers.map((x) => number(x))", numbers) == list(map(number, numbers))
    assert tab.evaluate("numbers => numbers.map((x) => signed(x))", numbers) == list(map(signed, numbers))
    widths = tab.evaluate("numbers => numbers.map((number) => width(number, 1e3))", numbers)
    assert widths == pytest.approx(
        [line_width(number, 1e3) for number in numbers], abs=0.005
    )  # rounded there
    assert tab.evaluate("width(NaN, 0)") == line_width(math.nan, 0.0)
    many = [numbers[at : at + size] for at in range(9) for size in (1, 2, 20)]
    many += [[0.25, 0.25], [0.25, 0.2500001], [-math.inf, 1.0], [0.0, -0.0], [math.inf, math.inf]]
    assert tab.evaluate("many => many.map(range)", many) == list(map(ends, many))


def test_a_branch_that_was_chosen_is_fixed(open_page):
    """The slider of a leaf below a where cannot be moved, and the page says why."""
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    tab = open_page(play(where(a > 0, a, -a) * b, names=False))
    tab.click("#whatif summary")
    assert tab.locator("#leaves input").evaluate_all("all => all.map(one => one.disabled)") == [True, False]
    assert "decided when the graph was recorded" in tab.inner_text("#fixed")


def test_a_folded_graph_plays_box_by_box(open_page):
    """What lies inside a box is one event; the gradients are those of the engine."""
    x = Value(0.5, label="x")
    root = x
    for _ in range(400):
        root = root + x * 0.5
    tab = open_page(play(root, names=False, collapse="runs"))
    assert int(tab.inner_text("#count").split(" / ")[1]) < 20
    tab.keyboard.press("End")
    root.backward()
    tab.click("#numbers summary")
    tab.wait_for_selector("tbody tr")
    assert table(tab)["x"] == (0.5, x.grad)


def test_a_reduced_motion_page_has_no_transitions(open_page):
    """prefers-reduced-motion is respected."""
    moving, still = (
        open_page(play(diamond()), reduced_motion=choice).locator("svg .node path").first
        for choice in ("no-preference", "reduce")
    )
    duration = "one => getComputedStyle(one).transitionDuration"
    assert moving.evaluate(duration) != "0s" and still.evaluate(duration) == "0s"


LABELS = ["<b>x</b>", "</script><script>alert(1)</script>", "a\"b'c", "שלום", "🙂", "&amp;", "nul\x00", "\\"]


def test_labels_are_text_in_the_page(open_page):
    """Markup, quotes and right-to-left names stand in picture, sentence, sliders and table as they are."""
    values = [Value(float(at), label=label) for at, label in enumerate(LABELS)]
    root = sum(values, Value(0.5, label="start"))
    tab = open_page(play(root, names=False, collapse="none"))
    tab.keyboard.press("End")
    shown = [clean(label) for label in LABELS]
    assert set(shown) <= set(table(tab))
    assert set(shown) <= set(tab.locator("#leaves bdi").all_text_contents())
    assert set(shown) <= set(tab.locator("#stage tspan.name").all_text_contents())
    assert tab.locator("script").count() == 2


def _same(found, expected):
    found = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(found, found)
    return found == pytest.approx(expected, rel=1e-12, abs=1e-300, nan_ok=True)


@pytest.mark.parametrize("name", TABLE)
def test_every_rule_means_the_same_in_javascript(browser_rules, name):
    """Over the whole table: value and partials at the row's samples and at limits, as Python has them."""
    row = TABLE[name]
    points = list(row.samples)
    if len(row.operands) == 1 and not row.families:
        points += [(number,) for number in (0.0, 1e-8, 3.5, -3.5, 30.0, -30.0) if row.in_domain((number,))]
    for point in points:
        flat = [float(number) for number in point]
        z = row.evaluate(flat)
        wanted = [True] * len(flat)
        partials = row.local_derivatives(flat, z, wanted)
        found = browser_rules(row, flat)
        assert _same(found[0], z)
        assert all(_same(a, b) for a, b in zip(found[1], partials, strict=True))


def test_a_declared_primitive_works_in_javascript_too(browser_rules):
    """A user's rule is printed like any other."""
    slope = (x * x + 2 * abs(x)) / (1 + abs(x)) ** 2 * (x / abs(x))
    softsquare = primitive("softsquare", x * x / (1 + abs(x)) + y**2, slope, 2 * y)
    found = browser_rules(softsquare, [2.0, 3.0])
    assert found[0] == pytest.approx(softsquare(2.0, 3.0), rel=1e-15)
    assert found[1] == pytest.approx([8 / 9, 6.0], rel=1e-15)


@pytest.fixture(scope="module")
def browser_rules(browser):
    """Evaluates a rule in the browser, with the functions of the page itself."""
    tab = browser.new_page()
    tab.set_content("<p></p>")
    functions = (files("autograd") / "rules" / "numbers.js").read_text().replace('"use strict";', "")
    program = (files("viz") / "player" / "program.js").read_text()
    compute = program[program.index("function spread") : program.index("// What an addition brings")]
    tab.add_script_tag(
        content=f"{functions}\nlet nodes, RULES; const isNode = o => typeof o === 'number';\n{compute}"
    )

    def evaluate(row, flat):
        leaves = [{"rule": -1, "data": number} for number in flat]
        nodes = [*leaves, {"rule": 0, "operands": list(range(len(flat)))}]
        source = (
            f"() => {{ RULES = [{rule_source(row)}]; nodes = {json.dumps(nodes)};"
            "const found = recompute(new Map()), at = nodes.length - 1;"
            "const plain = x => Number.isFinite(x) ? x : String(x);"
            "return [plain(found.data[at]), found.partials[at].map(plain)]; }"
        )
        return tab.evaluate(source)

    yield evaluate
    tab.close()


def test_a_folded_box_names_what_it_holds_and_says_its_gradients(open_page):
    """By their names inside of the module; a few one by one, many as a range."""
    model = nn.MLP(2, [2, 9, 1], seed=0)
    root = model([0.5, -1.0])
    tab = open_page(play(root, model=model, collapse="layers"))
    root.backward()
    lines = tab.locator("#stage text").all_text_contents()
    at = lines.index("layers.1")
    assert lines[at + 1 : at + 3] == ["holds 27 weights,", "neurons.0.w.0 to neurons.8.b"]
    said = dict(sentence.split(": ", 1) for sentence in every_event(tab) if ": neurons" in sentence)
    assert list(said) == ["layers.2", "layers.1", "layers.0"]
    first = said["layers.0"].split(", ")
    assert first == [
        f"{path.removeprefix('layers.0.')} {signed(parameter.grad)}"
        for path, parameter in model.named_parameters()
        if path.startswith("layers.0.")
    ]
    assert said["layers.1"].endswith(", and 21 more: see the table")
