"""Embedding: a learned vector for each whole number."""

from __future__ import annotations

import operator
from typing import Any

from autograd import Value, select
from nn.checks import check_size
from nn.errors import InputError
from nn.layers.module import Module
from nn.randomness import Seed, generator


class Embedding(Module):
    """Row i of a table of `count` rows of `width` numbers, which start normal with `deviation`.

    An int gives the parameters themselves, and no node. A Value as index gives, for each column, the
    element that it selects; its own derivative is 0.

    >>> table = Embedding(4, 2, seed=0)
    >>> table(3)[0] is table.rows[3][0]
    True
    """

    def __init__(self, count: int, width: int, deviation: float = 1.0, seed: Seed = None) -> None:
        check_size("Embedding", count=count, width=width)
        drawn = generator(seed).normal(0.0, deviation, (count, width)).tolist()
        self.rows = [[Value(number) for number in row] for row in drawn]

    def forward(self, index: Any) -> list[Any]:
        """The vector of that index."""
        if isinstance(index, Value):
            return [select(index, column) for column in zip(*self.rows)]
        try:
            row = operator.index(index)
        except TypeError:
            raise InputError(
                self, f"{self.describe()} takes a whole number, got {type(index).__name__}"
            ) from None
        if not 0 <= row < len(self.rows):
            raise InputError(
                self, f"{self.describe()} takes an index from 0 to {len(self.rows) - 1}, got {row}"
            )
        return list(self.rows[row])

    def describe(self) -> str:
        """As `Embedding(27, 16)`."""
        return f"Embedding({len(self.rows)}, {len(self.rows[0])})"
