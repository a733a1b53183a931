"""Products: dots whose operands recur, as cells of one small matrix product each.

A dot step pairs vectors. Where each left vector of a set meets each right vector of another, or most do,
the dots are the cells of a matrix product: the matches of the queries and keys of a head, say. Several sets
of one size, as the heads of attention have, are a stack of products.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.compiler.program.program import NUMBERS, Selection, Step

ABSENT = -1
"""A term that is not there: zero times zero."""

ROW_BITS = 40
"""An entry of a selection is one number here: its row in the lower bits, its array in those above."""


@dataclass(frozen=True)
class Products:
    """Left vectors (sets, a, n) and right vectors (sets, n, b); dot i is cell `cells[i]` of (sets, a, b).

    `terms`, (sets, a, n, b) or 1 along axes that do not matter, says which terms are there. Cells that are no
    dot cost time and nothing else.
    """

    left: Selection
    right: Selection
    cells: Any
    terms: Any

    @property
    def shape(self) -> tuple[int, int, int]:
        """(sets, a, b)."""
        return (*self.left.shape[:2], self.right.shape[2])  # type: ignore[return-value]

    @property
    def are_in_order(self) -> bool:
        """Whether the cells, one after another, are the dots."""
        return len(self.cells) == math.prod(self.shape) and bool((np.diff(self.cells) == 1).all())

    def places(self) -> Any:
        """For each cell which dot it is, counted from 1; 0 for none."""
        found = np.zeros(math.prod(self.shape), dtype=np.intp)
        found[self.cells] = 1 + np.arange(len(self.cells))
        return found.reshape(self.shape)

    def transposed(self) -> Products:
        """The same with left and right exchanged, so that cells are (sets, b, a)."""
        cells = np.arange(math.prod(self.shape)).reshape(self.shape).swapaxes(1, 2).ravel()
        return Products(
            _swapped(self.right),
            _swapped(self.left),
            np.argsort(cells)[self.cells],
            self.terms.transpose(0, 3, 2, 1),
        )


def as_products(step: Step, numbers: Sequence[float]) -> Products | None:
    """The dots of a step as matrix products; None where too many cells would be no dot."""
    left, right = step.operands
    if left.rows.ndim != 2 or left.shape[1] < 4:
        return None
    absent = _absent(left, right, np.array(numbers))
    sides = [np.where(absent, ABSENT, side.arrays * (1 << ROW_BITS) + side.rows) for side in (left, right)]
    if absent.any():
        whole = _completed(sides[1])
        if whole is None:
            sides.reverse()
            whole = _completed(sides[1])
            left, right = right, left
        if whole is None:
            return None
        sides[1] = whole
    zero = int(right.rows[absent][0]) if absent.any() else 0
    found = _as_cells(sides, [left.uniform, right.uniform], zero)
    if found is not None and not found.are_in_order and found.transposed().are_in_order:
        return found.transposed()
    return found


def _absent(left: Selection, right: Selection, numbers: Any) -> Any:
    """Which terms (n, k) of k dots are the product of two zeros."""
    absent = (left.arrays == NUMBERS) & (right.arrays == NUMBERS)
    for side in (left, right):
        absent[absent] = numbers[side.rows[absent]] == 0.0
    return absent


def _completed(side: Any) -> Any:
    """Vectors (n, k) whose absent terms are taken from others that begin alike; None if one is not found."""
    longest: dict[int, Any] = {}
    for column in side.T:
        known = longest.get(column[0], column)
        longest[column[0]] = np.where(known == ABSENT, column, known)
    found = np.array([longest[first] for first in side[0].tolist()]).T
    agrees = (found != ABSENT) & ((side == found) | (side == ABSENT))
    return found if agrees.all() else None


def _as_cells(sides: Sequence[Any], uniform: Sequence[bool], zero: int) -> Products | None:
    """The products that have the dots of two sides (n, k) as cells; `zero` is the row of the number 0."""
    count = sides[0].shape[1]
    lefts, rights = (sorted(set(map(tuple, side.T.tolist()))) for side in sides)
    if min(len(lefts), len(rights)) < 2 or max(len(lefts), len(rights)) > count // 2:
        return None
    places = [{vector: at for at, vector in enumerate(vectors)} for vectors in (lefts, rights)]
    pairs = [
        (places[0][tuple(x)], places[1][tuple(y)]) for x, y in zip(sides[0].T.tolist(), sides[1].T.tolist())
    ]
    sets = _sets(pairs)
    a, b = map(len, sets[0])
    if min(a, b) < 2 or any((len(x), len(y)) != (a, b) for x, y in sets) or len(sets) * a * b > 2 * count:
        return None
    row = {x: at * a + i for at, (xs, _) in enumerate(sets) for i, x in enumerate(xs)}
    column = {y: i for _, ys in sets for i, y in enumerate(ys)}
    cells = np.array([row[x] * b + column[y] for x, y in pairs])
    if len(set(pairs)) < count:
        return None
    left = np.array([[lefts[x] for x in xs] for xs, _ in sets])
    right = np.array([[rights[y] for y in ys] for _, ys in sets]).swapaxes(1, 2)
    return Products(
        _selection(left, uniform[0], zero),
        _selection(right, uniform[1], zero),
        cells,
        (left != ABSENT)[..., None],
    )


def _selection(entries: Any, uniform: bool, zero: int) -> Selection:
    arrays = np.where(entries == ABSENT, NUMBERS, entries >> ROW_BITS)
    return Selection(arrays, np.where(entries == ABSENT, zero, entries & ((1 << ROW_BITS) - 1)), uniform)


def _swapped(selection: Selection) -> Selection:
    return Selection(selection.arrays.swapaxes(1, 2), selection.rows.swapaxes(1, 2), selection.uniform)


def _sets(pairs: Sequence[tuple[int, int]]) -> list[tuple[list[int], list[int]]]:
    """The left and right vectors that are linked by dots, in order."""
    rights_of: dict[int, list[int]] = {}
    lefts_of: dict[int, list[int]] = {}
    for x, y in pairs:
        rights_of.setdefault(x, []).append(y)
        lefts_of.setdefault(y, []).append(x)
    sets, seen = [], set()
    for first in sorted(rights_of):
        if first in seen:
            continue
        lefts, rights, waiting = {first}, set(), [first]
        while waiting:
            new = [y for y in rights_of[waiting.pop()] if y not in rights]
            rights.update(new)
            for x in (x for y in new for x in lefts_of[y] if x not in lefts):
                lefts.add(x)
                waiting.append(x)
        seen |= lefts
        sets.append((sorted(lefts), sorted(rights)))
    return sets
