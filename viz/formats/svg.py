"""What every SVG of ours has: its font, and the attributes of its root."""

from __future__ import annotations

FONT = "Helvetica"
"""Its widths are those of Arial and Liberation Sans, and the embedded Graphviz knows them."""

FITTING = "max-width:100%;height:auto"
"""The style with which an SVG shrinks to the width that it is given."""


def root_attributes(width: float, height: float) -> dict[str, str]:
    """The attributes of the root of an SVG of this size."""
    return {
        "xmlns": "http://www.w3.org/2000/svg",
        "width": f"{width:g}",
        "height": f"{height:g}",
        "viewBox": f"0 0 {width:g} {height:g}",
        "role": "img",
        "font-family": f"{FONT}, Arial, 'Liberation Sans', sans-serif",
        "style": FITTING,
    }
