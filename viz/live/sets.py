"""Sets of samples: numbers in arrays, checked, and what kind of task their targets make."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from viz.live.recording import Recorded


class Set(NamedTuple):
    """Samples (n, ...) and their targets (n, ...), as arrays of floats."""

    X: Any
    y: Any

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Those of one sample and of one target."""
        return self.X.shape[1:], self.y.shape[1:]


def as_set(who: str, name: str, X: Any, y: Any) -> Set:
    """Samples and targets as arrays; ValueError where they differ in count, or are no numbers of a shape."""
    made = Set(_array(who, f"{name} samples", X), _array(who, f"{name} targets", y))
    if len(made.X) != len(made.y):
        raise ValueError(
            f"{who} needs one target for each sample, got {len(made.X)} {name} samples and {len(made.y)} "
            "targets; give both the same length"
        )
    return made


def check_alike(who: str, train: Set, held_out: Set) -> None:
    """A ValueError where held-out data have another shape than those that are trained on."""
    if train.shapes != held_out.shapes:
        raise ValueError(
            f"{who} needs held-out data of one shape with the others: a sample and its target have shapes "
            f"{train.shapes[0]} and {train.shapes[1]}, those of validation {held_out.shapes[0]} and "
            f"{held_out.shapes[1]}"
        )


def task_of(recorded: Recorded, data: Set) -> str:
    """What a page makes of the targets: "sign" of the one prediction, which of the "classes", or "values"."""
    found = set(np.unique(data.y).tolist())
    if data.y.ndim == 1 and recorded.predictions == 1 and (found <= {-1.0, 1.0} or found <= {0.0, 1.0}):
        return "sign"
    is_class = all(target in range(recorded.predictions) for target in found)
    return "classes" if data.y.ndim == 1 and recorded.predictions > 1 and is_class else "values"


def picture_of(recorded: Recorded, data: Set) -> str:
    """What a page draws beside the network: the "plane" of two inputs, the "line" of one, or "none"."""
    inputs = data.X[0].size
    if data.y[0].size > 1 or (
        inputs == 2 and recorded.predictions > 1 and task_of(recorded, data) == "values"
    ):
        return "none"
    return "plane" if inputs == 2 else "line" if inputs == recorded.predictions == 1 else "none"


def _array(who: str, what: str, given: Any) -> Any:
    try:
        array = np.asarray(given)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "fiub" or not array.ndim or not array.size:
        raise ValueError(
            f"{who} needs {what} as lists or arrays of numbers, all of one shape, at least one; "
            f"got {type(given).__name__}{f' of shape {array.shape}' if array.ndim else ''}"
        )
    return array.astype(float)
