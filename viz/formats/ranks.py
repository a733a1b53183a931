"""Ranks: which boxes stand side by side, in which order, and where a long picture turns into a new row.

Graphviz would order boxes so that few arrows cross. Here the order is the program's: what was declared first
stands first, so that neuron 10 comes after neuron 9.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from viz.formats.widths import ems
from viz.views.boxes import View
from viz.views.text import plain

_WIDEST, _SCREEN = 3.0, 16 / 9
"""What would be wider than 3 heights turns, so that it can be drawn largest on a screen of this shape."""
_EM, _LINE = 15 / 72, 0.25
"""The size of the font, and about how high a line is, in inches; so are all rooms here."""
_AROUND, _BETWEEN, _BELOW = 0.4, 0.55, 2.0
"""Around the text of a box, between boxes, and for what a page has above and below."""


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

    def step(self, source: str, target: str) -> int:
        """How many ranks an arrow between these leads on; below 0 where it points against the others."""
        return self.ranks[target] - self.ranks[source]


def are_layers(view: View, places: Places) -> bool:
    """Whether arrows can be straight lines: none has a twin, and each leads to the next rank or box in a row.

    Where they carry numbers, they are so to make a web readable.
    """
    beside = {pair for line in places.lines for pair in pairwise(line)}
    pairs = {(arrow.source, arrow.target) for arrow in view.arrows}
    return (
        bool(pairs)
        and (bool(view.web) or not any(arrow.label for arrow in view.arrows))
        and len(pairs) == len(view.arrows)
        and all(pair in beside or abs(places.step(*pair)) == 1 for pair in pairs)
    )


def places_of(view: View, turning: bool) -> Places:
    """The places of all boxes, each as close to its users as can be; `turning`, if there may be rows."""
    ranks = _ranks(view)
    rows, columns = _rows(view, ranks, _ends(view, ranks) if turning else [])
    ordered = _ordered(view, ranks)
    return Places({key: columns[ranks[key]] for key in ordered}, {key: rows[ranks[key]] for key in ordered})


def _ordered(view: View, ranks: dict[str, int]) -> list[str]:
    """The boxes, those of a rank in the order in which they are read in the next rank: from its first box on,
    and there slot by slot.
    """
    read: dict[str, list[tuple[str, tuple[int, int]]]] = {}
    for arrow in view.arrows:
        if ranks[arrow.target] == ranks[arrow.source] + 1:
            slot = min([(edge.target, edge.slot) for edge in arrow.edges], default=(0, 0))
            read.setdefault(arrow.source, []).append((arrow.target, slot))
    across: dict[int, list[str]] = {}
    for box in view.boxes:
        across.setdefault(ranks[box.key], []).append(box.key)
    place: dict[str, int] = {}
    for rank in sorted(across, reverse=True):
        first = {
            key: min([(place[user], slot) for user, slot in read.get(key, ())], default=(0, (0, 0)))
            for key in across[rank]
        }
        across[rank].sort(key=first.__getitem__)  # stable: else in their order
        place.update({key: at for at, key in enumerate(across[rank])})
    return [key for rank in sorted(across) for key in across[rank]]


def _ranks(view: View) -> dict[str, int]:
    """How far along the arrows each box stands; the steps of a recurrence side by side."""
    whole = {key: steps[0] for steps in view.recurrences for key in steps}
    users: dict[str, set[str]] = {whole.get(box.key, box.key): set() for box in view.boxes}
    for arrow in view.arrows:
        source, target = (whole.get(key, key) for key in (arrow.source, arrow.target))
        if source != target:
            users[source].add(target)
    left: dict[str, int] = {}
    for key in TopologicalSorter(users).static_order():
        left[key] = max((left[user] + 1 for user in users[key]), default=0)
    return {box.key: max(left.values()) - left[whole.get(box.key, box.key)] for box in view.boxes}


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


def _rows(view: View, ranks: dict[str, int], ends: list[int]) -> tuple[list[int], list[int]]:
    """Per rank, its row and its column. The first rank of a row stands below the last of the row before."""
    many = max(ranks.values()) + 1
    sizes = _sizes(view, ranks)
    ways = [_turned(many, [])]
    width, height = _size(ways[0], sizes)
    if width > _WIDEST * height:
        lengths = sorted({round(1.2**power) for power in range(1 + int(math.log(many, 1.2)))})
        turned = [_turned(many, _starts(many, ends, length)) for length in lengths]
        ways += [way for way in turned if min(way[1]) == 0]  # it begins at the left
    return min(ways, key=lambda way: _screen(*_size(way, sizes)))


def _starts(many: int, ends: list[int], length: int) -> list[int]:
    """The ranks with which rows begin that have at most this length, where that can be."""
    starts = [0]
    while many - starts[-1] > length:
        first, last = (bisect_right(ends, starts[-1] + further) for further in (0, length))
        if first == len(ends):
            break
        starts.append(ends[max(first, last - 1)])
    return starts[1:]


def _turned(many: int, starts: list[int]) -> tuple[list[int], list[int]]:
    rows, columns, begins = [0], [0], set(starts)
    for rank in range(1, many):
        turns = rank in begins
        rows.append(rows[-1] + turns)
        columns.append(columns[-1] + (0 if turns else -1 if rows[-1] % 2 else 1))
    return rows, columns


def _sizes(view: View, ranks: dict[str, int]) -> list[tuple[float, float]]:
    """About how much room each rank takes along the arrows and across them."""
    labels = [0.0] * (max(ranks.values()) + 1)
    for arrow in view.arrows:
        labels[ranks[arrow.target]] = max(labels[ranks[arrow.target]], ems(arrow.label))
    sizes = [(0.0, 0.0)] * len(labels)
    for box in view.boxes:
        wide, high = sizes[ranks[box.key]]
        text = max(ems(plain(line)) for line in box.lines) + labels[ranks[box.key]]
        own = text * _EM + _AROUND + _BETWEEN
        sizes[ranks[box.key]] = max(wide, own), high + len(box.lines) * _LINE + _AROUND
    return sizes


def _size(way: tuple[list[int], list[int]], sizes: list[tuple[float, float]]) -> tuple[float, float]:
    """About how wide and high a picture is in these rows and columns."""
    wide: dict[int, float] = {}
    high: dict[int, float] = {}
    for row, column, (along, across) in zip(*way, sizes):
        wide[column] = max(wide.get(column, 0.0), along)
        high[row] = max(high.get(row, 0.0), across)
    return sum(wide.values()), sum(high.values()) + _BELOW


def _screen(width: float, height: float) -> float:
    """How high a screen is on which a picture of this size has room."""
    return max(width / _SCREEN, height)
