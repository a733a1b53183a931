"""Selecting: steps of `select`, by an index that differs from sample to sample.

A short family is compared with its positions, as the rule says. Where several indices choose from the same
columns of parameters, as from embeddings, that is a matrix product: the columns, as rows, times a vector for
each index, 1 at what it chooses. From a long family the rows are picked by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autograd.compiler.backends.numpy import elementwise
from autograd.compiler.backends.numpy.cotangents import Cotangents
from autograd.compiler.backends.numpy.pieces import BATCH, COMPARED, TIMES, Piece, called, name, operation
from autograd.compiler.backends.numpy.writer import Writer, array_name
from autograd.compiler.program.program import NUMBERS, Selection, Step
from autograd.compiler.program.rows import flat, is_injective

LONG = 64
"""Values from which it is faster to pick one than to look at all."""


class Compared(NamedTuple):
    """`which` (n, k, batch) says which of n values each of k entries is."""

    which: Piece


class LookedUp(NamedTuple):
    """`which` (n, indices * batch) says which of the n values in a row each index chooses."""

    lookup: Lookup
    which: Piece


class Picked(NamedTuple):
    """The row that each entry chooses, whether its index is that of a row, and from which samples."""

    rows: Piece
    valid: Piece
    samples: Piece | None
    """None where the values are the same for every sample."""


@dataclass(frozen=True)
class Lookup:
    """What several indices choose from: rows of n values, the same for every sample.

    The result has an entry for each row and index: the indices of a row together, or the rows of an index.
    """

    index: Selection
    values: Selection
    by_row: bool

    def from_grid(self, grid: Piece) -> Piece:
        """An array (rows, indices * batch) as one (entries, batch)."""
        rows, indices = len(self.values.rows), len(self.index.rows)
        if not self.by_row:
            grid = grid.reshape(rows, indices, -1).swapaxes(0, 1)
        return grid.reshape(rows * indices, -1)

    def to_grid(self, entries: Piece) -> Piece:
        """The inverse of `from_grid`."""
        rows, indices = len(self.values.rows), len(self.index.rows)
        if not self.by_row:
            entries = entries.reshape(indices, rows, -1).swapaxes(0, 1)
        return entries.reshape(rows, -1)


def lookup_of(step: Step) -> Lookup | None:
    """The lookup that a select is; None where each index chooses from values of its own."""
    index, family = step.operands
    if not family.uniform or index.uniform:
        return None
    chosen_from = np.concatenate([family.arrays, family.rows]).T
    chosen_by = np.stack([index.arrays, index.rows]).T
    rows, indices = (len(np.unique(entries, axis=0)) for entries in (chosen_from, chosen_by))
    if rows * indices != len(chosen_by):
        return None
    for by_row in (True, False):
        shape = (rows, indices) if by_row else (indices, rows)
        places = np.arange(rows * indices).reshape(shape)
        first_row, first_index = (places[:, 0], places[0]) if by_row else (places[0], places[:, 0])
        row_of, index_of = np.meshgrid(first_row, first_index, indexing="ij" if by_row else "xy")
        if (chosen_from == chosen_from[row_of.ravel()]).all() and (
            chosen_by == chosen_by[index_of.ravel()]
        ).all():
            values = Selection(family.arrays[:, first_row].T, family.rows[:, first_row].T, True)
            indices_once = Selection(index.arrays[first_index], index.rows[first_index], False)
            return Lookup(indices_once, values, by_row)
    return None


def forward(writer: Writer, step: Step) -> None:
    """Write what is chosen: by comparing, by picking, or, of a long family in several arrays, by the rule."""
    family = step.operands[1]
    if len(family.rows) <= LONG:
        _forward_compared(writer, step)
    elif len(family.sources) == 1 and NUMBERS not in family.sources:
        _forward_picked(writer, step)
    else:
        elementwise.forward(writer, step)


def _forward_compared(writer: Writer, step: Step) -> None:
    """Compare the indices with all positions."""
    index, family = step.operands
    at, count = step.out.at, len(family.rows)
    lookup = lookup_of(step)
    positions = writer.constant(np.arange(float(count))[:, None, None])
    holds = operation("{0} == {1}", positions, writer.read(lookup.index if lookup else index), power=COMPARED)
    if lookup is None:
        which = writer.assign(f"which{at}", holds)
        value = operation("np.where({0}, {1}, 0.0)", which, writer.named(family)).total()
        writer.kept[at] = Compared(which)
    else:
        which = writer.assign(f"which{at}", holds.reshape(count, -1))
        value = lookup.from_grid(called("chosen", writer.matrix(lookup.values), which))
        writer.kept[at] = LookedUp(lookup, which)
    writer.assign(array_name(at), value)


def _forward_picked(writer: Writer, step: Step) -> None:
    """Find the rows that are chosen, and whether each index is that of a row."""
    index, family = step.operands
    at, source = step.out.at, family.sources[0]
    rows, valid = name(f"rows{at}"), name(f"valid{at}")
    writer.line("{0}, {1} = picked({2}, {3})", rows, valid, writer.constant(family.rows), writer.read(index))
    samples = None
    if not writer.program.arrays[source].uniform:
        samples = writer.assigned(operation("np.arange({0})", BATCH))
    writer.kept[at] = Picked(rows, valid, samples)
    values = operation("{0}[{1}, {2}]", array_name(source), rows, samples or 0)
    writer.assign(array_name(at), operation("np.where({0}, {1}, 0.0)", valid, values))


def reverse(writer: Writer, cotangents: Cotangents, step: Step) -> None:
    """Add the cotangent to that of what was chosen; an index has none."""
    family, kept = step.operands[1], writer.kept[step.out.at]
    if not writer.program.has_gradient(family):
        return
    d = cotangents.of(step.out.at)
    match kept:
        case Compared(which):
            chosen = operation("{0} * {1}", d, which, power=TIMES)
            chosen = chosen.at(":, 0") if step.out.rows == 1 else chosen
            cotangents.add(flat(family), chosen, step.out.uniform)
        case LookedUp(lookup, which):
            cotangents.add_product(lookup.values, lookup.to_grid(d), which.T)
        case Picked():
            _reverse_picked(writer, cotangents, family, kept, d)
        case _:
            elementwise.reverse(writer, cotangents, step)


def _reverse_picked(
    writer: Writer, cotangents: Cotangents, family: Selection, picked: Picked, d: Piece
) -> None:
    """Add to the rows that were picked: one by one where two entries may have picked the same."""
    source, (rows, valid, samples) = family.sources[0], picked
    cotangent = operation("np.where({0}, {1}, 0.0)", valid, d)
    target = cotangents.own(source)
    cotangents.filled(source)[:] = True
    if samples and is_injective(family.rows):
        writer.line("{0}[{1}, {2}] += {3}", target, rows, samples, cotangent)
    else:
        writer.line("np.add.at({0}, ({1}, {2}), {3})", target, rows, samples or 0, cotangent)
