"""Legibility: of the ways to fold a graph, the finest one that can be read where it is shown.

A picture is laid out and scaled to that place; then none of its text may be too small. Who lays it out is not
known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from viz.views.boxes import View

Part = TypeVar("Part")
"""What is drawn as one box."""

Size = tuple[float, float]
"""A width and a height in pixels."""


class Layout(Protocol):
    """The picture of a view, as whoever lays it out has it."""

    @property
    def svg(self) -> str:
        """What was drawn."""

    @property
    def size(self) -> Size:
        """How large it is."""


Measure = Callable[[View], Layout]
"""Lays out the picture of a view."""


SCREEN: Size = (1280, 720)
"""Where a picture is shown unless it is said: on a projector."""

SMALLEST, DRAWN = 11.0, 13.0
"""The least height of a text that can be read; that of the smallest text of a picture in its own size."""

SCREENS = 2.0
"""How many screens a picture may be long."""

MOST_BOXES = 100
"""With more boxes than this, no picture can be read."""


def place(fit: Any) -> Size:
    """`fit` as a width and a height in pixels; ValueError for anything else."""
    try:
        width, height = map(float, fit)
    except (TypeError, ValueError):
        width = height = 0.0
    if not (width > 0 and height > 0):
        raise ValueError(f"fit is a width and a height in pixels, such as (1280, 720), got {fit!r}")
    return width, height


def is_legible(size: Size, fit: Size) -> bool:
    """Whether a picture of this size can be read where there is room for `fit`, on two screens at most.

    >>> is_legible((1400, 1500), (1280, 720)), is_legible((1600, 900), (1280, 720))
    (True, False)
    """
    scale = SMALLEST / DRAWN
    return size[0] * scale <= fit[0] and size[1] * scale <= SCREENS * fit[1]


def first_legible(
    ways: Iterable[list[Part]], view: Callable[[list[Part]], View], measure: Measure, fit: Size
) -> tuple[list[Part], tuple[View, Layout] | None]:
    """The first of `ways`, each a part for a box, whose `view` can be read, with that and its layout.

    Where none can, the one with the fewest boxes alone.
    """
    fewest: list[Part] = []
    for parts in ways:
        if not fewest or len(parts) < len(fewest):
            fewest = parts
        if len(parts) <= MOST_BOXES:
            seen = view(parts)
            layout = measure(seen)
            if is_legible(layout.size, fit):
                return parts, (seen, layout)
    return fewest, None


def seen_best(
    ways: Iterable[list[Part]], view: Callable[[list[Part]], View], measure: Measure, fit: Size
) -> tuple[View, Layout]:
    """The view of the first of `ways` that can be read, else of the one with the fewest boxes; its layout."""
    fewest, found = first_legible(ways, view, measure, fit)
    if found is None:
        seen = view(fewest)
        found = seen, measure(seen)
    return found
