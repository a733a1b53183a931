"""Python's built-ins as they were before any student's code ran."""

from __future__ import annotations

import builtins

_NOW = vars(builtins)
_BEFORE = dict(_NOW)


def put_back_builtins() -> list[str]:
    """Restores what the student's code has changed in `builtins`; returns its names. Calls no built-in."""
    changed = [name for name, value in _BEFORE.items() if _NOW.get(name, _NOW) is not value and name != "_"]
    _NOW.update(_BEFORE)
    return changed
