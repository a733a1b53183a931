"""Sources: what training goes through, samples that are asked for by number, or batches that come ready.

They are told apart by what the user gives, and by nothing in it:

- a tuple or a list of two, X and y: samples, in two columns;
- another list, or what has len() and entries by number, as a Dataset: samples (x, y);
- what else can be iterated, as a DataLoader or a generator: batches (X, y), once through in each epoch;
- a function: called for each epoch, it returns such batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.stored import is_stored
from nn.data.columns import Column, Keys, as_lists, column_of, nan_in, plain

BATCH_SIZE = 32
"""Samples in a batch, unless the user says otherwise."""


class Batch:
    """Some samples: `taken` are their inputs and their targets, arrays or lists."""

    def __init__(self, inputs: Any, targets: Any) -> None:
        self.taken = inputs, targets

    def __len__(self) -> int:
        return len(self.taken[1])

    @property
    def xs(self) -> list[Any]:
        """The inputs, as nested lists."""
        return as_lists(self._part(0))

    @property
    def ys(self) -> list[Any]:
        """The targets, as nested lists."""
        return as_lists(self._part(1))

    def _part(self, at: int) -> Any:
        return self.taken[at]

    def x(self, at: int) -> Any:
        """One input, as nested lists."""
        return plain(self.taken[0][at])


class Rows(Batch):
    """The samples at these places of columns in memory, taken when they are asked for."""

    def __init__(self, columns: Sequence[Column], places: Sequence[int]) -> None:
        self.columns, self.places = columns, places

    def __len__(self) -> int:
        return len(self.places)

    def _part(self, at: int) -> Any:
        return self.columns[at].take(self.places)

    def x(self, at: int) -> Any:
        """One input, as nested lists."""
        return plain(self.columns[0].entries[self.places[at]])


class Samples:
    """Samples that are asked for by their numbers; `where` is the user's name for them, for errors."""

    where: str
    in_memory = False
    """Whether the numbers are there at once, and are checked."""

    def __len__(self) -> int:
        raise NotImplementedError

    def at(self, places: Sequence[int]) -> Batch:
        """The samples at these places."""
        raise NotImplementedError

    def parts(self, size: int) -> Iterator[Batch]:
        """All samples in order: together if they are in memory, else so many at a time."""
        size = len(self) if self.in_memory else size
        for start in range(0, len(self), size):
            yield self.at(range(start, min(start + size, len(self))))


class Columns(Samples):
    """X and y."""

    def __init__(self, X: Any, y: Any, where: str) -> None:
        self.where = where
        self.columns = [column_of(part, f"{name} of {where}") for name, part in zip("Xy", (X, y))]
        _check_counts(where, *self.columns)
        self.in_memory = all(column.in_memory for column in self.columns)
        for name, column in zip("Xy", self.columns):
            if column.in_memory:
                _check_nan(where, name, column.nan())

    def __len__(self) -> int:
        return len(self.columns[0])

    def at(self, places: Sequence[int]) -> Batch:
        """See `Samples`."""
        if self.in_memory:
            return Rows(self.columns, places)
        taken = [column.take(places) for column in self.columns]
        for name, column, part in zip("Xy", self.columns, taken):
            if not column.in_memory and (wrong := nan_in(part)) is not None:
                at, *inner = wrong
                _check_nan(self.where, name, (int(places[at]), *inner))
        return Batch(*taken)


class Pairs(Samples):
    """A sequence of samples (x, y), each read when its batch is taken."""

    def __init__(self, samples: Any, where: str) -> None:
        self.where, self.samples = where, samples
        if not len(samples):
            raise ValueError(
                f"{where} is a sequence of samples (x, y), got an empty {type(samples).__name__}"
            )

    def __len__(self) -> int:
        return len(self.samples)

    def at(self, places: Sequence[int]) -> Batch:
        """See `Samples`."""
        pairs = [self._pair(int(place)) for place in places]
        return Batch([x for x, _ in pairs], [y for _, y in pairs])

    def _pair(self, place: int) -> tuple[Any, Any]:
        sample = self.samples[place]
        if not isinstance(sample, (tuple, list)) or len(sample) != 2:
            raise TypeError(
                f"{self.where} has len() and entries by number, so each is a sample (x, y), but "
                f"{self.where}[{place}] is {_kind(sample)}; give (X, y), or batches by a function: "
                "lambda: batches"
            )
        x, y = map(plain, sample)
        if (wrong := nan_in((x, y))) is not None:
            _check_nan(self.where, "", (place, *wrong))
        return x, y


class Ready:
    """Batches (X, y) that come ready, in an order of their own."""

    def __init__(self, given: Any, where: str) -> None:
        self.given, self.where = given, where
        self.is_spent = False

    @property
    def comes_once(self) -> bool:
        """Whether this is an iterator, as a generator is, which gives its batches once."""
        return hasattr(self.given, "__next__")

    def count(self) -> int | None:
        """How many batches there are in an epoch, if that is known."""
        try:
            return len(self.given)
        except TypeError:  # also of a DataLoader that does not know
            return None

    def batches(self, done: int = 0) -> Iterator[Batch]:
        """Those of one epoch after so many that are done; an iterator goes on where it stands."""
        self.refuse_again(1)
        given = self.given() if callable(self.given) else self.given
        if not hasattr(given, "__iter__"):
            raise TypeError(
                f"{self.where}() returns a generator or a list, the batches of an epoch, got {_kind(given)}"
            )
        self.is_spent = self.comes_once
        count = before = done if self.comes_once else 0
        for count, entry in enumerate(given, before + 1):
            if count > done:
                yield self._batch(entry, f"batch {count - 1} of {self.where}")
        if count < max(done, 1):
            raise ValueError(
                f"{self.where} gave {count or 'no'} batches{f', of which {done} are done' * (done > 0)}: "
                f"{self._what_to_do()}"
            )

    def parts(self, size: int) -> Iterator[Batch]:
        """The batches of one epoch, as they come."""
        return self.batches()

    def refuse_again(self, epochs: int) -> None:
        """A ValueError if so many epochs, from now on, need an iterator more than once."""
        if self.comes_once and epochs + self.is_spent > 1:
            raise ValueError(
                f"{self.where} is a {type(self.given).__name__}, whose batches come once, for one epoch: "
                f"{self._what_to_do()}"
            )

    def _what_to_do(self) -> str:
        return (
            "give a function that makes it anew, lambda: batches(), or an object whose __iter__ begins anew, "
            "as a DataLoader's"
        )

    def _batch(self, entry: Any, where: str) -> Batch:
        if not isinstance(entry, (tuple, list)) or len(entry) != 2:
            raise TypeError(
                f"{where} is a pair (X, y) of inputs and targets, got {_kind(entry)}; give "
                "((b['x'], b['y']) for b in batches), or whatever makes pairs of them"
            )
        if not hasattr(entry[1], "__len__") or getattr(entry[1], "shape", None) == ():
            raise TypeError(
                f"{where} is a single sample, but what can only be iterated gives batches (X, y); give "
                "list(data), or put it into batches, as DataLoader(data, batch_size=32) does"
            )
        columns = [column_of(part, f"{name} of {where}") for name, part in zip("Xy", entry)]
        _check_counts(where, *columns)
        taken = [column.take(range(len(column))) for column in columns]
        for name, part in zip("Xy", taken):
            _check_nan(where, name, nan_in(part))
        return Batch(*taken)


def source_of(data: Any, where: str) -> Samples | Ready:
    """What the user gives as `data`; a TypeError says what it may be."""
    if isinstance(data, tuple) or (isinstance(data, list) and len(data) == 2):
        return _columns(data, where)
    if _is_one_array(data):
        is_table = hasattr(data, "to_numpy")
        parts = "(data[['a', 'b']], data['target'])" if is_table else "(data[:, :-1], data[:, -1])"
        raise TypeError(
            f"{where} takes a pair (X, y) of samples and targets, got {_kind(data)}; give two parts, as "
            f"{parts}"
        )
    if isinstance(data, (str, bytes, Mapping, set, frozenset)):
        parts = "; give the arrays in it, as (data['x'], data['y'])" if isinstance(data, Mapping) else ""
        raise TypeError(
            f"{where} takes a pair (X, y), a sequence of samples (x, y), or batches; got {_kind(data)}{parts}"
        )
    if hasattr(data, "__len__") and hasattr(data, "__getitem__"):
        return Pairs(data, where)
    if hasattr(data, "__iter__") or (callable(data) and not isinstance(data, type)):
        return Ready(data, where)
    raise TypeError(
        f"{where} takes a pair (X, y), a sequence of samples (x, y), or batches; got {_kind(data)}"
    )


def _columns(data: Any, where: str) -> Columns:
    if len(data) != 2:
        raise TypeError(f"{where} takes a pair (X, y) of samples and targets, got {_kind(data)}")
    if isinstance(data, list) and all(isinstance(part, tuple) and len(part) == 2 for part in data):
        raise TypeError(
            f"{where} is a list of two pairs, which may be samples (x, y), batches, or X and y; "
            "give (X, y) as a tuple, or for batches a function, lambda: batches"
        )
    X, y = data
    return Columns(X, y, where)


def _is_one_array(data: Any) -> bool:
    is_array = isinstance(data, np.ndarray) or is_stored(data)
    return is_array or hasattr(data, "__dlpack__") or hasattr(data, "to_numpy")


def _check_counts(where: str, X: Column, y: Column) -> None:
    if len(X) != len(y) or not len(X):
        raise ValueError(
            f"{where} needs as many targets as samples, got {len(X)} samples and {len(y)} targets"
        )


def _check_nan(where: str, name: str, keys: Keys | None) -> None:
    if keys is not None:
        place = name + "".join(f"[{key!r}]" for key in keys)
        raise ValueError(f"{where} has NaN at {place}; drop that sample or fill it in")


def _kind(given: Any) -> str:
    if isinstance(given, Mapping):
        return f"a {type(given).__name__} with the keys {', '.join(map(str, list(given)[:4]))}"
    sized = isinstance(given, (tuple, list))
    return f"a {type(given).__name__}" + (f" of {len(given)}" if sized else "")
