"""How large the picture of a view is, as Graphviz lays it out; in the units of SVG, which are pixels."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from viz.formats.digraphs import Dot
from viz.formats.dot_source import dot_source
from viz.formats.themes import LIGHT
from viz.views.boxes import View

_SIZE = re.compile(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"')
_BELOW = 90.0
"""The room for a legend and the lines below a picture."""


class Drawn(NamedTuple):
    """The SVG that Graphviz draws of a view, without tooltips; its colours say nothing."""

    svg: str

    @property
    def size(self) -> tuple[float, float]:
        """The width and height, with what stands below it."""
        found = _SIZE.search(self.svg)
        assert found is not None
        return float(found[1]), float(found[2]) + _BELOW


def laid_out(view: View, rankdir: str | None = None) -> Drawn:
    """The picture of a view."""
    boxes = tuple([box._replace(tooltip="") for box in view.boxes])
    arrows = tuple([arrow._replace(tooltip="") for arrow in view.arrows])
    return Drawn(_drawn(tuple(dot_source(view._replace(boxes=boxes, arrows=arrows), LIGHT, rankdir))))


@lru_cache(maxsize=32)
def _drawn(body: tuple[str, ...]) -> str:
    return str(Dot(body).pipe("svg", encoding="utf-8"))
