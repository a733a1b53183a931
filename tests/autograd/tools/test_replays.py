"""checkpoint: what a replay sees, runs, restores; and what is stored in between."""

import numpy as np
import pytest

import autograd
from autograd import Value, checkpoint, grad, hvp, no_grad, topological_order, value_and_grad
from autograd.engine.recording import notice
from autograd.tools.events import Draw, uniform
from tests.autograd.tools.test_checkpoint import gradients, near, plain


def test_interior_is_not_stored():
    """However many operations f runs, the graph holds a handful of nodes."""

    def f(x):
        for _ in range(1000):
            x = x * 1.001
        return x

    x = Value(1.0)
    y = checkpoint(f, x)
    assert len(topological_order(y)) < 6
    y.backward()
    assert x.grad == pytest.approx(1.001**1000)


def test_f_runs_once_forward_and_once_in_each_pass():
    """However many operands and results it has."""
    calls = []

    def f(x, y):
        calls.append(1)
        return x * y * w, x + y, x * w

    w, x, y = Value(1.0), Value(2.0), Value(3.0)
    root = autograd.sum(checkpoint(f, x, y))
    assert len(calls) == 1
    root.backward()
    assert len(calls) == 2
    root.backward()
    assert len(calls) == 3
    assert (w.grad, x.grad, y.grad) == (2 * 8.0, 2 * 5.0, 2 * 3.0)


def test_every_gradient_below_is_a_float():
    """Of leaves, of results, of the nodes that stand for the checkpointed part."""
    w, x = Value(0.5), Value(2.0)
    y = checkpoint(lambda x: (w * x, x), x)
    (y[0] * y[1]).backward()
    for node in topological_order(y[0], y[1]):
        assert type(node.grad) is float and type(node.data) is float
    assert repr(y[0]) == "Value(data=1.0, grad=2.0)"


def test_data_changed_between_forward_and_backward_changes_nothing():
    """The replay sees the numbers of the first run, and puts today's back."""
    w, x = Value(0.5), Value(2.0)
    h = w * 3.0
    y = checkpoint(lambda x: (h * x + w).tanh() * h, x)
    expected = gradients(lambda w, x: ((w * 3.0) * x + w).tanh() * (w * 3.0), 0.5, 2.0)
    w.data, x.data, h.data = 10.0, 20.0, 30.0
    y.backward()
    assert [w.grad, x.grad] == near(expected)
    assert (w.data, x.data, h.data) == (10.0, 20.0, 30.0)


def test_list_changed_between_forward_and_backward_changes_nothing():
    """The argument list is the caller's to change: a cache that grows, a state that is replaced."""
    w, cache = Value(0.5), [Value(2.0), Value(3.0)]
    first, second = cache
    y = checkpoint(lambda values: autograd.sum([w * v for v in values]), cache)
    cache[0] = y
    cache.append(Value(100.0))
    (y * 2.0).backward()
    assert (w.grad, first.grad, second.grad) == (10.0, 1.0, 1.0)


def test_f_may_change_the_list_it_is_given():
    """f works on a copy of the structure: the replay starts from the same one."""

    def f(values):
        values.append(values[0] * values[1])
        return autograd.sum(values)

    given = [Value(2.0), Value(3.0)]
    checkpoint(f, given).backward()
    assert len(given) == 2
    assert [v.grad for v in given] == [4.0, 3.0]


class Dropout:
    """A module that tells the recorder before it draws."""

    def __init__(self, seed, rate=0.5):
        self.generator, self.rate = np.random.default_rng(seed), rate

    def __call__(self, values):
        notice(Draw(self.generator, len(values)))
        return [v * (self.generator.random() > self.rate) for v in values]


class UniformDropout(Dropout):
    """A module as in nn, which draws through the recorder."""

    def __call__(self, values):
        draws = uniform(self.generator, len(values))
        return [v * (draw > self.rate) for v, draw in zip(values, draws, strict=True)]


@pytest.mark.parametrize("Dropout", [Dropout, UniformDropout])
@pytest.mark.parametrize("seed", range(5))
def test_random_draws_are_replayed(seed, Dropout):
    """Dropout sees the same mask again, and the generator goes on as if it had drawn once."""

    def run(wrap):
        leaves, drop = [Value(float(n)) for n in range(1, 9)], Dropout(seed)
        hidden = drop(leaves)
        y = wrap(lambda xs: autograd.sum([v.tanh() for v in drop(drop(xs))]), hidden)
        after = drop([Value(1.0)] * 20)
        y.backward()
        return [leaf.grad for leaf in leaves], [v.data for v in after], drop.generator.random()

    assert run(checkpoint) == run(plain)


def test_random_draws_are_replayed_in_nested_and_second_order():
    """Under hvp, and inside a checkpoint inside a checkpoint, the mask is the same each time."""

    def loss(wrap, seed):
        drop = Dropout(seed)
        inner = lambda xs: [v.tanh() * v for v in drop(xs)]
        outer = lambda xs: autograd.sum([v * v for v in drop(wrap(inner, drop(xs)))])
        return lambda xs: wrap(outer, xs)

    xs, along = [0.5, -1.0, 2.0, 0.25, 1.5], [1.0, 2.0, -1.0, 0.5, 1.0]
    for seed in range(4):
        assert grad(loss(checkpoint, seed))(xs) == near(grad(loss(plain, seed))(xs))
        assert hvp(loss(checkpoint, seed), (xs,), (along,)) == near(hvp(loss(plain, seed), (xs,), (along,)))


def test_exception_in_the_rerun_restores_everything():
    """Leaves keep their gradients, data and the generator's state are as they were; the next pass works."""
    w, x, drop, fail = Value(0.5), Value(2.0), Dropout(0), [False]

    def f(x):
        (kept,) = drop([x * w])
        if fail[0]:
            raise RuntimeError("rerun")
        return kept + x

    y = checkpoint(f, x)
    (w * 3.0).backward()
    state = drop.generator.bit_generator.state
    w.data, fail[0] = 7.0, True
    with pytest.raises(RuntimeError, match="rerun"):
        y.backward()
    assert (w.grad, x.grad, x.reached, w.data) == (3.0, 0.0, False, 7.0)
    assert drop.generator.bit_generator.state == state
    assert (Value(1.0) * 2.0).parents  # the recorder is the usual one again
    fail[0] = False
    y.backward()
    assert x.reached and drop.generator.bit_generator.state == state


def test_exception_in_the_first_run_is_the_users():
    """It passes through, and recording goes on as before."""
    with pytest.raises(autograd.DomainError, match="log needs x > 0"):
        checkpoint(lambda x: x.log(), Value(-1.0))
    assert (Value(1.0) * 2.0).parents


def test_without_values_it_is_a_plain_call():
    """Numbers give numbers; inside no_grad nothing is recorded and f runs once."""
    assert checkpoint(lambda x, y: x * y, 2.0, 3.0) == 6.0
    calls = []
    with no_grad():
        y = checkpoint(lambda x: (calls.append(1), x * x)[1], Value(3.0))
    assert (y.data, y.parents, calls) == (9.0, (), [1])


def test_replay_records_even_inside_no_grad():
    """backward() inside no_grad works, as it does without checkpoint."""
    x = Value(3.0)
    y = checkpoint(lambda x: x * x, x)
    with no_grad():
        y.backward()
    assert x.grad == 6.0


def test_value_and_grad_through_a_chain_of_checkpoints():
    """A long chain in segments: value and gradient as without."""

    def steps(x):
        for _ in range(10):
            x = (x * 1.1).sin()
        return x

    def chain(wrap):
        def f(x):
            for _ in range(10):
                x = wrap(steps, x)
            return x

        return f

    assert value_and_grad(chain(checkpoint))(0.7) == near(value_and_grad(chain(plain))(0.7))
