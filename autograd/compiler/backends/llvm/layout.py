"""Layout: where the arrays of a program lie, and how a selection of them is reached.

A batch is computed in *chunks* of samples. The workspace holds the values `v` of a chunk's samples and `u`
that are the same for all samples, their cotangents `d` and `e`, and the inputs `x` of the chunk. A selection
from several arrays is *gathered*: copied into an array of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.backends.accesses import Access, Location
from autograd.compiler.backends.llvm.loops import constant_array
from autograd.compiler.backends.llvm.machine import vector_bytes
from autograd.compiler.program.program import INPUTS, NUMBERS, PARAMETERS, Array, Program, Selection
from autograd.compiler.program.rows import same_number

SPACES = ("p", "x", "dp", "seed", "v", "u", "d", "e")
"""What a step's function is given: parameters, inputs, gradient, seed, and the parts of the workspace."""

ALIGNMENT = 64
"""Bytes: what the longest vectors ask for."""

WORKSPACE = 2**21
"""Bytes within which the values of a chunk are kept, where that is possible."""


def vectors_of_chunk(program: Program, dtype: Any) -> int:
    """How many vectors of samples make a chunk: an odd number, lest rows compete for places in caches."""
    rows = program.inputs + 2 * sum(array.rows for array in program.arrays if not array.uniform)
    fitting = WORKSPACE // (rows * vector_bytes() + 1)
    return int(np.clip(fitting, 3, 15)) // 2 * 2 + 1


class Layout:
    """The arrays of a program in its workspace; with `one_sample`, for batches of one sample alone."""

    def __init__(self, program: Program, dtype: Any, one_sample: bool) -> None:
        self.program, self.one_sample = program, one_sample
        self.module = ir.Module("program")
        self.real = ir.DoubleType() if dtype == np.float64 else ir.FloatType()
        self.bytes = dtype.itemsize
        self.lanes = 1 if one_sample else vector_bytes() // self.bytes
        self.chunk = 1 if one_sample else self.lanes * vectors_of_chunk(program, dtype)
        self.uniform_rows = self.varying_rows = 0
        self._first: dict[int, int] = {}
        self._gathered: dict[Any, Array] = {}

    def allocate(self, array: Array) -> None:
        """Make room for an array in the workspace."""
        if array.uniform:
            self._first[array.at] = self.uniform_rows
            self.uniform_rows += array.rows
        else:
            self._first[array.at] = self.varying_rows
            self.varying_rows += array.rows

    def parts(self) -> dict[str, int]:
        """The parts of the workspace, and how many numbers each of them holds."""
        values, uniform = self.varying_rows * self.chunk, self.uniform_rows
        parts = {"seed": 1, "v": values, "u": uniform, "d": values, "e": uniform}
        return parts if self.one_sample else {**parts, "x": self.program.inputs * self.chunk}

    # ---- arrays and selections ------------------------------------------------------------------

    def location(self, array: Array, cotangent: bool = False) -> Location:
        """Where an array lies, or its cotangent."""
        if array.at == PARAMETERS:
            return Location("dp", "dp", 0, True) if cotangent else Location("p", "p", 0, True)
        if array.at == INPUTS:
            return Location("x", "x", 0, False)
        space = ("e" if cotangent else "u") if array.uniform else ("d" if cotangent else "v")
        return Location(f"{space}{array.at}", space, self._first[array.at], array.uniform)

    def all_rows(self, array: Array, cotangent: bool = False) -> Access:
        """All rows of an array."""
        return Access(self.location(array, cotangent), np.arange(array.rows), ("r",))

    def access(self, selection: Selection, *variables: str, cotangent: bool = False) -> Access:
        """The elements of a selection, with a variable for each of its axes."""
        arrays = selection.sources
        if len(arrays) > 1:
            gathered = self._gathered[selection.key]
            rows = np.arange(gathered.rows).reshape(selection.shape)
            return Access(self.location(gathered, cotangent), rows, variables)
        if arrays[0] == NUMBERS:
            return self._numbers(selection.rows, variables)
        return Access(self.location(self.program.arrays[arrays[0]], cotangent), selection.rows, variables)

    def _numbers(self, rows: Any, variables: tuple[str, ...]) -> Access:
        numbers = np.array(self.program.numbers, dtype=float)[rows]
        constant = constant_array(self.module, numbers, self.real)
        rows = (
            np.zeros(numbers.shape, np.int64)
            if same_number(numbers)
            else np.arange(numbers.size).reshape(rows.shape)
        )
        return Access(Location(constant.name, constant.name, 0, True), rows, variables)

    # ---- selections from several arrays ---------------------------------------------------------

    def gather(self, selection: Selection) -> Array | None:
        """A new array into which to copy a selection; None if it is from one array, or has been gathered."""
        if len(selection.sources) == 1 or selection.key in self._gathered:
            return None
        at = len(self.program.arrays) + len(self._gathered)
        array = self._gathered[selection.key] = Array(at, selection.rows.size, selection.uniform)
        self.allocate(array)
        return array

    def origins(self, selection: Selection, having: set[int] | None = None) -> Iterator[tuple[Any, Access]]:
        """What a gathered selection is copied from: its rows, and the elements that belong there, in pairs.

        Arrays of one space are one pair. With `having`, it is the cotangents of those arrays, and no others.
        """
        cotangent = having is not None
        arrays, rows = selection.arrays.ravel(), selection.rows.ravel()
        spaces: dict[str, list[int]] = {}
        for at in selection.sources:
            if having is None or at in having:
                space = "numbers" if at == NUMBERS else self.location(self.program.arrays[at]).space
                spaces.setdefault(space, []).append(at)
        for members in spaces.values():
            targets = np.flatnonzero(np.isin(arrays, members))
            if members == [NUMBERS]:
                yield targets, self._numbers(rows[targets], ("r",))
                continue
            location = self.location(self.program.arrays[members[0]], cotangent)
            if len(members) == 1:
                yield targets, Access(location, rows[targets], ("r",))
            else:
                firsts = np.array([self._first[at] for at in arrays[targets].tolist()])
                together = Location("", location.space, 0, location.uniform)
                yield targets, Access(together, firsts + rows[targets], ("r",))
