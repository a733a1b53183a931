"""The loss surface: the loss over a plane through the parameters, with an optimiser's path on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value, no_grad
from viz.plots.axes import COLORS, axes_or_new


def plot_loss_surface(
    loss: Callable[[], Any],
    parameters: Any,
    ax: Any = None,
    *,
    along: Sequence[Any] | None = None,
    path: Sequence[Sequence[float]] = (),
    span: float = 1.0,
    points: int = 25,
    seed: int = 0,
) -> Any:
    """Contours of the loss over a plane through the present parameters. Returns the axes.

    Args:
        loss: computes the loss from the parameters as they are; called points x points times.
        parameters: a list of Values, or a model.
        ax: the axes; new ones if None.
        along: two of the parameters, or two directions (a number per parameter). None: the two principal
            directions of the path, or, without one, two random directions, orthogonal and as long as the
            parameters together (after Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets").
        path: where an optimiser was: the data of all parameters, one list per step; projected on the plane.
        span: how far to go each way, in units of the directions (of the parameters themselves where two
            are chosen); widened to hold the path.
        points: grid points along each side.
        seed: for the random directions.

    The parameters' data is put back, whatever happens.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> a, b = Value(1.0, label="a"), Value(2.0, label="b")
    >>> axes = plot_loss_surface(lambda: a * a + b * b, [a, b], along=[a, b], points=5)
    >>> axes.get_xlabel(), axes.get_ylabel()
    ('a', 'b')

    """
    parameters = list(parameters.parameters() if hasattr(parameters, "parameters") else parameters)
    start = np.array([parameter.data for parameter in parameters])
    steps = _steps(path, start)
    directions, names = _directions(parameters, start, along, steps, seed)
    track = np.linalg.lstsq(directions.T, steps.T, rcond=None)[0].T  # the nearest points of the plane
    reach = 1.15 * np.abs(track).max(axis=0, initial=0.0) if len(track) else np.zeros(2)
    sides = [np.linspace(-max(span, reach[side]), max(span, reach[side]), points) for side in (0, 1)]
    try:
        with no_grad():
            grid = [[start + a * directions[0] + b * directions[1] for a in sides[0]] for b in sides[1]]
            heights = np.array([[_height(loss, parameters, data) for data in row] for row in grid])
    finally:
        _assign(parameters, start)
    chosen = along is not None and isinstance(along[0], Value)
    offset = directions @ start if chosen else np.zeros(2)  # the two parameters themselves, on their axes
    ax = axes_or_new(ax)
    shown = ax.contourf(sides[0] + offset[0], sides[1] + offset[1], heights, levels=24, cmap="cividis")
    ax.figure.colorbar(shown, ax=ax, label="loss")
    if len(track):
        ax.plot(*(track + offset).T, "o-", color="white", markersize=3.5, linewidth=1.5, label="optimiser")
    ax.plot(*offset, "*", color=COLORS[4], markersize=15, markeredgecolor="black", label="now")
    ax.legend()
    ax.set_xlabel(names[0])
    ax.set_ylabel(names[1])
    return ax


def _directions(
    parameters: list[Value], start: Any, along: Any, steps: Any, seed: int
) -> tuple[Any, tuple[str, str]]:
    """Two directions in the space of the parameters, one per row, and what to call them."""
    if along is None and len(steps) > 1:
        return np.linalg.svd(steps, full_matrices=False)[2][:2], ("first principal direction", "second")
    if along is None:
        random = np.random.default_rng(seed).normal(size=(2, len(parameters)))
        random[1] -= random[0] * (random[0] @ random[1]) / (random[0] @ random[0])
        lengths = np.linalg.norm(random, axis=1, keepdims=True)
        length = np.linalg.norm(start) or 1.0
        return random / np.where(lengths > 0, lengths, 1.0) * length, ("first direction", "second direction")
    if len(along) != 2:
        raise ValueError(f"along takes two parameters or two directions, got {len(along)}")
    if all(isinstance(one, Value) for one in along):
        places = []
        for one in along:
            if one not in parameters:
                raise ValueError(f"along got {one!r}, which is no parameter here; choose two of them")
            places.append(parameters.index(one))
        names = [one.label or f"parameter {place}" for one, place in zip(along, places, strict=True)]
        return np.eye(len(parameters))[places], (names[0], names[1])
    directions = np.array(along, dtype=float)
    if directions.shape != (2, len(parameters)):
        raise ValueError(
            f"along takes two directions of {len(parameters)} numbers each, one per parameter, "
            f"got shape {directions.shape}"
        )
    return directions, ("first direction", "second direction")


def _steps(path: Any, start: Any) -> Any:
    """The path as differences from the present parameters, one row per step."""
    if not len(path):
        return np.zeros((0, len(start)))
    steps = np.array(path, dtype=float)
    if steps.ndim != 2 or steps.shape[1] != len(start):
        raise ValueError(
            f"path takes lists of {len(start)} numbers, one per parameter, got shape {steps.shape}"
        )
    return steps - start


def _height(loss: Callable[[], Any], parameters: list[Value], data: Any) -> float:
    _assign(parameters, data)
    try:
        found = loss()
    except ArithmeticError:
        return float("nan")
    return float(getattr(found, "data", found))


def _assign(parameters: list[Value], data: Any) -> None:
    for parameter, number in zip(parameters, data, strict=True):
        parameter.data = number
