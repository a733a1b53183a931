"""Colours: a light, a dark and a print theme. The sign of a gradient never depends on colour alone."""

from __future__ import annotations

from typing import NamedTuple


class Theme(NamedTuple):
    """Colours by what they say. Every text colour stands out from every fill by at least 4.5:1."""

    name: str
    paper: str
    ink: str
    muted: str
    line: str
    positive: str
    negative: str
    alarm: str
    operation: str
    variable: str
    parameter: str
    constant: str
    root: str
    folded: str

    def fill(self, kind: str) -> str:
        """The fill of a box of this kind."""
        return self.constant if kind == "outside" else str(getattr(self, kind))

    def sign(self, number: float | None) -> str:
        """The colour of a gradient: blue above zero, orange below, red for what is not a number."""
        if number is None or number == 0:
            return self.muted
        if number - number != 0:
            return self.alarm
        return self.positive if number > 0 else self.negative


# fmt: off
# ruff: noqa: E501
#              name     paper      ink        muted      line       positive   negative   alarm      operation  variable   parameter  constant   root       folded
LIGHT = Theme("light", "#ffffff", "#1b1f24", "#5a6068", "#8a9099", "#0072B2", "#B84A00", "#B00020", "#ffffff", "#fff8dc", "#eaf7ee", "#ffffff", "#f4f1fb", "#f1f3f5")
DARK  = Theme("dark",  "#14171c", "#eceff4", "#a9b1bd", "#7d8794", "#56B4E9", "#E69F00", "#ff8a9a", "#1e232b", "#2f2b1a", "#1b2e22", "#1a1e24", "#2a2438", "#252b34")
PRINT = Theme("print", "#ffffff", "#000000", "#444444", "#555555", "#000000", "#000000", "#000000", "#ffffff", "#ffffff", "#ffffff", "#ffffff", "#ffffff", "#f0f0f0")
# fmt: on

THEMES = {theme.name: theme for theme in (LIGHT, DARK, PRINT)}

SYSTEM = "system"
"""The theme of a page that is light or dark as the reader's system is; a picture by itself is light."""


def theme_named(name: str) -> Theme:
    """The theme of this name; ValueError for another name."""
    if name == SYSTEM:
        return LIGHT
    if name not in THEMES:
        raise ValueError(f"theme is one of {', '.join(map(repr, (SYSTEM, *THEMES)))}, got {name!r}")
    return THEMES[name]
