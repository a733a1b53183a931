"""An SVG in a frame: a window or a page of its own, or a part of a notebook that scrolls."""

from __future__ import annotations

from html import escape

from viz.formats.png import size
from viz.formats.variables import scheme, style

_LEAST = 11 / 13
"""So small may a picture be: the smallest text of one is 13 pixels high, and 11 can be read."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{scheme}">
<title>{title}</title>
<style>{colors}body {{ margin: 0; background: var(--paper) }}
svg {{ display: block; width: max(100vw, {wide:.0f}px); height: max(100vh, {high:.0f}px) }}</style>
</head>
<body>
{svg}</body>
</html>
"""


def page(svg: str, title: str, theme: str) -> str:
    """A page that an SVG with variables for colours fills, in the theme of this name.

    It scrolls in a window in which the text would be too small.
    """
    wide, high = (side * _LEAST for side in size(svg))
    return _PAGE.format(
        scheme=scheme(theme), title=escape(title), colors=style(theme), wide=wide, high=high, svg=svg
    )


def filling(svg: str) -> str:
    """The SVG with a rule that matches only where it is the whole document: it fills the window."""
    start = svg.index(">", svg.index("<svg")) + 1
    rule = "svg:root{width:100vw!important;height:100vh!important}"
    return f"{svg[:start]}<style>{rule}</style>{svg[start:]}"


def in_frame(page: str, title: str, height: int) -> str:
    """HTML for a notebook: a page with scripts, in a frame that keeps the two apart and lets it save."""
    return (
        f'<iframe title="{escape(title)}" sandbox="allow-scripts allow-downloads" width="100%" '
        f'height="{height}" style="border:0" srcdoc="{escape(page)}"></iframe>'
    )


def scrolling(svg: str, paper: str) -> str:
    """HTML for a notebook: the SVG in its own size, with scroll bars where there is less room."""
    return f'<div style="overflow:auto;background:{paper}">{svg}</div>'
