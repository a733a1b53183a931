"""Arranging: the rows of each array in the order in which they are read.

Packing leaves the rows of an array as the user's loops recorded them. Here each step takes the order in which
its readers read it, so that a matrix product finds its vectors side by side, and elementwise steps need no
index. The last step comes first, since the order of a step decides in which order it reads its operands. The
rows of a matrix product stay: they are those of its matrix.
"""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.program.program import Array, Program, Selection, Step


class Reader(NamedTuple):
    """A selection that reads an array, and its rank: readers of the least rank decide the array's order."""

    rank: int
    selection: Selection


LAST = 3
"""The rank of readers that can do with any order: results, and plain terms."""


def arrange(program: Program) -> Program:
    """The same program, its rows in another order."""
    return _Arranger(program).run()


class _Arranger:
    """One pass over the steps, from the last to the first, and one that numbers the rows anew."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.orders: dict[int, Any] = {}
        """By array: the old row at each new place, (rows,)."""

        self.new_rows: dict[int, Any] = {}
        """By array: the new place of each old row, (rows,)."""

        self.readers: dict[int, list[Reader]] = {}

    def run(self) -> Program:
        program = self.program
        self._add_reader(LAST, program.results)
        steps = []
        for step in reversed(program.steps):
            if step.kind != "matmul":
                step = self._reordered(step, self._order(step.out))
            steps.append(step)
            for selection in step.operands:
                self._add_reader(self._rank(step, selection), selection)
            if step.plain is not None:
                self._add_reader(LAST, step.plain)
        if self.orders:
            self.new_rows = {at: np.argsort(order) for at, order in self.orders.items()}
            program.steps = [self._renumbered_step(step) for step in reversed(steps)]
            program.results = self._renumbered(program.results)
        return program

    @staticmethod
    def _rank(step: Step, selection: Selection) -> int:
        """Matrix products are first to decide, then operands of elementwise steps, then families."""
        if step.kind == "matmul":
            return 0
        return 1 if selection.rows.ndim == 1 else 2

    def _add_reader(self, rank: int, selection: Selection) -> None:
        for at in selection.sources:
            self.readers.setdefault(at, []).append(Reader(rank, selection))

    def _order(self, array: Array) -> Any:
        """The order of the first reader that reads every row; None to leave them as they are."""
        if array.rows == 1:
            return None
        for _, selection in sorted(self.readers.get(array.at, []), key=attrgetter("rank")):
            rows = selection.rows[selection.arrays == array.at]
            if len(rows) < array.rows:
                continue
            first = np.sort(np.unique(rows, return_index=True)[1])
            if len(first) == array.rows:
                order = rows[first]
                return None if (order[1:] > order[:-1]).all() else order
        return None

    def _reordered(self, step: Step, order: Any) -> Step:
        if order is None:
            return step
        self.orders[step.out.at] = order
        plain = step.plain and _in_order(step.plain, order)
        return replace(step, operands=tuple(_in_order(s, order) for s in step.operands), plain=plain)

    def _renumbered_step(self, step: Step) -> Step:
        plain = step.plain and self._renumbered(step.plain)
        return replace(step, operands=tuple(map(self._renumbered, step.operands)), plain=plain)

    def _renumbered(self, selection: Selection) -> Selection:
        """A selection by the new rows."""
        rows = selection.rows
        for at in selection.sources:
            if at in self.new_rows:
                mine = selection.arrays == at
                if rows is selection.rows:
                    rows = rows.copy()
                rows[mine] = self.new_rows[at][selection.rows[mine]]
        return selection if rows is selection.rows else Selection(selection.arrays, rows, selection.uniform)


def _in_order(selection: Selection, order: Any) -> Selection:
    """The k entries of a selection in another order."""
    return Selection(selection.arrays[..., order], selection.rows[..., order], selection.uniform)
