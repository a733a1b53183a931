"""Choices as numpy text: `select` by an index that differs from sample to sample.

A short family is compared with its positions, as the rule says. Where several indices choose from the same
columns of parameters, as from embeddings, that is a matrix product: the columns, as rows, times a vector for
each index, 1 at what it chooses. From a long family the rows are picked by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from autograd.compiler.backends.numpy.forms import name
from autograd.compiler.program.program import NUMBERS, Selection, Step
from autograd.compiler.program.rows import flat, is_injective

if TYPE_CHECKING:
    from autograd.compiler.backends.numpy.cotangents import Adding
    from autograd.compiler.backends.numpy.forward import Forward

LONG = 64
"""Values from which it is faster to pick one than to look at all."""


@dataclass(frozen=True)
class Table:
    """What several indices choose from: rows of n values, the same for every sample.

    The result has an entry for each row and index: the indices of a row together, or the rows of an index.
    """

    index: Selection
    values: Selection
    by_row: bool

    def from_grid(self, text: str) -> str:
        """The text of (rows, indices * batch) as that of (entries, batch)."""
        rows, indices = len(self.values.rows), len(self.index.rows)
        if not self.by_row:
            text = f"{text}.reshape({rows}, {indices}, -1).swapaxes(0, 1)"
        return f"{text}.reshape({rows * indices}, -1)"

    def to_grid(self, text: str) -> str:
        """Back from the entries."""
        rows, indices = len(self.values.rows), len(self.index.rows)
        if not self.by_row:
            text = f"{text}.reshape({indices}, {rows}, -1).swapaxes(0, 1)"
        return f"{text}.reshape({rows}, -1)"


def table(step: Step) -> Table | None:
    """The table of a select; None where each index has its own."""
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
            return Table(Selection(index.arrays[first_index], index.rows[first_index], False), values, by_row)
    return None


def choose(writer: Forward, step: Step) -> bool:
    """Write a select; False where what is chosen from is in several arrays, and the rule will do."""
    family, at = step.operands[1], step.out.at
    count = family.shape[0]
    if count > LONG and len(family.sources) == 1 and NUMBERS not in family.sources:
        _pick(writer, step)
        return True
    if count > LONG:
        return False
    found, which = table(step), f"which{at}"
    writer.tables[at] = found, which
    positions = writer.constant(np.arange(float(count))[:, None, None])
    if found is None:
        writer.lines.append(f"{which} = {positions} == {writer.read(step.operands[0])}")
        text = f"total(np.where({which}, {writer.named(family)}, 0.0))"
        writer.lines.append(f"{name(at)} = {text}")
        return True
    writer.lines.append(f"{which} = ({positions} == {writer.read(found.index)}).reshape({count}, -1)")
    values = writer.matrix(found.values)
    writer.lines.append(f"{name(at)} = {found.from_grid(f'chosen({values}, {which})')}")
    return True


def _pick(writer: Forward, step: Step) -> None:
    """The rows that are chosen, and whether the index is one of a row."""
    index, family = step.operands
    rows, valid = f"rows{step.out.at}", f"valid{step.out.at}"
    writer.lines.append(f"{rows}, {valid} = picked({writer.constant(family.rows)}, {writer.read(index)})")
    samples = "0" if writer.program.arrays[family.sources[0]].uniform else writer.assigned("np.arange(batch)")
    writer.choices[step.out.at] = rows, valid, samples
    values = f"{name(family.sources[0])}[{rows}, {samples}]"
    writer.lines.append(f"{name(step.out.at)} = np.where({valid}, {values}, 0.0)")


def add_back(writer: Adding, step: Step) -> None:
    """Add the cotangent of a select to what was chosen."""
    family, at = step.operands[1], step.out.at
    if not writer.moves(family):
        return
    if at in writer.tables:
        found, which = writer.tables[at]
        if found is None:
            text = f"{writer.cotangent(at)} * {which}"
            writer.add(flat(family), f"({text})[:, 0]" if step.out.rows == 1 else text, step.out.uniform)
            return
        writer.add_matrix(found.values, found.to_grid(writer.cotangent(at)), f"{which}.T")
        return
    rows, valid, samples = writer.choices[at]
    cotangent = f"np.where({valid}, {writer.cotangent(at)}, 0.0)"
    d = writer.own(family.sources[0])
    writer.filled(family.sources[0])[:] = True
    if samples != "0" and is_injective(family.rows):
        writer.lines.append(f"{d}[{rows}, {samples}] += {cotangent}")
    else:
        writer.lines.append(f"np.add.at({d}, ({rows}, {samples}), {cotangent})")
