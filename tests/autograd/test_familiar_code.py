"""The code that people have: the cells of micrograd's notebooks and of the lecture, only the imports changed.

The cells are ours; they make the calls that those programs make. Only the imports name our packages.
"""

import math
import random

import numpy as np
import pytest

from autograd import Value
from nn import MLP, Layer, Neuron


def near(expected):
    """Sums in another order, divisions as divisions: rounding."""
    return pytest.approx(expected, rel=1e-12, abs=1e-13)


# ---- micrograd's demo: a classifier on two moons -------------------------------------------------


def moons(count):
    """Two half circles, as numpy arrays of points and of labels -1 and 1."""
    rng = np.random.default_rng(1337)
    angle = rng.uniform(0, math.pi, count)
    y = np.arange(count) % 2
    X = np.column_stack([np.cos(angle) * (1 - 2 * y) + y, np.sin(angle) * (1 - 2 * y) + y / 2])
    return X + rng.normal(0, 0.1, X.shape), y * 2 - 1


def loss_of_the_demo(model, X, y, Value):
    """The cell that computes the max-margin loss with L2, and the accuracy."""
    inputs = [list(map(Value, row)) for row in X]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    reg_loss = 1e-4 * sum(p * p for p in model.parameters())
    total_loss = data_loss + reg_loss
    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores, strict=True)]
    return total_loss, sum(accuracy) / len(accuracy)


def steps_of_the_demo(model, X, y, Value, steps):
    """The training cell; the losses, and the parameters' data and gradients after each step."""
    seen = []
    for k in range(steps):
        total_loss, acc = loss_of_the_demo(model, X, y, Value)
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        seen.append(
            [
                total_loss.data,
                acc,
                *(p.grad for p in model.parameters()),
                *(p.data for p in model.parameters()),
            ]
        )
    return seen


@pytest.mark.peer("micrograd")
def test_cells_of_the_demo_give_micrograds_numbers():
    """Same weights, same losses, gradients and updated weights, step by step, to 1e-12."""
    from micrograd import engine
    from micrograd import nn as peer

    theirs = peer.MLP(2, [8, 8, 1])
    ours = MLP(2, [8, 8, 1])
    for mine, yours in zip(ours.parameters(), theirs.parameters(), strict=True):
        mine.data = yours.data = random.Random(mine.data).uniform(-1, 1)
    X, y = moons(20)
    for mine, yours in zip(
        steps_of_the_demo(ours, X, y, Value, 4), steps_of_the_demo(theirs, X, y, engine.Value, 4), strict=True
    ):
        assert mine == near(yours)


def test_cells_of_the_demo_learn_the_moons():
    """The training cells and the mesh cell run as they stand, and the loss falls."""
    model = MLP(2, [8, 8, 1], seed=1)
    assert len(model.parameters()) == 8 * 3 + 8 * 9 + 9
    assert "MLP" in str(model)
    X, y = moons(40)
    seen = steps_of_the_demo(model, X, y, Value, 30)
    assert seen[-1][0] < 0.5 * seen[0][0]
    assert seen[-1][1] >= 0.9
    xx, yy = np.meshgrid(np.arange(-1, 2, 0.5), np.arange(-1, 1.5, 0.5))
    mesh = np.c_[xx.ravel(), yy.ravel()]
    scores = list(map(model, [list(map(Value, row)) for row in mesh]))
    Z = np.array([s.data > 0 for s in scores]).reshape(xx.shape)
    assert Z.any() and not Z.all()


# ---- micrograd's trace_graph, and the lecture ----------------------------------------------------


def trace(root):
    """The nodes and edges of a drawing, as the notebooks collect them."""
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def test_trace_of_a_neuron():
    """A neuron on two inputs: every leaf is found, labels and operations are there to print."""
    n = Neuron(2)
    x = [Value(1.0), Value(-2.0)]
    y = n(x)
    y.backward()
    nodes, edges = trace(y)
    assert {*n.parameters(), *x, y} <= nodes
    assert all(a in nodes and b in nodes for a, b in edges)
    texts = ["{ data %.4f | grad %.4f }" % (v.data, v.grad) for v in nodes]  # noqa: UP031 (as written there)
    assert len(texts) == len(nodes) and any(v._op for v in nodes)


def test_manual_backpropagation_of_the_lecture():
    """One expression with labels: backward() and the hand-made sweep give -8, -3 * -2 and 2 * -2."""
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c")
    e = a * b
    e.label = "e"
    d = e + c
    d.label = "d"
    f = Value(-2.0, label="f")
    L = d * f
    L.label = "L"
    assert L.data == -8.0
    L.backward()
    assert [v.grad for v in (a, b, c, e, d, f, L)] == [6.0, -4.0, -2.0, -2.0, -2.0, 4.0, 1.0]
    assert repr(e) == "Value(data=-6.0, grad=-2.0, label='e')"


@pytest.mark.parametrize("tanh", [lambda n: n.tanh(), lambda n: ((2 * n).exp() - 1) / ((2 * n).exp() + 1)])
def test_neuron_of_the_lecture(tanh):
    """tanh as one operation or broken into exponentials: 0.7071, and the gradients 1, -1.5, 0, 0.5."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    n = x1 * w1 + x2 * w2 + b
    o = tanh(n)
    o.backward()
    assert f"{o.data:.4f}" == "0.7071"
    assert [v.grad for v in (w1, x1, w2, x2)] == near([1.0, -1.5, 0.0, 0.5])


def test_training_loop_of_the_lecture():
    """MLP(3, [4, 4, 1]) on four examples: predictions move to their targets."""
    n = MLP(3, [4, 4, 1], activation="tanh", seed=3)
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    for _ in range(60):
        ypred = [n(x) for x in xs]
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, ypred, strict=True))
        for p in n.parameters():
            p.grad = 0.0
        loss.backward()
        for p in n.parameters():
            p.data += -0.05 * p.grad
    assert loss.data < 0.1
    assert [round(y.data) for y in ypred] == ys


def test_label_of_one_output_is_its_own():
    """A label on one neuron's output names that one alone."""
    a, b, c = Layer(2, 3)([1.0, 2.0])
    a.label = "first"
    assert [v.label for v in (a, b, c)] == ["first", "", ""]


def test_modules_of_the_lecture():
    """Neuron(nin), Layer(nin, nout), MLP(nin, nouts); .w, .b, .neurons, .layers; parameters in order."""
    neuron, layer, mlp = Neuron(3), Layer(3, 2), MLP(3, [4, 1])
    assert neuron.parameters() == [*neuron.w, neuron.b]
    assert layer.parameters() == [p for n in layer.neurons for p in n.parameters()]
    assert mlp.parameters() == [p for each in mlp.layers for p in each.parameters()]
    mlp([1.0, 2.0, 3.0]).backward()
    assert any(p.grad for p in mlp.parameters())
    mlp.zero_grad()
    assert not any(p.grad for p in mlp.parameters())
