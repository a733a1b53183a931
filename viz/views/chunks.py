"""Chunks: boxes that follow one another, put together into a few, where there are too many to be read.

Boxes in topological order can be put together with their neighbours in it, and no circle comes of that.
"""

from __future__ import annotations

from collections.abc import Sequence

from viz.views.contents import operations
from viz.views.graphs import Group
from viz.views.opening import label_of
from viz.views.parting import stretches
from viz.views.reading import Graph
from viz.views.text import count


def chunks(graph: Graph, groups: Sequence[Group], many: int) -> list[Group]:
    """`groups`, which are in topological order, as about so `many` boxes, and boxes of the leaves they share.

    A leaf that one of them alone uses is in it, unless that is a single operation.
    """
    working = [group for group in groups if _operates(graph, group)] or list(groups)
    pieces = stretches(working, many)
    owner = {member: at for at, piece in enumerate(pieces) for group in piece for member in group.members}
    users: dict[int, dict[int, None]] = {}
    for edge in graph.edges:
        if edge.target in owner:
            users.setdefault(edge.source, {})[owner[edge.target]] = None
    members: list[list[int]] = [[] for _ in pieces]
    shared: dict[tuple[tuple[int, ...], str], list[int]] = {}
    for node in graph.nodes:
        using = tuple(users.get(node.position, ()))
        if node.position in owner:
            members[owner[node.position]].append(node.position)
        elif len(using) == 1 and sum(len(group.members) for group in pieces[using[0]]) > 1:
            members[using[0]].append(node.position)
        else:
            shared.setdefault((using, node.kind), []).append(node.position)
    leaves = [_group(graph, together, "") for together in shared.values()]
    return leaves + [_group(graph, inside, _span(piece)) for piece, inside in zip(pieces, members)]


def _span(piece: Sequence[Group]) -> str:
    """The first and the last of some titles, once if they are the same; "" where there are none."""
    first, last = piece[0].title, piece[-1].title
    return f"{first} … {last}" if first and last and first != last else first


def _group(graph: Graph, members: Sequence[int], title: str) -> Group:
    if len(members) == 1:
        return Group(tuple(members), title)
    if not title and graph.nodes[members[-1]].primitive is None:
        first, last = label_of(graph, members[0]), label_of(graph, members[-1])
        title = f"{first} … {last}" if first != last else f"{count(len(members))} × {first or 'constant'}"
    return Group(tuple(members), title or operations(graph, members))


def _operates(graph: Graph, group: Group) -> bool:
    return any(graph.nodes[at].primitive is not None for at in group.members)
