"""What a page of training is given, as JSON, which `task.js` reads."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.engine.value import Value
from viz.live.recording import Recorded
from viz.live.sets import Set
from viz.views.text import cut


def floats(numbers: Any) -> str | list[float]:
    """Numbers as base64 of float64, the lowest byte first, or as they are where that is shorter."""
    array = np.asarray(numbers, "<f8").ravel()
    packed = base64.b64encode(array.tobytes()).decode()
    plain = [int(number) if number and number.is_integer() else number for number in array.tolist()]
    is_short = np.isfinite(array).all() and sum(len(repr(number)) + 1 for number in plain) < len(packed)
    return plain if is_short else packed


def ranges(rows: Sequence[int]) -> list[list[int]]:
    """Rows as [first, how many] where each is one more than the row before it.

    Several of one length, each as far from the one before it, are [first, how many, how far, how often].

    >>> ranges([0, 1, 2, 7]), ranges([0, 1, 3, 4, 6, 7])
    ([[0, 3], [7, 1]], [[0, 2, 3, 3]])
    """
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == sum(runs[-1]):
            runs[-1][1] += 1
        else:
            runs.append([row, 1])
    found: list[list[int]] = []
    for first, count in runs:
        start, length, far, often = [*found[-1], 0, 1][:4] if found else (0, 0, 0, 0)
        if length == count and often == 1 and first > start:
            found[-1] = [start, count, first - start, 2]
        elif length == count and often > 1 and first == start + far * often:
            found[-1][3] += 1
        else:
            found.append([first, count])
    return found


def set_as_data(data: Set) -> dict[str, Any]:
    """The numbers of all samples, and those of all targets."""
    return {"count": len(data.X), "x": floats(data.X), "y": floats(data.y)}


def program_as_data(recorded: Recorded) -> dict[str, Any]:
    """Which result is what, and the columns of neurons."""
    return {
        "predictions": recorded.predictions,
        "metric": recorded.metric,
        "level": 0.5 if recorded.squashed else 0,
        "columns": [
            {
                **{name: part for name, part in column._asdict().items() if name != "path"},
                "activation": cut(column.activation),
                "weights": [ranges(rows) for rows in column.weights],
            }
            for column in recorded.columns
        ],
    }


def groups_of(model: Any, values: Sequence[Value]) -> dict[str, list[int]]:
    """The places of the parameters, by the part of the model that holds them: what has a norm of its own."""
    rows = {id(value): row for row, value in enumerate(values)}
    parts = _parts(model)
    groups: dict[str, list[int]] = {}
    for name, value in model.named_parameters():
        path = _holder(name, parts)
        groups.setdefault(path, []).append(rows.pop(id(value)))
    if rows:
        groups["of the loss"] = list(rows.values())
    return {cut(name or type(model).__name__): found for name, found in groups.items()}


def groups_as_data(model: Any, values: Sequence[Value]) -> list[dict[str, Any]]:
    """The same for the page."""
    return [{"name": name, "rows": ranges(found)} for name, found in groups_of(model, values).items()]


def draws_as_data(model: Any, values: Sequence[Value]) -> list[list[list[int]]]:
    """The rows of parameters for which new weights are drawn alike: of one part, and one kind of name."""
    rows = {id(value): row for row, value in enumerate(values)}
    kinds: dict[str, list[int]] = {}
    parts = _parts(model)
    for name, value in model.named_parameters():
        path = _holder(name, parts)
        kind = path + re.sub(r"\d+", "#", name.removeprefix(path))
        kinds.setdefault(kind, []).append(rows[id(value)])
    return [ranges(found) for found in kinds.values()]


def _holder(name: str, parts: Sequence[str]) -> str:
    """Which of these parts a parameter of this name is in; empty where it is in none."""
    return next((part for part in parts if name.startswith(f"{part}.")), "")


def _parts(model: Any) -> list[str]:
    """The paths of the modules that are shown as one: layers, blocks; of one that is all, those inside it."""
    parts = dict(model.named_children())
    while len(parts) == 1:
        ((path, only),) = parts.items()
        inner = dict(only.named_children())
        if not inner or hasattr(only, "neurons"):
            break
        parts = {f"{path}.{name}": module for name, module in inner.items()}
    return [] if hasattr(model, "neurons") else list(parts)
