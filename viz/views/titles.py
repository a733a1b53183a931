"""What an operation is called in a picture: its sign, with its plain numbers in place."""

from __future__ import annotations

from typing import Any

from viz.views.reading import Graph, Node, Operand
from viz.views.text import Line, Span, cut, number

_MOST = 4
"""Plain numbers that are shown one by one; of more, the first."""


def title_line(node: Node) -> Line:
    """The first line of a node's box: its name, and the operation with its plain numbers in place.

    `tanh`, `d = … × 2`, `2 - …`, `clamp(·, -1, 1)`.
    """
    name = (Span(cut(node.name), "name"),) if node.name else ()
    if node.primitive is None:
        return name or (Span(node.kind, "muted"),)
    return (*name, Span(" = ", "muted"), *operation_line(node)) if name else operation_line(node)


def operation_line(node: Node) -> Line:
    """The symbol or name of the operation, its plain numbers in place."""
    symbol = Span(sign_of(node.primitive), "symbol")
    operands, literals = node.operands, [operand for operand in node.operands if operand.node is None]
    if not literals or (node.primitive.families and _pairs(node)):
        return (symbol,)
    if node.primitive.families:
        shown = [number(literal.number) for literal in literals[:_MOST]]
        shown += ["…"] if len(operands) > len(shown) else []
        return (symbol, Span(f"({', '.join(shown)})", "literal"))
    if getattr(node.primitive, "infix", False) and len(operands) == 2:
        literal = Span(number(literals[0].number), "literal")
        # an ellipsis where the arrow leads to: "- 1" alone would read as a number below 0
        left, right = (literal if each.node is None else Span("…", "literal") for each in operands)
        return (left, Span(" "), symbol, Span(" "), right)
    inside: list[Span] = []
    for operand in operands:
        inside += [Span(", " if inside else "", "literal")]
        inside += [Span("·" if operand.node is not None else number(operand.number), "literal")]
    return (symbol, Span("(", "literal"), *inside[1:], Span(")", "literal"))


def terms_line(node: Node, graph: Graph) -> Line:
    """The terms of a `dot` that are a plain number times a Value, as `2·w.0 - w.1 + b`; else nothing.

    Terms that are 0 are left out.
    """
    pairs = _pairs(node)
    terms: list[str] = []
    for x, y in pairs:
        factor, other = (x, y) if x.node is None else (y, x)
        if factor.node is None and (factor.number or other.node is None):
            terms.append(_term(factor.number, other, graph))
    if not terms and all(operand.node is not None for pair in pairs for operand in pair):
        return ()
    shown = ["…"] * _has_products(pairs) + terms[:_MOST] + ["…"] * (len(terms) > _MOST)
    text = " + ".join(shown).replace("+ -", "- ") or "0"
    return (Span(text, "literal"),)


def _pairs(node: Node) -> list[tuple[Operand, Operand]]:
    """The factors of each product of a `dot`."""
    if node.primitive is None or node.primitive.name != "dot":
        return []
    half = len(node.operands) // 2
    return list(zip(node.operands[:half], node.operands[half:]))


def _has_products(pairs: list[tuple[Operand, Operand]]) -> bool:
    """Whether there are products of two Values, whose arrows show them."""
    return any(x.node is not None and y.node is not None for x, y in pairs)


def _term(factor: float, other: Operand, graph: Graph) -> str:
    if other.node is None:
        return number(factor * other.number)
    name = _short(graph.nodes[other.node].name)
    return name if factor == 1 else f"-{name}" if factor == -1 else f"{number(factor)}·{name}"


def _short(name: str) -> str:
    """The last name of a path, with the number that follows it: `w.1`, `b`."""
    names = name.split(".")
    last = names[-2:] if names[-1].isdigit() else names[-1:]
    return cut(".".join(last)) or "·"


def sign_of(primitive: Any) -> str:
    """The sign of an operation as a picture shows it: its symbol in code, but × for *."""
    return "×" if primitive.symbol == "*" else cut(primitive.symbol or primitive.name)
