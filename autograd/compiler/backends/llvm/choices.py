"""Choice: the entry of a family at an index, without a look at the others.

An index that is no whole number, or beyond the family, chooses nothing: it gives 0, and hands back nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llvmlite import ir

from autograd.compiler.backends.llvm.arithmetic import Instruction
from autograd.compiler.backends.llvm.loops import INT, Access, Loops

At = dict[str, Instruction]


def chosen(loops: Loops, index: Instruction, family: Access, at: At) -> Instruction:
    """The entry of a family (j, r) at an index, or for each lane at its own."""
    builder, arithmetic = loops.builder, loops.arithmetic
    nothing = arithmetic.number(0.0)
    if not isinstance(index.type, ir.VectorType):
        place, fits = _place(loops, index, family)
        return arithmetic.choose(fits, loops.load(family, at | {"j": place}), nothing)
    entries: Instruction = ir.Constant(loops.vector, ir.Undefined)
    for lane, place, fits in _lanes(loops, index, family):
        entry = loops.load(family, at | {"j": place, "lane": lane})
        entries = builder.insert_element(entries, builder.select(fits, entry, nothing), lane)
    return entries


def hand_back(loops: Loops, index: Instruction, given: Instruction, target: Access, at: At) -> None:
    """Add what is given to the entry of a target (j, r) at an index; or of each lane to its own."""
    builder, arithmetic = loops.builder, loops.arithmetic
    nothing = arithmetic.number(0.0)
    if "b" not in at:
        place, fits = _place(loops, index, target)
        loops.add(arithmetic.choose(fits, given, nothing), target, at | {"j": place})
        return
    index, given = (arithmetic.like(number, loops.vector) for number in (index, given))
    for lane, place, fits in _lanes(loops, index, target):
        fits = builder.and_(fits, loops.is_sample(at["b"], lane))
        share = builder.select(fits, builder.extract_element(given, lane), nothing)
        loops.add(share, target, at | {"j": place, "lane": lane})


def _place(loops: Loops, index: Instruction, family: Access) -> tuple[Instruction, Instruction]:
    """Which entry of the family an index means, and whether it means one."""
    builder, arithmetic = loops.builder, loops.arithmetic
    last = arithmetic.number(family.rows.shape[0] - 1.0)
    inside = arithmetic.intrinsic(
        "minnum", [arithmetic.intrinsic("maxnum", [index, arithmetic.number(0.0)]), last]
    )
    place = builder.fptosi(inside, INT)
    return place, builder.fcmp_ordered("==", builder.sitofp(place, loops.real), index)


def _lanes(
    loops: Loops, index: Instruction, family: Access
) -> Iterator[tuple[Any, Instruction, Instruction]]:
    for lane in map(INT, range(loops.lanes)):
        yield (lane, *_place(loops, loops.builder.extract_element(index, lane), family))
