"""The numba backend: a few small programs, since each compiles for half a second or more."""

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile, log, select, sqrt, where
from tests.compiler.reference import assert_agrees, assert_close, gradients

pytestmark = pytest.mark.slow

DRAWN = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def needs_numba():
    pytest.importorskip("numba", reason="numba is not installed: pip install 'seegrad[jit]'")


def small_mlp():
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    return lambda x: (model(x[:2]) - x[2]) ** 2, [DRAWN.normal(size=(6, 3))], model.parameters()


def elementary():
    w = [Value(0.4), Value(1.3)]

    def loss(x):
        return (w[0] * x).exp() + log(w[1] + x * x) * (x - w[0]).relu() / w[1] + abs(x) ** w[1]

    return loss, [np.array([-1.0, 0.3, 2.0])], w


def choices():
    w = [Value(1.0), Value(-2.0), Value(0.5)]

    def loss(index, x):
        chosen = select(index, [w[0], w[1] * x, w[2]])
        return where(x > w[2], chosen * x, chosen) + autograd.maximum(x, w[0])

    return loss, [np.array([2, 0, 1, 1]), np.array([0.1, 0.6, -0.7, 2.0])], w


def families():
    w = [Value(0.3 * at - 0.5) for at in range(4)]

    def loss(x):
        scaled = [a * b for a, b in zip(w, x)]
        return autograd.logsumexp(scaled) + autograd.dot(w, x) * autograd.sum(scaled) + autograd.dot(w, w)

    return loss, [DRAWN.normal(size=(3, 4))], w


@pytest.mark.parametrize(
    "program", [small_mlp, elementary, choices, families], ids=lambda make: make.__name__
)
def test_numba_programs_agree_with_eager(program):
    """Losses and gradients, as with numpy."""
    loss, arguments, parameters = program()
    assert_agrees(loss, arguments, parameters, backend="numba")


def test_numba_agrees_with_numpy_on_several_results():
    """A structure of results, some of parameters alone, some plain numbers."""
    w = Value(0.7)

    def f(x):
        return [x * w, {"norm": (x * x + w * w) ** 0.5, "number": 2.0}]

    x = DRAWN.normal(size=5)
    found, expected = (compile(f, backend=backend)(x) for backend in ("numba", "numpy"))
    assert_close(found[0], expected[0])
    assert_close(found[1]["norm"], expected[1]["norm"])
    assert found[1]["number"].tolist() == [2.0] * 5


def test_numba_honours_nan_and_infinity():
    """IEEE as in numpy: no exception on 1/0, log of a negative number, sqrt of one."""
    w = Value(1.0)
    fast = compile(lambda x: [w / x, log(x), sqrt(x), (x * 1000.0).exp()], backend="numba")
    quotient, logarithm, root, power = fast([0.0, -1.0, 4.0])
    assert quotient.tolist() == [np.inf, -1.0, 0.25]
    assert logarithm[0] == -np.inf and np.isnan(logarithm[1])
    assert root[0] == 0.0 and np.isnan(root[1]) and root[2] == 2.0
    assert power.tolist() == [1.0, 0.0, np.inf]


def test_numba_trains_as_eager_does():
    """Ten steps of momentum, float64."""
    results = []
    X, y = DRAWN.normal(size=(8, 2)), DRAWN.normal(size=8)
    for backend in ("numba", None):
        w = [Value(0.1), Value(-0.2)]
        optimizer = nn.SGD(w, lr=0.05, momentum=0.9)

        def loss(row, target, w=w):
            return (autograd.dot(w, row) - target) ** 2

        if backend:
            with compile(loss, backend=backend).training(optimizer) as step:
                for _ in range(10):
                    step(X, y)
        else:
            for _ in range(10):
                optimizer.zero_grad()
                autograd.mean([loss(row, target) for row, target in zip(X.tolist(), y.tolist())]).backward()
                optimizer.step()
        results.append(([p.data for p in w], gradients(w)))
    assert_close(results[0][0], results[1][0])
    assert_close(results[0][1], results[1][1])


def test_numba_takes_float32():
    """Single precision in, single precision out."""
    w = Value(0.7)
    fast = compile(lambda x: (w * x).tanh(), backend="numba", dtype="float32")
    found = fast([1.0, -2.0])
    assert found.dtype == np.float32
    assert_close(found, np.tanh([0.7, -1.4]), tolerance=1e-6)
