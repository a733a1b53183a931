"""An SVG in a frame: a window or a page of its own, or a part of a notebook that scrolls."""

from __future__ import annotations

from html import escape


def page(svg: str, title: str, paper: str) -> str:
    """A page that holds the SVG and nothing else, on paper of this colour."""
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
    return (
        f'<!doctype html>\n<html lang="en">\n{head}'
        f'<body style="margin:0;background:{paper}">\n{svg}</body>\n</html>\n'
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
