"""Colours and sizes of the lessons' figures: told apart by all eyes, legible from the last row, on light
paper and on dark.

Colours are Okabe and Ito's (2008, "Color Universal Design"), some darkened to stand out from white. Each
has its counterpart on dark paper, and `on_dark` exchanges them in a finished SVG, so that a figure is
drawn once.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import matplotlib
from cycler import cycler

# fmt: off
#                   on light     on dark
_COLORS = {
    "PAPER":      ("#ffffff", "#14171c"),
    "INK":        ("#1b1f24", "#eceff4"),
    "MUTED":      ("#5a6068", "#a9b1bd"),
    "GRID":       ("#d5d9de", "#3a424d"),
    "BLUE":       ("#0072b2", "#3fa2de"),
    "ORANGE":     ("#b84a00", "#ff8a47"),
    "GREEN":      ("#009e73", "#2ec99b"),
    "PINK":       ("#cc79a7", "#eba3cb"),
    "YELLOW":     ("#e69f00", "#f5c451"),
    "SKY":        ("#56b4e9", "#a8dcff"),
    "BROWN":      ("#7a5c00", "#b99a4b"),
    "GREY":       ("#555555", "#b5bbc4"),
}
# fmt: on

PAPER, INK, MUTED, GRID, BLUE, ORANGE, GREEN, PINK, YELLOW, SKY, BROWN, GREY = (
    light for light, _ in _COLORS.values()
)
COLORS = (BLUE, ORANGE, GREEN, PINK, YELLOW, SKY, BROWN, GREY)
"""The colours of lines, in the order in which a figure uses them."""

DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 3)))
"""The dashes that go with them: lines are told apart without colour, too."""

MARKERS = "os^DvP*X"

_EXCHANGE = dict(_COLORS.values()) | {"#000000": "#eceff4", "#333333": "#d0d4da", "#b0b0b0": "#3a424d"}

STYLE = {
    "font.size": 15,
    "axes.titlesize": 16,
    "axes.labelsize": 15,
    "legend.fontsize": 14,
    "xtick.labelsize": 14,
    "ytick.labelsize": 14,
    "lines.linewidth": 2.4,
    "lines.markersize": 8,
    "axes.prop_cycle": cycler(color=COLORS) + cycler(linestyle=DASHES),
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": GRID,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.edgecolor": GRID,
    "legend.framealpha": 1.0,
    "svg.hashsalt": "seegrad",
}
"""matplotlib's settings for a figure of 8 by 5 inches that fills a projector's screen."""


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel, where figures show themselves."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


if not in_notebook():
    matplotlib.use("Agg")  # lessons run without a display


def figure(width: float = 8.0, height: float = 5.0, rows: int = 1, columns: int = 1, **options: Any) -> Any:
    """(figure, axes) of this size in inches, in the lessons' style; `options` are those of `plt.subplots`.

    With more than one row or column, `axes` is an array of them, as `plt.subplots` has it.

    >>> fig, axes = figure()
    >>> axes.set_xlabel("step").get_fontsize()
    15.0
    """
    from matplotlib import pyplot

    pyplot.rcParams.update(STYLE)
    return pyplot.subplots(rows, columns, **{"figsize": (width, height), "layout": "constrained", **options})


def paint_dark(figure: Any) -> None:
    """Exchange the palette's colours in a figure itself, for what is no SVG: the frames of a film.

    >>> fig, axes = figure()
    >>> paint_dark(fig)
    >>> matplotlib.colors.to_hex(axes.get_facecolor()), axes.xaxis.label.get_color()
    ('#14171c', '#eceff4')
    """
    from matplotlib.colors import is_color_like, to_hex, to_rgba

    parts = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")
    for artist in figure.findobj():
        for part in parts:
            get, change = (getattr(artist, f"{verb}_{part}", None) for verb in ("get", "set"))
            if get is None or change is None or not is_color_like(found := get()):
                continue  # collections have a list of colours: those of a map stay as they are
            other, alpha = _EXCHANGE.get(to_hex(found)), to_rgba(found)[3]
            if other is not None and alpha:
                change(other if alpha == 1.0 else (other, alpha))


def on_dark(svg: str) -> str:
    """A figure's SVG with each of the palette's colours exchanged for its counterpart on dark paper.

    >>> on_dark('<path style="fill: #0072B2; stroke: #123456"/>')
    '<path style="fill: #3fa2de; stroke: #123456"/>'
    """
    return re.sub(
        "#[0-9a-fA-F]{6}(?![0-9a-fA-F])", lambda found: _EXCHANGE.get(found[0].lower(), found[0]), svg
    )
