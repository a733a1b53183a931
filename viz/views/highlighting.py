"""Highlighting: which boxes and arrows are to stand out."""

from __future__ import annotations

from collections.abc import Sequence

from viz.views.boxes import Arrow, Box
from viz.views.reading import Graph


def highlighted(
    graph: Graph, boxes: Sequence[Box], arrows: Sequence[Arrow], highlight: str | None
) -> tuple[str, ...]:
    """The keys of the boxes and arrows that `highlight` names, from the root down; none for None.

    "max-gradient": from each box on, beginning with the root's, the arrow along which most gradient flows,
    until a box that no arrow leads to.
    """
    if highlight is None:
        return ()
    if highlight != "max-gradient":
        raise ValueError(f"highlight is 'max-gradient' or None, got {highlight!r}")
    if graph.root.gradient is None:
        raise ValueError(
            "highlight='max-gradient' follows gradients, and there are none yet; call backward()"
        )
    into: dict[str, list[Arrow]] = {}
    for arrow in arrows:
        into.setdefault(arrow.target, []).append(arrow)
    path = [next(box.key for box in boxes if graph.root.position in box.members)]
    while path[-1] in into:
        arrow = max(into[path[-1]], key=lambda arrow: abs(arrow.flow or 0.0))
        path += [arrow.key, arrow.source]
    return tuple(path)
