"""A program: arrays, and steps that compute one from others. It knows no array library.

An array holds one scalar per row, and along its last axis the samples of the batch; a *uniform* array
is the same for every sample and has length 1 there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from autograd.rules.primitives import Primitive
from autograd.rules.table import TABLE

DOT, SUM, SELECT = (TABLE[name] for name in ("dot", "sum", "select"))
"""Primitives that backends write in ways of their own, rather than by their rule, element by element."""

PARAMETERS, INPUTS, NUMBERS = 0, 1, 2
"""The arrays that are there from the start."""


@dataclass(frozen=True)
class Array:
    """So many rows of scalars, one for each sample or one for all; `at` is its place among the arrays."""

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

    @cached_property
    def alike(self) -> bool:
        """Whether the k entries are all the same."""
        return not ((self.rows != self.rows[..., :1]).any() or (self.arrays != self.arrays[..., :1]).any())

    @property
    def first(self) -> Selection:
        """The first entry alone."""
        if self.shape[-1] == 1:
            return self
        return Selection(self.arrays[..., :1], self.rows[..., :1], self.uniform)

    @property
    def shape(self) -> tuple[int, ...]:
        """(k,) for one operand of k entries; (n, k) for a family of n operands of each."""
        return self.rows.shape

    @property
    def key(self) -> tuple[bytes, bytes, tuple[int, ...]]:
        """What tells selections apart."""
        return self.arrays.tobytes(), self.rows.tobytes(), self.shape


Kind = Literal["each", "reduce", "dot", "matmul"]


@dataclass(frozen=True)
class Step:
    """One array operation: a primitive on many operands at once.

    By kind: "each" applies it to operands (k,), element by element; "reduce" to families (n, k), and operands
    (k,) before them; "dot" takes two families (n, k); "matmul" a matrix (k, n) and m vectors (n, m), its
    result has k * m rows, m for each of the matrix. A dot or matmul adds the terms `plain` (p, k).
    """

    kind: Kind
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
    """What a recorded function lowers to.

    `parameters`, `inputs` and `numbers` are the rows of the arrays that are there from the start; each of the
    `steps`, in order, computes one more. The `results` (results,) are selected from all arrays.
    """

    parameters: int
    inputs: int
    numbers: list[float]
    arrays: list[Array] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    results: Selection = field(init=False)
    differentiated: list[int] = field(default_factory=list)
    """The rows of the parameters that a derivative reaches: those to whose gradient something is added."""

    entries: int = 0
    """How many scalar operations and sources the steps stand for."""

    @property
    def loss(self) -> Selection:
        """The first result, which is the one that a reverse pass differentiates."""
        at, rows = self.results.arrays[:1], self.results.rows[:1]
        return Selection(at, rows, self.arrays[int(at[0])].uniform)

    @cached_property
    def with_gradients(self) -> set[int]:
        """The arrays on which the loss depends, and which depend on the parameters, by derivatives.

        A reverse pass needs the cotangents of these alone. Ask it of a program that is finished.
        """
        dependent, reached = {PARAMETERS}, set(self.loss.sources)
        for step in self.steps:
            if any(dependent & set(selection.sources) for selection in _differentiated(step)):
                dependent.add(step.out.at)
        for step in reversed(self.steps):
            if step.out.at in reached:
                for selection in _differentiated(step):
                    reached |= set(selection.sources)
        return dependent & reached | {PARAMETERS}

    def has_gradient(self, selection: Selection) -> bool:
        """Whether any part of a selection has a gradient."""
        return not self.with_gradients.isdisjoint(selection.sources)


def _differentiated(step: Step) -> list[Selection]:
    """The operands of a step whose partials are not the number 0."""
    counts = [*step.primitive.nonzero_partials, True]
    return [selection for selection, nonzero in zip(step.selections, counts) if nonzero]
