"""Fonts: what text is set in where a picture is drawn here and not by a browser.

Graphviz measures text as Helvetica, and the SVG asks for it and for its doubles. A machine may have none of
them, or no font at all; resvg would then leave the text out, without a word. So it is asked which family it
draws.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree


class Font(NamedTuple):
    """A family, the files to read it from, none where the system has it, and its size beside Helvetica's."""

    family: str
    size: float = 1.0
    """Wider letters are drawn smaller, so that each line fits its box."""
    files: tuple[str, ...] = ()


_NARROW = ("Helvetica", "Arial", "Liberation Sans", "Arimo", "Nimbus Sans", "FreeSans")
_USUAL = ("Noto Sans", "Roboto", "Open Sans", "Ubuntu", "Cantarell", "Adwaita Sans", "Inter", "Segoe UI")
_WIDE = ("DejaVu Sans", "Bitstream Vera Sans", "Verdana")
SYSTEM = (
    *map(Font, _NARROW),
    *(Font(family, 0.95) for family in _USUAL),
    *(Font(family, 0.87) for family in _WIDE),
)
"""Fonts that systems have, the most fitting first."""


@cache
def font() -> Font | None:
    """The font of pictures: one of the system's, else matplotlib's; None where neither is there."""
    return next((font for font in (*SYSTEM, *_of_matplotlib()) if draws(font)), None)


def _of_matplotlib() -> list[Font]:
    """DejaVu Sans, which is in matplotlib's wheel; matplotlib need not be imported for it."""
    found = find_spec("matplotlib")
    if found is None or not found.submodule_search_locations:
        return []
    folder = Path(found.submodule_search_locations[0], "mpl-data", "fonts", "ttf")
    names = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    return [Font("DejaVu Sans", 0.87, tuple(str(folder / name) for name in names))]


def draws(font: Font) -> bool:
    """Whether resvg finds the font: a letter in it is not the same as no letter."""
    start = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><text y="14">'
    letter, nothing = (rasterize(f"{start}{text}</text></svg>", 1.0, font) for text in ("a", " "))
    return letter != nothing


def rasterize(svg: str, scale: float, font: Font) -> bytes:
    """The SVG as PNG, its text in this font where it names none that is there."""
    import resvg_py

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=scale,
            font_family=font.family,
            sans_serif_family=font.family,
            serif_family=font.family,  # what resvg takes where it finds no other
            font_files=list(font.files),
        )
    )


def set_in(svg: str, font: Font) -> str:
    """The SVG with all its text in this font, as large as fits the boxes."""
    root = ElementTree.fromstring(svg)
    root.set("font-family", font.family)
    if font.size != 1:
        for element in root.iter():
            if size := element.get("font-size"):
                element.set("font-size", f"{float(size) * font.size:g}")
    return ElementTree.tostring(root, encoding="unicode")
