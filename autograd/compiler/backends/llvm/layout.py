"""Layout: where the arrays of a program lie in its workspace, and how a selection of them is reached.

The workspace holds the values `v` of the samples of a stretch of the batch and `u` that are the same for all
of them, their cotangents `d` and `e`, and the inputs `x` of the stretch. A selection from several arrays is
first copied into one, its stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.backends.llvm.loops import Access, Loops, Place, table
from autograd.compiler.backends.llvm.machine import vector_bytes
from autograd.compiler.program.program import (
    INPUTS,
    NUMBERS,
    PARAMETERS,
    Array,
    Program,
    Selection,
    moving_arrays,
)
from autograd.compiler.program.rows import same_number

SPACES = ("p", "x", "dp", "seed", "v", "u", "d", "e")
"""What a step's function is given: parameters, inputs, gradient, seed, and the parts of the workspace."""

ALIGNMENT = 64
"""Bytes: what the longest vectors ask for."""

WORKSPACE = 2**21
"""Bytes within which the values of a stretch of the batch are kept, where that is possible."""


def vectors_at_once(program: Program, dtype: Any) -> int:
    """How many vectors of samples make a stretch: an odd number, lest rows compete for places in caches."""
    rows = program.inputs + 2 * sum(array.rows for array in program.arrays if not array.uniform)
    fitting = WORKSPACE // (rows * vector_bytes() + 1)
    return int(np.clip(fitting, 3, 15)) // 2 * 2 + 1


class Layout:
    """The arrays of a program, and the functions written so far of the module `llvm`."""

    def __init__(self, program: Program, dtype: Any, alone: bool) -> None:
        self.program, self.alone = program, alone
        self.real = ir.DoubleType() if dtype == np.float64 else ir.FloatType()
        self.bytes = dtype.itemsize
        self.lanes = 1 if alone else vector_bytes() // self.bytes
        self.stride = 1 if alone else self.lanes * vectors_at_once(program, dtype)
        self.llvm = ir.Module("program")
        self.moving = moving_arrays(program)
        self.stacks: dict[Any, Array] = {}
        self.stacked: dict[int | None, list[Selection]] = {}
        self.next = len(program.arrays)
        self.first: dict[int, int] = {}
        self.rows = {False: 0, True: 0}
        self.begun: set[int] = set()
        self.count = 0
        self.parts: dict[str, list[Any]] = {"before": [], "each": [], "after": []}

    @contextmanager
    def function(self, when: str) -> Iterator[Loops]:
        """A function of the module, to be called after those of its kind that are there.

        "each" is called for each stretch of the batch, "before" and "after" once.
        """
        loops = Loops(self.llvm, f"part_{self.count}", SPACES, self.real, self.lanes, self.stride)
        self.count += 1
        yield loops
        loops.close()
        self.parts[when].append(loops.function)

    def allocate(self, array: Array) -> None:
        """Room for an array in the workspace."""
        self.first[array.at] = self.rows[array.uniform]
        self.rows[array.uniform] += array.rows

    def place(self, array: Array, cotangent: bool = False) -> Place:
        """Where an array lies, or its cotangent."""
        if array.at == PARAMETERS:
            return Place("dp", "dp", 0, False) if cotangent else Place("p", "p", 0, False)
        if array.at == INPUTS:
            return Place("x", "x", 0, True)
        space = ("e" if cotangent else "u") if array.uniform else ("d" if cotangent else "v")
        return Place(f"{space}{array.at}", space, self.first[array.at], not array.uniform)

    def _space(self, at: int) -> str:
        return "numbers" if at == NUMBERS else self.place(self.program.arrays[at]).space

    def access(self, selection: Selection, *variables: str, cotangent: bool = False) -> Access:
        """The elements of a selection, with a variable for each of its axes."""
        arrays = selection.sources
        if len(arrays) > 1:
            stack = self.stacks[self.key(selection)]
            rows = np.arange(stack.rows).reshape(selection.shape)
            return Access(self.place(stack, cotangent), rows, variables)
        if arrays[0] == NUMBERS:
            return self._numbers(selection.rows, variables)
        return Access(self.place(self.program.arrays[arrays[0]], cotangent), selection.rows, variables)

    def _numbers(self, rows: Any, variables: tuple[str, ...]) -> Access:
        numbers = np.array(self.program.numbers, dtype=float)[rows]
        constant = table(self.llvm, numbers, self.real)
        rows = (
            np.zeros(numbers.shape, np.int64)
            if same_number(numbers)
            else np.arange(numbers.size).reshape(rows.shape)
        )
        return Access(Place(constant.name, constant.name, 0, False), rows, variables)

    def sizes(self, loops: Loops, rows: dict[str, int], access: Access) -> dict[str, Any]:
        """Loops over rows, then over the samples if the access varies with them."""
        return {**rows, "b": loops.turns} if access.place.varies and not self.alone else dict(rows)

    def out(self, array: Array, cotangent: bool = False) -> Access:
        """The elements of a step's result."""
        return Access(self.place(array, cotangent), np.arange(array.rows), ("r",))

    def moves(self, selection: Selection) -> bool:
        """Whether any part of the selection has a gradient."""
        return bool(self.moving & set(selection.sources))

    @staticmethod
    def key(selection: Selection) -> Any:
        """What tells selections apart."""
        return selection.arrays.tobytes(), selection.rows.tobytes(), selection.shape

    # ---- selections from several arrays ---------------------------------------------------------

    def stack_if_mixed(self, selection: Selection, reader: int | None) -> None:
        """Copy a selection from several arrays into one of its own, for the first of its readers."""
        if len(selection.sources) == 1 or self.key(selection) in self.stacks:
            return
        stack = Array(self.next, selection.rows.size, selection.uniform)
        self.next += 1
        self.stacks[self.key(selection)] = stack
        self.stacked.setdefault(reader, []).append(selection)
        self.allocate(stack)
        with self.function("before" if stack.uniform else "each") as loops:
            for rows, source in self.pieces(selection, cotangent=False):
                self.copy(loops, source, Access(self.place(stack), rows, ("r",)))

    def pieces(self, selection: Selection, cotangent: bool) -> Iterator[tuple[Any, Access]]:
        """What a mixed selection consists of: rows of its stack, and where they come from.

        Arrays of one space are one piece. Only arrays that move have cotangents.
        """
        arrays, rows = selection.arrays.ravel(), selection.rows.ravel()
        spaces: dict[str, list[int]] = {}
        for at in selection.sources:
            if not cotangent or at in self.moving:
                spaces.setdefault(self._space(at), []).append(at)
        for members in spaces.values():
            places = np.flatnonzero(np.isin(arrays, members))
            if members == [NUMBERS]:
                yield places, self._numbers(rows[places], ("r",))
                continue
            place = self.place(self.program.arrays[members[0]], cotangent)
            if len(members) == 1:
                yield places, Access(place, rows[places], ("r",))
            else:
                starts = np.array([self.first[at] for at in arrays[places].tolist()])
                yield places, Access(Place("", place.space, 0, place.varies), starts + rows[places], ("r",))

    def copy(self, loops: Loops, source: Access, target: Access) -> None:
        """Set all elements of the target."""
        with loops.nest(self.sizes(loops, {"r": target.rows.size}, target)) as at:
            loops.store(loops.load(source, at), target, at)
