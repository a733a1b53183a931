"""Shapes: where Graphviz put what, of each box and arrow of a picture, without colours and words.

What a page draws by itself. The outlines of a box are told from its middle, so that those of boxes of one
size are one text, and a tenth of a pixel is exact enough.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree

from viz.formats.curves import beside

Point = tuple[float, float]

_POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")


class Shape(NamedTuple):
    """The outlines of a box, or the lines of an arrow and its head, as paths; and where its texts stand."""

    middle: Point
    """What all else is told from; of an arrow, the origin."""
    outlines: tuple[str, ...]
    texts: tuple[Point, ...]


def shapes_of(svg: str) -> dict[str, Shape]:
    """The shapes of boxes and arrows by their keys, in the SVG that Graphviz drew of a view."""
    svg = svg[svg.index("<svg") :].replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
    page = ElementTree.fromstring(svg)[0]
    groups = page.findall("g")
    return {group.get("id", ""): _shape(group, is_box=group.get("class") == "node") for group in groups}


def _shape(group: ElementTree.Element, is_box: bool) -> Shape:
    lines, places = [], []
    for element in group.iter():
        if element.tag == "path":
            lines.append(element.get("d", ""))
        elif element.tag in ("polygon", "polyline"):
            end = "Z" if element.tag == "polygon" else ""
            lines.append("M" + element.get("points", "").strip().replace(" ", "L") + end)
        elif element.tag == "text":
            places.append((float(element.get("x", 0)), float(element.get("y", 0))))
    x, y = middle = _middle(lines[0]) if is_box else (0.0, 0.0)
    places = places if is_box else [beside(lines[0], place) for place in places]
    texts = tuple((_rounded(left - x), _rounded(top - y)) for left, top in places)
    outlines = tuple(_told_from(middle, line) for line in lines)
    return Shape((_rounded(x), _rounded(y)), outlines, texts)


def _middle(line: str) -> Point:
    points = [(float(x), float(y)) for x, y in _POINT.findall(line)]
    (left, right), (top, bottom) = ((min(side), max(side)) for side in zip(*points))
    return (left + right) / 2, (top + bottom) / 2


def _told_from(middle: Point, line: str) -> str:
    x, y = middle
    return _POINT.sub(lambda at: f"{_rounded(float(at[1]) - x):g},{_rounded(float(at[2]) - y):g}", line)


def _rounded(number: float) -> float:
    return round(number, 1) + 0.0  # no -0.0
