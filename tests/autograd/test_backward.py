"""Backward: what a pass leaves where, over several passes, after failures, and inside one another."""

import contextlib
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import Value, primitive, topological_order
from autograd.recording import Recorder, current, using
from autograd.symbols import x as symbol_x


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


# ---- failures ------------------------------------------------------------------------------------


class Explosive:
    """A partial that cannot be multiplied: the pass fails when it gets there."""

    def __init__(self, error):
        self.error = error

    def __rmul__(self, cotangent):
        raise self.error


@pytest.mark.parametrize("error", [RuntimeError("boom"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("place", ["_dx", "_dy", "family"])
def test_failing_pass_leaves_every_leaf_as_it_was(error, place):
    """Whichever partial fails, leaves keep their gradients, and those not reached stay so."""
    reached, fresh = Value(2.0), Value(3.0)
    (reached * 5.0).backward()
    middle = autograd.sum([reached, fresh, 1.0]) if place == "family" else reached * fresh
    root = (middle + fresh) * reached
    if place == "family":
        middle._y = (middle._y[0], Explosive(error), None)
    else:
        setattr(middle, place, Explosive(error))
    for _ in range(2):
        with pytest.raises(type(error)):
            root.backward()
        assert (reached.grad, reached.reached, fresh.grad, fresh.reached) == (5.0, True, 0.0, False)
    (fresh * reached).backward()
    assert (reached.grad, fresh.grad) == (8.0, 2.0)


def test_graph_works_again_after_a_failed_pass():
    """The failed pass leaves nothing behind: the repaired graph gives the right gradients."""
    x = Value(2.0)
    y = x * x
    z = y + x * 3.0
    kept, y._dx = y._dx, Explosive(RuntimeError("boom"))
    with pytest.raises(RuntimeError, match="boom"):
        z.backward()
    y._dx = kept
    z.backward()
    assert (x.grad, y.grad) == (7.0, 1.0)


@pytest.mark.parametrize("seed", ["1", None, [1.0]])
def test_refused_seed_touches_nothing(seed):
    """A seed that is no number is refused before the pass begins."""
    x = Value(2.0)
    y = x * x
    y.backward()
    with pytest.raises(TypeError, match=r"backward\(seed\) takes a real number"):
        y.backward(seed)
    assert (x.grad, y.grad) == (4.0, 1.0)


# ---- a sweep inside a sweep ----------------------------------------------------------------------


class Sweeping(Recorder):
    """A recorder that runs another backward pass whenever an interior's cotangent is finished."""

    def __init__(self, roots):
        super().__init__(current.get())
        self.roots, self.inside = roots, False

    def cotangent(self, node, cotangent):
        if not self.inside and node.parents:
            self.inside = True
            for root in self.roots:
                root.backward()
            self.inside = False
        return cotangent


def test_sweep_inside_a_sweep_works():
    """A pass over another graph, run at every node of the outer pass, disturbs neither."""
    x, w = Value(2.0), Value(7.0)
    outer, inner = ((x * x).tanh() * x + x).exp(), (w * w).sin() * w
    outer.backward()
    inner.backward()
    alone, inner_alone = x.grad, w.grad
    x.zero_grad()
    w.zero_grad()
    with using(Sweeping([inner])):
        outer.backward()
    assert x.grad == alone
    passes = sum(1 for node in topological_order(outer) if node.parents)
    assert w.grad == pytest.approx(passes * inner_alone, rel=1e-14)


def test_sweep_inside_a_sweep_may_share_leaves():
    """The inner pass adds to leaves in common, and the outer one, too: nothing is lost."""
    x = Value(2.0)
    outer, inner = (x * x) * 3.0, x * 5.0
    with using(Sweeping([inner])):
        outer.backward()
    passes = sum(1 for node in topological_order(outer) if node.parents)
    assert x.grad == 12.0 + passes * 5.0


def test_partial_that_is_wrong_on_purpose_is_used_as_declared():
    """The sweep calls no mathematics: what the row says is what flows."""
    with pytest.raises(ValueError, match="correct the partial"):
        primitive("doubled", 2 * symbol_x, 3)
    x = Value(1.0)
    y = x * 2.0
    y._dx = 5.0
    y.backward()
    assert x.grad == 5.0


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
