"""Batches: data for training, checked once and then taken in parts, in a random order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

import numpy as np

from autograd.trees import map_leaves
from nn.checks import check_size
from nn.randomness import Seed, generator


def batches(
    X: Sequence[Any], y: Sequence[Any], batch_size: int, seed: Seed = None, shuffle: bool = True
) -> Iterator[tuple[list[Any], list[Any]]]:
    """Go once through samples and targets in a random order, `batch_size` at a time; the last may be fewer.

    >>> [ys for xs, ys in batches([[1.0], [2.0], [3.0]], [1, 2, 3], 2, shuffle=False)]
    [[1, 2], [3]]
    """
    check_size("batches", batch_size=batch_size)
    X, y = checked_data((X, y), "batches")
    order = generator(seed).permutation(len(X)).tolist() if shuffle else list(range(len(X)))
    for start in range(0, len(X), batch_size):
        batch = order[start : start + batch_size]
        yield gather(X, batch), gather(y, batch)


def gather(samples: Sequence[Any], indices: Sequence[int]) -> list[Any]:
    """The samples at these indices."""
    return [samples[index] for index in indices]


def checked_data(data: Any, where: str) -> tuple[list[Any], list[Any]]:
    """(X, y) as lists of one length, without NaN; else an error that says what is wrong, and where."""
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise TypeError(f"{where} takes a pair (X, y) of samples and targets, got {type(data).__name__}")
    X, y = (
        map_leaves(_plain, part.tolist() if isinstance(part, np.ndarray) else list(part)) for part in data
    )
    if len(X) != len(y) or not X:
        raise ValueError(
            f"{where} needs as many targets as samples, got {len(X)} samples and {len(y)} targets"
        )
    for name, part in (("X", X), ("y", y)):
        place = _nan(part)
        if place is not None:
            raise ValueError(f"{where} has NaN at {name}{place}; drop that sample or fill it in")
    return X, y


def _plain(leaf: Any) -> Any:
    return leaf.tolist() if isinstance(leaf, (np.ndarray, np.generic)) else leaf


def _nan(part: Any, path: str = "") -> str | None:
    """The path of the first NaN in nested numbers, as `[3][1]`."""
    if isinstance(part, (list, tuple, dict)):
        entries = part.items() if isinstance(part, dict) else enumerate(part)
        found = (_nan(entry, f"{path}[{place!r}]") for place, entry in entries)
        return next((path for path in found if path is not None), None)
    return path if isinstance(part, float) and isnan(part) else None
