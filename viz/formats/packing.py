"""Levels and numbers as a page reads them: JSON, deflated, in base 64.

Each number stands in it once. What a page works out by itself does not, as the words for a number and the
colour of a line.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from viz.formats.scripting import json_number
from viz.formats.shapes import Shape, shapes_of
from viz.views.boxes import Arrow, Box
from viz.views.levels import Level
from viz.views.opening import label_of
from viz.views.reading import Graph, Node
from viz.views.text import clean, cut, number

MOST_LEVELS = 250
"""So many levels are laid out at most, which takes some ten seconds."""


def packed(shipped: Any) -> str:
    """Data as a page reads it."""
    return base64.b64encode(zlib.compress(_json(shipped).encode(), 9)).decode()


class Shipped(NamedTuple):
    """What a page gets; how many boxes open in it, and how many do not, for want of room."""

    data: dict[str, Any]
    opening: int
    closed: int


def fitting(levels: Iterable[Level], room: int, nodes: dict[str, Any] | None = None) -> Shipped:
    """The numbers of all Values, and as many of the levels, outer ones first, as have room in it, packed.

    Where there is not even room for the first one, it comes without numbers, and nothing opens. A page that
    needs to know more of the Values says so with `nodes`, and has them and the first level in any case.
    """
    waiting, size = iter(levels), _Size()
    first = next(waiting)
    numbers = nodes or numbers_as_json(first.graph)
    shipped = [as_json(first, in_words=first.graph is None)]
    if size.with_part(numbers, *shipped) > room:
        waiting = iter(())
        if nodes is None:
            numbers, shipped = numbers_as_json(None), [as_json(first, in_words=True)]
    opened = list(first.opens.values())
    for level in islice(waiting, MOST_LEVELS - 1):
        data = as_json(level, in_words=level.graph is None)
        if size.with_part(data) > room:
            break
        shipped.append(data)
        opened += level.opens.values()
    opening = sum(at < len(shipped) for at, _ in opened)
    return Shipped({"nodes": numbers, "levels": shipped}, opening, len(opened) - opening)


class _Size:
    """How long data that grows is, when it is packed."""

    def __init__(self) -> None:
        self._many, self._flow = 0, zlib.compressobj(9)

    def with_part(self, *parts: Any) -> int:
        """How long it is with these parts, too."""
        for part in parts:
            self._many += len(self._flow.compress(_json(part).encode()))
        rest = len(self._flow.copy().flush())
        return (self._many + rest) * 4 // 3 + 100  # the brackets and commas between the parts


class Numbers:
    """Numbers, each once, and the place that each has among them."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, x: float | None) -> int | None:
        """The place of a number; None of None."""
        return None if x is None else self._places.setdefault(repr(x), len(self._places))

    @property
    def as_json(self) -> list[float | str | None]:
        """All of them, in order."""
        return [json_number(float(text)) for text in self._places]


def numbers_as_json(graph: Graph | None) -> dict[str, Any]:
    """What is written into levels: of each node, by position; operands by how far before it they stand.

    Of numbers there are places in a list that has each once.
    """
    numbers = Numbers()
    nodes = graph.nodes if graph else ()
    return {
        "name": [cut(clean(label_of(graph, node.position))) for node in nodes] if graph else [],
        "data": [numbers.place(node.data) for node in nodes],
        "gradient": [numbers.place(node.gradient) for node in nodes],
        "literals": [_literals(node) for node in nodes],
        "operands": [
            [None if one.node is None else node.position - one.node for one in node.operands]
            for node in nodes
        ],
        "partials": [[numbers.place(one.partial) for one in node.operands] for node in nodes],
        "numbers": numbers.as_json,
    }


def _literals(node: Node) -> list[str]:
    """The plain numbers that stand in the title of an operation."""
    if node.primitive is None or node.primitive.families:
        return []
    return [number(operand.number) for operand in node.operands if operand.node is None]


def as_json(level: Level, in_words: bool = False) -> dict[str, Any]:
    """A level as `levels.js` reads it; `in_words`, if the page has no numbers to write into it."""
    view, leaving = level.view, level.leaving
    shapes = shapes_of(level.layout.svg)
    places = {box.key: at for at, box in enumerate(view.boxes)}
    folded = {box.key for box in view.boxes if box.kind == "folded"}
    boxes, arrows = [], []
    for box in view.boxes:
        shipped = _box(box, shapes[box.key], in_words)
        if not in_words:
            shipped["members"] = _steps(box.members)
        if not in_words and box.kind == "folded":
            shipped["out"] = _steps([at for at in box.members if at in leaving] or box.members[-1:])
        if box.key in level.opens:
            shipped["opens"], inside = level.opens[box.key]
            shipped["inside"] = _steps(inside)
        boxes.append(shipped)
    for arrow in view.arrows:
        shipped = _arrow(arrow, shapes[arrow.key], in_words)
        shipped |= {"from": places[arrow.source], "to": places[arrow.target]}
        if arrow.edges and folded.isdisjoint((arrow.source, arrow.target)):
            shipped["slot"] = arrow.edges[0].slot
        arrows.append(shipped)
    if view.path:
        keys = [*places, *(arrow.key for arrow in view.arrows)]
        for key, shipped in zip(keys, (*boxes, *arrows)):
            shipped["faint"] = key not in view.path
    return {"cuts": level.cuts, "crowded": view.crowded, "boxes": boxes, "arrows": arrows}


def _box(box: Box, shape: Shape, in_words: bool) -> dict[str, Any]:
    written = {"data", "gradient", "norm"} if box.kind == "folded" else {"data", "gradient", "name"}
    lines = [
        [[span.role, span.text if in_words or span.role not in written else ""] for span in line]
        for line in box.lines
    ]
    shipped: dict[str, Any] = {"kind": box.kind, "root": box.is_root, "lines": lines}
    shipped |= {"at": shape.middle, "outlines": shape.outlines, "texts": shape.texts}
    return shipped | (_said(box.tooltip, gradient=box.gradient) if in_words else {})


def _arrow(arrow: Arrow, shape: Shape, in_words: bool) -> dict[str, Any]:
    *lines, head = shape.outlines
    shipped: dict[str, Any] = {"lines": lines, "head": head}
    if shape.texts:
        is_number = len(arrow.edges) == 1 and arrow.edges[0].partial is not None
        shipped |= {"label": arrow.label if in_words or not is_number else "", "texts": shape.texts}
    return shipped | (_said(arrow.tooltip, flow=arrow.flow, mixed=arrow.mixed or None) if in_words else {})


def _said(tooltip: str, **known: float | None) -> dict[str, Any]:
    """What a page would work out from the numbers, had it any: what it paints lines by, where it is known."""
    return {"tooltip": tooltip} | {name: json_number(x) for name, x in known.items() if x is not None}


def _steps(positions: Sequence[int]) -> list[int]:
    """Positions, each told from the one before: those of equal parts are then equal."""
    return [at - before for before, at in zip((0, *positions), positions)]


def _json(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))
