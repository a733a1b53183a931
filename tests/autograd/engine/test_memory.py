"""Depth, memory, determinism: graphs of any depth are built, swept, copied and freed, each time the same."""

import copy
import gc
import hashlib
import os
import pickle
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

import autograd
from autograd import Value, checkpoint, grad, hvp, jvp, topological_order

ROOT = Path(__file__).parents[2]
DEEP = 100_000


def chain(length, step=lambda y, x: y + x):
    x = y = Value(1.0)
    for _ in range(length):
        y = step(y, x)
    return x, y


@pytest.mark.slow
def test_chain_of_a_million_additions():
    """Built, swept and freed under the default recursion limit."""
    assert sys.getrecursionlimit() <= 1000 + 3000  # pytest and hypothesis may raise it a little
    x, y = chain(1_000_000)
    y.backward()
    assert (y.data, x.grad) == (1_000_001.0, 1_000_001.0)
    del y
    assert x.grad == 1_000_001.0


@pytest.mark.parametrize(
    "step",
    [
        lambda y, x: y + x,
        lambda y, x: x - y,
        lambda y, x: -y,
        lambda y, x: autograd.dot([x, y], [1.0, 0.5]),
        lambda y, x: autograd.sum([x, y, x, 2.0]),
        lambda y, x: autograd.clamp(y, 0.0, 2.0),
        lambda y, x: autograd.select(1, [x, y, x]),
    ],
    ids=["add", "sub", "neg", "dot", "sum", "clamp", "select"],
)
def test_everything_that_walks_a_graph_is_iterative(step):
    """backward, topological order, grad, jvp, repr, deepcopy and pickle, at a depth of 5,000."""
    depth = 5_000
    x, y = chain(depth, step)
    y.backward()
    assert x.reached
    assert len(topological_order(y)) == depth + 1
    assert repr(y).startswith("Value(data=")

    def f(x):
        y = x
        for _ in range(depth):
            y = step(y, x)
        return y

    derivative = grad(f)(1.0)
    assert derivative == pytest.approx(x.grad, rel=1e-9)
    assert jvp(f, (1.0,), (1.0,))[1] == pytest.approx(derivative, rel=1e-9)
    for other in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert (other.data, other.grad) == (y.data, y.grad)


@pytest.mark.slow
@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))], ids=["deepcopy", "pickle"]
)
def test_copy_at_a_depth_of_a_hundred_thousand(duplicate):
    """No recursion, and the copy is a graph that works."""
    _, y = chain(DEEP)
    other = duplicate(y)
    other.backward()
    (leaf,) = [node for node in topological_order(other) if not node.parents]
    assert (other.data, leaf.grad) == (DEEP + 1.0, DEEP + 1.0)
    assert not y.reached


def test_second_order_at_depth():
    """grad of grad, and hvp, of 3,000 steps: nothing recurses."""

    def f(x):
        y = x
        for _ in range(3000):
            y = y * 1.0001 + x * x * 1e-4
        return y

    def reference(a):
        return 1e-4 * 2 * sum(1.0001**n for n in range(3000))

    assert grad(grad(f))(0.5) == pytest.approx(reference(0.5), rel=1e-9)
    assert hvp(f, (0.5,), (1.0,)) == pytest.approx(reference(0.5), rel=1e-9)


# ---- memory --------------------------------------------------------------------------------------


def step_of_training(weights):
    hidden = [autograd.tanh(autograd.dot(weights[i : i + 3], [0.5, -1.0, 1.0])) for i in range(0, 9, 3)]
    loss = (autograd.softmax(hidden)[0] - 0.5) ** 2 + sum(w * w for w in weights) * 1e-3
    for w in weights:
        w.zero_grad()
    loss.backward()
    for w in weights:
        w.data -= 0.1 * w.grad


def held():
    """Bytes that were allocated by the engine or by this file, and are still in use."""
    ours = [tracemalloc.Filter(True, pattern) for pattern in ("*/autograd/*", __file__)]
    return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces(ours).traces)


def test_thousand_training_steps_do_not_grow_memory(without_collector):
    """With the collector disabled, steps 100 to 1000 leave no more memory in use than the first 100."""
    weights = [Value(0.1 * at - 0.4) for at in range(9)]
    tracemalloc.start()
    for _ in range(100):
        step_of_training(weights)
    before = held()
    for _ in range(900):
        step_of_training(weights)
    after = held()
    tracemalloc.stop()
    assert after - before < 2_000  # bytes: one leaked node a step would be 100,000
    assert gc.collect() == 0


def eager():
    x = Value(0.5, label="x")
    y = autograd.logsumexp([x * x, x.tanh(), autograd.dot([x, 2.0], [x, x])]) / 3.0
    y.backward()
    copy.deepcopy(y).backward()
    pickle.loads(pickle.dumps(y)).backward()


def with_checkpoint():
    w, x = Value(0.5), Value(2.0)
    y = checkpoint(lambda a: checkpoint(lambda b: (w * b).tanh(), a) ** 2, x)
    (y * y).backward()


def squared_checkpoint(x):
    return checkpoint(lambda a: (a * a).tanh(), x) ** 2


WORK = {
    "eager": eager,
    "no_grad": lambda: autograd.no_grad()(lambda: Value(1.0) * Value(2.0))(),
    "grad": lambda: grad(lambda x: x**3 + x.tanh())(0.5),
    "third order": lambda: grad(grad(grad(lambda x: x**4 * x.tanh())))(0.5),
    "jvp": lambda: jvp(lambda x: x * x, (0.5,), (1.0,)),
    "hvp": lambda: hvp(lambda x: x[0] * x[1].exp(), ([0.5, 1.0],), ([1.0, 0.0],)),
    "hessian": lambda: autograd.hessian(lambda x: x[0] * x[1].exp())([0.5, 1.0]),
    "grad of a Value": lambda: grad(lambda x: x**3)(Value(2.0)).backward(),
    "check_gradients": lambda: autograd.check_gradients(lambda x: x * x.tanh(), 0.5),
    "checkpoint": with_checkpoint,
    "checkpoint, second order": lambda: grad(grad(squared_checkpoint))(0.5),
    "checkpoint, hvp": lambda: hvp(squared_checkpoint, (0.5,), (1.0,)),
    "checkpoint, third order": lambda: grad(grad(grad(squared_checkpoint)))(0.5),
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_graph_is_freed_by_reference_counting_alone(work, without_collector):
    """No work of the engine makes a reference cycle: the collector finds nothing."""
    work()  # caches of the first use
    gc.collect()
    work()
    assert gc.collect() == 0


def test_graph_is_freed_after_an_error(without_collector):
    """An error in the forward or the backward pass keeps no graph alive."""
    gc.collect()
    with pytest.raises(ValueError, match="log needs x > 0") as caught:
        (Value(1.0) * 2.0 - 5.0).log()
    del caught
    gc.collect()
    assert not [thing for thing in gc.get_objects() if isinstance(thing, Value) and thing._op == "-"]


# ---- determinism ---------------------------------------------------------------------------------

PROGRAM = """
import autograd
from autograd import Value, grad, hessian, checkpoint
xs = [Value(0.1 * n - 0.35) for n in range(8)]
h = [autograd.dot(xs, [x * w for x in xs]).tanh() + autograd.logsumexp(xs) for w in (0.3, -0.7, 1.1)]
loss = checkpoint(lambda a, b, c: (a * b - c) ** 2 + a.sin(), *h) + autograd.norm(h) + sum(x**3 for x in xs)
loss.backward()
numbers = [loss.data, *(x.grad for x in xs)]
numbers += sum(hessian(lambda v: v[0] * v[1].exp() + autograd.softmax(v)[2])([0.1, 0.2, 0.3]), [])
print([number.hex() for number in numbers])
"""


def test_same_program_gives_the_same_bits_in_every_process():
    """Across processes and PYTHONHASHSEED: no order hangs on a set or an address."""
    digests = set()
    for seed in ("0", "1", "12345"):
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.count("0x") > 15
        digests.add(hashlib.sha256(run.stdout.encode()).hexdigest())
    assert len(digests) == 1
