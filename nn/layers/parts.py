"""What an object holds: its attributes, and the entries of containers, each with its place.

Names beginning with `_` are private and are not searched. Nothing here knows what a module is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from nn.layers.paths import Place

Parts = list[tuple[Place, Any]]
"""Each with its place, the last one first: a stack from which they are popped in their order."""

_PLAIN = {float, int, str, bool, type(None)}


def attributes(place: Place, holder: Any) -> Parts:
    """The attributes of the object at a place: those in slots as declared, then as assigned."""
    kind: Any = type(holder)
    named = [(name, getattr(holder, name)) for name in _slots(kind) if hasattr(holder, name)]
    named += getattr(holder, "__dict__", {}).items()
    return _placed(place, [(name, part) for name, part in named if not name.startswith("_")], True)


def entries(place: Place, holder: Any) -> Parts:
    """The entries of a list, tuple, deque, dict, dataclass or object array at a place; else none."""
    if isinstance(holder, (list, tuple, deque)):
        return _placed(place, enumerate(holder))
    if isinstance(holder, dict):
        return _placed(place, holder.items())
    if isinstance(holder, np.ndarray) and holder.dtype == object:
        return [(place, holder.tolist())]  # nested lists; with no dimensions, what it holds
    if hasattr(type(holder), "__dataclass_fields__"):
        return attributes(place, holder)
    return []


def _placed(place: Place, named: Iterable[tuple[Any, Any]], attribute: bool = False) -> Parts:
    """Named parts of what is at a place, without those that are plain numbers or text."""
    parts = [((place, name, attribute), part) for name, part in named if type(part) not in _PLAIN]
    parts.reverse()
    return parts


@lru_cache(maxsize=512)
def _slots(kind: Any) -> tuple[str, ...]:
    """The names of the slots of a class and its bases, the bases' first."""
    names: list[str] = []
    for base in reversed(kind.__mro__):
        slots = vars(base).get("__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    return tuple(names)
