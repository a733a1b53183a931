"""Which leaves a folded box holds: lines that name them, as they are called inside of its module."""

from __future__ import annotations

from collections.abc import Collection

from viz.views.boxes import Box
from viz.views.reading import Graph
from viz.views.text import Span, count, cut, plain

_LISTED = 4
"""Names that fit into a box; of more, the first and the last."""


def with_holdings(box: Box, graph: Graph, held: Collection[int]) -> Box:
    """The box with lines that name what it holds, where its title does not.

    `held` are the positions of what is not elsewhere, too: an opened box shows also what it uses of others.
    """
    if box.kind != "folded":
        return box
    title, *others = box.lines
    module = plain(title).partition(",")[0] + "."
    nodes = [graph.nodes[at] for at in box.members if at in held]
    leaves = [node for node in nodes if node.primitive is None and node.name.removeprefix(module)]
    names = [cut(node.name.removeprefix(module)) for node in leaves]
    if not names or names[0] in plain(title):
        return box
    words = [f"holds {', '.join(names)}"]
    if len(names) > _LISTED:
        what = "weights" if all(node.kind == "parameter" for node in leaves) else "leaves"
        words = [f"holds {count(len(names))} {what},", f"{names[0]} to {names[-1]}"]
    return box._replace(lines=(title, *((Span(line, "muted"),) for line in words), *others))
