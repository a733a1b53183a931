"""Columns: the inputs of the samples, or their targets, each asked for by its number.

Where the numbers are decides how much is read at a time: arrays, lists and tables in memory are there at once
and are checked whole; a `numpy.memmap`, a data set of h5py and sequences of the user's own are read a few
samples at a time, and checked as they are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

import numpy as np

from autograd.compiler.arguments import check_unmasked
from autograd.stored import IN_MEMORY, is_stored, rows
from autograd.trees import map_leaves

NUMBERS = "biuf"
"""The kinds of numpy's numbers that are read as they stand."""

Keys = tuple[Any, ...]
"""What leads to a number in nested entries: (3, 1) for `[3][1]`."""

ROWS_AT_ONCE = 1024
"""How many rows are looked at together when a whole array is checked."""


class Column:
    """Entries in an array of numbers, in memory or in a file, or in a sequence."""

    def __init__(self, entries: Any, in_memory: bool) -> None:
        self.entries, self.in_memory = entries, in_memory

    def __len__(self) -> int:
        return len(self.entries)

    def take(self, places: Sequence[int]) -> Any:
        """The entries at these places: an array of numbers, or a list of nested lists."""
        if isinstance(self.entries, np.ndarray) or is_stored(self.entries):
            return rows(self.entries, places)
        return [plain(self.entries[place]) for place in places]

    def nan(self) -> Keys | None:
        """Where the first NaN is, in a column in memory."""
        if not isinstance(self.entries, np.ndarray):
            return nan_in(self.entries)
        for start in range(0, len(self), ROWS_AT_ONCE):
            if (found := nan_in(self.entries[start : start + ROWS_AT_ONCE])) is not None:
                return start + found[0], *found[1:]
        return None


def column_of(entries: Any, where: str) -> Column:
    """What the user gives as X or y; a TypeError if it is nothing whose entries can be asked for."""
    is_indexed = hasattr(entries, "__len__") and hasattr(entries, "__getitem__")
    if isinstance(entries, (str, bytes, Mapping)) or not (is_indexed or hasattr(entries, "__iter__")):
        raise TypeError(
            f"{where} is an array, a list, or has len() and entries by number; got "
            f"{type(entries).__name__}{_instead(entries)}"
        )
    check_unmasked(entries, f"{where} is an array of numbers", "or leave those samples out")
    if hasattr(entries, "to_numpy"):
        return Column(_of_table(entries, where), True)
    if not is_stored(entries) and any(hasattr(entries, name) for name in IN_MEMORY):
        entries = np.asarray(entries)
    if hasattr(entries, "dtype") and not entries.shape:
        raise TypeError(f"{where} has samples along its first axis, got a single number")
    if is_stored(entries):
        return Column(entries, False)
    if isinstance(entries, np.ndarray) and entries.dtype.kind in NUMBERS:
        return Column(entries, True)
    if isinstance(entries, (list, tuple, np.ndarray)) or not is_indexed:
        return Column(list(map(plain, entries)), True)
    return Column(entries, False)


def as_lists(entries: Any) -> list[Any]:
    """Entries as nested lists of plain numbers."""
    return entries.tolist() if isinstance(entries, np.ndarray) else entries  # type: ignore[no-any-return]


def plain(entry: Any) -> Any:
    """An entry, with the arrays in it as nested lists, and numbers as Python has them."""
    if isinstance(entry, (list, tuple, dict)):
        return map_leaves(plain, entry)
    if isinstance(entry, (np.ndarray, np.generic)):
        return entry.tolist()
    return np.asarray(entry).tolist() if hasattr(entry, "__array__") else entry


def nan_in(entries: Any) -> Keys | None:
    """Where the first NaN is in an array or in nested lists."""
    if isinstance(entries, np.ndarray):
        if entries.dtype.kind != "f" or not (wrong := np.isnan(entries)).any():
            return None
        return tuple(np.argwhere(wrong)[0].tolist())
    return _nan(entries)


def _nan(part: Any, keys: Keys = ()) -> Keys | None:
    if isinstance(part, (list, tuple, dict)):
        entries = part.items() if isinstance(part, dict) else enumerate(part)
        found = (_nan(entry, (*keys, key)) for key, entry in entries)
        return next((place for place in found if place is not None), None)
    return keys if isinstance(part, float) and isnan(part) else None


def _of_table(table: Any, where: str) -> Any:
    """The numbers of a table or a series of pandas or polars, which are in memory."""
    numbers = table.to_numpy()
    if numbers.dtype.kind in NUMBERS:
        return numbers
    names = list(getattr(table, "columns", []))
    wrong = [str(name) for name in names if table[name].to_numpy().dtype.kind not in NUMBERS]
    if names and not wrong:
        return numbers.astype(float)
    raise TypeError(
        f"{where} takes tables of numbers, got a {type(table).__name__} with "
        f"{', '.join(wrong) if wrong else numbers.dtype}; turn text into numbers, and fill in or drop what "
        "is missing"
    )


def _instead(entries: Any) -> str:
    if isinstance(entries, Mapping):
        keys = [key for key in entries if isinstance(key, str)][:4]
        return (
            f" with {', '.join(keys)}; give the arrays in it, as ({', '.join(f'd[{k!r}]' for k in keys[:2])})"
        )
    return ""
