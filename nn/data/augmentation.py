"""Data augmentation: new samples from given ones, by changes that keep the target.

Each function takes data as nested lists or an array of numbers, and gives new nested lists.
"""

from __future__ import annotations

from math import cos, inf, sin
from typing import Any

import numpy as np

from nn.checks import check_between
from nn.randomness import Seed, generator


def jitter(samples: Any, deviation: float, seed: Seed = None) -> Any:
    """Normal noise of that deviation added to every number.

    >>> jitter([[1.0, 2.0]], 0.0)
    [[1.0, 2.0]]
    """
    check_between("jitter", 0.0, inf, deviation=deviation)
    array = _array("jitter", samples, 0)
    return (array + generator(seed).normal(0.0, deviation, array.shape)).tolist()


def rotate2d(points: Any, angle: float, center: tuple[float, float] = (0.0, 0.0)) -> Any:
    """Points (x, y) turned about a center by `angle` radians, counterclockwise.

    >>> [[round(x, 12) for x in point] for point in rotate2d([[1.0, 0.0]], np.pi / 2)]
    [[0.0, 1.0]]
    """
    array = _array("rotate2d", points, 1)
    if array.shape[-1] != 2:
        raise ValueError(f"rotate2d takes points of 2 numbers, got {array.shape[-1]}")
    turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
    return ((array - center) @ turn.T + center).tolist()


def flip(image: Any, axis: str = "horizontal") -> Any:
    """An image (rows, or channels of rows) mirrored left to right, or "vertical": top to bottom.

    >>> flip([[1, 2], [3, 4]]), flip([[1, 2], [3, 4]], "vertical")
    ([[2, 1], [4, 3]], [[3, 4], [1, 2]])
    """
    array = _array("flip", image, 2)
    if axis not in ("horizontal", "vertical"):
        raise ValueError(f"flip has the axes horizontal and vertical, got {axis!r}")
    return np.flip(array, -1 if axis == "horizontal" else -2).tolist()


def shift_image(image: Any, right: int = 0, down: int = 0, fill: float = 0.0) -> Any:
    """An image (rows, or channels of rows) moved by whole pixels; `fill` stands where nothing was.

    >>> shift_image([[1, 2], [3, 4]], right=1)
    [[0, 1], [0, 3]]
    """
    array = _array("shift_image", image, 2)
    moved = np.full_like(array, fill)
    n, m = array.shape[-2:]
    if abs(right) < m and abs(down) < n:
        to_rows, from_rows = slice(max(down, 0), n + min(down, 0)), slice(max(-down, 0), n - max(down, 0))
        to_columns, from_columns = (
            slice(max(right, 0), m + min(right, 0)),
            slice(max(-right, 0), m - max(right, 0)),
        )
        moved[..., to_rows, to_columns] = array[..., from_rows, from_columns]
    return moved.tolist()


def _array(where: str, data: Any, dimensions: int) -> Any:
    try:
        array = np.asarray(data)
    except ValueError:
        raise ValueError(f"{where} takes numbers in rows of one length, got rows of several") from None
    if array.dtype.kind not in "iuf" or array.ndim < dimensions:
        raise ValueError(f"{where} takes numbers in {dimensions} dimensions or more, got {data!r:.60}")
    return array
