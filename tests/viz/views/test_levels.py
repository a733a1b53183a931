"""What lies in the boxes of a picture: graphs like any other, down to single Values."""

import random
from functools import cache
from operator import add, mul, neg, sub, truediv

import pytest

from autograd import Value
from tests.viz.pictures import drawing, named
from viz import draw
from viz.formats.sizes import laid_out
from viz.views import opening
from viz.views.legibility import SCREEN
from viz.views.levels import Level, levels_of
from viz.views.reading import read

GRAPHS = [case for case in named("a tangle") if "compiled" not in case.values[0]]


def tangle(steps, seed=0):
    """The root of a random graph."""
    chosen = random.Random(seed)
    values = [Value(chosen.random()) for _ in range(20)]
    for _ in range(steps):
        values.append((chosen.choice(values[-60:]) * 0.5 + chosen.choice(values[-10:])) * 0.5)
    return sum(values[-20:], Value(0.0))


@cache
def levels(name):
    """The levels of a promised picture, or of a graph that nothing is known of."""
    picture = draw(tangle(150), names=False) if name == "a tangle" else drawing(name)
    first = Level(picture.graph, picture.view, laid_out(picture.view), {}, [])
    return list(levels_of(first, laid_out, SCREEN))


@pytest.fixture(scope="module", params=GRAPHS)
def opened(request):
    """The levels of each."""
    return levels(request.param)


def test_every_folded_box_opens_to_less(opened):
    """The level inside has fewer operations, or the same in more boxes, so that opening comes to an end."""
    for level in opened:
        for box in level.view.boxes:
            assert (box.key in level.opens) == (box.kind == "folded")
        for inside, _ in level.opens.values():
            folded = [box for box in opened[inside].view.boxes if box.kind == "folded"]
            assert all(len(box.members) < len(opened[inside].graph.nodes) for box in folded)


def test_what_a_box_opens_to_is_what_is_in_it(opened):
    """Each node with its operation, its operands and its use outside, whichever box of its form it is."""
    for level in opened:
        leaving, boxes = level.leaving, {box.key: set(box.members) for box in level.view.boxes}
        for key, (inside, positions) in level.opens.items():
            inner, members = opened[inside].graph, boxes[key]
            assert members <= set(positions)
            for node, at in zip(inner.nodes, positions, strict=True):
                original = level.graph.nodes[at]
                if at in members and original.primitive:
                    assert node.primitive is original.primitive
                    slots = [operand.node for operand in node.operands]
                    found = [None if slot is None else positions[slot] for slot in slots]
                    assert found == [operand.node for operand in original.operands]
                assert inner.is_result(node.position) or at not in members or at not in leaving


def test_no_level_has_a_circle(opened):
    """Arrows lead from a box to a later one."""
    for level in opened:
        place = {box.key: at for at, box in enumerate(level.view.boxes)}
        assert all(place[arrow.source] < place[arrow.target] for arrow in level.view.arrows)


def test_equal_neurons_share_a_level():
    """The neurons of a layer, and their calls, differ in their numbers alone."""
    found = levels("a net on four samples")
    neurons = [level for level in found if any(box.lines[0][0].text == "w.0" for box in level.view.boxes)]
    assert 0 < len(neurons) < 9


def test_names_inside_are_told_from_the_module_that_is_opened():
    """In layers.0.neurons.0 a weight is w.0."""
    found = levels("a net on one sample")
    names = {box.lines[0][0].text for level in found[1:] for box in level.view.boxes}
    assert {"w.0", "w.1", "w.2", "b"} <= names and not any("layers.0.neurons.0.w" in name for name in names)


@pytest.mark.parametrize("operation", [add, sub, mul, truediv, pow, neg])
def test_what_comes_from_outside_has_no_mere_sign_for_a_name(operation):
    """A box with "-" on it would seem to be an operation, or a number."""
    numbers = [Value(2.0), Value(3.0)][: 1 if operation is neg else 2]
    graph = read(operation(*numbers).tanh())
    inner, _ = opening.inside(graph, [graph.root.position], set())
    assert inner.nodes[0].kind == "outside" and inner.nodes[0].name.isalpha()


def test_what_comes_from_outside_is_called_so():
    """Several results of other boxes in one box, as those of the layer before."""
    found = levels("the net of the moons")
    said = {
        "".join(span.text for span in line)
        for level in found
        for box in level.view.boxes
        for line in box.lines
    }
    assert "16 from outside" in said and not any("outsides" in line for line in said)
