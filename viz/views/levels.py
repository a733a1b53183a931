"""Levels: what lies in the boxes of a picture, and in the boxes of that, down to single Values."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, NamedTuple

from viz.views.boxes import Box, View
from viz.views.chunks import chunks
from viz.views.folding import by_structure, in_full
from viz.views.graphs import Group, view_of
from viz.views.legibility import Layout, Measure, Size, seen_best
from viz.views.opening import form, inside, label_of
from viz.views.reading import Graph

AT_ONCE = 24
"""Up to so many Values, a box opens to all of them at once."""

ANY_NUMBER = 1.5
"""The width of a box in inches that has room for any number, as of others that open to the same level."""


class Level(NamedTuple):
    """One level: its view and how that is laid out; for each box that opens, by key, which level it opens to.

    With it come the positions at which the nodes of the level inside stand in this one.
    """

    content: Any
    """What lies in it: a graph, or the operations of a program, whose boxes are all there is; None for what
    does not open."""
    view: View
    layout: Layout
    opens: dict[str, tuple[int, list[int]]]
    cuts: list[int]
    """Of the label of each node, how many parts are left out, as told from the level around it."""

    @property
    def graph(self) -> Graph | None:
        """The graph that lies in it, if it is one."""
        return self.content if isinstance(self.content, Graph) else None

    @property
    def leaving(self) -> set[int]:
        """The positions of the nodes that are used outside of their box."""
        crossing = {edge.source for arrow in self.view.arrows for edge in arrow.edges}
        return crossing.union(self.graph.results, [self.graph.root.position]) if self.graph else crossing


class Inside(NamedTuple):
    """What lies in a box: boxes of one `form` open to one and the same level."""

    content: Any
    form: Hashable
    positions: list[int]
    cuts: list[int]


def levels_of(first: Level, measure: Measure, fit: Size) -> Iterator[Level]:
    """The level of a graph that is seen first, and those to which its boxes open: see `outwards`.

    Boxes that differ in their numbers alone open to one and the same level.
    """
    room = max(ANY_NUMBER, first.view.least_width)
    return outwards(first, _inside, lambda graph: _opened(graph, room, measure, fit))


def outwards(
    level: Level,
    inside: Callable[[Level], Iterator[tuple[Box, Inside]]],
    opened: Callable[[Any], tuple[View, Layout]],
) -> Iterator[Level]:
    """A level and all those further in, outer ones first, each laid out when it is asked for.

    `inside` says what lies in the boxes of a level that open, `opened` what is seen of that.
    """
    known: dict[Hashable, int] = {}
    waiting: deque[Inside] = deque()
    while True:
        for box, found in inside(level):
            if found.form not in known:
                known[found.form] = len(known) + 1
                waiting.append(found)
            level.opens[box.key] = (known[found.form], found.positions)
        yield level
        if not waiting:
            return
        found = waiting.popleft()
        level = Level(found.content, *opened(found.content), {}, found.cuts)


def _inside(level: Level) -> Iterator[tuple[Box, Inside]]:
    graph, leaving = level.graph, level.leaving
    for box in level.view.boxes:
        if graph is not None and box.kind == "folded":
            inner, positions = inside(graph, box.members, leaving)
            around = [label_of(graph, at).count(".") for at in positions]
            cuts = [many - label_of(inner, at).count(".") for at, many in enumerate(around)]
            yield box, Inside(inner, form(inner, by_name=len(inner.nodes) > AT_ONCE), positions, cuts)


def _opened(graph: Graph, room: float, measure: Measure, fit: Size) -> tuple[View, Layout]:
    """What is seen of a box when it is opened: its Values where they are few, else the modules in it."""

    def view(groups: Sequence[Group]) -> View:
        return view_of(graph, groups)._replace(least_width=room, captions=())

    if len(graph.nodes) <= AT_ONCE:
        seen = view(in_full(graph))
        return seen, measure(seen)
    return seen_best(_finer(graph), view, measure, fit)


def _finer(graph: Graph) -> Iterator[list[Group]]:
    """The ways to see what is in a box: the modules in it; else what it consists of, in a few pieces."""
    finest: list[Group] = []
    if len({(call.path, call.number) for call in graph.calls if call}) > 1:
        operations = {node.position for node in graph.nodes if node.primitive is not None}
        for groups in by_structure(graph, (), "layers"):
            if not _holds(groups, operations):
                finest = finest or groups
                yield groups
    for many in (12, 6, 4):
        yield chunks(graph, finest or in_full(graph), many)


def _holds(groups: Sequence[Group], operations: set[int]) -> bool:
    """Whether one of the groups holds nearly all the operations."""
    return any(len(operations.intersection(group.members)) > 0.95 * len(operations) for group in groups)
