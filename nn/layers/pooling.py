"""Pooling: each square of an image becomes one number. And `Flatten`, from images to a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from autograd import maximum, mean
from autograd.trees import leaves
from nn.checks import check_size, sequence
from nn.errors import InputError
from nn.layers.module import Module


class _Pool2d(Module):
    """Squares of `size` by `size`, `stride` apart (by default side by side); a rest is left out."""

    combine: Callable[[list[Any]], Any]

    def __init__(self, size: int, stride: int | None = None) -> None:
        stride = size if stride is None else stride
        check_size(type(self).__name__, size=size, stride=stride)
        self.size, self.stride = size, stride

    def forward(self, x: Sequence[Sequence[Sequence[Any]]]) -> list[list[list[Any]]]:
        """The smaller images, channel by channel."""
        return [self._pooled(sequence(channel, self, "rows")) for channel in sequence(x, self, "channels")]

    def _pooled(self, image: list[Any]) -> list[list[Any]]:
        n, m, k = len(image), min(len(row) for row in image), self.size
        if min(n, m) < k:
            raise InputError(self, f"{self.describe()} needs images of at least {k} by {k}, got {n} by {m}")
        return [
            [
                self.combine([value for row in image[top : top + k] for value in row[left : left + k]])
                for left in range(0, m - k + 1, self.stride)
            ]
            for top in range(0, n - k + 1, self.stride)
        ]

    def describe(self) -> str:
        """As `MaxPool2d(2)`."""
        stride = "" if self.stride == self.size else f", stride={self.stride}"
        return f"{type(self).__name__}({self.size}{stride})"


class MaxPool2d(_Pool2d):
    """The largest number of each square; the gradient goes to it, at a tie to the first.

    >>> MaxPool2d(2)([[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 1.0, 1.0]]])
    [[[4.0, 5.0]]]
    """

    @staticmethod
    def combine(square: list[Any]) -> Any:
        """The largest."""
        return reduce(maximum, square)


class AvgPool2d(_Pool2d):
    """The mean of each square.

    >>> AvgPool2d(2)([[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 1.0, 1.0]]])
    [[[2.5, 1.75]]]
    """

    @staticmethod
    def combine(square: list[Any]) -> Any:
        """The mean."""
        return mean(square)


class Flatten(Module):
    """All numbers of a nested structure as one list: channel by channel, row by row.

    >>> Flatten()([[[1.0, 2.0]], [[3.0, 4.0]]])
    [1.0, 2.0, 3.0, 4.0]
    """

    def forward(self, x: Any) -> list[Any]:
        """The list."""
        return leaves(x.tolist() if isinstance(x, np.ndarray) else x)
