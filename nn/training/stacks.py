"""Stacks: samples as the arrays that programs take, those of one shape in one array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nn.data.columns import NUMBERS
from nn.data.sources import Batch


class Stacks:
    """Samples that are there at once: `arrays` are X and y of the samples of each shape.

    `members` are the numbers of these samples. What is one array already is not copied.
    """

    def __init__(self, name: str, X: Any, y: Any, batched: bool) -> None:
        X, y = (_in_arrays(f"{name}{part}", entries, batched) for part, entries in (("X", X), ("y", y)))
        self.count = len(X)
        self.members: Mapping[Any, Sequence[int]]
        self.shapes: list[Any] = []
        """Of each sample, the shape of its input and of its target; empty where all have one."""
        self.places: Sequence[int] = range(self.count)
        """Where in the arrays of its shape each sample is."""

        if isinstance(X, np.ndarray) and isinstance(y, np.ndarray):
            shape = X.shape[1:], y.shape[1:]
            self.members, self.arrays = {shape: range(self.count)}, {shape: [X, y]}
            return
        self.shapes = [(x.shape, target.shape) for x, target in zip(X, y)]
        members: dict[Any, list[int]] = {}
        for sample, shape in enumerate(self.shapes):
            members.setdefault(shape, []).append(sample)
        placed = {sample: place for alike in members.values() for place, sample in enumerate(alike)}
        self.places = [placed[sample] for sample in range(self.count)]
        self.members = members
        self.arrays = {
            shape: [np.stack([part[sample] for sample in alike]) for part in (X, y)]
            for shape, alike in members.items()
        }

    def shape_of(self, sample: int) -> Any:
        """The shapes of a sample's input and target."""
        return self.shapes[sample] if self.shapes else next(iter(self.members))


def stack_of(batch: Batch) -> list[Any]:
    """Inputs and targets of a batch, an array each."""
    return [_in_arrays(f"the batch's {name}", part, True) for name, part in zip("Xy", batch.taken)]


def _in_arrays(where: str, samples: Any, batched: bool) -> Any:
    """Samples as one array if they are of one shape, else an array each.

    An error names the first that cannot be an array, or not in a batch with others.
    """
    if isinstance(samples, np.ndarray):
        _check_numbers(samples, where, samples)
        return samples
    arrays: list[Any] = []
    for place, sample in enumerate(samples):
        try:
            array = np.asarray(sample)
        except ValueError:
            raise ValueError(
                f"fit(compiled=True) makes an array of each sample, and {where}[{place}] has lists of "
                "several lengths; train with compiled=False"
            ) from None
        _check_numbers(array, f"{where}[{place}]", sample)
        if batched and arrays and array.shape != arrays[0].shape:
            raise ValueError(
                "fit(compiled=True) makes one array of a batch, whose samples need one shape, but "
                f"{where}[0] has shape {arrays[0].shape} and {where}[{place}] {array.shape}; use "
                "batch_size=1, fit those of each length in turn, or train with compiled=False"
            )
        arrays.append(array)
    return np.stack(arrays) if len({array.shape for array in arrays}) == 1 else arrays


def _check_numbers(array: Any, where: str, given: Any) -> None:
    if array.dtype.kind not in NUMBERS:
        raise TypeError(
            f"fit(compiled=True) takes samples that are numbers or lists of them, got {where} = "
            f"{given!r:.40}; train with compiled=False"
        )
