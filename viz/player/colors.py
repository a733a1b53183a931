"""The colours of a page that plays: a theme's, and three for the places of an addition."""

from __future__ import annotations

from viz.formats import variables
from viz.formats.themes import Theme

_PLACES = ("above", "edge", "below", "above-tint", "edge-tint", "below-tint")
_PLACE_COLORS = {
    "light": ("#006a58", "#6f35ad", "#7d5700", "#e0f7ef", "#f5efff", "#ffefbf"),
    "dark": ("#4fd6b0", "#c9a2ff", "#f0c040", "#003d33", "#3d2a5c", "#463700"),
    "print": ("#000000", "#000000", "#000000", "#e6e6e6", "#f4f4f4", "#d9d9d9"),
}
"""By theme: of the node above, the edge and the node below, as lines; then as fills under any text."""


def style(name: str) -> str:
    """The colours of the theme of this name as properties of CSS."""
    return variables.style(name, _declarations)


def _declarations(theme: Theme) -> str:
    places = zip(_PLACES, _PLACE_COLORS[theme.name], strict=True)
    return f"{variables.variables_of(theme)} {' '.join(f'--{name}: {color};' for name, color in places)}"
