"""The curves of arrows, as SVG has them: where a label stands beside its own."""

from __future__ import annotations

import math
import re

Point = tuple[float, float]

_NUMBER = re.compile(r"-?[\d.]+")
_STEPS = 24
"""Points that are looked at on each piece of a curve."""


def nearest(curve: str, place: Point) -> Point:
    """The point of a curve, which is Bézier pieces of the third degree, that is nearest to a place.

    >>> nearest("M0,0C10,0 20,0 30,0", (15.0, 40.0))
    (15.0, 0.0)
    """
    numbers = [float(text) for text in _NUMBER.findall(curve)]
    points = list(zip(numbers[::2], numbers[1::2]))
    pieces = [points[at : at + 4] for at in range(0, len(points) - 3, 3)]
    met = [_point(piece, step / _STEPS) for piece in pieces for step in range(_STEPS + 1)]
    return min(met or points, key=lambda point: math.dist(point, place))


def _point(piece: list[Point], t: float) -> Point:
    shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    return (
        sum(share * x for share, (x, _) in zip(shares, piece)),
        sum(share * y for share, (_, y) in zip(shares, piece)),
    )
