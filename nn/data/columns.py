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

ROWS_AT_ONCE = 1024
"""How many rows are looked at together when a whole array is checked."""


class Column:
    """Entries in an array of numbers, in memory or in a file, or in a sequence."""

    def __init__(self, entries: Any, in_memory: bool) -> None:
        self.entries, self.in_memory = entries, in_memory

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def array(self) -> Any:
        """All entries as one array of numbers in memory, if they are that; else None."""
        return self.entries if self.in_memory and isinstance(self.entries, np.ndarray) else None

    def take(self, places: Sequence[int]) -> Any:
        """The entries at these places: an array of numbers, or a list of nested lists."""
        if isinstance(self.entries, np.ndarray) or is_stored(self.entries):
            return rows(self.entries, places)
        return [plain(self.entries[place]) for place in places]

    def nan(self) -> str | None:
        """Where the first NaN is, as `[3][1]`."""
        if self.array is None:
            return nan_in(self.entries)
        starts = range(0, len(self), ROWS_AT_ONCE)
        found = (nan_in(self.array[start : start + ROWS_AT_ONCE], start) for start in starts)
        return next((place for place in found if place is not None), None)


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


def nan_in(entries: Any, first: int = 0) -> str | None:
    """Where the first NaN is in an array or in nested lists, whose entries are counted from `first`."""
    if isinstance(entries, np.ndarray):
        if entries.dtype.kind != "f" or not (wrong := np.isnan(entries)).any():
            return None
        at, *inner = (int(axis) for axis in np.argwhere(wrong)[0])
        return "".join(f"[{axis}]" for axis in (first + at, *inner))
    return _nan(entries)


def _nan(part: Any, path: str = "") -> str | None:
    if isinstance(part, (list, tuple, dict)):
        entries = part.items() if isinstance(part, dict) else enumerate(part)
        found = (_nan(entry, f"{path}[{place!r}]") for place, entry in entries)
        return next((path for path in found if path is not None), None)
    return path if isinstance(part, float) and isnan(part) else None


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
