"""Opening: what lies in a folded box, as a graph of its own, which is drawn like any other.

What enters from outside stands in it as leaves. Boxes of one form, as the neurons of a layer or one module's
calls, have equal forms: their drawings differ in numbers alone.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence

from viz.views.contents import NOUNS
from viz.views.origins import Call, is_inside
from viz.views.reading import Graph, Node, Operand
from viz.views.titles import sign_of

OUTSIDE = "outside"
"""The kind of a leaf that stands for what another part of the graph has computed."""


def inside(graph: Graph, members: Sequence[int], leaving: set[int]) -> tuple[Graph, list[int]]:
    """The graph of the nodes in a box and of what they use; and where its nodes stand in `graph`.

    `leaving` are the positions of all nodes that are used outside of their box. Paths and the names of
    parameters are told from the innermost module that contains all that was computed in the box.
    """
    held = set(members)
    positions = _with_operands(graph, members)
    place = {at: new for new, at in enumerate(positions)}
    around = _around([call.path for at in members if (call := graph.calls[at])], dict(graph.modules))
    nodes = [
        _moved(graph.nodes[at], place, around) if at in held else _outside(graph, at, place[at])
        for at in positions
    ]
    calls = [_within(graph.calls[at], around) if at in held else None for at in positions]
    modules = [(_told_from(path, around), kind) for path, kind in graph.modules if is_inside(path, around)]
    results = tuple(place[at] for at in members if at in leaving)
    return Graph(tuple(nodes), tuple(calls), tuple(modules), results), positions


def form(graph: Graph, by_name: bool) -> Hashable:
    """What graphs have in common whose drawings differ in numbers alone, also in those within names.

    With `by_name`, names are the same.
    """
    numbers: dict[Hashable, int] = {}
    return (
        graph.results,
        tuple(
            (
                node.kind,
                node.name if by_name else re.sub(r"\d+", "#", node.name),
                node.primitive,
                tuple(
                    operand.node if operand.node is not None else _written(node, operand)
                    for operand in node.operands
                ),
                tuple(
                    (call.path, call.given, numbers.setdefault((call.path, call.number), len(numbers)))
                    for call in _calls(call)
                ),
            )
            for node, call in zip(graph.nodes, graph.calls)
        ),
    )


def _written(node: Node, operand: Operand) -> str:
    """A plain number, where it stands in the box in a text with others."""
    return repr(operand.number) if node.primitive.families else ""


def label_of(graph: Graph, at: int) -> str:
    """What a node is called where it stands alone: its name, else what made it."""
    node, call = graph.nodes[at], graph.calls[at]
    made_by = (NOUNS.get(node.primitive.name) or sign_of(node.primitive)) if node.primitive else ""
    return node.name or (call.path if call else "") or made_by


def _with_operands(graph: Graph, members: Sequence[int]) -> list[int]:
    """The positions of nodes in order, each after those of the leaves and outer nodes that it uses."""
    inner = {at for at in members if graph.nodes[at].primitive is not None}
    leaves = [at for at in members if at not in inner]
    positions: dict[int, None] = {}
    for at in sorted(inner):
        for operand in graph.nodes[at].operands:
            if operand.node is not None and operand.node not in inner:
                positions[operand.node] = None
        positions[at] = None
    return [*positions, *(at for at in leaves if at not in positions)]


def _calls(call: Call | None) -> list[Call]:
    """A call and those around it."""
    found = []
    while call is not None:
        found.append(call)
        call = call.within
    return found


def _moved(node: Node, place: dict[int, int], around: str) -> Node:
    operands = tuple(
        operand if operand.node is None else operand._replace(node=place[operand.node])
        for operand in node.operands
    )
    name = _told_from(node.name, around) if node.kind == "parameter" else node.name
    return node._replace(position=place[node.position], operands=operands, name=name)


def _outside(graph: Graph, at: int, position: int) -> Node:
    """A leaf in place of what was computed elsewhere; it is called by what made it."""
    node = graph.nodes[at]
    if node.primitive is None:
        return node._replace(position=position)
    return node._replace(
        position=position, kind=OUTSIDE, primitive=None, operands=(), name=label_of(graph, at)
    )


def _within(call: Call | None, around: str) -> Call | None:
    """A call with its path told from the module around it; those outside of that are left out."""
    if call is None or not is_inside(call.path, around):
        return None
    return call._replace(path=_told_from(call.path, around), within=_within(call.within, around))


def _told_from(path: str, around: str) -> str:
    return path[len(around) :].lstrip(".") if is_inside(path, around) else path


def _around(paths: Sequence[str], modules: Mapping[str, str]) -> str:
    """The innermost module around all of these."""
    common = ""
    for parts in zip(*(path.split(".") for path in dict.fromkeys(paths))):
        if len(set(parts)) > 1:
            break
        common = f"{common}.{parts[0]}" if common else parts[0]
    while common and common not in modules:
        common = common.rpartition(".")[0]
    return common
