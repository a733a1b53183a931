"""Where boxes stand: in the program's order, from the top down, and in rows instead of a ribbon."""

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, softmax
from tests.autograd.engine.test_random_graphs import build
from tests.strategies import programs
from viz import draw
from viz.drawings import Drawing
from viz.formats.ranks import places_of
from viz.views.graphs import Group, view_of
from viz.views.reading import read

SVG = "{http://www.w3.org/2000/svg}"


def places(picture):
    """Left and top of each box as drawn, by the text of its first line."""
    found = {}
    for group in ElementTree.fromstring(picture.svg).iter(SVG + "g"):
        if group.get("class", "").startswith("node"):
            text = next(group.iter(SVG + "text"))
            found["".join(text.itertext())] = float(text.get("x")), float(text.get("y"))
    return found


def size(picture):
    root = ElementTree.fromstring(picture.svg)
    return float(root.get("width")), float(root.get("height"))


def chain(length):
    y = Value(0.5, label="x")
    for _ in range(length):
        y = (y * 1.01).tanh()
    y.backward()
    return y


def test_neurons_stand_in_the_order_of_their_layer():
    """0, 1, 2 ... 9, 10 from top to bottom."""
    model = nn.MLP(2, [12, 12, 1], seed=0)
    found = places(draw(model([1.0, 2.0]), model=model, collapse="modules"))
    for layer in (0, 1):
        tops = [found[f"layers.{layer}.neurons.{at}"][1] for at in range(12)]
        assert tops == sorted(tops)


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_what_an_operation_reads_stands_in_the_order_of_its_slots(chosen):
    """Whichever of them was met first on the way from the root."""
    scores = [Value(float(at), label=name) for at, name in enumerate("abc")]
    found = places(draw(softmax(scores)[chosen], collapse="none"))
    assert sorted("abc", key=lambda name: found[name][1]) == ["a", "b", "c"]


def test_weights_stand_in_the_order_of_their_neuron():
    """w.0 ... w.11, and then b."""
    model = nn.Neuron(12, seed=0)
    found = places(draw(model([1.0] * 12), model=model))
    tops = [found[name][1] for name in [*(f"w.{at}" for at in range(12)), "b"]]
    assert tops == sorted(tops)


@pytest.mark.parametrize("rankdir", [None, "LR", "TB", "RL", "BT"])
def test_arrows_between_layers_are_straight(rankdir):
    """A line from box to box, where arrows carry no numbers and pass no other box."""
    model = nn.MLP(2, [12, 12, 1], seed=0)
    picture = draw(model([1.0, 2.0]), model=model, collapse="modules", rankdir=rankdir)
    paths = [path.get("d") for path in ElementTree.fromstring(picture.svg).iter(SVG + "path")]
    lines = [
        path.replace("C", " ").replace("M", "").split() for path in paths if "C" in path and "L" not in path
    ]
    arrows = [[tuple(map(float, point.split(","))) for point in line] for line in lines]
    assert len(arrows) == len(picture.view.arrows)
    for (ax, ay), *between, (bx, by) in arrows:
        length = math.dist((ax, ay), (bx, by))
        assert all(abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) < 2.0 * length for x, y in between)


@pytest.mark.parametrize("length", [10, 20, 30])
def test_a_long_chain_turns_into_rows(length):
    """No wider than three heights; a direction that is asked for is kept."""
    width, height = size(draw(chain(length), collapse="none"))
    assert width / height < 3.0
    width, height = size(draw(chain(length), collapse="none", rankdir="LR"))
    assert width / height > 3.0


def test_a_row_begins_below_the_end_of_the_row_before():
    """Along a chain, one step at a time: to the right, then down, then to the left."""
    view = draw(chain(20), collapse="none").view
    found = places_of(view, turning=True)
    steps = [
        (found.ranks[b.key] - found.ranks[a.key], found.rows[b.key] - found.rows[a.key])
        for a, b in zip(view.boxes, view.boxes[1:])
    ]
    assert set(steps) == {(1, 0), (0, 1), (-1, 0)}
    assert all(abs(rank) + abs(row) == 1 for rank, row in steps)


def test_a_picture_begins_at_the_left():
    """However early it could turn: no row leads further to the left than the first box."""
    x = Value(0.5, label="x")
    found = places_of(draw((x.exp() + x).tanh().exp().tanh().exp().tanh().exp().tanh()).view, turning=True)
    assert min(found.ranks.values()) == found.ranks["n0"] == 0


@settings(max_examples=50, deadline=None)
@given(programs(), st.booleans())
def test_every_arrow_points_on(program, turning):
    """To a later rank, or to the next row, or back in a row that runs back; each box stands once."""
    _, root = build(program)
    view = draw(root, names=False).view
    found = places_of(view, turning)
    for arrow in view.arrows:
        ranks = found.ranks[arrow.target] - found.ranks[arrow.source]
        rows = found.rows[arrow.target] - found.rows[arrow.source]
        onwards = ranks * (-1) ** found.rows[arrow.target]
        assert (rows == 0 and onwards > 0) or (rows == 1 and onwards >= 0)
    assert sorted(key for line in found.lines for key in line) == sorted(box.key for box in view.boxes)


def test_a_web_between_two_layers_is_straight_and_carries_no_numbers():
    """Sixteen numbers on crossing arrows could not be read: they are in the tooltips. Those beside it are."""
    model = nn.MLP(3, [4, 4, 1], seed=0)
    picture = draw(model([2.0, 3.0, -1.0]).tanh(), model=model, collapse="modules")
    web = [arrow for arrow in picture.view.arrows if arrow.key in picture.view.web]
    assert len(web) == 16 and {arrow.label for arrow in web} == {""} and 'splines="line"' in picture.source
    assert all(arrow.label for arrow in picture.view.arrows if arrow not in web)
    assert "local derivatives between layers: in the tooltips of the arrows" in picture.view.captions


def test_boxes_that_nothing_connects_stand_in_rows_in_their_order():
    """From left to right, and then from the top down."""
    graph = read(Value(1.0, label="v0") * 0.0)
    leaf = graph.nodes[0]
    nodes = tuple(leaf._replace(position=at, name=f"v{at}") for at in range(7))
    view = view_of(graph._replace(nodes=nodes, calls=(None,) * 7), [Group((at,)) for at in range(7)])
    found = places(Drawing(view, "light", None))
    ordered = sorted(found, key=lambda name: (round(found[name][1] / 20), found[name][0]))
    assert ordered == [f"v{at}" for at in range(7)]
