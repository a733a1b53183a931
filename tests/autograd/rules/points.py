"""The points at which the rows of the table are tried: each row's own samples, and ours."""

from __future__ import annotations

import math
from typing import Any

from autograd.rules.table import TABLE

_ONE = [(0.3,), (-0.8,), (0.96875,)]
_TWO = [(0.4, 1.7), (1.5, -0.25), (-0.6, 0.9), (-1.25, -2.0)]
# fmt: off
OURS: dict[str, list[tuple[float, ...]]] = {
    "pow":        [(0.4, 1.7), (1.5, -0.25), (3.0, 0.5), (5.0, 2.0)],
    "log":        [(0.3,), (1.0,), (250.0,)],
    "log1p":      [(1e-9,), (-0.8,), (250.0,)],
    "log2":       [(0.3,), (1.0625,), (250.0,)],
    "log10":      [(0.3,), (1.0625,), (250.0,)],
    "cbrt":       [(0.002,), (-250.0,), (0.3,)],
    "asinh":      [(1e-9,), (-1e-3,), (250.0,), (-1e6,)],
    "acosh":      [(1.125,), (250.0,), (1e6,)],
    "sqrt":       [(0.3,), (1.0,), (250.0,)],
    "expm1":      [(1e-9,), (-30.0,), (2.0,)],
    "exp":        [(-30.0,), (20.0,)],
    "tanh":       [(1e-9,), (18.0,), (-6.0,)],
    "sigmoid":    [(30.0,), (-30.0,), (0.25,)],
    "softplus":   [(30.0,), (-30.0,), (0.25,)],
    "silu":       [(30.0,), (-30.0,), (0.25,)],
    "gelu":       [(5.0,), (-5.0,), (-9.0,), (0.25,)],
    "erfc":       [(5.0,), (-5.0,)],
    "leaky_relu": [(0.4, 0.2), (-0.4, 0.2)],
    "elu":        [(0.4, 0.2), (-3.0, 2.0), (-1e-9, 1.0)],
    "clamp":      [(0.1, 0.2, 0.3), (0.25, 0.2, 0.3), (0.4, 0.2, 0.3)],
    "where":      [(1.0, 2.0, 3.0), (0.0, 2.0, 3.0)],
    "sum":        [(0.1, 0.2, 0.3, 0.4), (1.0, -2.0)],
    "dot":        [(0.1, 0.2, 0.3, 0.4), (1.0, 2.0, 3.0, -4.0, 5.0, 6.0)],
    "norm":       [(0.1, 0.2, 0.3, -0.4), (0.0, -2.0), (3.0, 0.0, 0.0)],
    "logsumexp":  [(0.1, 0.2, 0.3, 0.4), (30.0, -2.0)],
    "select":     [(0.0, 5.0, 6.0, 7.0), (2.0, 5.0, 6.0, 7.0)],
}
# fmt: on
CONSTANT = {"where": (0,), "select": (0,)}
"""Operands that choose and are not differentiated: a step there is a jump."""

HARD = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 1000.0, -1000.0, 1e308, 5e-324, math.inf, -math.inf, math.nan]
"""Kinks, bounds, signed zeros, overflow, underflow, and what IEEE 754 calls special."""


def points(name: str) -> list[tuple[float, ...]]:
    """Where the row's value and partials are smooth."""
    row = TABLE[name]
    ours = OURS.get(name) or (_ONE if len(row.operands) == 1 else _TWO)
    return list(dict.fromkeys([*row.samples, *ours]))


EVERY_POINT: list[Any] = [(name, point) for name in TABLE for point in points(name)]


def hard_points(count):
    """Hard numbers in every place, and every pair of them for two operands."""
    if count == 1:
        return [(number,) for number in HARD]
    pairs = [(a, b) for a in HARD for b in HARD]
    return pairs if count == 2 else [(a, b, c) for a, b in pairs for c in (0.0, 1.0, math.nan)]
