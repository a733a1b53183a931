"""Columns of neurons as SVG: circles with their numbers, and a line for each weight between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from viz.formats.svg import root_attributes
from viz.formats.themes import Theme
from viz.views.text import count, number

_MOST = 16
"""Neurons shown of a column; a taller one has its middle folded."""
_COLUMN, _ROW, _RADIUS = 240.0, 62.0, 24.0
_SCREEN, _WIDEST = 1.7, 1500.0
"""Tall columns stand further apart: about as a screen is shaped, and no wider than can be read on one."""
_LEGEND = "16"


class Weight(NamedTuple):
    """A line: from which neuron of the column before, to which of the next, and the number it shows."""

    source: int
    target: int
    number: float | None


class Column(NamedTuple):
    """The inputs, or a layer: per neuron its number, if known, and the weights that lead to it."""

    title: str
    numbers: tuple[float | None, ...]
    weights: tuple[Weight, ...]


def columns_svg(title: str, columns: Sequence[Column], theme: Theme, gradients: bool, meaning: str) -> str:
    """The picture: columns from left to right, below them the legend.

    With `gradients`, numbers and lines are gradients; `meaning` says what the numbers are.
    """
    visible = [_visible(len(column.numbers)) for column in columns]
    tallest = max(map(len, visible))
    height = 60 + tallest * _ROW + 92
    apart = max(_COLUMN, (min(_SCREEN * height, _WIDEST) - 180) / (len(columns) - 1))
    width = 90 + apart * (len(columns) - 1) + 90
    root = Element("svg", root_attributes(width, height))
    SubElement(root, "title").text = title
    SubElement(root, "desc").text = "Lines are " + ("gradients of weights" if gradients else "weights")
    SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": theme.paper})
    places = [
        {
            neuron: (90 + at * apart, 70 + (row + (tallest - len(rows)) / 2) * _ROW)
            for row, neuron in enumerate(rows)
        }
        for at, rows in enumerate(visible)
    ]
    for at, column in enumerate(columns[1:], 1):
        _lines(root, column, places[at - 1], places[at], theme)
    for column, spots in zip(columns, places, strict=True):
        _neurons(root, column, spots, theme, signs=gradients)
    _legend(root, theme, gradients, meaning, height)
    return tostring(root, encoding="unicode") + "\n"


def _visible(size: int) -> list[int]:
    """The neurons to show; -1 stands for those left out."""
    if size <= _MOST:
        return list(range(size))
    half = _MOST // 2
    return [*range(half), -1, *range(size - half, size)]


def _lines(root: Element, column: Column, before: dict[int, Any], here: dict[int, Any], theme: Theme) -> None:
    finite = [abs(w.number) for w in column.weights if w.number is not None and math.isfinite(w.number)]
    largest = max(finite, default=0.0)
    for source, target, weight in sorted(column.weights, key=lambda w: abs(w.number or 0.0)):
        if source not in before or target not in here:
            continue
        (x1, y1), (x2, y2) = before[source], here[target]
        size = abs(weight) / largest if weight is not None and largest and math.isfinite(weight) else 0.0
        line = SubElement(
            root,
            "line",
            {
                "x1": f"{x1 + _RADIUS:g}",
                "y1": f"{y1:g}",
                "x2": f"{x2 - _RADIUS:g}",
                "y2": f"{y2:g}",
                "stroke": theme.sign(weight),
                "stroke-width": f"{0.6 + 4.4 * size:.2f}",
                "stroke-opacity": f"{0.35 + 0.65 * size:.2f}",
            },
        )
        if weight is not None and weight < 0:
            line.set("stroke-dasharray", "6,3")
        SubElement(line, "title").text = f"{source} → {target}: {'–' if weight is None else repr(weight)}"


def _neurons(root: Element, column: Column, spots: dict[int, Any], theme: Theme, signs: bool) -> None:
    x, top = next(iter(spots.values()))
    _text(root, x, top - 38, column.title, theme.ink, "15", "bold")
    for neuron, (x, y) in spots.items():
        if neuron < 0:
            left_out = len(column.numbers) - len(spots) + 1
            _text(root, x, y + 5, f"⋮ {count(left_out)} more", theme.muted, "14")
            continue
        shown = column.numbers[neuron]
        fill = theme.fill("variable" if column.title == "inputs" else "operation")
        group = SubElement(root, "g", {"class": "neuron"})
        circle = {
            "cx": f"{x:g}",
            "cy": f"{y:g}",
            "r": f"{_RADIUS:g}",
            "fill": fill,
            "stroke": theme.sign(shown),
        }
        SubElement(group, "circle", {**circle, "stroke-width": "2.5" if shown else "1.2"})
        SubElement(group, "title").text = f"{column.title} {neuron}: {'–' if shown is None else repr(shown)}"
        if shown is not None:
            text = _short(shown)
            _text(
                group, x, y + 5, f"+{text}" if signs and shown > 0 else text, theme.sign(shown), "13", "bold"
            )
        elif column.title == "inputs":
            _text(group, x, y + 5, f"x{neuron + 1}", theme.ink, "14", "bold")


def _legend(root: Element, theme: Theme, gradients: bool, meaning: str, height: float) -> None:
    what = "gradient" if gradients else "weight"
    for x, color, dash, sign in ((30, theme.positive, "", ">"), (215, theme.negative, "6,3", "<")):
        y = height - 70
        line = {"x1": f"{x}", "x2": f"{x + 34}", "y1": f"{y - 4:g}", "y2": f"{y - 4:g}", "stroke": color}
        SubElement(
            root, "line", {**line, "stroke-width": "3", **({"stroke-dasharray": dash} if dash else {})}
        )
        _text(root, x + 42, y, f"{what} {sign} 0", theme.ink, _LEGEND, anchor="start")
    wider = f"wider: larger {what}, in each layer by itself"
    for y, words in ((height - 44, wider), (height - 18, f"number = {meaning}")):
        _text(root, 30, y, words, theme.ink, _LEGEND, anchor="start")


def _text(
    root: Element,
    x: float,
    y: float,
    text: str,
    fill: str,
    size: str,
    weight: str = "",
    anchor: str = "middle",
) -> None:
    more = {"font-weight": weight} if weight else {}
    element = SubElement(
        root,
        "text",
        {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor, "font-size": size, "fill": fill, **more},
    )
    element.text = text


def _short(value: float) -> str:
    """Two significant digits, for the inside of a circle; exact in the tooltip."""
    if not math.isfinite(value):
        return number(value)
    return format(value, ".2g") if value else "0"
