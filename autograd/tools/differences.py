"""Derivatives by differences, with the step that the function itself calls for. Knows nothing of graphs."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

ROUNDING = 4 * sys.float_info.epsilon
"""What an evaluation is trusted to, relative to its result."""


class Slope(NamedTuple):
    """A derivative, and an estimate of its error: infinite where there is no saying."""

    value: float
    error: float
    rounding: float
    """The part of the error that no other step would mend."""

    step: float
    """The smaller of the two steps that it is from."""

    def is_within(self, tolerance: float) -> bool:
        """Whether the error is small beside a tolerance that is relative to the derivative, or to 1."""
        return math.isfinite(self.value) and self.error <= 0.1 * tolerance * max(1.0, abs(self.value))


def slopes(
    along: Callable[[float], Sequence[float]], sizes: Sequence[float], tolerance: float
) -> list[Slope]:
    """The derivatives at 0 of the numbers `along(t)`, by central differences D(t) = (f(t) - f(-t)) / 2t.

    t begins at a thousandth of the first size and shrinks by 4, and again from the next size. Two steps in a
    row give (16 D(t / 4) - D(t)) / 15, whose error is t^4. The first estimates that are all within a tenth of
    the tolerance are taken, else the best of each: by what the two differ (cut off) and what rounding may
    do (which grows as t shrinks). Where `along` is not defined at t, or its slopes to the two sides of 0 have
    nothing in common (beyond a steep place it may be flat), t was too large.

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
    """The derivative of f at x: by steps beside 1, or beside x itself.

    >>> print(f"{slope_at(math.sqrt, 1e-8, 1e-5).value:.3f}")
    5000.000
    """
    size = abs(x)
    sizes = [size] if size > 1.0 else [1.0, size] if size else [1.0]
    return slopes(lambda step: [f(x + step)], sizes, tolerance)[0]


class _Difference(NamedTuple):
    """A central difference, what rounding may have done to it, and how its two sides differ."""

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
