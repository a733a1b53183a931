"""How large the picture of a view is, as Graphviz lays it out; in the units of SVG, which are pixels."""

from __future__ import annotations

import re
from functools import lru_cache

from viz.formats.digraphs import Dot
from viz.formats.dot_source import dot_source
from viz.formats.themes import Theme
from viz.views.boxes import View

_SIZE = re.compile(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"')
_BELOW = 90.0
"""The room for a legend and the lines below a picture."""


def laid_out(view: View, theme: Theme, rankdir: str | None) -> str:
    """The SVG that Graphviz draws of a view."""
    return _drawn(tuple(dot_source(view, theme, rankdir)))


def size_of(view: View, theme: Theme, rankdir: str | None) -> tuple[float, float]:
    """The width and height of a picture, with what stands below it."""
    found = _SIZE.search(laid_out(view, theme, rankdir))
    assert found is not None
    return float(found[1]), float(found[2]) + _BELOW


@lru_cache(maxsize=32)
def _drawn(body: tuple[str, ...]) -> str:
    return str(Dot(body).pipe("svg", encoding="utf-8"))
