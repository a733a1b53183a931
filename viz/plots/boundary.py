"""The decision boundary: which class a model gives to each point of the plane."""

from __future__ import annotations

from typing import Any

import numpy as np

from viz.plots.axes import COLORS, axes_or_new

_COLORS = (COLORS[1], COLORS[0], *COLORS[2:])
"""Of classes, in their order. Of two, the one above zero is blue, as on pages of training."""

_MARKERS = "^osDvP*X"


def plot_decision_boundary(model: Any, X: Any, y: Any, ax: Any = None, points: int = 60) -> Any:
    """The plane coloured by the class that `model` gives, with the data on it. Returns the axes.

    `model` maps a list of two numbers to one score, whose sign tells two classes apart, or to a list
    of one score per class, whose largest wins; or to one score with labels 0 and 1, above 0 for 1 (a
    logit). `X` has shape (samples, 2), `y` the labels, any number of classes. `points` is the number
    of points along each side of the grid. A model that can be in training mode is put in evaluation
    mode for the while.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> above = lambda sample: sample[0] - sample[1]
    >>> plot_decision_boundary(above, [[0.0, 1.0], [1.0, 0.0]], [-1, 1], points=5).get_xlabel()
    'x1'
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y).ravel()
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(
            f"plot_decision_boundary needs X of shape (samples, 2), got {X.shape}; choose two columns"
        )
    if len(y) != len(X):
        raise ValueError(f"plot_decision_boundary needs one label per sample, got {len(y)} for {len(X)}")
    ax = axes_or_new(ax)
    labels = np.unique(y)
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.12 * np.maximum(high - low, 1e-9)
    across, up = (np.linspace(low[side] - margin[side], high[side] + margin[side], points) for side in (0, 1))
    scores = _scores(model, [[float(a), float(b)] for b in up for a in across])
    if scores.shape[1] == 1:
        field = scores[:, 0].reshape(points, points)
        _shade(ax, across, up, (field > 0).astype(int), 2)
        if field.min() < 0 < field.max():
            ax.contour(across, up, field, levels=[0.0], colors="#333333", linewidths=1.5)
    else:
        _shade(ax, across, up, scores.argmax(axis=1).reshape(points, points), scores.shape[1])
    for at, label in enumerate(labels):
        place = int(label) if scores.shape[1] > 1 and _is_index(label) else at
        color, marker = (kit[place % len(kit)] for kit in (_COLORS, _MARKERS))
        look = {"color": color, "marker": marker, "edgecolors": "white", "linewidths": 0.7}
        ax.scatter(*X[y == label].T, s=34, label=f"{label}", **look)
    ax.set_xlabel("x1")
    ax.set_ylabel("x2")
    ax.legend(title="class")
    return ax


def _scores(model: Any, samples: list[list[float]]) -> Any:
    """The model's scores, one row per sample."""
    training = getattr(model, "training", False)
    if training:
        model.eval()
    try:
        rows = [_numbers(model(sample)) for sample in samples]
    finally:
        if training:
            model.train()
    return np.array(rows, dtype=float)


def _numbers(output: Any) -> list[Any]:
    """The scores of one sample as numbers, which hold no graph."""
    scores = output if isinstance(output, (list, tuple)) else [output]
    return [getattr(score, "data", score) for score in scores]


def _shade(ax: Any, across: Any, up: Any, classes: Any, count: int) -> None:
    from matplotlib.colors import ListedColormap

    colors = ListedColormap([_COLORS[at % len(_COLORS)] for at in range(count)])
    ax.pcolormesh(
        across, up, classes, cmap=colors, vmin=-0.5, vmax=count - 0.5, alpha=0.18, shading="nearest"
    )


def _is_index(label: Any) -> bool:
    return isinstance(label, (int, np.integer)) and bool(label >= 0)
