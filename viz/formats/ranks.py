"""Ranks: which boxes stand side by side, in which order, and where a long picture turns into a new row.

Graphviz would order boxes so that few arrows cross. Here the order is the program's: what was declared first
stands first, so that neuron 10 comes after neuron 9.
"""

from __future__ import annotations

from typing import NamedTuple

from viz.views.boxes import View

_WIDEST, _SCREEN = 3.0, 1.7
"""A picture that would be wider than 3 heights turns, until it has about the shape of a screen."""
_STEP, _HEIGHT, _MARGIN = 1.9, 1.0, 1.0
"""About how much room a rank takes along the arrows, a box across them, and the legend, in inches."""


class Places(NamedTuple):
    """Where boxes stand, by their keys: in which rank along the arrows, in which row across them."""

    ranks: dict[str, int]
    rows: dict[str, int]

    @property
    def lines(self) -> list[list[str]]:
        """What stands in one line across the arrows, in order; the first row before the others."""
        lines: dict[int, list[str]] = {}
        for key in sorted(self.ranks, key=self.rows.__getitem__):  # stable: within a row in their order
            lines.setdefault(self.ranks[key], []).append(key)
        return list(lines.values())

    def runs_back(self, source: str, target: str) -> bool:
        """Whether an arrow between these points against the others, as it does in every other row."""
        return self.ranks[target] < self.ranks[source]


def are_layers(view: View, places: Places) -> bool:
    """Whether straight lines can be told apart: no arrow passes a rank, and none has a number or a twin."""
    pairs = {(arrow.source, arrow.target) for arrow in view.arrows if not arrow.label}
    steps = {places.ranks[target] - places.ranks[source] for source, target in pairs}
    return len(pairs) == len(view.arrows) and steps == {1}


def places_of(view: View, turning: bool) -> Places:
    """The places of all boxes, each as close to its users as can be; `turning`, if there may be rows."""
    users: dict[str, list[str]] = {box.key: [] for box in view.boxes}
    for arrow in view.arrows:
        users[arrow.source].append(arrow.target)
    left: dict[str, int] = {}
    for box in reversed(view.boxes):
        left[box.key] = max((left[key] + 1 for key in users[box.key] if key in left), default=0)
    ranks = {box.key: max(left.values()) - left[box.key] for box in view.boxes}
    ends = _ends(view, ranks) if turning else []
    rows, columns = _rows(ranks, ends)
    return Places(
        {key: columns[rank] for key, rank in ranks.items()}, {key: rows[ranks[key]] for key in ranks}
    )


def _ends(view: View, ranks: dict[str, int]) -> list[int]:
    """The ranks with which a row may begin: all that leads on comes from one box in the rank before."""
    across: list[set[str]] = [set() for _ in range(max(ranks.values()) + 1)]
    for arrow in view.arrows:
        for rank in range(ranks[arrow.source] + 1, ranks[arrow.target] + 1):
            across[rank].add(arrow.source)
    return [
        rank
        for rank, sources in enumerate(across)
        if len(sources) == 1 and ranks[next(iter(sources))] == rank - 1
    ]


def _rows(ranks: dict[str, int], ends: list[int]) -> tuple[list[int], list[int]]:
    """Per rank, its row and its column. The first rank of a row stands below the last of the row before."""
    many = max(ranks.values()) + 1
    tallest = max(list(ranks.values()).count(rank) for rank in set(ranks.values()))
    length = many
    if ends and many * _STEP > _WIDEST * (tallest * _HEIGHT + _MARGIN):
        while length * _STEP > _SCREEN * (-(-many // length) * tallest * _HEIGHT + _MARGIN):
            length -= 1
    rows, columns, since = [0], [0], 0
    for rank in range(1, many):
        turns = rank in ends and rank - since >= length
        since = rank if turns else since
        rows.append(rows[-1] + turns)
        step = 0 if turns else -1 if rows[-1] % 2 else 1
        columns.append(columns[-1] + step)
    return rows, columns
