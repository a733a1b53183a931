"""Recorders: what sees every operation and hands it on, changes nothing; and what stands in the way does."""

import pytest

import autograd
from autograd import Value, checkpoint, detect_anomaly, grad, no_grad
from autograd.engine.recorders import EAGER, Recorder
from autograd.engine.recording import current, notice, using


class Counting(Recorder):
    """Counts operations, and finished cotangents."""

    def __init__(self):
        self.operations, self.cotangents = [], []

    def record(self, primitive, operands):
        self.operations.append(primitive.name)
        return self.inner.record(primitive, operands)

    def cotangent(self, node, cotangent):
        self.cotangents.append((node, cotangent))
        return self.inner.cotangent(node, cotangent)


def program():
    x, w = Value(0.5), Value(-2.0)
    y = (
        checkpoint(lambda a: (a * w).tanh(), x)
        + autograd.logsumexp([x, w, 1.0]) ** 2 / 3
        + (x if x > w else w)
    )
    y.backward()
    third = grad(grad(grad(lambda a: a**4)))(0.5)
    with no_grad():
        alone = (x * w).parents
    return y.data, x.grad, w.grad, third, alone, autograd.exp(1.0)


@pytest.mark.parametrize("make", [Recorder, Counting])
def test_recorder_that_hands_everything_on_changes_nothing(make):
    """Same bits of data, gradients and transforms, however many recorders look on."""
    expected = program()
    with using(make()):
        assert program() == expected
    with using(make()), detect_anomaly(), using(Recorder()), using(make()):
        assert program() == expected


def test_recorder_stands_around_the_one_that_was_current():
    """Inside `no_grad` nothing is recorded, and an outer recorder sees what an inner one does."""
    x = Value(2.0)
    with using(Counting()) as outer, no_grad(), using(Counting()) as inner:
        assert (x * x).parents == ()
    assert outer.operations == inner.operations == ["mul"]


def test_recorder_is_entered_once():
    """Where it stands is said by its one block; a second one would need another recorder."""
    recorder = Counting()
    with using(recorder):
        pass
    with (
        pytest.raises(RuntimeError, match=r"^a recorder is entered once; make another Counting$"),
        using(recorder),
    ):
        pass
    assert current.get() is None


def test_recorder_sees_every_operation_in_order():
    """Operators, reflected ones, functions, methods, families; functions of numbers, too."""
    with using(Counting()):
        recorder = current.get()
        x = Value(2.0)
        (1 - x.tanh()) * autograd.dot([x, 1.0], [x, x])
        autograd.exp(1.0)
    assert recorder.operations == ["tanh", "sub", "dot", "mul", "exp"]


def test_recorder_sees_each_finished_cotangent_once():
    """Results before operands, each with all its contributions; the leaves last."""
    with using(Counting()):
        recorder = current.get()
        x = Value(2.0)
        h = x * x
        y = h * h + h
        y.backward()
    seen = dict(recorder.cotangents)
    assert len(recorder.cotangents) == len(seen) == 4
    assert (seen[y], seen[h], seen[x]) == (1.0, 9.0, 36.0)
    order = [node for node, _ in recorder.cotangents]
    assert order.index(y) < order.index(h) < order.index(x)


def test_recorder_may_change_a_cotangent():
    """What `cotangent` returns is what flows on: gradient clipping on the way, for one."""

    class Halving(Recorder):
        def cotangent(self, node, cotangent):
            return cotangent / 2 if node.label == "h" else cotangent

    x = Value(3.0)
    h = x * x
    h.label = "h"
    with using(Halving()):
        (h * 5.0).backward()
    assert (h.grad, x.grad) == (2.5, 15.0)


def test_an_event_is_handed_inward_until_a_recorder_answers():
    """Every recorder on the way sees it, in order; eager recording has no answer."""
    seen = []

    class Answering(Recorder):
        def __init__(self, answer):
            self.answer = answer

        def notice(self, event):
            seen.append((self.answer, event))
            return self.inner.notice(event) if self.answer is None else self.answer

    assert notice("lunch") is None
    with using(Recorder()):
        assert notice("lunch") is None
    with using(Answering("never asked")), using(Answering("soup")), using(Recorder()), using(Answering(None)):
        assert notice("lunch") == "soup"
    assert seen == [(None, "lunch"), ("soup", "lunch")]


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (lambda x, y: x.tanh(), 1),
        (lambda x, y: x * y, 2),
        (lambda x, y: x * 3.0, 1),
        (lambda x, y: 3.0 - y, 1),
        (lambda x, y: autograd.dot([x, 2.0, y], [x, y, 1.0]), 4),
    ],
)
def test_replaced_partials_are_what_the_node_has_and_what_flows(make, count):
    """One, two or many operands, numbers among them: partials of numbers stay None."""
    x, y = Value(0.5), Value(-2.0)
    node = make(x, y)
    doubled = [None if partial is None else 2.0 * partial for partial in node.partials]
    operands, parents = node.operands, node.parents
    once = grads(node, x, y)
    node.replace_partials(doubled)
    assert (list(node.partials), node.operands, node.parents) == (doubled, operands, parents)
    assert len(parents) == count
    assert grads(node, x, y) == [2.0 * gradient for gradient in once]


def grads(node, *leaves):
    for leaf in leaves:
        leaf.zero_grad()
    node.backward()
    return [leaf.grad for leaf in leaves]


def test_using_ends_with_its_block():
    """Also after an exception; EAGER itself is the usual case."""
    with pytest.raises(ZeroDivisionError), using(Counting()):
        1 / Value(0.0)
    assert current.get() is None
    with using(EAGER):
        assert current.get() is None
