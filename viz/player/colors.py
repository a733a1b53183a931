"""The colours of a page: a theme's, or as the system has it; and three for the places of an addition."""

from __future__ import annotations

from viz.formats.themes import DARK, LIGHT, THEMES, Theme
from viz.formats.variables import variables_of

SYSTEM = "system"
"""The theme that is light or dark as the reader's system is."""

_PLACES = ("above", "edge", "below", "above-tint", "edge-tint", "below-tint")
_PLACE_COLORS = {
    "light": ("#006a58", "#6f35ad", "#7d5700", "#e0f7ef", "#f5efff", "#ffefbf"),
    "dark": ("#4fd6b0", "#c9a2ff", "#f0c040", "#003d33", "#3d2a5c", "#463700"),
    "print": ("#000000", "#000000", "#000000", "#e6e6e6", "#f4f4f4", "#d9d9d9"),
}
"""By theme: of the node above, the edge and the node below, as lines; then as fills under any text."""


def check_page_theme(name: str) -> str:
    """The name of a theme that a page may have; ValueError for another name."""
    if name not in (SYSTEM, *THEMES):
        listed = ", ".join(map(repr, (SYSTEM, *THEMES)))
        raise ValueError(f"theme is one of {listed}, got {name!r}")
    return name


def scheme(name: str) -> str:
    """What a browser is told to draw its own parts in."""
    return {SYSTEM: "light dark", "dark": "dark"}.get(name, "light")


def style(name: str) -> str:
    """The colours as properties of CSS."""
    if name != SYSTEM:
        return _properties(THEMES[name])
    return f"{_properties(LIGHT)}@media screen and (prefers-color-scheme: dark) {{ {_properties(DARK)} }}\n"


def _properties(theme: Theme) -> str:
    places = zip(_PLACES, _PLACE_COLORS[theme.name], strict=True)
    return f":root {{ {variables_of(theme)} {' '.join(f'--{name}: {color};' for name, color in places)} }}\n"
