"""Layout: where the arrays of a program lie in its workspace, and how a selection of them is reached.

The workspace holds the results and the gradient of the parameters, then the values `v` of the samples
and `u` that are the same for all of them, then their cotangents `d` and `e`. A selection from several
arrays is first copied into one, its stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.llvm_contraction import contract
from autograd.compiler.llvm_loops import Access, Loops, Place, table
from autograd.compiler.program import INPUTS, NUMBERS, PARAMETERS, Array, Program, Selection, moving_arrays
from autograd.compiler.rows import same_number

SPACES = ("p", "x", "results", "dp", "v", "u", "d", "e")
"""What a step's function is given: parameters, inputs, and the parts of the workspace."""


class Layout:
    """The arrays of a program, and the functions written so far of the module `llvm`."""

    def __init__(self, program: Program, dtype: Any, alone: bool) -> None:
        self.program, self.alone = program, alone
        self.real = ir.DoubleType() if dtype == np.float64 else ir.FloatType()
        self.llvm = ir.Module("program")
        self.moving = moving_arrays(program)
        self.stacks: dict[Any, Array] = {}
        self.stacked: dict[int | None, list[Selection]] = {}
        self.next = len(program.arrays)
        self.first: dict[int, int] = {}
        self.rows = {False: 0, True: 0}
        self.begun: set[int] = set()
        self.written: list[Any] = []

    @contextmanager
    def function(self) -> Iterator[Loops]:
        """A function of the module, to be called after those that are there."""
        loops = Loops(self.llvm, f"part_{len(self.written)}", SPACES, self.real, self.alone)
        yield loops
        loops.close()
        self.written.append(loops.function)

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
            stack = self.stacks[self._key(selection)]
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

    def results(self, results: Selection) -> Access:
        """Where the results go."""
        return Access(Place("results", "results", 0, True), np.arange(results.shape[0]), ("r",))

    def out(self, array: Array, cotangent: bool = False) -> Access:
        """The elements of a step's result."""
        return Access(self.place(array, cotangent), np.arange(array.rows), ("r",))

    def moves(self, selection: Selection) -> bool:
        """Whether any part of the selection has a gradient."""
        return bool(self.moving & set(selection.sources))

    @staticmethod
    def _key(selection: Selection) -> Any:
        return selection.arrays.tobytes(), selection.rows.tobytes(), selection.shape

    # ---- selections from several arrays ---------------------------------------------------------

    def stack_if_mixed(self, selection: Selection, reader: int | None) -> None:
        """Copy a selection from several arrays into one of its own, for the first of its readers."""
        if len(selection.sources) == 1 or self._key(selection) in self.stacks:
            return
        stack = Array(self.next, selection.rows.size, selection.uniform)
        self.next += 1
        self.stacks[self._key(selection)] = stack
        self.stacked.setdefault(reader, []).append(selection)
        self.allocate(stack)
        with self.function() as loops:
            for rows, source in self._pieces(selection, cotangent=False):
                self.copy(loops, source, Access(self.place(stack), rows, ("r",)))

    def unstack(self, reader: int | None) -> None:
        """Hand the cotangents of the stacks of a first reader on to the arrays that they were copied from.

        In reverse, the first reader comes last: by then all readers have added their shares.
        """
        for selection in self.stacked.get(reader, []):
            if self.moves(selection):
                self._hand_on(selection)

    def _hand_on(self, selection: Selection) -> None:
        stack = self.stacks[self._key(selection)]
        with self.function() as loops:
            for rows, source in self._pieces(selection, cotangent=True):
                given = Access(self.place(stack, cotangent=True), rows, ("r",))
                contract(loops, source, [given], loops.sizes({"r": rows.size}, given))

    def _pieces(self, selection: Selection, cotangent: bool) -> Iterator[tuple[Any, Access]]:
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
        with loops.nest(loops.sizes({"r": target.rows.size}, target)) as at:
            loops.store(loops.load(source, at), target, at)
