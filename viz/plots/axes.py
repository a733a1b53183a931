"""What the plots share: axes to draw on, and colours that differ for all eyes."""

from __future__ import annotations

from typing import Any

COLORS = ("#0072B2", "#B84A00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5C00", "#555555")
"""Okabe and Ito's palette, the orange darkened: distinguishable with any colour vision."""

MARKERS = "os^DvP*X"


def axes_or_new(ax: Any) -> Any:
    """`ax`, or the axes of a new figure of pyplot's, which a notebook shows by itself."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError("plots need matplotlib; pip install matplotlib") from None
    return pyplot.subplots(figsize=(7, 4.5), layout="constrained")[1]
