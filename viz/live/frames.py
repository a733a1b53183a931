"""Frames: what a film keeps of training, thinned so that a page of it stays small. It knows numbers alone."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from viz.formats.scripting import json_number

LARGEST = 337 * 300 * 8
"""Bytes of parameters that a film keeps: 300 frames of the moons, 1.1 MB in a page."""

MOST = 1_000
"""Frames that a film keeps, and points of its curve, however small they are."""

Entry = TypeVar("Entry")


class Thinned(Generic[Entry]):
    """Entries at the steps 0, every, 2 every, ...; once they are more than `most`, at every second of these.

    >>> kept = Thinned[str](every=1, most=3)
    >>> for step, letter in enumerate("abcdef"):
    ...     if kept.wants(step):
    ...         kept.add(step, letter)
    >>> kept.steps, kept.entries
    ([0, 2, 4], ['a', 'c', 'e'])
    """

    def __init__(self, every: int, most: int) -> None:
        self.stride, self.most = every, most
        self.steps: list[int] = []
        self.entries: list[Entry] = []

    def wants(self, step: int) -> bool:
        """Whether an entry of this step is kept."""
        return step % self.stride == 0

    def add(self, step: int, entry: Entry) -> None:
        """Keep an entry; where they are too many, leave out every second."""
        self.steps.append(step)
        self.entries.append(entry)
        while len(self.steps) > self.most:
            self.stride *= 2
            kept = [at for at, step in enumerate(self.steps) if self.wants(step)]
            self.steps = [self.steps[at] for at in kept]
            self.entries = [self.entries[at] for at in kept]


class Point(NamedTuple):
    """The mean loss after a step, on the held-out samples as well, and the gradient's norm by part."""

    train: float
    held_out: float | None = None
    norms: dict[str, float] | None = None


class Frames(NamedTuple):
    """The parameters after some steps of training, and the curve of its loss.

    `unit` is what is counted: a "step", or an "epoch". The first frame is the model before the first step.
    The last may be of the same step as the one before it, if the model was changed after that.
    """

    unit: str
    steps: Sequence[int]
    values: Sequence[Any]
    """The parameters, which a page may want in another order."""

    numbers: Any
    """Theirs, as an array (frames, parameters)."""

    curve_steps: Sequence[int]
    curve: Sequence[Point]
    """Of more steps than there are frames, where these are large."""

    def as_json(self, order: Sequence[Any]) -> dict[str, Any]:
        """The frames as a page reads them: numbers as base64 of little-endian float64, frame after frame.

        `order` is the order of the parameters in the page.
        """
        column = {id(value): at for at, value in enumerate(self.values)}
        numbers = self.numbers[:, [column[id(value)] for value in order]]
        return {
            "unit": self.unit,
            "steps": list(self.steps),
            "parameters": base64.b64encode(numbers.astype("<f8").tobytes()).decode(),
            "curve": {"steps": list(self.curve_steps), **_columns(self.curve)},
        }


def most_frames(parameters: int) -> int:
    """How many frames of so many parameters a film keeps: at least two, the first and the last."""
    return max(2, min(MOST, LARGEST // (8 * max(parameters, 1))))


def _columns(points: Iterable[Point]) -> dict[str, Any]:
    """The points as columns; one that has no numbers is empty."""
    points = list(points)
    if not points:
        return {"train": [], "heldOut": [], "norms": {}}
    first = points[0]
    return {
        "train": [json_number(point.train) for point in points],
        "heldOut": [] if first.held_out is None else [json_number(point.held_out) for point in points],
        "norms": {
            layer: [json_number(point.norms[layer]) for point in points if point.norms]
            for layer in first.norms or ()
        },
    }
