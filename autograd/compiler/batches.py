"""Several batches for one call of a training block: stacked, or as numbers of rows of the whole data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.arguments import as_arrays, check_unmasked
from autograd.compiler.backends.protocol import Stepper, Stretch
from autograd.trees import map_leaves


class Batches:
    """Batches of one size: `count` of them, in `structure`, whose leaves are `arrays`."""

    count: int
    structure: Any
    arrays: list[Any]
    _bound: tuple[Any, Any] = None, None

    def arguments(self, at: int) -> Any:
        """The arguments of one batch, as a call takes them."""
        raise NotImplementedError

    def steps_by(self, stepper: Stepper) -> Stretch:
        """The function that takes the steps on these batches by a stepper; made once for each."""
        if self._bound[0] is not stepper:
            self._bound = stepper, self._bind(stepper)
        return self._bound[1]  # type: ignore[no-any-return]

    def _bind(self, stepper: Stepper) -> Stretch:
        raise NotImplementedError


class Stacked(Batches):
    """Batches along the first axis of each array: (k, batch, ...)."""

    def __init__(self, arguments: Sequence[Any], batched: bool) -> None:
        self.structure, self.arrays = as_arrays(arguments)
        lengths, least = _lengths(self.arrays), 2 if batched else 1
        form = "(k, batch, ...)" if batched else "(k, ...)"
        if not lengths:
            raise TypeError("step.many needs at least one array, to know how many batches there are")
        if any(array.ndim < least for array in self.arrays):
            shapes = ", ".join(str(array.shape) for array in self.arrays)
            raise ValueError(
                f"step.many takes batches that are stacked, arrays {form}, got shapes {shapes}; for one "
                "batch call step itself"
            )
        if len(set(lengths)) > 1:
            raise ValueError(
                "step.many takes as many batches of each argument, one length along the first axis, got "
                f"{_listed(lengths)}"
            )
        if not lengths[0]:
            raise ValueError("step.many got no batches: its arrays have length 0 along their first axis")
        self.count = lengths[0]

    def arguments(self, at: int) -> Any:
        """See `Batches`."""
        return map_leaves(lambda array: array[at], self.structure)

    def _bind(self, stepper: Stepper) -> Stretch:
        return stepper.many(self.arrays)


class Gathered(Batches):
    """Batches of rows: the arguments are the whole data, then `places` (k, batch), the numbers of rows."""

    def __init__(self, arguments: Sequence[Any], batched: bool) -> None:
        if len(arguments) < 2:
            raise TypeError(
                "step.over takes the data and then the places of rows, as step.over(X, y, places), got "
                f"{len(arguments)} argument{'' if len(arguments) == 1 else 's'}"
            )
        *data, places = arguments
        self.structure, self.arrays = as_arrays(data)
        lengths = _lengths(self.arrays)
        if not all(lengths):
            got = [f"an array of shape {array.shape}" for array in self.arrays if not array.size]
            raise ValueError(
                "step.over takes data whose rows are the first axis of each array, got "
                f"{got[0] if got else 'a single number'}"
            )
        if len(set(lengths)) > 1:
            raise ValueError(f"step.over takes as many rows of each argument, got {_listed(lengths)}")
        self.places = _places(places, lengths[0])
        self.count = len(self.places)

    def arguments(self, at: int) -> Any:
        """See `Batches`."""
        return map_leaves(lambda array: array[self.places[at]], self.structure)

    def _bind(self, stepper: Stepper) -> Stretch:
        return stepper.over(self.arrays, self.places)


def _places(places: Any, rows: int) -> Any:
    """The places (k, batch), checked, in an array that nobody else changes."""
    check_unmasked(places, "step.over takes places that are integers", "give a batch of fewer rows by itself")
    try:
        found = np.array(places)
    except ValueError:
        raise ValueError(
            "step.over takes places (k, batch), as many rows for each batch, got lists of several lengths; "
            "give the batches of another size in a call of their own"
        ) from None
    if found.ndim != 2 or not found.size:
        raise ValueError(
            "step.over takes places (k, batch), a line of row numbers for each of k batches, got shape "
            f"{found.shape}"
        )
    if found.dtype.kind not in "iu":
        raise TypeError(f"step.over takes places that are integers, got dtype {found.dtype}")
    wrong = found[(found < 0) | (found >= rows)]
    if wrong.size:
        raise IndexError(
            f"step.over takes places from 0 to {rows - 1}, the numbers of {rows} rows, got {wrong[0]}"
        )
    return found.astype(np.intp)


def _lengths(arrays: Sequence[Any]) -> list[int]:
    return [len(array) if array.ndim else 0 for array in arrays]


def _listed(lengths: Sequence[int]) -> str:
    return ", ".join(map(str, dict.fromkeys(lengths)))
