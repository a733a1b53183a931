"""The levels of a page that plays: names for all, room for numbers that change, what each box holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from viz.formats.sizes import laid_out
from viz.player.holdings import with_holdings
from viz.views.boxes import Box, View
from viz.views.graphs import Group, view_of
from viz.views.legibility import Layout, Size
from viz.views.levels import Level
from viz.views.reading import Graph, Node
from viz.views.titles import title_line

_ROOM = 1.9
"""The width of a box in inches that has room for a number, and for the question what it will be."""


def names_of(graph: Graph) -> list[str]:
    """The names of all nodes: v1, v2 ... for operations without one, c1, c2 ... for leaves."""
    taken = {node.name for node in graph.nodes}
    counts = {"v": 0, "c": 0}

    def fresh(letter: str) -> str:
        name = ""
        while not name or name in taken:
            counts[letter] += 1
            name = f"{letter}{counts[letter]}"
        return name

    return [node.name or fresh(_letter(node)) for node in graph.nodes]


def first_view(graph: Graph, names: Sequence[str], groups: Sequence[Group]) -> View:
    """What is seen of a graph at first, in these groups."""
    nodes = tuple(node._replace(name=name) for node, name in zip(graph.nodes, names, strict=True))
    shown = view_of(graph._replace(nodes=nodes), groups)
    several = any(len({edge.source for edge in arrow.edges}) > 1 for arrow in shown.arrows)
    boxes = tuple(with_holdings(box, graph, box.members) for box in shown.boxes)
    signs = "+-0±" if several else "+-0"
    return shown._replace(boxes=boxes, captions=(), signs=signs, least_width=_ROOM)


class Later:
    """The layout of a view, made when it is asked for."""

    def __init__(self, view: View) -> None:
        self._view = view

    @cached_property
    def _drawn(self) -> Layout:
        return laid_out(self._view)

    @property
    def svg(self) -> str:
        """What was drawn."""
        return self._drawn.svg

    @property
    def size(self) -> Size:
        """How large it is."""
        return self._drawn.size


def played_levels(levels: Iterator[Level]) -> Iterator[Level]:
    """The levels, outer ones first, with names for what has none, and with what boxes hold in words."""
    graph: Graph | None = None
    places: dict[int, Sequence[int]] = {}
    held: dict[int, set[int]] = {}
    for at, level in enumerate(levels):
        assert level.graph is not None
        if graph is None:
            graph, places[0] = level.graph, range(len(level.graph.nodes))
            held[0] = set(places[0])
        else:
            view = _played(level, [graph.nodes[place] for place in places[at]], held[at], len(graph.nodes))
            level = level._replace(view=view, layout=Later(view))
        for box in level.view.boxes:
            inside, positions = level.opens.get(box.key, (0, []))
            if inside not in places:
                own = held[at].intersection(box.members)
                places[inside] = [places[at][position] for position in positions]
                held[inside] = {new for new, position in enumerate(positions) if position in own}
        yield level


def _played(level: Level, originals: Sequence[Node], held: set[int], many: int) -> View:
    """The view of a level further in, with room for the name of any of so many nodes."""
    assert level.graph is not None
    nodes = [
        node if original.name else node._replace(name=_letter(original) + "8" * len(str(many)))
        for node, original in zip(level.graph.nodes, originals, strict=True)
    ]
    return level.view._replace(boxes=tuple(_shown(box, level.graph, nodes, held) for box in level.view.boxes))


def _shown(box: Box, graph: Graph, nodes: Sequence[Node], held: set[int]) -> Box:
    """A box of a level further in: the page writes names, and needs room for them."""
    if box.kind == "folded":
        return with_holdings(box, graph, held)
    return box._replace(lines=(title_line(nodes[box.members[0]]), *box.lines[1:]))


def _letter(node: Node) -> str:
    return "c" if node.primitive is None else "v"
