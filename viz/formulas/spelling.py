"""How one operation is spelled in a formula: as Python that evaluates, or as LaTeX.

An operation is spelled as pieces: text, and slots for its operands. It has a binding power, as operators in
a grammar have; an operand whose power is less than its slot needs is written in brackets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from string import Formatter
from typing import NamedTuple

from autograd.rules.notation import CALL, TEXT
from viz.formulas import latex
from viz.views.reading import Node


class Slot(NamedTuple):
    """Where an operand stands: which one, and the least binding power with which it needs no brackets."""

    operand: int
    least: int


Pieces = list[str | Slot]


class Style(NamedTuple):
    """How operations, numbers, names and brackets are written."""

    spell: Callable[[Node], tuple[int, Pieces]]
    """The binding power of a node's operation, and its pieces."""
    literal: Callable[[float, bool], str]
    """A number; whether it stood in the user's code as a plain one."""
    literal_power: Callable[[float], int]
    """The binding power of a number: one with a minus or a power of ten is not a single sign."""
    name: Callable[[str], str]
    brackets: tuple[str, str]


def _fill(template: str, count: int) -> Pieces:
    """A template of a notation as pieces; `{all}` is every operand, with commas."""
    pieces: Pieces = []
    for text, field, least, _ in Formatter().parse(template):
        pieces += [text] if text else []
        if field == "all":
            pieces += _with_commas(range(count))
        elif field is not None:
            pieces.append(Slot(int(field), int(least or 0)))
    return pieces


def _with_commas(operands: Iterable[int]) -> Pieces:
    return [piece for operand in operands for piece in (", ", Slot(operand, 0))][1:]


def _as_python(node: Node) -> tuple[int, Pieces]:
    primitive, count = node.primitive, len(node.operands)
    if not primitive.families:
        power, template = TEXT.template(primitive.name)
        return power, _fill(template, count)
    size = primitive.family_size(count)
    pieces: Pieces = [f"{primitive.name}("]
    pieces += [piece for operand in range(primitive.singles) for piece in (Slot(operand, 0), ", ")]
    for family in range(primitive.families):
        start = primitive.singles + family * size
        pieces += [", [" if family else "[", *_with_commas(range(start, start + size)), "]"]
    return CALL, [*pieces, ")"]


def _as_latex(node: Node) -> tuple[int, Pieces]:
    primitive, count = node.primitive, len(node.operands)
    if primitive.name == "sum" and count:
        terms = [piece for operand in range(1, count) for piece in (" + ", Slot(operand, 12))]
        return 11, [Slot(0, 11), *terms]
    if primitive.name == "dot" and count:
        pieces: Pieces = []
        for x, y in enumerate(range(count // 2, count)):
            pieces += [" + "] if x else []
            pieces += _product(node, x, y)
        return 11, pieces
    if primitive.name == "mul":
        return 12, _product(node, 0, 1)
    power, template = latex.template(primitive.name)
    return power, _fill(template, count)


def _product(node: Node, x: int, y: int) -> Pieces:
    """A product, and a factor 1 left out."""
    ones = [operand.node is None and operand.number == 1 for operand in (node.operands[x], node.operands[y])]
    if any(ones):
        return [Slot(y if ones[0] else x, 12)]
    return [Slot(x, 12), r" \cdot ", Slot(y, 13)]


def _python_literal(number: float, plain: bool) -> str:
    """`2` for a plain number, `2.0` for a leaf; the sign of -0.0 would be lost without its point."""
    return repr(number).removesuffix(".0") if plain and number else repr(number)


def _python_power(number: float) -> int:
    """The binding power of a minus for a negative number: `x * -2` needs no brackets, `(-2) ** x` does."""
    return 13 if math.copysign(1.0, number) < 0 else CALL


AS_PYTHON = Style(_as_python, _python_literal, _python_power, str, ("(", ")"))
AS_LATEX = Style(
    _as_latex,
    lambda number, plain: latex.literal(number),
    latex.literal_power,
    latex.name,
    (r"\left(", r"\right)"),
)
