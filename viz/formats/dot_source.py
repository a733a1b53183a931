"""A view as DOT, the language of Graphviz: plain labels alone, everything in them escaped.

HTML-like and record labels are not needed: colours within a label are added to the SVG afterwards (see
`dressing`). Node names come from topological positions, so the source is the same on each run.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from viz.formats.ranks import Places, are_layers, places_of
from viz.formats.svg import FONT
from viz.formats.themes import Theme
from viz.formats.widths import ems
from viz.views.boxes import Arrow, Box, View
from viz.views.text import Line, plain

_SHAPES = {
    "operation": {"shape": "box"},
    "variable": {"shape": "box", "style": "filled,rounded"},
    "parameter": {"shape": "tab"},
    "constant": {"shape": "note"},
    "folded": {"shape": "box3d"},
    "outside": {"shape": "box", "style": "filled,rounded,dashed"},
}

_PORTS = {"LR": ("e", "w"), "RL": ("w", "e"), "TB": ("s", "n"), "BT": ("n", "s")}
"""Where a straight line leaves a box, and where it ends."""


def dot_source(view: View, theme: Theme, rankdir: str | None = None) -> list[str]:
    """The lines of the body of a digraph; without a `rankdir` from left to right, and in rows if long."""
    places = places_of(view, turning=rankdir is None)
    largest = _largest(box.gradient for box in view.boxes)
    strongest = _largest(arrow.flow for arrow in view.arrows)
    caption = "".join(quote(text)[1:-1] + "\\l" for text in view.captions)  # \l: to the left
    graph = {
        "rankdir": rankdir or "LR",
        "bgcolor": theme.paper,
        "fontname": FONT,
        "fontsize": "13",
        "fontcolor": theme.ink,
    }
    graph |= {
        "nodesep": "0.3",
        "ranksep": "2" if view.crowded else "0.55",
        "pad": "0.2",
        "labelloc": "b",
        "labeljust": "l",
        "outputorder": "edgesfirst",  # an arrow that begins within a box is seen from its border on
    }
    node = {"fontname": FONT, "fontsize": "15", "fontcolor": theme.ink, "color": theme.line}
    node |= {"style": "filled", "margin": "0.2,0.09", "height": "0", "width": "0"}
    edge = {
        "fontname": FONT,
        "fontsize": "14",
        "fontcolor": theme.ink,
        "color": theme.line,
        "arrowsize": "0.8",
    }
    ports: tuple[str, ...] = ()
    if are_layers(view, places):
        graph["splines"], ports = "line", _PORTS[rankdir or "LR"]
        if not any(arrow.label for arrow in view.arrows):
            graph["ranksep"] = f"{max(2.0, max(map(len, places.lines)) / 4):g}"
    lines = [f"\tgraph [{_attributes(graph)}" + (f' label=" \\l{caption}"]' if caption else "]")]
    lines += [f"\tnode [{_attributes(node)}]", f"\tedge [{_attributes(edge)}]"]
    lines += [_node(box, theme, largest, view) for box in view.boxes]
    lines += [_edge(arrow, theme, strongest, view, places, ports) for arrow in view.arrows]
    joined = {frozenset((arrow.source, arrow.target)) for arrow in view.arrows}
    lines += [_side_by_side(keys, joined) for keys in places.lines if len(keys) > 1 and view.arrows]
    lines += [] if view.arrows else _in_a_square([box.key for box in view.boxes])
    return [line + "\n" for line in lines]


def _in_a_square(keys: Sequence[str]) -> list[str]:
    """Boxes that nothing connects, row after row, in about as many rows as columns."""
    size = max(1, math.isqrt(len(keys)))
    first = [f"\t{left} -> {right} [style=invis]" for left, right in pairwise(keys[:size])]
    return first + [_side_by_side(keys[at::size], set()) for at in range(size) if len(keys) > size]


def quote(text: str) -> str:
    r"""Text as a DOT string that shows as this text, line breaks included, with no escapes of its own.

    >>> print(quote('<b> & "\\N"'))
    "&lt;b> &amp; \"\\N\""
    """
    text = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    if text.startswith("<"):
        text = "&lt;" + text[1:]
    return f'"{text}"'


def line_width(number: float | None, largest: float) -> float:
    """1 to 4 points for a magnitude, on a log scale of three decades below the largest.

    >>> [line_width(number, 1000.0) for number in (1000.0, -100.0, 0.5, 5e-324, 0.0)]
    [4.0, 3.0, 1.0, 1.0, 1.0]
    """
    if number is None or not largest:
        return 1.0
    if not math.isfinite(number):
        return 4.0
    share = abs(number) / largest  # 0 where so small a share is beyond floats
    return round(1 + 3 * max(0.0, 1 + math.log10(share) / 3), 2) if share else 1.0


def _node(box: Box, theme: Theme, largest: float, view: View) -> str:
    attributes = {"id": box.key, **_tooltips(box.tooltip, "tooltip"), **_SHAPES[box.kind]}
    attributes["fillcolor"] = theme.fill("root" if box.is_root and box.kind == "operation" else box.kind)
    attributes["color"] = (
        theme.line if box.gradient is None or box.kind == "folded" else theme.sign(box.gradient)
    )
    widest = 2.0 if box.is_root or box.kind == "folded" else 4.0  # their double lines need the space between
    attributes["penwidth"] = f"{min(line_width(box.gradient, largest), widest):g}"
    if box.is_root:
        attributes["peripheries"] = "2"
    wide = max(_room(box, view), *map(_width, box.lines))
    if wide:
        attributes["width"] = f"{wide:.2f}"
    attributes["label"] = "\n".join(map(plain, box.lines))
    return f"\t{box.key} [{_attributes(attributes)}]"


def _edge(
    arrow: Arrow, theme: Theme, strongest: float, view: View, places: Places, ports: tuple[str, ...]
) -> str:
    attributes = {"id": arrow.key, **_tooltips(arrow.tooltip, "edgetooltip", "labeltooltip")}
    width = line_width(arrow.flow, strongest)
    attributes["penwidth"] = f"{width / 2 if view.crowded else width:g}"
    if arrow.flow is not None:
        attributes["color"] = theme.line if arrow.mixed else theme.sign(arrow.flow)
        if arrow.flow <= 0:
            attributes["style"] = "dashed" if arrow.flow else "dotted"
    if arrow.label:
        attributes["label"] = arrow.label
    ends = [arrow.source, arrow.target]
    if arrow.key in view.web:
        attributes["minlen"] = "2"
    if ports and places.step(*ends):
        attributes |= {"tailport": ports[0], "headport": ports[1]}
    if places.step(*ends) < 0:
        attributes["dir"] = "back"
        ends.reverse()
    return f"\t{' -> '.join(ends)} [{_attributes(attributes)}]"


def _tooltips(text: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, text) if text else {}


def _side_by_side(keys: Sequence[str], joined: set[frozenset[str]]) -> str:
    """Boxes in one rank, in this order, held by lines that are not drawn where no arrow does."""
    held = [pair for pair in pairwise(keys) if frozenset(pair) not in joined]
    order = "".join(f"; {left} -> {right} [style=invis]" for left, right in held)
    return f"\t{{rank=same; {'; '.join(keys)}{order}}}"


def _attributes(attributes: dict[str, str]) -> str:
    return " ".join(f"{name}={quote(text)}" for name, text in attributes.items())


def _room(box: Box, view: View) -> float:
    """The least width in inches for numbers that will change; a range has two of them."""
    ranged = box.kind == "folded" and any(
        " … " in plain(line) or plain(line).endswith(" each") for line in box.lines
    )
    return view.least_width * (1.7 if ranged else 1.0)


def _width(line: Line) -> float:
    """The width in inches of a line that Graphviz would measure too narrow; 0 where it measures well."""
    text = plain(line)
    if text.isascii():
        return 0.0
    return 0.45 + ems(text) * 15 / 72


def _largest(numbers: Iterable[float | None]) -> float:
    return max(
        (abs(number) for number in numbers if number is not None and math.isfinite(number)), default=0.0
    )
