"""Backward: what a pass leaves where, over several passes, with operands repeated."""

import contextlib
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import Value, topological_order


def test_leaves_accumulate_over_calls():
    """y = x**3 at 3: 27, then 54, then 81; the interior holds the last pass."""
    x = Value(3.0)
    y = x**3
    z = 2 * y
    grads = []
    for _ in range(3):
        z.backward()
        grads.append((x.grad, y.grad, z.grad))
    assert grads == [(54.0, 2.0, 1.0), (108.0, 2.0, 1.0), (162.0, 2.0, 1.0)]
    x.zero_grad()
    for expected in (27.0, 54.0, 81.0):
        y.backward()
        assert (x.grad, y.grad) == (expected, 1.0)


def test_two_losses_on_a_shared_trunk_add_up_on_the_leaves():
    """The leaves hold the sum; the trunk holds the gradient of the last loss."""
    w, x = Value(0.5), Value(2.0)
    trunk = w * x
    first, second = trunk * 3.0, trunk**2
    first.backward()
    second.backward()
    assert (w.grad, x.grad) == (3.0 * 2.0 + 2 * 1.0 * 2.0, 3.0 * 0.5 + 2 * 1.0 * 0.5)
    assert trunk.grad == 2.0


def test_zero_grad_starts_afresh():
    """After zero_grad a leaf holds the next pass alone."""
    x = Value(3.0)
    (x * x).backward()
    x.zero_grad()
    assert (x.grad, x.reached) == (0.0, False)
    (x * 2).backward()
    assert (x.grad, x.reached) == (2.0, True)


@pytest.mark.parametrize(
    "seed", [2.0, -0.5, 0.0, 1e300, math.inf, 3, True, np.float32(0.5), Fraction(1, 4), Decimal("0.5")]
)
def test_seed_scales_the_gradients(seed):
    """backward(seed) leaves seed * d(root)/d(leaf), and a Python float."""
    x, y = Value(3.0), Value(4.0)
    z = x * y
    z.backward(seed)
    assert (x.grad, y.grad, z.grad) == (4.0 * float(seed), 3.0 * float(seed), float(seed))
    assert type(x.grad) is type(z.grad) is float


def test_gradients_that_are_zero_stop_no_later_pass():
    """After a pass that left 0.0 everywhere, the next one reaches every node again."""
    x, y = Value(3.0), Value(4.0)
    z = -(x * y) + autograd.sum([x * x, y.exp()]) * autograd.dot([y - x, 2.0], [-x, y])
    z.backward()
    expected = [x.grad, y.grad]
    x.zero_grad()
    y.grad = 0
    z.backward(0.0)
    assert [x.grad, y.grad] == [0.0, 0.0]
    z.backward()
    assert [x.grad, y.grad] == expected


def test_root_may_be_a_leaf():
    """d(leaf)/d(leaf) is 1; it accumulates as any leaf does."""
    x = Value(3.0)
    x.backward()
    x.backward(0.5)
    assert x.grad == 1.5


def test_gradient_is_zero_and_not_reached_before_a_pass():
    """Before any backward, .grad is 0.0 on every node, and `reached` tells it from a true zero."""
    x, unused = Value(3.0), Value(1.0)
    y = x * 0.0
    assert [(n.grad, n.reached) for n in (x, y, unused)] == [(0.0, False)] * 3
    y.backward()
    assert (x.grad, x.reached) == (0.0, True)
    assert (unused.grad, unused.reached) == (0.0, False)


def test_assigning_the_gradient_makes_it_reached():
    """p.grad = 0 (or None) is a gradient like another."""
    for assigned in (0, None, 2.5):
        p = Value(1.0)
        p.grad = assigned
        assert p.reached and p.grad == float(assigned or 0)
    (p * 2).backward()
    assert p.grad == 4.5


# fmt: off
REPEATED = {
    "a + a":        (lambda a: a + a,                      3.0,  2.0),
    "x * x":        (lambda x: x * x,                      3.0,  6.0),
    "x * x * x":    (lambda x: x * x * x,                  3.0, 27.0),
    "x - x":        (lambda x: x - x,                      3.0,  0.0),
    "x / x":        (lambda x: x / x,                      4.0,  0.0),
    "x ** x":       (lambda x: x ** x,                     2.0,  4.0 * (1 + math.log(2.0))),
    "diamond":      (lambda x: (x * 2.0) + (x * 3.0),      5.0,  5.0),
    "b=a+a; b+b":   (lambda a: (b := a + a) + b,           3.0,  4.0),
    "dot with duplicates": (lambda x: autograd.dot([x, x, 2.0], [x, 3.0, x]), 5.0, 15.0),
    "sum with duplicates": (lambda x: autograd.sum([x, x, 1.0, x]), 5.0, 3.0),
    "maximum(x, x)": (lambda x: autograd.maximum(x, x),    5.0,  1.0),
    "logsumexp of duplicates": (lambda x: autograd.logsumexp([x, x, x, x]), 0.5, 1.0),
    "select of duplicates": (lambda x: autograd.select(1, [x, x]), 0.5, 1.0),
    "clamp by itself": (lambda x: x.clamp(x, x),           0.5,  1.0),
    "root in an operand of itself": (lambda x: (y := x * x) * y + y, 2.0, 4 * 8.0 + 4.0),
}
# fmt: on


@pytest.mark.parametrize(("build", "number", "expected"), REPEATED.values(), ids=REPEATED)
def test_shared_node_receives_sum_of_cotangents(build, number, expected):
    """Every use of a node adds to its gradient, in one operation and in several."""
    x = Value(number)
    build(x).backward()
    assert x.grad == pytest.approx(expected, rel=1e-15)


def test_deep_diamonds_are_swept_once_per_node():
    """Forty doublings: 2**40 paths, forty nodes, one visit each."""
    x = y = Value(1.0)
    for _ in range(40):
        y = y + y
    y.backward()
    assert x.grad == 2.0**40


def test_changed_data_does_not_change_the_gradients_of_an_old_graph():
    """The gradient is that of the values which the forward pass saw."""
    x, y = Value(3.0), Value(4.0)
    z = x * y + x.exp() * 0.0
    x.data, y.data, z.data = 100.0, 200.0, 300.0
    z.backward()
    assert (x.grad, y.grad) == (4.0, 3.0)


def test_higher_order_sees_current_data():
    """grad of grad records afresh: a closed-over Value counts with its data of now."""
    w = Value(2.0)
    second = autograd.grad(autograd.grad(lambda x: w * x**3))
    assert second(1.0) == 12.0
    w.data = 5.0
    assert second(1.0) == 30.0


def test_detach_cuts_the_graph():
    """detach is a leaf with the same number: no gradient flows through it."""
    x = Value(3.0)
    y = x * x
    (y.detach() * x).backward()
    assert x.grad == 9.0
    assert y.grad == 0.0 and not y.reached


def test_reading_a_graph_leaves_no_trace():
    """topological_order changes nothing, whether before, between or after passes."""
    x = Value(2.0)
    y = x * x + x
    order = topological_order(y)
    assert not any(node.reached for node in order)
    y.backward()
    grads = [node.grad for node in order]
    assert topological_order(y) == order
    assert [node.grad for node in order] == grads
    with contextlib.suppress(TypeError):
        y.backward("no")
    assert [node.grad for node in order] == grads


def test_topological_order_puts_operands_before_results():
    """Each node once, operands first; `stop` nodes are not walked through; roots may be several."""
    a, b = Value(1.0), Value(2.0)
    c = a * b
    d = autograd.dot([c, a], [b, c])
    e = c + 1
    order = topological_order(d, e)
    assert len(order) == len(set(order)) == 5
    for node in order:
        assert all(order.index(parent) < order.index(node) for parent in node.parents)
    assert topological_order(d, stop=[c]) == [c, a, b, d]
    assert topological_order(a, a) == [a]
