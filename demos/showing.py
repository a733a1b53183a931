"""What a lesson shows, written to files: figures, films, drawings, pages and texts.

Whatever can be drawn on dark paper is written twice, `name.svg` and `name-dark.svg`; pages follow the system.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.collections import QuadMesh
from matplotlib.colors import to_rgb

from demos.films import Film
from demos.palette import on_dark, paint_dark
from viz import Drawing, Explanation, Formula, LivePage, Network, Page

_MANY = 2_000
"""Marks from which on a part of a figure is stored as pixels inside the SVG, not one by one."""


class Picture(NamedTuple):
    """One thing shown: its kind (svg, gif, html or text), its caption, and its files.

    The files are one for light paper and one for dark; a film has two more, its last frame as pictures;
    a page or a text has one.
    """

    name: str
    kind: str
    files: tuple[str, ...]
    caption: str


def save(folder: Path, name: str, what: Any, caption: str) -> Picture:
    """Write `what` into `folder`. TypeError for something that cannot be shown."""
    folder.mkdir(parents=True, exist_ok=True)
    if hasattr(what, "savefig"):
        svg = _figure_svg(what)
        return _pair(folder, name, caption, svg, on_dark(svg))
    if isinstance(what, Film):
        return _film(folder, name, what, caption)
    if isinstance(what, (Page, LivePage)):
        what.in_theme("system").save(folder / f"{name}.html")
        return Picture(name, "html", (f"{name}.html",), caption)
    if isinstance(what, (Drawing, Network)):
        return _pair(folder, name, caption, what.svg, what.in_theme("dark").svg)
    if isinstance(what, (str, Explanation, Formula)):
        (folder / f"{name}.txt").write_text(f"{what}\n", encoding="utf-8")
        return Picture(name, "text", (f"{name}.txt",), caption)
    raise TypeError(
        "a lesson shows a matplotlib figure, a Film, a Drawing, a Network, a Page or a text, "
        f"got {type(what).__name__}; give it str(...) of something else"
    )


def _pair(folder: Path, name: str, caption: str, light: str, dark: str) -> Picture:
    files = (f"{name}.svg", f"{name}-dark.svg")
    for file, text in zip(files, (light, dark)):
        (folder / file).write_text(text, encoding="utf-8")
    return Picture(name, "svg", files, caption)


def _figure_svg(figure: Any) -> str:
    """The figure as SVG; what has thousands of marks, as pixels in it.

    A heat map looks the same on dark paper, so the text on it must, too: its colour moves a little off the
    palette's, and is not exchanged.
    """
    for axes in figure.axes:
        if axes.images or any(mesh.get_alpha() is None for mesh in _meshes(axes)):
            for text in axes.texts:
                if axes.bbox.contains(*text.get_transform().transform(text.get_position())):
                    red, green, blue = to_rgb(text.get_color())
                    text.set_color((red, green, blue + 1 / 255 if blue < 0.5 else blue - 1 / 255))
    for artist in figure.findobj():
        marks = getattr(artist, "get_offsets", None) or getattr(artist, "get_xdata", None)
        if isinstance(artist, QuadMesh) or (marks is not None and len(marks()) > _MANY):
            artist.set_rasterized(True)
    text = io.StringIO()
    figure.savefig(text, format="svg", dpi=160, metadata={"Date": None})
    return text.getvalue()


def _meshes(axes: Any) -> list[QuadMesh]:
    return [drawn for drawn in axes.collections if isinstance(drawn, QuadMesh)]


def _film(folder: Path, name: str, film: Film, caption: str) -> Picture:
    """A GIF, and its last frame as SVG for those who ask for less motion; the figure is left dark."""
    film.save(folder / f"{name}.gif")
    still = _figure_svg(film.figure)
    stills = _pair(folder, name, caption, still, on_dark(still))
    paint_dark(film.figure)
    film.save(folder / f"{name}-dark.gif")
    return stills._replace(kind="gif", files=(f"{name}.gif", f"{name}-dark.gif", *stills.files))
