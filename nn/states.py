"""Checks of what a saved state holds: numbers, counts. A StateError says which entry is wrong, and how."""

from __future__ import annotations

from typing import Any

from nn.errors import StateError

LARGEST_COUNT = 2**53
"""No run counts further: from there on a float no longer tells one number from the next."""


def saved_number(path: str, entry: Any) -> float:
    """A saved number as a float; StateError when it is not one."""
    if isinstance(entry, bool) or not isinstance(entry, (int, float)):
        raise StateError(f"{path!r} is a number, the saved state has {_shown(entry)}")
    try:
        return float(entry)
    except OverflowError:
        raise StateError(f"{path!r} is a number, the saved state has one too large for a float") from None


def saved_count(path: str, entry: Any) -> int:
    """A saved count, a whole number that a run can reach; StateError when it is not one."""
    if isinstance(entry, bool) or not isinstance(entry, int) or not 0 <= entry <= LARGEST_COUNT:
        raise StateError(f"{path!r} is a whole number from 0 to 2**53, the saved state has {_shown(entry)}")
    return entry


def check_nonnegative(path: str, number: float) -> None:
    """A StateError for a saved number below 0, which no run makes; NaN passes, as in a run that diverged."""
    if number < 0.0:
        raise StateError(f"{path!r} is never negative, the saved state has {number!r}: it is damaged")


def _shown(entry: Any) -> str:
    """An entry as text; an int so long that Python will not write it, by its size."""
    if isinstance(entry, int) and entry.bit_length() > 200:
        return f"a number of {entry.bit_length()} bits"
    return f"{entry!r:.60}"
