"""Batches: data for training, taken in parts, in a random order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nn.checks import check_size
from nn.data.sources import Columns
from nn.randomness import Seed, generator


def batches(
    X: Sequence[Any], y: Sequence[Any], batch_size: int, seed: Seed = None, shuffle: bool = True
) -> Iterator[tuple[list[Any], list[Any]]]:
    """Go once through samples and targets in a random order, `batch_size` at a time; the last may be fewer.

    X and y are what `fit` takes as data = (X, y); from a `numpy.memmap` a batch is read at a time.

    >>> [ys for xs, ys in batches([[1.0], [2.0], [3.0]], [1, 2, 3], 2, shuffle=False)]
    [[1, 2], [3]]
    """
    check_size("batches", batch_size=batch_size)
    data = Columns(X, y, "batches")
    order = generator(seed).permutation(len(data)).tolist() if shuffle else list(range(len(data)))
    for start in range(0, len(data), batch_size):
        batch = data.at(order[start : start + batch_size])
        yield batch.xs, batch.ys
