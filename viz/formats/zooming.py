"""Levels as a page in which boxes open, one at a click.

A level is drawn once for all boxes that open to it; the page puts the numbers in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from importlib.resources import files

from viz.formats.packing import fitting, packed
from viz.formats.scripting import scripted
from viz.formats.variables import scheme, style, svg_with_variables
from viz.views.boxes import View
from viz.views.levels import Level
from viz.views.text import count

MOST_BYTES = 1_000_000
"""How long the page of a drawing may be."""

_FILES = files("viz") / "formats"
OPENING = ("digits.js", "elements.js", "camera.js", "drawing.js", "levels.js")
"""The scripts of any page in which boxes open, in the order in which one knows the others."""


def opening_script() -> str:
    """The text of these scripts: a page adds its own, which says what is written into a level."""
    return "\n".join(map(text_of, OPENING))


def text_of(name: str) -> str:
    """A part of a page, by its name in this folder."""
    return (_FILES / name).read_text("utf-8")


def zooming_page(levels: Iterable[Level], view: View, rankdir: str | None, theme: str) -> str:
    """The page of the levels, of which the first one is seen, and is that of `view`.

    What it has no room for does not open, and it says so.
    """
    svg = svg_with_variables(view._replace(captions=()), rankdir)
    svg = re.sub(' style="[^"]*"', "", svg, count=1)  # a policy that forbids styles in attributes

    def page(shipped: str, hints: Iterable[str]) -> str:
        return scripted(
            text_of("zoom.html"),
            style=style(theme) + text_of("zoom.css") + text_of("levels.css"),
            script=opening_script() + text_of("zoom.js"),
            title=html.escape(view.title),
            scheme=scheme(theme),
            svg=svg,
            captions="".join(f"<p>{html.escape(caption)}</p>" for caption in (*hints, *view.captions)),
            levels=shipped,
        )

    without = page("", _hints(opening=10**9, closed=10**9))
    data, opening, closed = fitting(levels, MOST_BYTES - len(without.encode()))
    return page(packed(data), _hints(opening, closed))


def _hints(opening: int, closed: int) -> list[str]:
    """What can be done where something opens, and how to see what does not."""
    opens = "a click on a box opens it, on the bar of its frame closes it (Enter, Escape)"
    hints = [f"{opens}; drag to move, + and - to zoom, 0 for all of it"] if opening else []
    if closed:
        boxes = "1 box does" if closed == 1 else f"{count(closed)} boxes do"
        hints += [
            f"{boxes} not open in a page of this size; "
            "expand='...' shows one module in full, draw() of a Value what led to it"
        ]
    return hints
