"""Which leaves a folded box holds: their names, and a line of the box that says so."""

from __future__ import annotations

from collections.abc import Collection

from viz.views.boxes import Box
from viz.views.reading import Graph
from viz.views.text import Span, count, cut, plain

_LISTED = 4
"""Names that fit into a box; of more, the first and the last."""


def held_names(box: Box, graph: Graph) -> dict[int, str]:
    """The names of the leaves in a folded box, by position, as they are called inside of the box's module.

    A leaf without a name has an empty one.
    """
    if box.kind != "folded":
        return {}
    module = plain(box.lines[0]).partition(",")[0]
    leaves = [graph.nodes[at] for at in box.members if graph.nodes[at].primitive is None]
    return {node.position: cut(node.name.removeprefix(f"{module}.")) for node in leaves}


def with_holdings(box: Box, graph: Graph, held: Collection[int]) -> Box:
    """The box with lines that name what it holds, where its title does not.

    `held` are the positions of what is not elsewhere, too: an opened box shows also what it uses of others.
    """
    named = {at: name for at, name in held_names(box, graph).items() if name and at in held}
    names = list(named.values())
    if not names or names[0] in plain(box.lines[0]):
        return box
    words = [f"holds {', '.join(names)}"]
    if len(names) > _LISTED:
        what = "weights" if all(graph.nodes[at].kind == "parameter" for at in named) else "leaves"
        words = [f"holds {count(len(names))} {what},", f"{names[0]} to {names[-1]}"]
    title, *others = box.lines
    return box._replace(lines=(title, *((Span(line, "muted"),) for line in words), *others))
