"""A view: what is drawn, as boxes and arrows, in words and numbers, before any format.

`graphs` makes one of a graph, `programs` of a compiled function. DOT and SVG, Mermaid and the player's page
are written from a view, and know no more than it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from viz.views.reading import Edge
from viz.views.text import Line


class Box(NamedTuple):
    """One box: its lines of text, and what its shape, colour and border say."""

    key: str
    kind: str
    """The kind of a node, or "folded": the shape shows it."""
    is_root: bool
    """Whether it holds the root; of a program, a result."""
    lines: tuple[Line, ...]
    tooltip: str
    gradient: float | None
    members: tuple[int, ...]


class Arrow(NamedTuple):
    """One edge, or several drawn once: `label` is the local derivative, or how many edges there are."""

    key: str
    source: str
    target: str
    label: str
    tooltip: str
    flow: float | None
    """What passes back along it: to one Value the sum over its uses; to several the length of these sums,
    less than 0 if they are. None where that is not known."""
    edges: tuple[Edge, ...]
    mixed: bool = False
    """Whether some of these sums are above 0 and some below."""


class View(NamedTuple):
    """What is drawn, and what is said of it."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    captions: tuple[str, ...]
    """Lines below the picture."""
    path: tuple[str, ...] = ()
    """The keys of the boxes and arrows to highlight; none for no highlight."""
    crowded: bool = False
    """Whether there are so many arrows that they carry no numbers."""
    web: tuple[str, ...] = ()
    """The keys of arrows from many boxes to many, as between two layers, which carry no numbers either."""
    signs: str = ""
    """The signs that gradients have, for the legend: "+" and "-", of an arrow "0" and, for both, "±"."""
    inside: tuple[str, ...] = ()
    """The marks in what its boxes open to, for the legend: see `marks`."""
    least_width: float = 0.0
    """Of a box, in inches: room for numbers that will change."""
    recurrences: tuple[tuple[str, ...], ...] = ()
    """The keys of boxes that are one module, called again and again, each of which reads the one before."""
    legend_words: Mapping[str, str] = {}
    """What the legend calls a kind of box, where that is not the kind's own name."""
