"""What an operation is called in a picture: its sign, with its plain numbers in place."""

from __future__ import annotations

from typing import Any

from viz.views.reading import Node
from viz.views.text import Line, Span, cut, number


def title_line(node: Node) -> Line:
    """The first line of a node's box: its name, and the operation with its plain numbers in place.

    `tanh`, `d = × 2`, `2 -`, `clamp(·, -1, 1)`.
    """
    name = (Span(cut(node.name), "name"),) if node.name else ()
    if node.primitive is None:
        return name or (Span(node.kind, "muted"),)
    return (*name, Span(" = ", "muted"), *operation_line(node)) if name else operation_line(node)


def operation_line(node: Node) -> Line:
    """The symbol or name of the operation, its plain numbers in place."""
    symbol = Span(sign_of(node.primitive), "symbol")
    operands, literals = node.operands, [operand for operand in node.operands if operand.node is None]
    if not literals or node.primitive.families:
        return (symbol,)
    if getattr(node.primitive, "infix", False) and len(operands) == 2:
        literal = Span(number(literals[0].number), "literal")
        return (literal, Span(" "), symbol) if operands[0].node is None else (symbol, Span(" "), literal)
    inside: list[Span] = []
    for operand in operands:
        inside += [Span(", " if inside else "", "literal")]
        inside += [Span("·" if operand.node is not None else number(operand.number), "literal")]
    return (symbol, Span("(", "literal"), *inside[1:], Span(")", "literal"))


def sign_of(primitive: Any) -> str:
    """The sign of an operation as a picture shows it: its symbol in code, but × for *."""
    return "×" if primitive.symbol == "*" else str(primitive.symbol or primitive.name)
