"""Selecting: steps of `select`, which read the entry of a family at an index, and none of the others.

An index that is no whole number, or beyond the family, chooses nothing: the result is 0, and no entry of the
family receives a cotangent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llvmlite import ir

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.llvm.arithmetic import Instruction
from autograd.compiler.backends.llvm.cotangents import Cotangents
from autograd.compiler.backends.llvm.layout import Layout
from autograd.compiler.backends.llvm.loops import INT, Indices, Loops
from autograd.compiler.program.program import Step


def forward(layout: Layout, loops: Loops, step: Step) -> None:
    """The chosen entry of each family."""
    out, (index, family) = layout.all_rows(step.out), step.operands
    with loops.over(out) as at:
        which = loops.load(layout.access(index, "r"), at)
        loops.store(_chosen(loops, which, layout.access(family, "j", "r"), at), out, at)


def reverse(cotangents: Cotangents, loops: Loops, step: Step) -> None:
    """Add to the cotangent of the chosen entry."""
    layout, (index, family) = cotangents.layout, step.operands
    if not layout.program.has_gradient(family):
        return
    cotangent = layout.all_rows(step.out, cotangent=True)
    target = layout.access(family, "j", "r", cotangent=True)
    cotangents.complete(loops, target)
    with loops.over(cotangent) as at:
        which = loops.load(layout.access(index, "r"), at)
        _add_to_chosen(loops, which, loops.load(cotangent, at), target, at)


def _chosen(loops: Loops, index: Instruction, family: Access, at: Indices) -> Instruction:
    """The entry of a family (j, r) at an index, or for each lane at its own."""
    builder, arithmetic = loops.builder, loops.arithmetic
    nothing = arithmetic.number(0.0)
    if not isinstance(index.type, ir.VectorType):
        position, exists = _position(loops, index, family)
        return arithmetic.choose(exists, loops.load(family, at | {"j": position}), nothing)
    entries: Instruction = ir.Constant(loops.vector, ir.Undefined)
    for lane, position, exists in _lanes(loops, index, family):
        entry = loops.load(family, at | {"j": position, "lane": lane})
        entries = builder.insert_element(entries, builder.select(exists, entry, nothing), lane)
    return entries


def _add_to_chosen(
    loops: Loops, index: Instruction, cotangent: Instruction, target: Access, at: Indices
) -> None:
    """Add a cotangent to the entry of a target (j, r) at an index; or that of each lane to its own."""
    builder, arithmetic = loops.builder, loops.arithmetic
    nothing = arithmetic.number(0.0)
    if "b" not in at:
        position, exists = _position(loops, index, target)
        loops.add(arithmetic.choose(exists, cotangent, nothing), target, at | {"j": position})
        return
    index, cotangent = (arithmetic.broadcast(number, loops.vector) for number in (index, cotangent))
    for lane, position, exists in _lanes(loops, index, target):
        exists = builder.and_(exists, loops.is_sample(at["b"], lane))
        share = builder.select(exists, builder.extract_element(cotangent, lane), nothing)
        loops.add(share, target, at | {"j": position, "lane": lane})


def _position(loops: Loops, index: Instruction, family: Access) -> tuple[Instruction, Instruction]:
    """Which entry of the family an index means, and whether there is such an entry."""
    builder, arithmetic = loops.builder, loops.arithmetic
    last = arithmetic.number(family.rows.shape[0] - 1.0)
    inside = arithmetic.intrinsic(
        "minnum", [arithmetic.intrinsic("maxnum", [index, arithmetic.number(0.0)]), last]
    )
    position = builder.fptosi(inside, INT)
    return position, builder.fcmp_ordered("==", builder.sitofp(position, loops.real), index)


def _lanes(
    loops: Loops, index: Instruction, family: Access
) -> Iterator[tuple[Any, Instruction, Instruction]]:
    for lane in map(INT, range(loops.lanes)):
        yield (lane, *_position(loops, loops.builder.extract_element(index, lane), family))
