"""A program: arrays, and steps that compute one from others. It knows no array library.

An array holds one scalar per row, and along its last axis the samples of the batch; a *uniform* array
is the same for every sample and has length 1 there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from autograd.rules import Primitive
from autograd.symbols import Expression

PARAMETERS, INPUTS, NUMBERS = 0, 1, 2
"""The arrays that are there from the start."""


@dataclass(frozen=True)
class Array:
    """A stack of scalars: `rows` of them."""

    at: int
    rows: int
    uniform: bool


@dataclass(frozen=True)
class Selection:
    """Scalars picked from arrays: element i is row `rows[i]` of array `arrays[i]`."""

    arrays: NDArray[np.intp]
    rows: NDArray[np.intp]
    uniform: bool

    @cached_property
    def sources(self) -> list[int]:
        """The arrays from which elements are picked, in order."""
        if self.arrays.size == 1:
            return [int(self.arrays.flat[0])]
        return np.unique(self.arrays).tolist()  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[int, ...]:
        """(k,) for one operand of k entries; (n, k) for a family of n operands of each."""
        return self.rows.shape


@dataclass(frozen=True)
class Step:
    """One array operation: `kind` is "each", "reduce", "dot" or "matmul".

    A dot or matmul adds the terms `plain` (p, k). A matmul has a matrix (k, n) and vectors (n, m).
    """

    kind: str
    primitive: Primitive
    out: Array
    operands: tuple[Selection, ...]
    plain: Selection | None = None

    @property
    def selections(self) -> list[Selection]:
        """All that it reads."""
        return [*self.operands, *([self.plain] if self.plain is not None else [])]


@dataclass
class Program:
    """What a recording lowers to: sources, steps in order, and where the results are."""

    parameters: int
    inputs: int
    numbers: list[float]
    arrays: list[Array] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    results: Selection = field(init=False)
    entries: int = 0


def moving_arrays(program: Program) -> set[int]:
    """The arrays that depend on the parameters, and so have gradients."""
    moving = {PARAMETERS}
    for step in program.steps:
        touched = any(moving & set(selection.sources) for selection in step.selections)
        if touched and any(isinstance(partial, Expression) or partial for partial in step.primitive.partials):
            moving.add(step.out.at)
    return moving


def parameters_used(program: Program) -> list[int]:
    """The rows of the parameters on which a result depends."""
    selections = [selection for step in program.steps for selection in step.selections]
    rows = [s.rows[s.arrays == PARAMETERS] for s in (*selections, program.results)]
    return np.unique(np.concatenate(rows)).tolist()  # type: ignore[no-any-return]
