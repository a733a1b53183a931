"""What numpy programs call besides numpy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def stack(*parts: Any) -> Any:
    """Arrays (rows, batch) below one another, those of one column repeated for every sample."""
    try:
        return np.concatenate(parts)
    except ValueError:  # parts of one column beside others
        batch = max([part.shape[-1] for part in parts])
    return np.concatenate([np.broadcast_to(part, (*part.shape[:-1], batch)) for part in parts])


def logsumexp(x: Any) -> Any:
    """log(total(exp(x))), shifted by the largest so that it cannot overflow: the rule of the table."""
    shift = np.maximum.reduce(x)
    terms = x - shift
    np.exp(terms, out=terms)
    found = np.add.reduce(terms)
    np.log(found, out=found)
    found += shift
    return np.where(np.isnan(found), shift, found) if has_nan(found) else found  # inf - inf, or NaN itself


def norm(x: Any) -> Any:
    """The root of the sum of squares; where a square would overflow or underflow, the rule of the table."""
    squares = np.add.reduce(x * x)
    if (
        np.minimum.reduce(squares, axis=None) > SAFE[x.dtype.char]
        and np.maximum.reduce(squares, axis=None) < math.inf
    ):
        return np.sqrt(squares)
    largest = np.maximum.reduce(np.abs(x))
    scale = np.where(largest > 0.0, largest, 1.0)
    scaled = x / scale
    return np.where(scale < math.inf, scale * np.sqrt(np.add.reduce(scaled * scaled)), scale)


SAFE = {kind: float(np.finfo(kind).tiny / np.finfo(kind).eps) for kind in "df"}
"""A sum of squares above this lost nothing when squares became 0."""


def shift(x: Any) -> Any:
    """The largest, or 0 where that is not finite: the rule of `LARGEST`."""
    found = np.maximum.reduce(x)
    square = np.vdot(found, found)
    return found if square < math.inf else np.where(np.isfinite(found), found, 0.0)


def has_nan(array: Any) -> bool:
    """Whether any element is NaN: the sum of squares is, then and only then."""
    square = np.vdot(array, array)
    return bool(square != square)


def chosen(values: Any, which: Any) -> Any:
    """`values @ which`, without the terms for which `which`, of 0 and 1, has a 0."""
    found = values @ which
    if has_nan(found):
        return np.where(which, values[:, :, None], 0.0).sum(axis=1)
    return found


def picked(rows: Any, index: Any) -> tuple[Any, Any]:
    """The row that each index (k, batch) chooses from its column of `rows` (n, k), and whether it can.

    An index that is no whole number from 0 to n - 1 chooses nothing.
    """
    at = np.fmin(np.fmax(index, 0.0), len(rows) - 1.0).astype(np.intp)
    return rows[at, np.arange(rows.shape[1])[:, None]], at == index


def power(x: Any, y: Any) -> Any:
    """x ** y by IEEE 754: numpy takes a square root for y = 0.5, which is NaN at -inf and -0.0 at -0.0."""
    found = x**y
    half = np.equal(y, 0.5)
    if half.any():
        found = np.where(half & ((x == 0.0) | (x == -math.inf)), abs(x), found)
    return found


MATRICES: Any = [(1, 2)] * 3
"""The axes of matrices in stacks of them, (sets, rows, columns, batch)."""


def products(left: Any, right: Any, terms: Any = None) -> Any:
    """Matrix products: (sets, a, n, batch) times (sets, n, b, batch) is (sets, a, b, batch).

    `terms` says which of (sets, a, n, b, 1) count: the others are products with a zero that stands for
    nothing, and change the sum only where the other factor is infinite or NaN.
    """
    found = np.matmul(left, right, axes=MATRICES)
    if terms is not None and has_nan(found):
        return np.where(terms, left[:, :, :, None] * right[:, None], 0.0).sum(axis=2)
    return found


def elementwise(function: Any) -> Any:
    """A function of floats, applied to each element of an array of floats, which keeps its type."""
    by_element = np.frompyfunc(function, 1, 1)
    return lambda array: np.asarray(by_element(array), np.result_type(np.asarray(array), np.float32))


NAMES: dict[str, Any] = {
    "np": np,
    "total": np.add.reduce,
    "largest": np.maximum.reduce,
    "logsumexp": logsumexp,
    "shift": shift,
    "norm": norm,
    "stack": stack,
    "chosen": chosen,
    "picked": picked,
    "products": products,
    "power": power,
    "inf": math.inf,
    "nan": math.nan,
    "erf": elementwise(math.erf),
    "erfc": elementwise(math.erfc),
}
"""The global names of a numpy program."""
