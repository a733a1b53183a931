"""Initialisers: the numbers that weights start from.

An initialiser maps (fan_in, fan_out, generator, rows) to `rows` lists of `fan_in` numbers, one list for
each neuron. The aim of all but `zeros` and `uniform` is that signals keep their variance from layer to
layer, forward (fan_in) and backward (fan_out), so that gradients neither vanish nor explode.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.checks import check_size
from nn.layers.activations import ACTIVATIONS, Activation
from nn.randomness import Seed, generator

Initializer = Callable[..., list[list[float]]]


def zeros(fan_in: int, fan_out: int, seed: Seed = None, rows: int | None = None) -> list[list[float]]:
    """All zeros. For biases; neurons that all start alike stay alike.

    >>> zeros(2, 1)
    [[0.0, 0.0]]
    """
    count, _ = _shape("zeros", fan_in, fan_out, rows)
    return [[0.0] * fan_in for _ in range(count)]


def uniform(
    fan_in: int,
    fan_out: int,
    seed: Seed = None,
    rows: int | None = None,
    low: float = -1.0,
    high: float = 1.0,
) -> list[list[float]]:
    """Uniform on [low, high); the default is micrograd's.

    >>> [[f"{weight:.4f}" for weight in row] for row in uniform(2, 1, seed=0, low=0.0, high=0.1)]
    [['0.0637', '0.0270']]
    """
    return _rows(generator(seed).uniform(low, high, _shape("uniform", fan_in, fan_out, rows)))


def xavier_uniform(
    fan_in: int, fan_out: int, seed: Seed = None, rows: int | None = None
) -> list[list[float]]:
    """Uniform on [-a, a) with a = sqrt(6 / (fan_in + fan_out)): variance 2 / (fan_in + fan_out).

    For tanh, sigmoid and linear neurons. (Glorot and Bengio 2010, "Understanding the difficulty of
    training deep feedforward neural networks".)

    >>> all(abs(weight) <= 0.1 for row in xavier_uniform(300, 300, seed=0) for weight in row)
    True
    """
    _shape("xavier_uniform", fan_in, fan_out, rows)
    bound = (6.0 / (fan_in + fan_out)) ** 0.5
    return uniform(fan_in, fan_out, seed, rows, -bound, bound)


def xavier_normal(fan_in: int, fan_out: int, seed: Seed = None, rows: int | None = None) -> list[list[float]]:
    """Normal with variance 2 / (fan_in + fan_out). (Glorot and Bengio 2010.)

    >>> print(f"{np.std(xavier_normal(300, 500, seed=0)):.3f}")
    0.050
    """
    _shape("xavier_normal", fan_in, fan_out, rows)
    return _normal(fan_in, fan_out, seed, rows, (2.0 / (fan_in + fan_out)) ** 0.5)


def he_uniform(fan_in: int, fan_out: int, seed: Seed = None, rows: int | None = None) -> list[list[float]]:
    """Uniform on [-a, a) with a = sqrt(6 / fan_in): variance 2 / fan_in.

    For relu and its relatives, which pass half of the variance on. (He et al. 2015, "Delving deep into
    rectifiers".)

    >>> all(abs(weight) <= 0.1 for row in he_uniform(600, 10, seed=0) for weight in row)
    True
    """
    _shape("he_uniform", fan_in, fan_out, rows)
    bound = (6.0 / fan_in) ** 0.5
    return uniform(fan_in, fan_out, seed, rows, -bound, bound)


def he_normal(fan_in: int, fan_out: int, seed: Seed = None, rows: int | None = None) -> list[list[float]]:
    """Normal with variance 2 / fan_in. (He et al. 2015.)

    >>> print(f"{np.std(he_normal(800, 500, seed=0)):.3f}")
    0.050
    """
    _shape("he_normal", fan_in, fan_out, rows)
    return _normal(fan_in, fan_out, seed, rows, (2.0 / fan_in) ** 0.5)


def orthogonal(fan_in: int, fan_out: int, seed: Seed = None, rows: int | None = None) -> list[list[float]]:
    """Orthonormal rows, or columns where there are more rows than columns: lengths are kept.

    The Q of a QR decomposition of a normal matrix, with signs that make it uniform among all such.
    (Saxe et al. 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear networks".)

    >>> q = np.array(orthogonal(3, 2, seed=0))
    >>> bool(np.allclose(q @ q.T, np.eye(2)))
    True
    """
    shape = _shape("orthogonal", fan_in, fan_out, rows)
    q, r = np.linalg.qr(generator(seed).normal(size=(max(shape), min(shape))))
    q = q * np.where(np.diagonal(r) < 0.0, -1.0, 1.0)
    return _rows(q if shape[0] >= shape[1] else q.T)


INITIALIZERS: dict[str, Initializer] = {
    "zeros": zeros,
    "uniform": uniform,
    "xavier_uniform": xavier_uniform,
    "xavier_normal": xavier_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "orthogonal": orthogonal,
}

RECTIFIERS = ("relu", "leaky_relu", "elu", "gelu", "silu", "softplus")


def initializer(wanted: str | Initializer, activation: Activation) -> Initializer:
    """The initialiser of that name; "auto" fits the activation: he_uniform for rectifiers, else xavier.

    >>> initializer("auto", ACTIVATIONS["relu"]).__name__
    'he_uniform'
    """
    if callable(wanted):
        return wanted
    if wanted == "auto":
        rectifies = any(activation is ACTIVATIONS[name] for name in RECTIFIERS)
        return he_uniform if rectifies else xavier_uniform
    if wanted not in INITIALIZERS:
        raise ValueError(f"no initialiser is named {wanted!r}; there are auto, {', '.join(INITIALIZERS)}")
    return INITIALIZERS[wanted]


def _normal(fan_in: int, fan_out: int, seed: Seed, rows: int | None, deviation: float) -> list[list[float]]:
    return _rows(generator(seed).normal(0.0, deviation, (fan_out if rows is None else rows, fan_in)))


def _shape(name: str, fan_in: int, fan_out: int, rows: int | None) -> tuple[int, int]:
    """(rows, fan_in), once all of it is checked."""
    rows = fan_out if rows is None else rows
    check_size(name, fan_in=fan_in, fan_out=fan_out, rows=rows)
    return rows, fan_in


def _rows(matrix: Any) -> list[list[float]]:
    rows: list[list[float]] = matrix.tolist()
    return rows
