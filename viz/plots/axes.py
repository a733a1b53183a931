"""What the plots share: axes to draw on, when they are logarithmic, and colours that all eyes tell apart."""

from __future__ import annotations

from typing import Any

import numpy as np

COLORS = ("#0072B2", "#B84A00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5C00", "#555555")
"""Okabe and Ito's palette, the orange darkened: distinguishable with any colour vision."""

_SPAN = 30.0
"""A log scale shows more where the largest number is more than so many times the smallest."""


def axes_or_new(ax: Any) -> Any:
    """`ax`, or the axes of a new figure of pyplot's, which a notebook shows by itself."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError("plots need matplotlib; pip install matplotlib") from None
    return pyplot.subplots(figsize=(7, 4.5), layout="constrained")[1]


def needs_log_scale(numbers: Any) -> bool:
    """Whether the numbers are positive and span more than a factor of 30.

    >>> needs_log_scale([1.0, 31.0]), needs_log_scale([0.0, 31.0]), needs_log_scale([])
    (True, False, False)
    """
    numbers = np.asarray(numbers)
    return bool(numbers.size and numbers.min() > 0 and numbers.max() / numbers.min() > _SPAN)
