"""Pictures of graphs in which a `_backward` is written by hand: they say what they cannot know."""

import pytest

from autograd import Value as Plain
from autograd.micrograd import Value
from tests.autograd.micrograd.closures import product, tanh
from tests.viz.player.played import held
from viz import draw, draw_dot, explain, expression, play


def graph():
    """L = tanh(a * b) * w + a ** 3, where tanh is written by hand."""
    a, b, w = Value(0.5, label="a"), Value(-2.0, label="b"), Plain(0.25, label="w")
    hidden = a * b
    hidden.label = "h"
    root = tanh(hidden) * w + a**3
    root.label = "L"
    return root, a, w


def arrow_into(drawing, title):
    """The arrow that leads into the box of this operation."""
    box = next(box for box in drawing.view.boxes if box.lines[0][-1].text == title)
    (found,) = [arrow for arrow in drawing.view.arrows if arrow.target == box.key]
    return found


def test_an_edge_says_that_its_local_derivative_is_not_known():
    """A `?`, a line below the picture that says why, a tooltip; other edges have their numbers."""
    root, *_ = graph()
    root.backward()
    drawing = draw(root, names=False)
    arrow = arrow_into(drawing, "tanh")
    assert (arrow.label, arrow.flow) == ("?", None)
    assert arrow.tooltip == "local derivative not known: its _backward is written by hand"
    assert drawing.view.captions == ("? : not known; the _backward of “tanh” is written by hand",)
    assert "?" in drawing.svg and "?" in draw_dot(root).source
    assert arrow_into(drawing, "3").label == "0.75"
    assert "grad +0.105  local ?" in drawing.text


def test_other_pictures_say_nothing_of_it():
    """Where every derivative is known there is no such line, also for operators of `autograd.micrograd`."""
    drawing = draw(Value(2.0) * 3 - Value(1.0).tanh(), names=False)
    assert not any(line.startswith("?") for line in drawing.view.captions)
    assert all(arrow.label != "?" for arrow in drawing.view.arrows)


def test_a_node_without_a_name_is_drawn():
    """`Value(data, children)` with no `_op`, and children that are plain numbers."""
    x = Value(1.0, label="x")
    assert "unnamed" in draw(Value(0.5, (x, 2.0)), names=False).svg


def test_explain_shows_no_product_that_it_does_not_know():
    """The path through it has a `?`; so have the sum and the difference; the other path has its number."""
    root, a, _ = graph()
    assert str(explain(root, a)).split("\n") == [
        "d(L)/d(a) = ?, the sum over 2 paths from L back to a:",
        "  L → × → tanh → h → a   1 × 0.25 × ? × -2 = ?",
        "  L → ** → a             1 × 0.75          = 0.75",
        "  sum                                      = ?",
        "  ?: not known; the _backward of tanh is written by hand",
    ]
    found = explain(root, a, most=1)
    assert (found.total, found.difference, found.rest, found.by_hand) == (None, None, None, ("tanh",))
    assert "… and 1 path more" in str(found)


def test_explain_knows_what_no_closure_has_a_part_in():
    """d(L)/d(w) leads past tanh, and is known, with its difference."""
    root, _, w = graph()
    found = explain(root, w)
    assert found.total == pytest.approx(found.difference, rel=1e-6) and found.by_hand == ()


def test_expression_refuses_by_name():
    """It names the operation, and what to do."""
    with pytest.raises(ValueError, match=r"'tanh' is written by hand; declare it with autograd\.primitive"):
        expression(graph()[0])


def test_drawing_runs_no_closure():
    """And no picture changes a gradient, the player included, which runs each once."""
    runs = []
    x = Value(2.0)
    out = Value(4.0, (x,), "square")

    def _backward():
        runs.append(out.grad)
        x.grad += 4.0 * out.grad

    out._backward = _backward
    root = out * 3
    x.grad, out.grad = 0.5, 0.25
    draw(root).svg, draw_dot(root), explain(root, x)
    assert runs == []
    play(root)
    assert (x.grad, out.grad, set(runs)) == (0.5, 0.25, {3.0})


def test_the_page_knows_what_a_closure_passed_back():
    """Slot by slot, for a seed of 1; and no leaf may be moved."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    shipped = held(play(product(a, b) * 5.0, names=False), "levels")["nodes"]
    ((closure, shares),) = shipped["shares"].items()
    assert (shares, shipped["partials"][int(closure)]) == ([-15.0, 10.0], [None, None])
    assert shipped["fixed"] == [at for at, rule in enumerate(shipped["rule"]) if rule < 0]


@pytest.mark.browser
def test_the_player_tells_what_a_closure_did(browser, tmp_path):
    """Its step adds what was passed back, without a recipe for that; nothing is predicted or moved."""
    root, *_ = graph()
    tab = browser.new_page()
    problems = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.goto(play(root, names=False).save(tmp_path / "page.html").as_uri())
    tab.wait_for_selector("body[data-ready]")
    tab.check("#predict")
    for _ in range(40):
        if "the _backward of tanh is written by hand" in tab.inner_text("#phase"):
            break
        tab.evaluate("step(1)")
    assert tab.evaluate("document.getElementById('words').textContent") == "h.grad: 0 + 0.105 = 0.105"
    assert tab.locator("#question").is_hidden()
    tab.click("#last")
    assert tab.evaluate(
        "gradients(adds.length, true).grads.at(nodes.findIndex(node => node.name === 'a'))"
    ) == (pytest.approx(0.75 - 2 * 0.25 * 0.41997434161, rel=1e-9))
    tab.click("#whatif summary")
    assert tab.locator("#leaves input").evaluate_all("all => all.every(one => one.disabled)")
    assert "the _backward of tanh is written by hand" in tab.inner_text("#fixed")
    assert problems == []
    tab.close()


@pytest.mark.parametrize("picture", ["svg", "text", "mermaid"])
@pytest.mark.parametrize("collapse", ["none", "compact"])
def test_the_name_of_an_operation_may_be_any_text(picture, collapse):
    """As a label may: what XML cannot hold is U+FFFD, what is long is cut, and nothing is markup."""
    first, second = Value(0.5, (Value(1.0),), "</svg><b>\x00\ud800\n"), Value(2.0, (Value(3.0),), "x" * 300)
    shown = getattr(draw(first + first * second, names=False, collapse=collapse), picture)
    assert "\x00" not in shown and "\ud800" not in shown
    assert "\ufffd\ufffd↵" in shown and "x" * 59 + "…" in shown
    assert "</svg><b>" not in shown or picture != "svg"


def test_the_page_of_an_operation_with_any_name_is_whole():
    """A script's end in a name does not end the script."""
    assert "</script><b>" not in play(Value(0.5, (Value(1.0),), "</script><b>\x00")).html
