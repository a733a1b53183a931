"""Accesses: where the elements that a loop reads or writes lie. Nothing here knows in which language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograd.compiler.program.rows import regular_strides


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
        return regular_strides(self.rows)

    @property
    def depends(self) -> tuple[str, ...]:
        """The variables on which the row depends."""
        return tuple(name for name in self.variables if self.stride(name) != 0)

    def stride(self, variable: str) -> int | None:
        """How the row grows with a variable: 0 when it does not, None when irregularly."""
        if variable not in self.variables:
            return 0
        return None if self.strides is None else self.strides[self.variables.index(variable)]

    @cached_property
    def parts(self) -> list[tuple[tuple[str, ...], Any]]:
        """The row, less the first one, as a sum of parts: variables, and an offset for each of their values.

        A variable whose effect on the row depends on no other has a part of its own.
        """
        rows, together = self.rows, []
        alone: list[tuple[tuple[str, ...], Any]] = []
        for axis, name in enumerate(self.variables):
            moved = rows - rows.take([0], axis)
            along = moved[tuple(slice(None) if other == axis else 0 for other in range(rows.ndim))]
            shape = [-1 if other == axis else 1 for other in range(rows.ndim)]
            if (moved == along.reshape(shape)).all():
                alone.append(((name,), along))
            else:
                together.append(axis)
        if together:
            rest = rows[tuple(slice(None) if axis in together else 0 for axis in range(rows.ndim))]
            alone.append((tuple(self.variables[axis] for axis in together), rest - rows.flat[0]))
        return alone
