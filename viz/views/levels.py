"""Levels: what lies in the boxes of a picture, and in the boxes of that, down to single Values."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from viz.views.boxes import View
from viz.views.chunks import chunks
from viz.views.folding import by_structure, in_full
from viz.views.graphs import Group, view_of
from viz.views.legibility import Measure, Size, legible_fold
from viz.views.opening import form, inside, label_of
from viz.views.reading import Graph

AT_ONCE = 24
"""Up to so many Values, a box opens to all of them at once."""

ANY_NUMBER = 1.5
"""The width of a box in inches that has room for any number."""

MOST_LEVELS = 200
"""So many levels are laid out at most: those further in do not open."""


class Level(NamedTuple):
    """One level: its view, and for each box that opens, by key, which level it opens to.

    With it come the positions at which the nodes of the level inside stand in this one. `graph` is None for
    a program, whose boxes are all there is.
    """

    graph: Graph | None
    view: View
    opens: dict[str, tuple[int, list[int]]]
    cuts: list[int]
    """Of the label of each node, how many parts are left out, as told from the level around it."""

    @property
    def leaving(self) -> set[int]:
        """The positions of the nodes that are used outside of their box."""
        crossing = {edge.source for arrow in self.view.arrows for edge in arrow.edges}
        return crossing.union(self.graph.results, [self.graph.root.position]) if self.graph else crossing


def levels_of(graph: Graph | None, view: View, measure: Measure, fit: Size) -> list[Level]:
    """The level of a view, and those to which its boxes open, outer ones first.

    Boxes that differ in their numbers alone open to one and the same level.
    """
    levels = [Level(graph, view, {}, [])]
    known: dict[Hashable, int] = {}
    for level in levels:  # grows
        leaving = level.leaving
        for box in level.view.boxes:
            if level.graph is None or box.kind != "folded":
                continue
            inner, positions = inside(level.graph, box.members, leaving)
            key = form(inner, by_name=len(inner.nodes) > AT_ONCE)
            if key not in known:
                if len(levels) >= MOST_LEVELS:
                    continue
                known[key] = len(levels)
                groups = _opened(inner, measure, fit)
                seen = _with_room(view_of(inner, groups)._replace(captions=()))
                around = [label_of(level.graph, at).count(".") for at in positions]
                cuts = [many - label_of(inner, at).count(".") for at, many in enumerate(around)]
                levels.append(Level(inner, seen, {}, cuts))
            level.opens[box.key] = (known[key], positions)
    return levels


def _opened(graph: Graph, measure: Measure, fit: Size) -> list[Group]:
    """What is seen of a box when it is opened: its Values where they are few, else the modules in it."""
    if len(graph.nodes) <= AT_ONCE:
        return in_full(graph)
    return legible_fold(graph, _finer(graph), lambda view: measure(_with_room(view)), fit)


def _with_room(view: View) -> View:
    """The view with room in its boxes for the numbers of any other that opens to the same level."""
    return view._replace(least_width=ANY_NUMBER)


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
