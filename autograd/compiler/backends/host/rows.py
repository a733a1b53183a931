"""Rows: the inputs of a batch as one array in memory, a row for each scalar, which host programs read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.program.inputs import Inputs


class Rows:
    """Room for the inputs of a batch: `array` (scalars, batch)."""

    def __init__(self, inputs: Inputs, batch: int, dtype: Any) -> None:
        self.inputs, self.batch = inputs, batch
        sizes = [math.prod(shape) for shape in inputs.shapes]
        self.array = np.empty((sum(sizes), batch), dtype)
        self.views, start = [], 0
        for shape, size in zip(inputs.shapes, sizes):
            rows = self.array[start : start + size].reshape(*shape, batch)
            self.views.append(np.moveaxis(rows, -1, 0))
            start += size

    def fill(self, arrays: Sequence[Any]) -> None:
        """Take the numbers of the arrays, whose first axis is the batch if there is one, and draw afresh."""
        filled = [*arrays, *self.inputs.drawn(self.batch)] if self.inputs.draws else arrays
        if self.array.dtype == np.float64:
            self._copy(filled)
        else:
            with np.errstate(over="ignore"):  # what is too large becomes infinite
                self._copy(filled)

    def _copy(self, arrays: Iterable[Any]) -> None:
        for view, array in zip(self.views, arrays):
            view[...] = array
