"""What passes back along an arrow that stands for several: how much, and with which sign."""

import math

import pytest

from autograd import Value
from tests.viz.pictures import drawing
from viz.views.graphs import Group, view_of
from viz.views.reading import read


def bundle(first, second):
    """The arrow from a box of two Values to a sum that has these derivatives by them."""
    a, b = Value(1.0).tanh(), Value(2.0).tanh()
    root = first * a + second * b
    root.backward()
    graph = read(root)
    tanhs = tuple(node.position for node in graph.nodes if node.primitive and node.primitive.name == "tanh")
    rest = [node.position for node in graph.nodes if node.primitive and node.position not in tanhs]
    leaves = tuple(node.position for node in graph.nodes if node.primitive is None)
    view = view_of(graph, [Group(leaves, "leaves"), Group(tanhs, "tanhs"), Group(tuple(rest), "sum")])
    return next(arrow for arrow in view.arrows if arrow.source == f"n{tanhs[-1]}"), view


def test_an_arrow_is_as_strong_as_the_gradients_that_it_brings():
    """If a box has one arrow to another, its flow is the length of the gradients of what leaves it."""
    picture = drawing("a net on four samples")
    graph, view = picture.graph, picture.view
    checked = 0
    for arrow in view.arrows:
        if [other.source for other in view.arrows].count(arrow.source) == 1:
            brought = {edge.source for edge in arrow.edges}
            gradients = [graph.nodes[at].gradient for at in brought]
            assert abs(arrow.flow) == pytest.approx(math.hypot(*gradients), rel=1e-12)
            checked += len(brought) > 1
    assert checked == 4


@pytest.mark.parametrize(
    ("first", "second", "flow", "mixed", "signs"),
    [
        (3.0, 4.0, 5.0, False, "+"),
        (-3.0, -4.0, -5.0, False, "-"),
        (3.0, -4.0, 5.0, True, "±"),
        (3.0, -3.0, math.hypot(3.0, 3.0), True, "±"),
        (0.0, -3.0, -3.0, False, "-"),
        (0.0, 0.0, 0.0, False, "0"),
        (math.inf, -1.0, math.inf, False, "+"),
    ],
)
def test_an_arrow_has_a_sign_where_all_that_passes_has_one(first, second, flow, mixed, signs):
    """What cancels does not vanish: two gradients of both signs are as long as two of one."""
    arrow, view = bundle(first, second)
    assert (arrow.flow, arrow.mixed) == (flow, mixed)
    assert set(signs) <= set(view.signs)
    assert [sign in view.signs for sign in "0±"] == [flow == 0, mixed]


def test_uses_of_one_value_add_up_in_its_arrow():
    """As they do in its gradient: 3 and -3 along two edges from one Value are nothing, and no mixture."""
    x = Value(1.0).tanh()
    root = 3 * x - 3 * x
    root.backward()
    graph = read(root)
    groups = [Group((node.position,)) for node in graph.nodes[:2]]
    view = view_of(graph, [*groups, Group(tuple(node.position for node in graph.nodes[2:]), "rest")])
    (arrow,) = (arrow for arrow in view.arrows if len(arrow.edges) == 2)
    assert (arrow.flow, arrow.mixed) == (0.0, False)
