"""Elementwise steps, and reductions: the rule of the table, on all rows at once."""

from __future__ import annotations

import numpy as np

from autograd.compiler.backends.numpy.cotangents import Cotangents
from autograd.compiler.backends.numpy.forms import numbers_among, partial_form, value_form
from autograd.compiler.backends.numpy.pieces import BATCH, Piece, operation
from autograd.compiler.backends.numpy.writer import Writer, array_name
from autograd.compiler.program.program import Selection, Step
from autograd.compiler.program.rows import flat
from autograd.symbols import Term, subterms


def forward(writer: Writer, step: Step) -> None:
    """Write the value of the rule, and keep the operands."""
    operands = writer.operands(step)
    if any(part.head == "position" for part in subterms(step.primitive.value)):
        count = step.operands[-1].shape[0]
        operands.append(writer.constant(np.arange(float(count))[:, None, None]))
    writer.kept[step.out.at] = operands
    writer.assign(array_name(step.out.at), _value(writer, step, operands))


def _value(writer: Writer, step: Step, operands: list[Piece]) -> Piece:
    """The value of a rule, as an array with all rows and samples also where no operand has them."""
    numbers = numbers_among(operands)
    form = value_form(step.primitive, numbers)
    repeated: dict[str, Piece] = {}
    for place, reduction in form.repeated.items():
        repeated[place] = writer.assigned(reduction.filled(operands, **repeated))
    value = form.filled(operands, **repeated)
    uses = [str(at) in form.reads for at, number in enumerate(numbers) if number is None]
    if uses and all(uses):
        return value
    return operation("np.full(({0}, {1}), {2}, p.dtype)", step.out.rows, _samples(step), value)


def reverse(writer: Writer, cotangents: Cotangents, step: Step) -> None:
    """Add the cotangent times each partial to the cotangents of the operands."""
    at, operands = step.out.at, writer.kept[step.out.at]
    primitive, numbers = step.primitive, numbers_among(operands)
    for operand, (partial, selection) in enumerate(zip(primitive.partials, step.operands)):
        if not (primitive.nonzero_partials[operand] and writer.program.has_gradient(selection)):
            continue
        d, form = cotangents.of(at), partial_form(primitive, operand, numbers)
        cotangent = d if form is None else form.filled(operands, d=d, z=array_name(at))
        if selection.rows.ndim == 2:
            cotangent = _of_each(cotangent, _is_full(partial, step), selection, step)
        cotangents.add(flat(selection), cotangent, step.out.uniform)


def _of_each(cotangent: Piece, is_full: bool, family: Selection, step: Step) -> Piece:
    """The cotangent of a family (n, k): of each of its elements, where it is not that already."""
    size, count = family.shape
    if is_full:
        return cotangent.at(":, 0") if count == 1 else cotangent
    return cotangent.repeat(size) if count == 1 else cotangent.broadcast_to(size, count, _samples(step))


def _is_full(partial: Term, step: Step) -> bool:
    """Whether a partial of a family has an entry for each of its elements."""
    families = step.primitive.operands[step.primitive.singles :]
    return any(part.head in (*families, "position") for part in subterms(partial))


def _samples(step: Step) -> int | Piece:
    """The length of the last axis of what a step computes."""
    return 1 if step.out.uniform else BATCH
