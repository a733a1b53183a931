"""The pictures that are promised to be legible, by name: what is drawn, with its gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, compile, mean
from viz import draw


def neuron() -> Value:
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.88, label="b")
    y = (w * x + b).tanh()
    y.label = "y"
    return y


def mlp(samples: int) -> Value:
    model = nn.MLP(3, [4, 4, 1], seed=1)
    inputs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]][:samples]
    return mean([(model([Value(x) for x in sample]) - 1.0) ** 2 for sample in inputs])


def moons_net() -> Value:
    return nn.MLP(2, [16, 16, 1], seed=1)([Value(0.5, label="x"), Value(-1.0, label="y")])


def convolution() -> Value:
    layer = nn.Conv2d(1, 2, 3, seed=1)
    image = [[[float(row == column) for column in range(8)] for row in range(8)]]
    return mean([pixel for channel in layer(image) for row in channel for pixel in row])


def letters() -> Value:
    model = nn.RNN(nn.RNNCell(6, 4, seed=1))
    one_hot = [[float(at == letter) for at in range(6)] for letter in (0, 1, 2, 3, 4, 5)]
    return mean([unit**2 for state in model(one_hot) for unit in state])


def small_gpt() -> nn.GPT:
    return nn.GPT(8, 4, 8, 2, 2, seed=1)


def gpt() -> Value:
    model = small_gpt()
    tokens = [1, 2, 3, 4]
    return mean([nn.cross_entropy(scores, token) for scores, token in zip(model(tokens[:-1]), tokens[1:])])


def chain(length: int) -> Value:
    y = Value(1.0, label="x")
    for _ in range(length):
        y = y + 0.5
    return y


def compiled_moons() -> Any:
    model = nn.MLP(2, [16, 16, 1], seed=1)
    loss = compile(lambda x, target: nn.hinge(model(x), target), backend="numpy")
    loss(np.ones((3, 2)), np.ones(3))
    return loss


def compiled_gpt(model: nn.GPT | None = None) -> Any:
    model = model or small_gpt()
    loss = compile(
        lambda t: mean([nn.cross_entropy(row, token) for row, token in zip(model(t[:-1]), t[1:])]),
        backend="numpy",
    )
    loss(np.array([[1, 2, 3, 4], [4, 3, 2, 1]]))
    return loss


def learned(root: Value) -> Value:
    root.backward()
    return root


PICTURES: dict[str, Callable[[], Any]] = {
    "the neuron": lambda: learned(neuron()),
    "a net on one sample": lambda: learned(mlp(1)),
    "a net on four samples": lambda: learned(mlp(4)),
    "the net of the moons": lambda: learned(moons_net()),
    "a convolution": lambda: learned(convolution()),
    "a recurrent net": lambda: learned(letters()),
    "a transformer": lambda: learned(gpt()),
    "a chain of 20": lambda: learned(chain(20)),
    "a chain of 200": lambda: learned(chain(200)),
    "a chain of 50,000": lambda: learned(chain(50_000)),
    "the moons, compiled": compiled_moons,
    "a transformer, compiled": compiled_gpt,
}


@cache
def drawing(name: str) -> Any:
    """The drawing of a picture, as it is by default, made once."""
    return draw(PICTURES[name](), names=False)


def named(*others: str) -> list[Any]:
    """The names of the pictures as parameters of a test, those of large graphs marked slow; and others."""
    large = {"a transformer", "a chain of 50,000", "a transformer, compiled"}
    return [
        pytest.param(name, marks=[pytest.mark.slow] if name in large else []) for name in (*PICTURES, *others)
    ]
