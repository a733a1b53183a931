"""Levels as a page in which boxes open: the levels laid out, and the numbers of every Value, once.

A level is drawn once for all boxes that open to it; the page puts the numbers in. What the page holds is
compressed.
"""

from __future__ import annotations

import base64
import html
import json
import re
import zlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from viz.formats.scripting import json_number, scripted
from viz.formats.themes import Theme
from viz.formats.variables import svg_with_variables, variables_of
from viz.views.boxes import View
from viz.views.levels import Level
from viz.views.opening import label_of
from viz.views.reading import Graph, Node
from viz.views.text import clean, cut, number, plain

_FILES = files("viz") / "formats"
OPENING = ("digits.js", "camera.js", "levels.js")
"""The scripts of any page in which boxes open, in the order in which one knows the others."""


def opening_script() -> str:
    """The text of these scripts: a page adds its own, which says what is written into a level."""
    return "\n".join(map(text_of, OPENING))


def text_of(name: str) -> str:
    """A part of a page, by its name in this folder."""
    return (_FILES / name).read_text("utf-8")


def zooming_page(levels: Sequence[Level], rankdir: str | None, captions: Sequence[str], theme: Theme) -> str:
    """The page of the levels, of which the first one is seen, with these lines below it."""
    svgs = pictures_of(levels, rankdir)
    return scripted(
        text_of("zoom.html"),
        style=f":root {{ {variables_of(theme)} }}\n" + text_of("zoom.css") + text_of("levels.css"),
        script=opening_script() + text_of("zoom.js"),
        title=html.escape(levels[0].view.title),
        theme=theme.name,
        svg=svgs[0],
        captions="".join(f"<p>{html.escape(caption)}</p>" for caption in (*_hints(levels), *captions)),
        levels=packed({"nodes": _numbers(levels[0].graph), "levels": as_json(levels, svgs)}),
    )


def _hints(levels: Sequence[Level]) -> list[str]:
    """What can be done where something opens."""
    opens = "a click on a box opens it, on the bar of its frame closes it (Enter, Escape)"
    return [f"{opens}; drag to move, + and - to zoom, 0 for all of it"] if len(levels) > 1 else []


def pictures_of(levels: Sequence[Level], rankdir: str | None) -> list[str]:
    """The SVG of each level; inner ones turn into rows where they are long."""
    return [_picture(level.view, None if at else rankdir) for at, level in enumerate(levels)]


def _picture(view: View, rankdir: str | None) -> str:
    svg = svg_with_variables(view, rankdir)
    return re.sub(' style="[^"]*"', "", svg, count=1)  # a policy that forbids styles in attributes


def packed(shipped: Any) -> str:
    """Data as a page reads it: JSON, deflated, in base 64."""
    text = json.dumps(shipped, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _numbers(graph: Graph | None) -> dict[str, Any]:
    """What is written into the levels: of each node, by position."""
    nodes = graph.nodes if graph else ()
    return {
        "name": [cut(clean(label_of(graph, node.position))) for node in nodes] if graph else [],
        "data": [json_number(node.data) for node in nodes],
        "gradient": [json_number(node.gradient) for node in nodes],
        "literals": [_literals(node) for node in nodes],
        "partials": [[json_number(operand.partial) for operand in node.operands] for node in nodes],
    }


def as_json(levels: Sequence[Level], svgs: Sequence[str]) -> list[dict[str, Any]]:
    """Levels as `levels.js` reads them; the picture of the first one stands in the page itself."""
    return [_level(level, svg if at else "") for at, (level, svg) in enumerate(zip(levels, svgs))]


def _level(level: Level, svg: str) -> dict[str, Any]:
    leaving = level.leaving
    return {
        "svg": svg,
        "cuts": level.cuts,
        "boxes": [
            {
                "id": box.key,
                "folded": box.kind == "folded",
                "root": box.is_root,
                "title": plain(box.lines[0]),
                "members": box.members,
                "out": [at for at in box.members if at in leaving] or box.members[-1:],
                "opens": level.opens.get(box.key, (None, ()))[0],
                "inside": level.opens.get(box.key, (None, ()))[1],
            }
            for box in level.view.boxes
        ],
        "arrows": [
            {
                "id": arrow.key,
                "source": arrow.source,
                "target": arrow.target,
                "edges": [[edge.source, edge.target, edge.slot] for edge in arrow.edges],
            }
            for arrow in level.view.arrows
        ],
    }


def _literals(node: Node) -> list[str]:
    """The plain numbers that stand in the title of an operation."""
    if node.primitive is None or node.primitive.families:
        return []
    return [number(operand.number) for operand in node.operands if operand.node is None]
