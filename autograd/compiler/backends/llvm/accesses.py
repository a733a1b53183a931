"""Accesses: where the elements that a loop reads or writes lie. Nothing here knows LLVM."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograd.compiler.program.rows import first_strides


@dataclass(frozen=True)
class Location:
    """Where an array lies: from row `first` of a space on.

    A *space* is a pointer among the arguments of the function, or a constant of the module. The name is that
    of the array; "" where several are read through one access.
    """

    name: str
    space: str
    first: int
    uniform: bool


@dataclass(frozen=True, eq=False)
class Access:
    """Elements of an array, by loop variables.

    `rows` has an axis for each variable: the row of the element, counted from the location's first. Of an
    array that is not uniform an element has one number for each sample.
    """

    location: Location
    rows: Any
    variables: tuple[str, ...]

    @property
    def sizes(self) -> dict[str, int]:
        """How many values each variable takes."""
        return dict(zip(self.variables, self.rows.shape))

    @cached_property
    def strides(self) -> tuple[int, ...] | None:
        """By how much the row grows with each variable; None when it grows irregularly."""
        rows = self.rows
        strides = first_strides(rows)
        grid = np.zeros(rows.shape, int)
        for stride, index in zip(strides, np.indices(rows.shape)):
            grid += stride * index
        return strides if (rows == int(rows.flat[0]) + grid).all() else None

    @property
    def depends(self) -> tuple[str, ...]:
        """The variables on which the row depends."""
        return tuple(name for name in self.variables if self.stride(name) != 0)

    def stride(self, variable: str) -> int | None:
        """How the row grows with a variable: 0 when it does not, None when irregularly."""
        if variable not in self.variables:
            return 0
        return None if self.strides is None else self.strides[self.variables.index(variable)]
