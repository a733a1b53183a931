"""What a module holds, each by its path: `layers.0.neurons.3.w.1`.

Attributes are searched, and the lists, tuples, dicts, deques, dataclasses and object arrays of numpy in them.
What is met again, in a cycle too, is found once, where it was met first. A place is a linked tuple, and its
path is written only when someone asks: who trains needs no paths, and none has to be unique for that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache
from numbers import Number
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from autograd import Value
from nn.errors import StateError

if TYPE_CHECKING:
    from nn.layers.module import Module

T = TypeVar("T")
Place = tuple[Any, Any, bool]
"""The place of what contains this, the name or key or position in it, and whether it is an attribute."""

_ROOT: Place = (None, "", True)
_PLAIN = {float, int, str, bool, type(None)}


def contents(module: Module, deep: bool = True) -> Iterator[tuple[Place, Any]]:
    """The module itself, and the modules, Values and random generators in its attributes, each once.

    In order of assignment, a module before what it contains; with `deep=False`, without that.
    """
    from nn.layers.module import Module

    yield _ROOT, module
    met: dict[int, Any] = {id(module): module}  # by identity: a dataclass has no hash; held, lest an id recur
    rest = _inside(_ROOT, attributes(module), True)
    while rest:
        place, found = rest.pop()
        if id(found) in met:
            continue
        met[id(found)] = found
        if isinstance(found, Value):
            yield place, found
        elif isinstance(found, Module):
            yield place, found
            if deep:
                rest += _inside(place, attributes(found), True)
        elif isinstance(found, (list, tuple, deque)):
            rest += _inside(place, enumerate(found))
        elif isinstance(found, dict):
            rest += _inside(place, found.items())
        elif isinstance(found, np.ndarray) and found.dtype == object:
            rest.append((place, found.tolist()))  # nested lists; with no dimensions, what it holds
        elif isinstance(found, np.random.Generator):
            yield place, found
        elif hasattr(type(found), "__dataclass_fields__"):
            rest += _inside(place, attributes(found), True)


def _inside(
    place: Place, named: Iterable[tuple[Any, Any]], attribute: bool = False
) -> list[tuple[Place, Any]]:
    """What may hold something, the last first, each with its place in what is at `place`."""
    inside = [((place, name, attribute), part) for name, part in named if type(part) not in _PLAIN]
    inside.reverse()
    return inside


def attributes(holder: Any) -> list[tuple[str, Any]]:
    """The attributes of an object that are not private: those in slots as declared, then as assigned."""
    kind: Any = type(holder)
    named = [(name, getattr(holder, name)) for name in _slots(kind) if hasattr(holder, name)]
    named += getattr(holder, "__dict__", {}).items()
    return [(name, part) for name, part in named if not name.startswith("_")]


@lru_cache(maxsize=512)
def _slots(kind: Any) -> tuple[str, ...]:
    """The names of the slots of a class and its bases, the bases' first."""
    names: list[str] = []
    for base in reversed(kind.__mro__):
        slots = vars(base).get("__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    return tuple(names)


def by_path(found: Iterable[tuple[Place, T]]) -> Iterator[tuple[str, T]]:
    """Each with its path. A StateError where two have the same path, or one has none that will last."""
    known: dict[str, Place] = {}
    container, start = None, ""
    for place, part in found:
        fresh = place[0] is not container
        if fresh:  # entries of one container have all but the last name in common
            container = place[0]
            start = f"{path_of(container)}." if container not in (None, _ROOT) else ""
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
    return ".".join([str(name) for name, _ in _steps(place)])


def as_code(place: Place) -> str:
    """A place as it is written in Python: `layers[0].neurons[3].w[1]`."""
    return (
        "".join(
            f".{name}" if attribute and str(name).isidentifier() else f"[{name!r:.60}]"
            for name, attribute in _steps(place)
        ).removeprefix(".")
        or "the module itself"
    )


def _steps(place: Place) -> list[tuple[Any, bool]]:
    steps = []
    while place is not _ROOT:
        place, name, attribute = place
        steps.append((name, attribute))
    return steps[::-1]


def _check_keys(place: Place) -> None:
    """An error unless all keys on the way read the same in another process: no addresses, no data."""
    at = place
    while at is not _ROOT:
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
