"""How one operation is spelled in a formula: as Python that evaluates, or as LaTeX.

A spelling is how tightly it binds, and its pieces: text, and slots for operands with how tightly they
must bind to stand without brackets.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from string import Formatter
from typing import Any, NamedTuple

from autograd.rules.notation import CALL, TEXT
from viz import latex
from viz.views.reading import Node

Piece = str | tuple[int, int]
"""Text, or an operand's slot and how tightly it must bind."""


class Style(NamedTuple):
    """How operations, numbers, names and brackets are written."""

    pieces: Callable[[Node], tuple[int, list[Piece]]]
    literal: Callable[[float, bool], str]
    """A number; whether it stood in the user's code as a plain one."""
    tightness: Callable[[float], int]
    """How tightly a number binds: one with a minus or a power of ten is no single sign."""
    name: Callable[[str], str]
    brackets: tuple[str, str]


def _fill(template: str, count: int) -> list[Piece]:
    """A template of a notation as text and slots; `{all}` is every operand, with commas."""
    pieces: list[Piece] = []
    for text, field, least, _ in Formatter().parse(template):
        pieces += [text] if text else []
        if field == "all":
            pieces += _commas(range(count))
        elif field is not None:
            pieces.append((int(field), int(least or 0)))
    return pieces


def _commas(slots: Any) -> list[Piece]:
    return [part for slot in slots for part in (", ", (slot, 0))][1:]


def _as_python(node: Node) -> tuple[int, list[Piece]]:
    primitive, count = node.primitive, len(node.operands)
    if not primitive.families:
        power, template = TEXT.templates.get(primitive.name) or (CALL, f"{primitive.name}({{all}})")
        return power, _fill(template, count)
    single = len(primitive.operands) - primitive.families
    size = (count - single) // primitive.families
    pieces: list[Piece] = [f"{primitive.name}("]
    pieces += [part for slot in range(single) for part in ((slot, 0), ", ")]
    for family in range(primitive.families):
        start = single + family * size
        pieces += [", [" if family else "[", *_commas(range(start, start + size)), "]"]
    return CALL, [*pieces, ")"]


def _as_latex(node: Node) -> tuple[int, list[Piece]]:
    primitive, count = node.primitive, len(node.operands)
    if primitive.name == "sum" and count:
        return 11, [(0, 11), *(part for slot in range(1, count) for part in (" + ", (slot, 12)))]
    if primitive.name == "dot" and count:
        pieces: list[Piece] = []
        for slot in range(count // 2):
            pieces += [" + "] if slot else []
            pieces += [(slot, 12), r" \cdot ", (count // 2 + slot, 13)]
        return 11, pieces
    power, template = latex.template(primitive.name)
    return power, _fill(template, count)


def _python_literal(number: float, plain: bool) -> str:
    """`2` for a plain number, `2.0` for a leaf; the sign of -0.0 would be lost without its point."""
    return repr(number).removesuffix(".0") if plain and number else repr(number)


def _python_tightness(number: float) -> int:
    """A negative number binds as a minus before a name does: `x * -2` needs no brackets."""
    return 13 if math.copysign(1.0, number) < 0 else CALL


AS_PYTHON = Style(_as_python, _python_literal, _python_tightness, str, ("(", ")"))
AS_LATEX = Style(
    _as_latex,
    lambda number, plain: latex.literal(number),
    latex.tightness,
    latex.name,
    (r"\left(", r"\right)"),
)
