"""The curves of arrows, as SVG has them: where a label stands beside its own."""

from __future__ import annotations

import math
import re

Point = tuple[float, float]

_NUMBER = re.compile(r"-?[\d.]+")
_STEPS = 24
"""Points that are looked at on each piece of a curve."""
_RISE, _NEAR = 5.0, 14.0
"""How far the middle of a text is above the line that it stands on; how far from it its arrow may be."""


def beside(curve: str, place: Point) -> Point:
    """Where a label stands that Graphviz has put at a place: there, if that is by the middle of its curve."""
    x, y = place[0], place[1] - _RISE
    halfway = middle(curve)
    if halfway and math.dist(halfway, (x, y)) > _NEAR:
        return halfway[0], halfway[1] + (_RISE - 1 if _is_steep(curve) else -_RISE)
    nearby = nearest(curve, (x, y))
    return place if math.dist(nearby, (x, y)) <= _NEAR else (nearby[0], nearby[1] + _RISE - 1)


def nearest(curve: str, place: Point) -> Point:
    """The point of a curve, which is Bézier pieces of the third degree, that is nearest to a place.

    >>> nearest("M0,0C10,0 20,0 30,0", (15.0, 40.0))
    (15.0, 0.0)
    """
    points = _points(curve)
    pieces = [points[at : at + 4] for at in range(0, len(points) - 3, 3)]
    met = [_point(piece, step / _STEPS) for piece in pieces for step in range(_STEPS + 1)]
    return min(met or points, key=lambda point: math.dist(point, place))


def middle(curve: str) -> Point | None:
    """The middle of a curve that is a straight line; None where it is none.

    >>> middle("M0,0C10,5 20,10 30,15"), middle("M0,0C10,5 20,5 30,0")
    ((15.0, 7.5), None)
    """
    points = _points(curve)
    (ax, ay), (bx, by) = points[0], points[-1]
    length = math.dist((ax, ay), (bx, by))
    off = [abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) for x, y in points]
    return ((ax + bx) / 2, (ay + by) / 2) if max(off) <= length else None


def _is_steep(curve: str) -> bool:
    (ax, ay), *_, (bx, by) = _points(curve)
    return 2 * abs(by - ay) > abs(bx - ax)


def _points(curve: str) -> list[Point]:
    numbers = [float(text) for text in _NUMBER.findall(curve)]
    return list(zip(numbers[::2], numbers[1::2]))


def _point(piece: list[Point], t: float) -> Point:
    shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    return (
        sum(share * x for share, (x, _) in zip(shares, piece)),
        sum(share * y for share, (_, y) in zip(shares, piece)),
    )
