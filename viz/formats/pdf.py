"""PDF: a finished SVG as one page of its size, its text as text, written by Typst.

Typst is a typesetter that reads SVG: it embeds the fonts, keeps dashes, opacity and the direction of writing,
and gives the same bytes for the same picture. (svglib shifts the pieces of a line against one another, drops
opacity and letters beyond Latin-1; svg2pdf-py numbers its fonts in an order that changes.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from viz.formats.engines import DrawingError
from viz.formats.fonts import font, set_in

_PAGE = b"""
#set document(title: sys.inputs.title, date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", alt: sys.inputs.description)
"""


def pdf(svg: str) -> bytes:
    """The SVG as PDF, with its title and description.

    Raises DrawingError where Typst or resvg is missing.
    """
    try:
        import typst

        chosen = font()
    except ImportError as error:
        name = (error.name or "").replace("_", "-")
        raise DrawingError(f"PDF needs {name}, which is not installed; pip install {name}") from None
    root = ElementTree.fromstring(svg)
    title, description = (root.findtext(f"{{*}}{tag}") or "" for tag in ("title", "desc"))
    # its types would have the folders be bytes, as the page is
    folders: Any = sorted({str(Path(file).parent) for file in chosen.files} if chosen else ())
    written = typst.compile(
        _PAGE,
        format="pdf",
        font_paths=folders,
        sys_inputs={
            "svg": set_in(svg, chosen) if chosen else svg,  # Typst has fonts of its own
            "title": title,
            "description": description,
        },
    )
    return bytes(written)
