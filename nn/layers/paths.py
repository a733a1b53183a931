"""Paths: the names of what a module holds, as `layers.0.neurons.3.w.1`.

A place is a linked tuple, and its path is written only when someone asks: who trains needs no paths, and
none has to be unique for that. Nothing here knows what a module is; `parts` finds what it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from numbers import Number
from typing import Any, TypeVar

import numpy as np

from nn.errors import StateError

T = TypeVar("T")
Place = tuple[Any, Any, bool]
"""The place of what contains this, the name or key or position in it, and whether it is an attribute."""

ROOT: Place = (None, "", True)
"""The place of the module itself."""


def by_path(found: Iterable[tuple[Place, T]]) -> Iterator[tuple[str, T]]:
    """Each with its path. A StateError where two have the same path, or one has none that will last."""
    known: dict[str, Place] = {}
    container, start = None, ""
    for place, part in found:
        fresh = place[0] is not container
        if fresh:  # entries of one container have all but the last name in common
            container = place[0]
            start = f"{path_of(container)}." if container not in (None, ROOT) else ""
        path = f"{start}{place[1]}"
        if known.setdefault(path, place) is not place:
            raise StateError(
                f"{as_code(known[path])} and {as_code(place)} have one path, {path!r:.80}: what is saved "
                "under it could be either; use keys that differ as text, without dots"
            )
        if fresh or type(place[1]) not in (str, int):
            _check_keys(place)
        yield path, part


def path_of(place: Place) -> str:
    """The names on the way to a place, joined by dots."""
    return ".".join([str(name) for name, _ in _names(place)])


def as_code(place: Place) -> str:
    """A place as it is written in Python: `layers[0].neurons[3].w[1]`."""
    return (
        "".join(
            f".{name}" if attribute and str(name).isidentifier() else f"[{name!r:.60}]"
            for name, attribute in _names(place)
        ).removeprefix(".")
        or "the module itself"
    )


def _names(place: Place) -> list[tuple[Any, bool]]:
    """The names on the way to a place from the module, each with whether it is an attribute."""
    names = []
    while place is not ROOT:
        place, name, attribute = place
        names.append((name, attribute))
    return names[::-1]


def _check_keys(place: Place) -> None:
    """An error unless all keys on the way read the same in another process: no addresses, no data."""
    at = place
    while at is not ROOT:
        at, key, _ = at
        if not _lasts(key):
            raise StateError(
                f"{as_code(place)} has no path that it could be saved under: the key {key!r:.60} is a "
                f"{type(key).__name__}; use keys that are text, numbers, enums, or tuples of these"
            )


def _lasts(key: Any) -> bool:
    """Whether a key reads the same in another process: an address, or a Value's number, does not."""
    if type(key) is tuple:
        return all(map(_lasts, key))
    return key is None or isinstance(key, (str, bytes, Number, np.generic, Enum))
