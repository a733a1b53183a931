"""Grouping: which entries of a tape become one array operation.

Entries go together that are of one primitive and at one level. The level of an entry is one more than the
highest level that it uses, so that the entries of a level do not use one another. How a group becomes arrays
and steps is for `packing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from autograd.compiler.lowering.packing import PADDING, Packer
from autograd.compiler.lowering.tape import Source, Tape
from autograd.compiler.program.program import DOT, Program
from autograd.progress import advance
from autograd.rules.primitives import Primitive
from autograd.rules.table import TABLE

MUL, POW = TABLE["mul"], TABLE["pow"]


def group(tape: Tape, roots: Sequence[int], parameters: int, differentiated: Sequence[int]) -> Program:
    """The program of a simplified tape, for so many parameters: its results are the roots.

    What none of the roots `differentiated` depends on is in array operations of its own.
    """
    reached = tape.differentiated(differentiated)
    packer = Packer(tape, parameters, reached)
    levels = sorted(_groups(tape, packer.uniform, reached).items(), key=lambda item: item[0].level)
    for _, level in groupby(levels, key=lambda item: item[0].level):
        for members, places in _joined(dict(level), packer).items():
            packer.pack(members.head, places)
            advance(steps=len(places))
    return packer.finished(roots)


class Variant(NamedTuple):
    """What else must agree within a group, so that one array operation computes it."""

    size: int = 0
    """How many operands there are; 0 where that may differ: a shorter family is padded."""

    numbers: tuple[float | bool | None, ...] = ()
    """For each operand, whether it is a plain number; where the formula depends on it, the number or None."""

    uniform: tuple[bool, ...] = ()
    """For each operand, whether it is the same for all samples."""


class Group(NamedTuple):
    """What the entries of one array operation have in common."""

    level: int
    head: Primitive
    uniform: bool
    differentiated: bool
    """Else its cotangents, were they carried on, would be 0, and 0 times an infinite partial is NaN."""
    variant: Variant


Groups = dict[Group, list[int]]
"""The places of the entries of each group, in order."""


def _groups(tape: Tape, uniform: Sequence[bool], differentiated: Sequence[bool]) -> Groups:
    groups: Groups = {}
    level = [0] * len(tape)
    for place, (head, operands) in enumerate(zip(tape.heads, tape.operands)):
        if type(head) is not Source:
            level[place] = 1 + max([level[operand] for operand in operands], default=0)
            variant = _variant(tape, uniform, head, operands)
            key = Group(level[place], head, uniform[place], differentiated[place], variant)
            groups.setdefault(key, []).append(place)
    return groups


def _variant(tape: Tape, uniform: Sequence[bool], head: Primitive, operands: tuple[int, ...]) -> Variant:
    if head.families:
        return Variant(size=0 if head in PADDING else len(operands))
    numbers = tuple(tape.number_at(operand) for operand in operands)
    if head is not POW and len(operands) <= 2:
        numbers = tuple(number is not None for number in numbers)
    return Variant(numbers=numbers, uniform=tuple(uniform[operand] for operand in operands))


def _joined(groups: Groups, packer: Packer) -> Groups:
    """The groups of one level, where products that stand beside dots of the same arrays are dots of one term.

    The first of several growing sums of products, as attention of the first token, has a single product.
    Among the dots it costs padding, and saves a step of its own, and one for each operation on its result.
    """
    for members, products in list(groups.items()):
        whole = members._replace(head=DOT, variant=Variant())
        dots, variant = groups.get(whole, []), members.variant
        if members.head is not MUL or not dots or any(variant.numbers):
            continue
        if any(variant.uniform) and not members.uniform:
            continue
        arrays = set(map(packer.arrays_of_product, products))
        alike = [dot for dot in dots if packer.arrays_of_product(dot) in arrays]
        sizes = [len(packer.tape.operands[dot]) // 2 for dot in alike]
        terms, count = sum(sizes) + len(products), len(sizes) + len(products)
        if len(products) <= len(sizes) and max(sizes) * count <= 2 * terms:
            groups[whole] = sorted([*dots, *products])
            del groups[members]
    return groups
