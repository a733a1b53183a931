"""The input buffer: the inputs of a batch as one array in memory, which host programs read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd.compiler.program.inputs import Inputs


class InputBuffer:
    """Room for the inputs of a batch: `array` (inputs, batch), whose rows are those of `Program.inputs`."""

    def __init__(self, inputs: Inputs, batch: int, dtype: Any) -> None:
        self.inputs, self.batch = inputs, batch
        sizes = [math.prod(shape) for shape in inputs.shapes]
        self.array = np.empty((sum(sizes), batch), dtype)
        self.is_exact = self.array.dtype == np.float64
        self.views, start = [], 0
        for shape, size in zip(inputs.shapes, sizes):
            rows = self.array[start : start + size].reshape(*shape, batch)
            self.views.append(np.moveaxis(rows, -1, 0))
            start += size

    def fill(self, arrays: Iterable[Any]) -> None:
        """Take the numbers of the arrays, as `protocol` says that they come, and draw afresh."""
        if self.inputs.draws:
            arrays = [*arrays, *self.inputs.drawn(self.batch)]
        if self.is_exact:
            for view, array in zip(self.views, arrays):
                view[...] = array
        else:
            with np.errstate(over="ignore"):  # what is too large becomes infinite
                for view, array in zip(self.views, arrays):
                    view[...] = array
