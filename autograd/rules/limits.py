"""Floats by IEEE 754: the functions of `math`, and `/` and `**`, infinite or NaN where Python raises.

1/0 is inf, log(0) is -inf, exp(1000) is inf, sin(inf) is NaN. Wherever Python gives a number, these functions
give the same bits. `Primitive.limit` and all partials are computed with them, also where numpy, which has the
same limits, is not installed.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd.rules.notation import FUNCTIONS


def div(x: float, y: float) -> float:
    """x / y; a zero y has a sign.

    >>> div(1.0, -0.0), div(0.0, 0.0)
    (-inf, nan)
    """
    try:
        return x / y
    except ZeroDivisionError:
        return math.copysign(math.inf, x) * math.copysign(1.0, y) if abs(x) > 0 else math.nan


def pow(x: float, y: float) -> float:
    """x ** y; NaN where it is complex.

    >>> pow(0.0, -0.5), pow(-1e200, 3.0), pow(-8.0, 1 / 3)
    (inf, -inf, nan)
    """
    try:
        return math.pow(x, y)
    except OverflowError:
        pass
    except ValueError:
        if x:
            return math.nan
    return math.copysign(math.inf, x) if y % 2 == 1 else math.inf


def log(x: float) -> float:
    """The natural logarithm: -inf at 0, NaN below."""
    return math.log(x) if x else -math.inf


def log2(x: float) -> float:
    """The logarithm to base 2: -inf at 0, NaN below."""
    return math.log2(x) if x else -math.inf


def log10(x: float) -> float:
    """The logarithm to base 10: -inf at 0, NaN below."""
    return math.log10(x) if x else -math.inf


def log1p(x: float) -> float:
    """log(1 + x): -inf at -1, NaN below."""
    return math.log1p(x) if x != -1 else -math.inf


def atanh(x: float) -> float:
    """The inverse of tanh: infinite at -1 and 1, NaN beyond."""
    return math.atanh(x) if abs(x) != 1 else math.copysign(math.inf, x)


def sinh(x: float) -> float:
    """The hyperbolic sine, which overflows to the side of x."""
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(math.inf, x)


def _by_ieee(function: Callable[..., float]) -> Callable[..., float]:
    """`function`, with inf where it overflows and NaN where it is not defined."""

    def limit(*numbers: float) -> float:
        try:
            return function(*numbers)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return limit


_OURS: dict[str, Callable[..., float]] = {
    function.__name__: function for function in (log, log2, log10, log1p, atanh, sinh)
}
BY_NAME = {name: _by_ieee(_OURS.get(name) or getattr(math, name)) for name in FUNCTIONS.split()}
BY_NAME |= {"div": div, "pow": pow}
"""Each function of the rule language, by its head."""
