"""Backward passes that fail, and passes inside one another: what they leave on the nodes."""

import pytest

import autograd
from autograd import Value, topological_order
from autograd.engine.graph import make_node
from autograd.engine.recorders import Recorder
from autograd.engine.recording import using
from autograd.rules.table import TABLE
from tests.counting import instructions


class Explosive:
    """A partial that cannot be multiplied: the pass fails when it gets there."""

    def __init__(self, error):
        self.error = error

    def __rmul__(self, cotangent):
        if self.error is not None:
            raise self.error
        return 7.0 * cotangent


@pytest.mark.parametrize("error", [RuntimeError("boom"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize(("name", "place"), [("mul", 0), ("mul", 1), ("sum", 0), ("sum", 1)])
def test_failing_pass_leaves_every_leaf_as_it_was(error, name, place):
    """Whichever partial fails, leaves keep their gradients, and those not reached stay so."""
    reached, fresh = Value(2.0), Value(3.0)
    (reached * 5.0).backward()
    partials = [1.0, 1.0]
    partials[place] = Explosive(error)
    middle = make_node(TABLE[name], (reached, fresh), 6.0, partials)
    root = (middle + fresh) * reached
    for _ in range(2):
        with pytest.raises(type(error)):
            root.backward()
        assert (reached.grad, reached.reached, fresh.grad, fresh.reached) == (5.0, True, 0.0, False)
    (fresh * reached).backward()
    assert (reached.grad, fresh.grad) == (8.0, 2.0)


def test_graph_works_again_after_a_failed_pass():
    """The failed pass leaves nothing behind: once the fault is gone, the gradients are right."""
    fault = Explosive(RuntimeError("boom"))
    x = Value(2.0)
    h = x * 2.0
    y = make_node(TABLE["exp"], (h,), 4.0, (fault,))
    z = y + x * 3.0
    with pytest.raises(RuntimeError, match="boom"):
        z.backward()
    fault.error = None
    z.backward()
    assert (x.grad, h.grad, y.grad) == (17.0, 7.0, 1.0)


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


def test_recorded_partials_are_what_flows():
    """The sweep calls no mathematics: it multiplies by the partials that the nodes hold, right or wrong."""
    x = Value(1.0)
    make_node(TABLE["exp"], (x,), 2.0, (5.0,)).backward(3.0)
    assert x.grad == 15.0


@pytest.mark.parametrize(
    "make",
    [
        lambda n, x: autograd.sum([x * 2.0 for _ in range(n)]),
        lambda n, x: autograd.dot([x * 2.0 for _ in range(n)], [x.tanh() for _ in range(n)]),
        lambda n, x: sum((autograd.sum([x * 2.0] * 3) for _ in range(n)), x),
    ],
)
def test_the_work_of_a_pass_grows_as_the_graph(make):
    """Twice the nodes, twice the instructions, also where one node has all the others as operands."""
    works = [instructions(make(n, Value(1.0)).backward) for n in (50, 100)]
    assert works[1] < 2.1 * works[0]
