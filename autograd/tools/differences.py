"""Derivatives by differences, with the step that the function itself calls for. Knows nothing of graphs."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

ROUNDING = 4 * sys.float_info.epsilon
"""How far an evaluation may be off by rounding, relative to its result."""


class Slope(NamedTuple):
    """A derivative, and an estimate of its error: infinite where none can be given."""

    value: float
    error: float
    rounding: float
    """The part of the error that comes from rounding: no other step would mend it."""

    step: float
    """The smaller of the two steps it was computed from."""

    def is_within(self, tolerance: float) -> bool:
        """Whether the error is small beside a tolerance that is relative to the derivative, or to 1."""
        return math.isfinite(self.value) and self.error <= 0.1 * tolerance * max(1.0, abs(self.value))


def slopes(
    along: Callable[[float], Sequence[float]], sizes: Sequence[float], tolerance: float
) -> list[Slope]:
    """The derivatives at 0 of the numbers `along(t)`, by central differences D(t) = (f(t) - f(-t)) / 2t.

    t begins at size / 1024, is divided by 4 twelve times, and begins again from the next size. Two steps in a
    row give the slope (16 D(t / 4) - D(t)) / 15, whose error is of order t^4. It is estimated from what the
    two differ by, which shrinks with t, and from rounding, which grows. The first slopes that are all within
    a tenth of the tolerance are returned; if there are none, the best one of each number. A t at which
    `along` is not defined is passed over; where the slopes to the left and to the right of 0 differ, their
    difference counts as error.

    >>> [slope] = slopes(lambda t: [math.log(1e-5 + t)], [1.0], 1e-5)
    >>> print(f"{slope.value:.2f}")
    100000.00
    """
    middle, best = along(0.0), list[Slope]()
    undefined: Exception | None = None
    for size in sizes:
        coarse: list[_Difference] = []
        step = size / 1024
        for _ in range(13):
            try:
                fine = _differences(along(step), middle, along(-step), step, size)
            except (ArithmeticError, ValueError) as error:
                undefined, fine = error, []
            if coarse and fine:
                found = [_extrapolated(*pair, step) for pair in zip(coarse, fine, strict=True)]
                best = [min(pair, key=attrgetter("error")) for pair in zip(best or found, found, strict=True)]
                if all(slope.is_within(tolerance) for slope in found):
                    return found
            coarse, step = fine, step / 4
    if not best and undefined is not None:
        raise undefined
    return best


def slope_at(f: Callable[[float], float], x: float, tolerance: float) -> Slope:
    """The derivative of f at x, by steps in proportion to 1 or to x.

    >>> print(f"{slope_at(math.sqrt, 1e-8, 1e-5).value:.3f}")
    5000.000
    """
    size = abs(x)
    sizes = [size] if size > 1.0 else [1.0, size] if size else [1.0]
    return slopes(lambda step: [f(x + step)], sizes, tolerance)[0]


def slope_along(
    f: Callable[[Sequence[float]], float], point: Sequence[float], at: int, tolerance: float
) -> Slope:
    """The derivative of f, a function of many numbers, along one of them: the partial derivative."""
    before, after = point[:at], point[at + 1 :]
    return slope_at(lambda x: f([*before, x, *after]), float(point[at]), tolerance)


class _Difference(NamedTuple):
    """A central difference, how far rounding may have moved it, and how much its sides differ."""

    slope: float
    rounding: float
    bend: float


def _differences(
    above: Sequence[float], middle: Sequence[float], below: Sequence[float], step: float, size: float
) -> list[_Difference]:
    found = []
    for high, centre, low in zip(above, middle, below, strict=True):
        slope = (high - low) / (2 * step)
        rounding = ROUNDING * ((abs(high) + abs(low)) / 2 + abs(slope) * size) / step
        found.append(_Difference(slope, rounding, abs((high - centre) - (centre - low)) / step))
    return found


def _extrapolated(coarse: _Difference, fine: _Difference, step: float) -> Slope:
    slope = fine.slope + (fine.slope - coarse.slope) / 15
    error = abs(slope - coarse.slope) / 15 + fine.rounding
    if fine.bend > 0.1 * max(1.0, abs(slope)):
        error = max(error, fine.bend)
    return Slope(slope, error if math.isfinite(error) else math.inf, fine.rounding, step)
