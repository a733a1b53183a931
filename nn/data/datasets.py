"""Small data sets: drawn with a seed, or read from scikit-learn where it is installed.

Each gives (X, y) as numpy arrays, samples along the first axis, targets whole numbers from 0, as scikit-learn
does. `hinge` takes -1 and 1: give it 2 * y - 1.
"""

from __future__ import annotations

import importlib
from math import inf, pi
from typing import Any

import numpy as np

from nn.checks import check_between, check_size
from nn.randomness import Seed, generator

Arrays = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def make_moons(count: int = 100, noise: float = 0.1, seed: Seed = None) -> Arrays:
    """Two half circles that reach into one another, with normal noise: target 0 the upper, 1 the lower.

    >>> X, y = make_moons(4, noise=0.0)
    >>> X.round(6).tolist(), y.tolist()
    ([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [2.0, 0.5]], [0, 0, 1, 1])
    """
    upper, lower = _halves("make_moons", count, noise)
    a, b = np.linspace(0.0, pi, upper), np.linspace(0.0, pi, lower)
    return _noisy([np.cos(a), np.sin(a)], [1.0 - np.cos(b), 0.5 - np.sin(b)], noise, seed)


def make_circles(count: int = 100, noise: float = 0.1, factor: float = 0.5, seed: Seed = None) -> Arrays:
    """A circle of radius 1 (target 0) around one of radius `factor` (target 1), with normal noise.

    >>> len(make_circles(10, seed=0)[0])
    10
    """
    check_between("make_circles", 0.0, 1.0, factor=factor)
    outer, inner = _halves("make_circles", count, noise)
    a = np.linspace(0.0, 2.0 * pi, outer, endpoint=False)
    b = np.linspace(0.0, 2.0 * pi, inner, endpoint=False)
    return _noisy([np.cos(a), np.sin(a)], [factor * np.cos(b), factor * np.sin(b)], noise, seed)


def make_spirals(count: int = 100, noise: float = 0.05, turns: float = 1.5, seed: Seed = None) -> Arrays:
    """Two arms that wind around one another, from the centre to radius 1, with normal noise.

    >>> len(make_spirals(10, seed=0)[0])
    10
    """
    check_between("make_spirals", 0.0, inf, turns=turns)
    first, second = _halves("make_spirals", count, noise)
    a, b = np.sqrt(np.linspace(0.02, 1.0, first)), np.sqrt(np.linspace(0.02, 1.0, second))
    t, u = 2.0 * pi * turns * a, 2.0 * pi * turns * b
    return _noisy([a * np.cos(t), a * np.sin(t)], [-b * np.cos(u), -b * np.sin(u)], noise, seed)


def make_xor(count: int = 4, noise: float = 0.0, seed: Seed = None) -> Arrays:
    """The corners of a square, in turn, with normal noise: 1 where x and y differ in sign, else 0.

    >>> [part.tolist() for part in make_xor()]
    [[[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]], [0, 1, 1, 0]]
    """
    _halves("make_xor", count, noise)
    corners = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])[np.arange(count) % 4]
    X = corners + generator(seed).normal(0.0, noise, corners.shape)
    return X, (corners.prod(axis=1) < 0.0).astype(int)


def load_digits() -> Arrays:
    """1,797 handwritten digits: X (1797, 1, 8, 8), pixels from 0 to 1 in one channel; y (1797,), 0 to 9.

    From scikit-learn (Alpaydin and Kaynak 1998, UCI Machine Learning Repository).
    """
    found = _sklearn("load_digits")
    return found.images[:, np.newaxis] / 16.0, found.target


def load_iris() -> Arrays:
    """150 irises: X (150, 4), lengths, each standardised to mean 0 and deviation 1; y (150,), species 0 to 2.

    From scikit-learn (Fisher 1936, "The use of multiple measurements in taxonomic problems").
    """
    found = _sklearn("load_iris")
    return (found.data - found.data.mean(axis=0)) / found.data.std(axis=0), found.target


def split(X: Any, y: Any, share: float = 0.2, seed: Seed = None) -> tuple[Arrays, Arrays]:
    """((X, y) to train on, (X, y) held out): a random `share` of the samples is held out.

    >>> training, held_out = split([[1.0], [2.0], [3.0], [4.0]], [1, 2, 3, 4], share=0.25, seed=0)
    >>> len(training[1]), len(held_out[1])
    (3, 1)
    """
    check_between("split", 0.0, 1.0, share=share)
    X, y = np.asarray(X), np.asarray(y)
    if len(X) != len(y):
        raise ValueError(f"split needs as many targets as samples, got {len(X)} samples and {len(y)} targets")
    order = generator(seed).permutation(len(X))
    cut = len(X) - round(share * len(X))
    kept, held = order[:cut], order[cut:]
    return (X[kept], y[kept]), (X[held], y[held])


def _halves(name: str, count: int, noise: float) -> tuple[int, int]:
    check_size(name, 2, count=count)
    check_between(name, 0.0, inf, noise=noise)
    return count // 2, count - count // 2


def _noisy(first: Any, second: Any, noise: float, seed: Seed) -> Arrays:
    X = np.concatenate([np.stack(first, axis=1), np.stack(second, axis=1)])
    X = X + generator(seed).normal(0.0, noise, X.shape)
    return X, np.repeat([0, 1], [len(first[0]), len(second[0])])


def _sklearn(name: str) -> Any:
    try:
        datasets = importlib.import_module("sklearn.datasets")
    except ModuleNotFoundError:
        raise ImportError(
            f"{name} reads its data from scikit-learn, which is not installed: pip install scikit-learn"
        ) from None
    return getattr(datasets, name)()
