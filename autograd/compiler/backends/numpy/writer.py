"""The writer: the lines of a program, its constants, and how a selection of scalars is read.

It knows arrays, rows and names, and no kind of step. What the forward lines of a step leave for its reverse
lines is in `kept`, by the array that the step computes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.backends.numpy.pieces import Piece, called, name, number, operation
from autograd.compiler.backends.numpy.slices import matrix_of, sliced
from autograd.compiler.program.program import INPUTS, NUMBERS, PARAMETERS, Array, Program, Selection, Step
from autograd.compiler.program.rows import parameter_block, runs

PARTS = 6
"""Runs up to which a selection is written as a stack of them, and not as an index."""


def array_name(at: int) -> Piece:
    """The variable of an array: (rows, batch), or (rows, 1) where it is uniform."""
    return name({PARAMETERS: "P", INPUTS: "x"}.get(at, f"v{at}"))


class Writer:
    """Writes lines, and reads selections in as few operations as their rows allow."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lines: list[Piece] = []
        self.constants: dict[str, Any] = {}
        self.kept: dict[int, Any] = {}
        self._names: dict[Any, Piece] = {}

    # ---- lines and names ------------------------------------------------------------------------

    def line(self, template: str, *parts: Any) -> None:
        """Write a line, from a template and its parts."""
        self.lines.append(operation(template, *parts))

    def assign(self, variable: str, value: Piece) -> Piece:
        """Write a line that gives a value to a new variable."""
        self.line("{0} = {1}", name(variable), value)
        return name(variable)

    def assigned(self, value: Piece) -> Piece:
        """A variable that holds a value; the same one for the same text."""
        if value not in self._names:
            self._names[value] = self.assign(f"a{len(self._names)}", value)
        return self._names[value]

    def constant(self, array: Any) -> Piece:
        """The variable of a constant array."""
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._names:
            variable = f"{'i' if array.dtype.kind == 'i' else 'k'}{len(self.constants)}"
            self._names[key] = name(variable)
            self.constants[variable] = array
        return self._names[key]

    # ---- reading a selection --------------------------------------------------------------------

    def operands(self, step: Step) -> list[Piece]:
        """The operands of a step, as arrays that broadcast.

        One whose entries are all alike has a single row, or is a number, if another has all the rows.
        """
        *others, last = step.operands
        has_all_rows = step.out.rows == 1 or not all(selection.alike for selection in step.operands)
        return [
            *[self.named(selection, broadcasts=True) for selection in others],
            self.named(last, broadcasts=has_all_rows),
        ]

    def named(self, selection: Selection, broadcasts: bool = False) -> Piece:
        """A selection, read into a variable where its text is not short."""
        piece = self.read(selection, broadcasts)
        return piece if piece.is_short else self.assigned(piece)

    def read(self, selection: Selection, broadcasts: bool = False) -> Piece:
        """A selection of shape (k,) or (n, k) as an array (k, batch) or (n, k, batch).

        With `broadcasts`, entries that are alike are one, or a plain number: for arithmetic with an operand
        that has all of them.
        """
        if broadcasts and selection.alike:
            selection = selection.first
        arrays = selection.sources
        if len(arrays) == 1:
            return self._read_one(self.program.arrays[int(arrays[0])], selection.rows, broadcasts)
        by_run = list(runs(selection))
        if selection.rows.ndim == 1 and len(by_run) <= PARTS:
            parts = [self._read_one(self.program.arrays[at], rows) for at, rows in by_run]
            return called("stack", *parts)
        offsets = np.zeros(len(self.program.arrays), dtype=np.intp)
        parts, start = [], 0
        for at in arrays:
            array = self.program.arrays[at]
            parts.append(self._read_one(array, np.arange(array.rows)))
            offsets[at] = start
            start += array.rows
        stacked = self.assigned(called("stack", *parts))
        return stacked.take(self.constant(selection.rows + offsets[selection.arrays]))

    def _read_one(self, array: Array, rows: Any, broadcasts: bool = False) -> Piece:
        if array.at == NUMBERS:
            numbers = np.array(self.program.numbers)[rows]
            if broadcasts and numbers.shape == (1,):
                return number(float(numbers[0]))
            return self.constant(numbers[..., None])
        found = sliced(array_name(array.at), rows, array.rows)
        return array_name(array.at).take(self.constant(rows)) if found is None else found

    def matrix(self, selection: Selection) -> Piece:
        """A uniform selection (k, n) as a matrix of this shape."""
        block = parameter_block(selection, self.program.parameters)
        if block is not None:
            return self.assigned(matrix_of(name("p"), block))
        return self.assigned(self.read(selection).at("..., 0"))
