"""Several batches for one call of a training block: stacked, as numbers of rows of the data, or one by one.

Arrays in a file are read for one stretch of steps at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby, islice
from typing import Any

import numpy as np

from autograd.compiler.arguments import Arguments, as_arrays, check_unmasked, kinds
from autograd.compiler.backends.protocol import Stepper, Stretch
from autograd.stored import batches_at_once, is_stored, rows
from autograd.trees import map_leaves, rebuild


class Batches:
    """Batches of one size: `count` of them, in `structure`, whose leaves are `arrays`."""

    count: int
    structure: Any
    arrays: list[Any]
    _bound: tuple[Any, Any] = None, None

    def arguments(self, at: int) -> Any:
        """The arguments of one batch, as a call takes them."""
        raise NotImplementedError

    @cached_property
    def kinds(self) -> Any:
        """The `arguments.kinds` of one batch, which is not read for them; None for arrays in a file."""
        return None if self.is_stored else kinds(self.structure, self._shape_of_one)

    def _shape_of_one(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape that one batch has of an array of this shape."""
        raise NotImplementedError

    def read(self, start: int, end: int) -> list[Any]:
        """The arrays of these batches, stacked: for arrays in a file."""
        raise NotImplementedError

    def steps_by(self, stepper: Stepper) -> Stretch:
        """The function that takes the steps on these batches by a stepper; made once for each."""
        if self._bound[0] is not stepper:
            self._bound = stepper, self._reading(stepper) if self.is_stored else self._bind(stepper)
        return self._bound[1]  # type: ignore[no-any-return]

    @cached_property
    def is_stored(self) -> bool:
        """Whether any of the arrays is in a file."""
        return any(map(is_stored, self.arrays))

    @cached_property
    def at_once(self) -> int:
        """How many of the batches one stretch of steps has at most: those in files are read together."""
        return batches_at_once(self.read(0, 1)) if self.is_stored else self.count

    def _reading(self, stepper: Stepper) -> Stretch:
        return lambda at, rates: stepper.many(self.read(at, at + len(rates)))(0, rates)

    def _bind(self, stepper: Stepper) -> Stretch:
        raise NotImplementedError


class Stacked(Batches):
    """Batches along the first axis of each array: (k, batch, ...)."""

    def __init__(self, arguments: Sequence[Any], batched: bool) -> None:
        self.structure, self.arrays = as_arrays(arguments, stored=True)
        lengths, least = _lengths(self.arrays), 2 if batched else 1
        form = "(k, batch, ...)" if batched else "(k, ...)"
        if not lengths:
            raise TypeError("step.many needs at least one array, to know how many batches there are")
        if any(len(array.shape) < least for array in self.arrays):
            shapes = ", ".join(str(array.shape) for array in self.arrays)
            raise ValueError(
                f"step.many takes batches that are stacked, arrays {form}, got shapes {shapes}; for one "
                "batch call step itself, for batches in a list give step.many(iter(list))"
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

    def _shape_of_one(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """See `Batches`."""
        return shape[1:]

    def read(self, start: int, end: int) -> list[Any]:
        """See `Batches`."""
        return [rows(array, range(start, end)) for array in self.arrays]

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
        self.structure, self.arrays = as_arrays(data, stored=True)
        lengths = _lengths(self.arrays)
        if not all(lengths):
            got = [f"an array of shape {array.shape}" for array in self.arrays if 0 in array.shape]
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
        return map_leaves(lambda array: rows(array, self.places[at]), self.structure)

    def _shape_of_one(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """See `Batches`."""
        return (self.places.shape[1], *shape[1:])

    def read(self, start: int, end: int) -> list[Any]:
        """See `Batches`."""
        places = self.places[start:end]
        found = [rows(array, places.ravel()) for array in self.arrays]
        return [array.reshape(*places.shape, *array.shape[1:]) for array in found]

    def _bind(self, stepper: Stepper) -> Stretch:
        return stepper.over(self.arrays, self.places)


def is_stream(arguments: Sequence[Any]) -> bool:
    """Whether this is one thing that gives batches one by one, and cannot be asked for them by number."""
    return (
        len(arguments) == 1 and hasattr(arguments[0], "__iter__") and not hasattr(arguments[0], "__getitem__")
    )


def stacks(stream: Iterable[Any], most: int, batched: bool) -> Iterator[tuple[Stacked, int]]:
    """Batches that come one by one, each a tuple or list of arguments or the only one: stacked while alike.

    At most so many are taken at a time, and each stack comes with how many samples its batches have.
    """
    given = (Arguments(each if isinstance(each, (list, tuple)) else [each], batched) for each in stream)
    for (_, batch), alike in groupby(given, key=lambda each: (each.key(), each.batch)):
        batches = iter(alike)
        for first in batches:
            more = islice(batches, min(most, batches_at_once(first.arrays)) - 1)
            arrays = zip(*[first.arrays, *(each.arrays for each in more)])
            yield Stacked(rebuild(first.structure, map(np.stack, arrays)), batched), batch


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
    return [array.shape[0] if array.shape else 0 for array in arrays]


def _listed(lengths: Sequence[int]) -> str:
    return ", ".join(map(str, dict.fromkeys(lengths)))
