"""Recorders: what sees every operation and hands it on, changes nothing; and what stands in the way does."""

import pytest

import autograd
from autograd import Value, checkpoint, detect_anomaly, grad, no_grad
from autograd.engine.recording import EAGER, Recorder, current, using


class Counting(Recorder):
    """Counts operations, and finished cotangents."""

    def __init__(self):
        super().__init__(current.get())
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


@pytest.mark.parametrize("make", [Recorder, Counting, lambda: Recorder(Recorder(Counting()))])
def test_recorder_that_hands_everything_on_changes_nothing(make):
    """Same bits of data, gradients and transforms, however many recorders look on."""
    expected = program()
    with using(make()):
        assert program() == expected
    with using(make()), detect_anomaly(), using(Recorder(current.get())):
        assert program() == expected


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


def test_using_ends_with_its_block():
    """Also after an exception; EAGER itself is the usual case."""
    with pytest.raises(ZeroDivisionError), using(Counting()):
        1 / Value(0.0)
    assert current.get() is None
    with using(EAGER):
        assert current.get() is None
