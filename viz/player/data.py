"""The graph of a page, as its scripts read it: columns, by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from viz.formats.packing import Numbers
from viz.formats.scripting import json_number
from viz.views.reading import Graph, Node, Operand
from viz.views.text import clean, cut
from viz.views.titles import sign_of


def program(graph: Graph, names: Sequence[str], by_hand: Mapping[int, Sequence[float]]) -> dict[str, Any]:
    """The graph as `record` in `program.js` reads it.

    Of numbers there are places in a list that has each once. A node names its operation by the place that it
    has in `primitives`; a leaf has -1. The page itself counts the names of those that have none of their own.
    `by_hand` says what a `_backward` that is written by hand passed back along each edge, by the position of
    its node.
    """
    nodes, primitives, numbers = graph.nodes, primitives_of(graph), Numbers()
    rules = {primitive: at for at, primitive in enumerate(primitives)}
    return {
        "primitives": [{"symbol": sign_of(each), "spelling": _spelling(each)} for each in primitives],
        "name": [cut(clean(name)) if node.name else "" for node, name in zip(nodes, names, strict=True)],
        "data": [numbers.place(node.data) for node in nodes],
        "rule": [-1 if node.primitive is None else rules[node.primitive] for node in nodes],
        "operands": [[_operand(node, each, numbers) for each in node.operands] for node in nodes],
        "partials": [[numbers.place(each.partial) for each in node.operands] for node in nodes],
        "shares": {at: _shares(nodes[at], passed) for at, passed in by_hand.items()},
        "fixed": [at for at, node in enumerate(nodes) if node.primitive is None]
        if by_hand
        else _fixed(graph),
        "numbers": numbers.as_json,
    }


def primitives_of(graph: Graph) -> list[Any]:
    """The primitives of a graph, each once, in order."""
    return list(dict.fromkeys(node.primitive for node in graph.nodes if node.primitive))


def _operand(node: Node, operand: Operand, numbers: Numbers) -> Any:
    """How far back a node stands; the place of a plain number in a list."""
    return [numbers.place(operand.number)] if operand.node is None else node.position - operand.node


def _shares(node: Node, passed: Sequence[float]) -> list[Any]:
    """What a `_backward` that is written by hand passes back, slot by slot."""
    shares = iter(passed)
    return [None if each.node is None else json_number(next(shares)) for each in node.operands]


def _spelling(primitive: Any) -> str:
    """How a sentence writes an operation: with its sign between operands, as a sum of terms, or as a call."""
    if primitive.infix:
        return "infix"
    return str(primitive.name) if primitive.name in ("sum", "dot") else "call"


def _fixed(graph: Graph) -> list[int]:
    """The leaves that lead to a where or a select, whose branch was chosen when it was recorded."""
    leading: set[int] = set()
    for node in reversed(graph.nodes):
        if node.position in leading or (node.primitive and node.primitive.name in ("where", "select")):
            leading.update(operand.node for operand in node.operands if operand.node is not None)
    return sorted(position for position in leading if graph.nodes[position].primitive is None)
