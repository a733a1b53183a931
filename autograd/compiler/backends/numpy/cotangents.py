"""Cotangents: what is added to those of the operands, the transpose of reading them.

The cotangent of `v4` is `d4`. It begins as a second name for what is added first, or as a view of it; only
when it has an array of its own is anything added in place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.backends.numpy.pieces import TIMES, Piece, name, operation
from autograd.compiler.backends.numpy.slices import matrix_of, sliced
from autograd.compiler.backends.numpy.writer import PARTS, Writer, array_name
from autograd.compiler.program.program import PARAMETERS, Selection
from autograd.compiler.program.rows import (
    Block,
    axes_in_order,
    is_injective,
    parameter_block,
    repeats_among,
    runs,
    transposed_grid,
)

SEED = name("seed")
"""The cotangent of the loss: 1 / batch for each sample, or 1 where it is the same for all."""

ONE = operation("np.ones((1, 1), p.dtype)")
"""The sum of the seed over the batch."""


class Cotangents:
    """Knows which cotangents have begun, and whose arrays they are."""

    def __init__(self, writer: Writer) -> None:
        self.writer, self.program = writer, writer.program
        self._owned: dict[int, bool] = {}
        """For each array whose cotangent has begun, whether nothing else holds the array of the cotangent."""
        self._aliases: dict[int, Piece] = {}
        """Cotangents that are, so far, second names of others."""
        self._filled: dict[int, Any] = {}
        """For each array, which rows of its cotangent have been written."""
        self._to_all_parameters: list[Piece] = []
        """What is added to the gradient of all parameters, in the end."""
        self._temporaries = 0

    def __contains__(self, at: int) -> bool:
        """Whether the cotangent of an array has begun."""
        return at in self._owned

    def of(self, at: int) -> Piece:
        """The variable of the cotangent of an array."""
        return self._aliases.get(at, self._variable(at))

    def temporary(self, value: Piece) -> Piece:
        """A variable that holds a value for some lines."""
        self._temporaries += 1
        return self.writer.assign(f"t{self._temporaries}", value)

    # ---- adding ---------------------------------------------------------------------------------

    def add(self, selection: Selection, cotangent: Piece, is_uniform: bool) -> None:
        """Add a cotangent (k, batch), or of a family (n, k, batch), to that of what was selected.

        A cotangent that is uniform has length 1 for the batch, as what is the same for every sample has.
        """
        arrays = selection.sources
        if len(arrays) == 1:
            self._add_to(int(arrays[0]), selection.rows, cotangent, is_uniform)
            return
        if cotangent.storage != "name":
            cotangent = self.temporary(cotangent)
        by_run = list(runs(selection))
        if selection.rows.ndim == 1 and len(by_run) <= PARTS:
            start = 0
            for at, rows in by_run:
                if at in self.program.with_gradients:
                    self._add_to(at, rows, cotangent.slice(start, start + len(rows)), is_uniform)
                start += len(rows)
            return
        for at in arrays:
            if at in self.program.with_gradients:
                where = np.nonzero(selection.arrays == at)
                rows = selection.rows[where]
                order = np.argsort(rows, kind="stable")
                picked = self.writer.constant(np.ravel_multi_index(where, selection.shape)[order])
                flat = cotangent if len(where) == 1 else cotangent.reshape(selection.rows.size, -1)
                self._add_to(at, rows[order], flat.take(picked), is_uniform)

    def add_product(self, selection: Selection, left: Piece, right: Piece) -> None:
        """Add a matrix product (k, n), which sums over the batch, to a uniform selection."""
        product = operation("{0} @ {1}", left, right, power=TIMES)
        block = parameter_block(selection, self.program.parameters)
        if block is None or not is_injective(selection.rows):
            self.add(selection, product.at("..., None"), True)
            return
        filled, matrix = self.filled(PARAMETERS), matrix_of(name("dp"), block)
        if filled[selection.rows].any():
            is_index = block.columns < block.stride and not block.is_transposed
            target = matrix if is_index else matrix.at("...")  # += needs an index, or a name, to its left
            self.writer.line("{0} += {1}", target, product)
        else:
            self.writer.line("np.matmul({0}, {1}, out={2})", left, right, matrix)
        filled[selection.rows] = True

    def _add_to(self, at: int, rows: Any, cotangent: Piece, is_uniform: bool) -> None:
        """Add to rows (…) of one array."""
        array = self.program.arrays[at]
        if array.uniform and not is_uniform:
            if at == PARAMETERS and self._total_into(rows, cotangent):
                return
            cotangent = ONE if cotangent is SEED else cotangent.total("axis=-1, keepdims=True")
        rows, cotangent = self._each_row_once(rows, cotangent)
        d, filled = self._variable(at), self.filled(at)
        target = sliced(d, rows, array.rows)
        if target is d:
            self._add_to_all(at, cotangent)
            return
        self.own(at)
        if target is None:
            target = operation("{0}[{1}]", d, self.writer.constant(rows))
        elif rows.ndim > 1:
            target = target.at("...")
        self.writer.line(f"{{0}} {'+=' if filled[rows].any() else '='} {{1}}", target, cotangent)
        filled[rows] = True

    def _add_to_all(self, at: int, cotangent: Piece) -> None:
        """Add to every row: of the parameters at the end, so that their parts can be written, not added."""
        if at == PARAMETERS:
            self._to_all_parameters.append(cotangent)
            return
        self.filled(at)[:] = True
        d, begun = self._variable(at), at in self._owned
        if self._owned.get(at):
            self.writer.line("{0} += {1}", d, cotangent)
            return
        self._owned[at] = begun or cotangent.storage == "new"
        if begun:
            self.writer.line("{0} = {1} + {2}", d, self._aliases.pop(at, d), cotangent)
        elif cotangent.storage == "name":
            self._aliases[at] = cotangent
        else:
            self.writer.line("{0} = {1}", d, cotangent)

    def _total_into(self, rows: Any, cotangent: Piece) -> bool:
        """Write sums over the batch to where they belong, if nothing is there and it has a slice."""
        filled, dp = self.filled(PARAMETERS), name("dp")
        if rows.ndim > 1 or not is_injective(rows) or filled[rows].any():
            return False
        target = sliced(dp, rows, len(filled))
        if target is None:
            grid = transposed_grid(rows)
            if grid is None:
                return False
            a, b = grid.shape
            cotangent = cotangent.reshape(a, b, -1)
            target = matrix_of(dp, Block(int(rows[0]), b, a, a, is_transposed=True))
        self.writer.line("total({0}, axis=-1, out={1})", cotangent, target)
        filled[rows] = True
        return True

    def _each_row_once(self, rows: Any, cotangent: Piece) -> tuple[Any, Piece]:
        """Each row once, and the cotangent with the entries of equal rows added up."""
        if rows.ndim == 2 and (rows == rows[:, :1]).all():
            cotangent = cotangent.total("axis=1") if rows.shape[1] > 1 else cotangent.at(":, 0")
            rows = rows[:, 0]
        order = axes_in_order(rows) if rows.ndim > 1 else None
        if order is not None:
            if order != tuple(range(rows.ndim)):
                cotangent = cotangent.transpose(*order, rows.ndim)
            return rows.transpose(order).ravel(), cotangent.reshape(rows.size, -1)
        if is_injective(rows):
            return rows, cotangent
        if rows.ndim == 1 and (rows == rows[0]).all():
            return rows[:1], cotangent.total("keepdims=True")
        repeats = repeats_among(rows)
        if repeats is not None:
            rows, grid, axis = repeats
            cotangent = cotangent.reshape(*grid, -1).total(f"axis={axis}" if axis else "")
        if is_injective(rows):
            return rows, cotangent
        sorting = np.argsort(rows.ravel(), kind="stable")
        if rows.ndim > 1:
            cotangent = cotangent.reshape(rows.size, -1)
        if (sorting != np.arange(rows.size)).any():
            cotangent = cotangent.take(self.writer.constant(sorting))
        rows, starts = np.unique(rows.ravel()[sorting], return_index=True)
        return rows, operation("np.add.reduceat({0}, {1}, axis=0)", cotangent, self.writer.constant(starts))

    def finish(self) -> None:
        """Write what is added to all parameters at once."""
        for cotangent in self._to_all_parameters:
            self.writer.line("{0} += {1}", self._variable(PARAMETERS), cotangent)

    # ---- whose arrays they are ------------------------------------------------------------------

    def filled(self, at: int) -> Any:
        """Per row of an array, whether its cotangent has been written."""
        if at not in self._filled:
            self._filled[at] = np.zeros(self.program.arrays[at].rows, dtype=bool)
        return self._filled[at]

    def own(self, at: int) -> Piece:
        """The cotangent of an array, begun at zero if need be, and shared with no other."""
        d = self._variable(at)
        if at != PARAMETERS:
            if at not in self._owned:
                self.writer.line("{0} = np.zeros({1}.shape, p.dtype)", d, array_name(at))
            elif not self._owned[at]:
                self.writer.line("{0} = {1}.copy()", d, self._aliases.pop(at, d))
            self._owned[at] = True
        return d

    @staticmethod
    def _variable(at: int) -> Piece:
        return name("dP" if at == PARAMETERS else f"d{at}")
