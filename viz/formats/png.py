"""PNG: a finished SVG as pixels, drawn by resvg, which comes in a wheel."""

from __future__ import annotations

import math
import re

from viz.formats.engines import DrawingError
from viz.formats.fonts import font, rasterize, set_in

SCALE = 2.0
"""Pixels for each unit of the SVG: sharp on a projector and on a dense screen."""

MOST_PIXELS = 100_000_000
"""Four bytes each: a larger picture takes more memory than it is worth."""


def png(svg: str, scale: float = SCALE) -> bytes:
    """The SVG as PNG, with `scale` pixels for each of its units.

    Raises ValueError for a scale that is no number above 0; DrawingError where resvg or every font is
    missing, and for more than 100 million pixels.
    """
    if not 0 < scale < math.inf:
        raise ValueError(f"scale is a finite number above 0, got {scale!r}")
    wide, high = (max(1, round(scale * side)) for side in size(svg))
    if wide * high > MOST_PIXELS:
        raise DrawingError(
            f"a PNG of {wide:,} × {high:,} pixels is larger than {MOST_PIXELS // 10**6} million; "
            "give a smaller scale=, draw less of it with collapse=, or take SVG"
        )
    try:
        chosen = font()
    except ImportError:
        raise DrawingError("PNG needs resvg-py, which is not installed; pip install resvg-py") from None
    if chosen is None:
        raise DrawingError(
            "PNG needs a font, and there is none here that it could use; install one "
            "(apt install fonts-liberation), or pip install matplotlib, which brings one; SVG works now"
        )
    svg = svg.replace("‖", "||")  # Helvetica has none, and resvg would set the whole line in a font that has
    return rasterize(set_in(svg, chosen), scale, chosen)


def size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG, in its own units."""
    found = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', svg)
    assert found
    return float(found[1]), float(found[2])
