"""The tables of a program: one for each array and one for its cotangents, allocated once for a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.compiler.backends.accesses import Access, Location
from autograd.compiler.backends.javascript.writer import Writer
from autograd.compiler.program.program import INPUTS, NUMBERS, PARAMETERS, Array, Program, Selection
from autograd.compiler.program.rows import same_number


class Tables:
    """Where the arrays of a program are, by name: `p`, `inputs`, `v4`, and their cotangents `dp`, `d4`.

    Entries of a selection from several arrays are copied into an array of their own, `gathered`.
    """

    def __init__(self, program: Program, writer: Writer) -> None:
        self.program, self.writer = program, writer
        self.known = np.array(program.numbers, dtype=float)
        """The numbers of the program."""

        self.gathered: dict[Any, Array] = {}

    def name(self, array: Array, cotangent: bool = False) -> str:
        """What the text calls an array, or the cotangents of it."""
        if array.at == PARAMETERS:
            return "dp" if cotangent else "p"
        if array.at == INPUTS:
            return "inputs"
        return f"{'d' if cotangent else 'v'}{array.at}"

    def rows(self, array: Array, cotangent: bool = False) -> Access:
        """All rows of an array."""
        return self._access(array, np.arange(array.rows), ("r",), cotangent)

    def access(self, selection: Selection, *variables: str, cotangent: bool = False) -> Access:
        """The elements of a selection, with a variable for each of its axes."""
        rows = selection.rows
        if len(selection.sources) > 1:
            array = self.gathered[selection.key]
            rows = np.arange(array.rows).reshape(selection.shape)
        elif selection.sources == [NUMBERS]:
            return self._numbers(rows, variables)
        else:
            array = self.program.arrays[selection.sources[0]]
        return self._access(array, rows, variables, cotangent)

    def number(self, selection: Selection) -> float | None:
        """The number that all entries of a selection are; None if they are not."""
        if selection.sources != [NUMBERS]:
            return None
        numbers = self.known[selection.rows]
        return float(numbers.flat[0]) if same_number(numbers) else None

    def _numbers(self, rows: Any, variables: tuple[str, ...]) -> Access:
        numbers = self.known[rows]
        places = np.arange(numbers.size).reshape(rows.shape)
        if same_number(numbers):
            numbers, places = numbers.ravel()[:1], np.zeros_like(places)
        name = self.writer.numbers(numbers)
        return Access(Location(name, name, 0, True), places, variables)

    def _access(self, array: Array, rows: Any, variables: tuple[str, ...], cotangent: bool) -> Access:
        name = self.name(array, cotangent)
        return Access(Location(name, name, 0, array.uniform), rows, variables)

    # ---- selections from several arrays ---------------------------------------------------------

    def gather(self, selection: Selection) -> Array | None:
        """A new array to copy a selection to; None if it is from one array, or has one already."""
        if len(selection.sources) == 1 or selection.key in self.gathered:
            return None
        at = len(self.program.arrays) + len(self.gathered)
        array = self.gathered[selection.key] = Array(at, selection.rows.size, selection.uniform)
        return array

    def origins(
        self, selection: Selection, gathered: Array, cotangent: bool = False
    ) -> Iterator[tuple[Access, Access]]:
        """The entries of a gathered array, and what they were copied from, array by array.

        Of cotangents, it is those of the arrays that have any.
        """
        arrays, rows = selection.arrays.ravel(), selection.rows.ravel()
        for at in selection.sources:
            if cotangent and at not in self.program.with_gradients:
                continue
            places = np.flatnonzero(arrays == at)
            picked = Selection(arrays[places], rows[places], self.program.arrays[at].uniform)
            yield (
                self._access(gathered, places, ("r",), cotangent),
                self.access(picked, "r", cotangent=cotangent),
            )
