"""The moons' work, and its training step by hand in numpy: the gradients worked out on paper.

An MLP 2-16-16-1 on 100 moons, hinge loss plus L2, plain gradient descent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import nn

LEARNING_RATE, PENALTY = 0.5, 1e-4
SIZES = ((2, 16), (16, 16), (16, 1))
Step = Callable[[int], float]


def data() -> tuple[Any, Any]:
    """100 moons, with targets -1 and 1."""
    X, y = nn.make_moons(100, noise=0.1, seed=0)
    return X, 2.0 * y - 1.0


def model() -> nn.MLP:
    """The network, with the weights that every engine starts from."""
    return nn.MLP(2, [16, 16, 1], seed=0)


def initial_weights() -> Any:
    """The same as one vector: neuron by neuron, its weights and then its bias."""
    return np.array([parameter.data for parameter in model().parameters()])


def layers(flat: Any) -> Iterator[tuple[Any, Any]]:
    """The weights (nout, nin) and biases (nout,) of each layer, as views of the vector."""
    start = 0
    for nin, nout in SIZES:
        block = flat[start : start + nout * (nin + 1)].reshape(nout, nin + 1)
        start += block.size
        yield block[:, :nin], block[:, nin]


def by_hand() -> Step:
    """The step as a careful numpy user writes it: gradients written where they belong."""
    X, y = data()
    p = initial_weights()
    gradient = np.empty_like(p)
    (W1, b1), (W2, b2), (W3, b3) = layers(p)
    (G1, g1), (G2, g2), (G3, g3) = layers(gradient)
    share = -y / len(X)

    def step(_: int) -> float:
        h1 = X @ W1.T
        h1 += b1
        np.maximum(h1, 0.0, out=h1)
        h2 = h1 @ W2.T
        h2 += b2
        np.maximum(h2, 0.0, out=h2)
        margin = 1.0 - y * (h2 @ W3[0] + b3)
        loss = np.maximum(margin, 0.0).sum() / len(X) + PENALTY * (p @ p)
        d3 = share * (margin > 0.0)
        np.matmul(d3, h2, out=G3[0])
        g3[0] = d3.sum()
        d2 = d3[:, None] * W3
        d2 *= h2 > 0.0
        np.matmul(d2.T, h1, out=G2)
        d2.sum(axis=0, out=g2)
        d1 = d2 @ W2
        d1 *= h1 > 0.0
        np.matmul(d1.T, X, out=G1)
        d1.sum(axis=0, out=g1)
        np.add(gradient, 2.0 * PENALTY * p, out=gradient)
        np.subtract(p, LEARNING_RATE * gradient, out=p)
        return float(loss)

    return step
