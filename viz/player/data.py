"""The graph of a page as JSON, which `program.js` reads: nodes by position, boxes and arrows by key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from viz.formats.scripting import json_number
from viz.player.holdings import held_names
from viz.views.boxes import View
from viz.views.reading import Graph, Node
from viz.views.text import clean, cut, plain
from viz.views.titles import sign_of


def as_json(
    graph: Graph, view: View, primitives: Sequence[Any], by_hand: Mapping[int, Sequence[float]]
) -> str:
    """JSON that may stand in a script element: no `<` in it, so that nothing can close the element.

    A node names its operation by the place that it has in `primitives`; a leaf has -1. `by_hand` says what a
    `_backward` that is written by hand passed back along each edge, by the position of its node.
    """
    rules = {primitive: at for at, primitive in enumerate(primitives)}
    fixed = set(range(len(graph.nodes))) if by_hand else _fixed_leaves(graph)
    nodes = [_node(node, rules, fixed) | _shares(node, by_hand) for node in graph.nodes]
    data = {"nodes": nodes, "view": _view(view, graph)}
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")


def _view(view: View, graph: Graph) -> dict[str, Any]:
    """Boxes and arrows, and the box of each node, by position."""
    box_of = {member: box.key for box in view.boxes for member in box.members}
    return {
        "boxes": {
            box.key: {
                "folded": box.kind == "folded",
                "title": plain(box.lines[0]),
                "holds": list(held_names(box, graph).items()),
            }
            for box in view.boxes
        },
        "arrows": [
            {"id": arrow.key, "edges": [[edge.source, edge.target, edge.slot] for edge in arrow.edges]}
            for arrow in view.arrows
        ],
        "boxOf": [box_of[position] for position in range(len(box_of))],
    }


def _node(node: Node, rules: dict[Any, int], fixed: set[int]) -> dict[str, Any]:
    primitive = node.primitive
    return {
        "name": cut(clean(node.name)),
        "data": json_number(node.data),
        "rule": -1 if primitive is None else rules[primitive],
        "symbol": "" if primitive is None else sign_of(primitive),
        "spelling": "" if primitive is None else _spelling(primitive),
        "operands": [
            [json_number(each.number)] if each.node is None else each.node for each in node.operands
        ],
        "partials": [json_number(each.partial) for each in node.operands],
        "fixed": node.position in fixed,
    }


def _shares(node: Node, by_hand: Mapping[int, Sequence[float]]) -> dict[str, Any]:
    """What a `_backward` that is written by hand passes back, slot by slot; nothing for other nodes."""
    if node.position not in by_hand:
        return {}
    shares = iter(by_hand[node.position])
    return {"shares": [None if each.node is None else json_number(next(shares)) for each in node.operands]}


def _spelling(primitive: Any) -> str:
    """How a sentence writes an operation: with its sign between operands, as a sum of terms, or as a call."""
    if primitive.infix:
        return "infix"
    return str(primitive.name) if primitive.name in ("sum", "dot") else "call"


def _fixed_leaves(graph: Graph) -> set[int]:
    """The leaves that lead to a where or a select, whose branch was chosen when it was recorded."""
    leading: set[int] = set()
    for node in reversed(graph.nodes):
        if node.position in leading or (node.primitive and node.primitive.name in ("where", "select")):
            leading.update(operand.node for operand in node.operands if operand.node is not None)
    return {position for position in leading if graph.nodes[position].primitive is None}
