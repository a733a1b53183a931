"""The loss curve: is it falling, has it stopped, and does validation follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from viz.plots.axes import COLORS, axes_or_new, needs_log_scale


def plot_loss(history: Any, ax: Any = None) -> Any:
    """Loss against epoch; validation loss beside it, where there is one. Returns the axes.

    `history` is a `nn.History`, a mapping with "loss" and perhaps "validation_loss", or a sequence of
    losses. The scale is logarithmic where the losses are positive and span more than a factor of 30.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> plot_loss([1.0, 0.5, 0.25]).get_xlabel()
    'epoch'
    """
    columns = _columns(history)
    ax = axes_or_new(ax)
    from matplotlib.ticker import MaxNLocator

    shown = []
    for (label, losses), color, style in zip(columns.items(), COLORS, ("-", "--"), strict=False):
        numbers = np.asarray(losses, dtype=float)
        ax.plot(np.arange(1, len(numbers) + 1), numbers, style, color=color, label=label, linewidth=2)
        shown.append(numbers[np.isfinite(numbers)])
    if needs_log_scale(np.concatenate(shown)):
        ax.set_yscale("log")
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    whole = MaxNLocator("auto", integer=True, min_n_ticks=1, steps=[1, 2, 5, 10])
    ax.xaxis.set_major_locator(whole)  # there is no epoch 2.5
    ax.grid(alpha=0.3)
    if len(columns) > 1:
        ax.legend()
    return ax


def _columns(history: Any) -> dict[str, Any]:
    rows = getattr(history, "rows", None)
    if rows is not None:
        names = [name for name in ("loss", "validation_loss") if any(name in row for row in rows)]
        found = {name: history[name] for name in names}
    elif isinstance(history, Mapping):
        found = {name: history[name] for name in ("loss", "validation_loss") if name in history}
    else:
        found = {"loss": [getattr(loss, "data", loss) for loss in history]}
    if not found or not len(next(iter(found.values()))):
        raise ValueError("plot_loss needs a loss for at least one epoch, got none; train first")
    labels = {"loss": "training", "validation_loss": "validation"}
    return {labels[name]: losses for name, losses in found.items()}
