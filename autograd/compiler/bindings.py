"""Bindings: where a function finds its parameters, so that one that is replaced by a new Value is noticed.

From the function all is searched that its code can reach by a name. What leads to a parameter, to a function
or class of the user's, or to a container that is empty yet, is noted, and whether it is still the same object
is a comparison of identities at the speed of C.
"""

from __future__ import annotations

import functools
import types
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import attrgetter, is_
from typing import Any

from autograd.compiler.reaching import (
    CONTAINERS,
    PLAIN,
    WRAPPERS,
    Part,
    inside,
    is_users_class,
    is_users_function,
    live,
)
from autograd.engine.value import Value

CONTENTS = attrgetter("cell_contents")
MADE_OF = attrgetter("__code__", "__defaults__", "__kwdefaults__")
END = object()
BY_NAME = (types.CellType, types.FunctionType, Part)
"""What code asks for a name."""

FIXED = (*BY_NAME, *WRAPPERS, functools.partial)
"""What is looked at by name, or never holds anything else."""

GROWING = (list, deque, set, dict)
LIBRARY = (types.ModuleType, types.BuiltinFunctionType)

Link = tuple[Any, Any]
"""An owner, and the name, key or position of an entry in it."""


class _Container:
    """A container, an object or a class, and those of its entries that lead to something."""

    def __init__(self, owner: Any, keys: dict[Any, None]) -> None:
        self.owner, self.entries, self.keys = owner, live(owner), keys
        entries = list(inside(owner))
        self.links = [entry for entry in entries if entry[0] in keys]
        self.others = {key: isinstance(entry, PLAIN) for key, entry in entries if key not in keys}

    def is_unchanged(self) -> bool:
        """Whether these entries are what they were, in the same order, and no other has come to count."""
        entries = list(inside(self.owner))
        links = [entry for entry in entries if entry[0] in self.keys]
        others = [entry for entry in entries if entry[0] not in self.keys]
        return (
            len(links) == len(self.links)
            and all(key == before and entry is was for (key, entry), (before, was) in zip(links, self.links))
            and not (self.keys and isinstance(self.owner, CONTAINERS) and len(others) != len(self.others))
            and not any(self._counts(key, entry) for key, entry in others)
        )

    def _counts(self, key: Any, entry: Any) -> bool:
        """Whether an entry that led nowhere counts: a Value for a number; a new one, if f may find it."""
        if key in self.others:
            return self.others[key] and isinstance(entry, Value)
        if isinstance(self.owner, CONTAINERS):
            return not isinstance(entry, PLAIN)
        above = self.owner.__bases__ if isinstance(self.owner, type) else (type(self.owner),)
        return isinstance(entry, Value) or any(hasattr(kind, key) for kind in above)


class Bindings:
    """What leads from f to the parameters, and what it was when f was recorded."""

    def __init__(self, f: Any, parameters: Iterable[Value]) -> None:
        met, links, plain = _reached(f)
        code = [entry for entry in met.values() if is_users_function(entry) or is_users_class(entry)]
        ways: dict[int, dict[Any, None]] = {}
        for owner, key in plain:
            ways.setdefault(id(owner), {})[key] = None
        for entry in met.values():
            if isinstance(entry, GROWING) and not entry:
                ways[id(entry)] = {}
        _ways([*map(id, parameters), *map(id, code), *ways], links, ways)
        self.made = [entry for entry in code if isinstance(entry, types.FunctionType)]
        self.cells = [met[place] for place, keys in ways.items() if type(met[place]) is types.CellType]
        self.names = [
            (scope, [key for key in ways[place] if type(key) is str])
            for place in ways
            if (scope := _scope(met[place])) is not None
        ]
        self.containers = [
            _Container(met[place], keys) for place, keys in ways.items() if not isinstance(met[place], FIXED)
        ]
        self.entries = [container.entries for container in self.containers]
        self.known_names: list[Any] = []
        self._note()

    def names_are_unchanged(self) -> bool:
        """Whether the names that functions read are bound as they were, in closures and globals."""
        try:
            if all(map(is_, self._named(), self.known_names)):
                return True
            now = list(self._named())
        except ValueError:  # a cell that is empty now
            return False
        changed = [(entry, was) for entry, was in zip(now, self.known_names) if entry is not was]
        if not all(isinstance(entry, PLAIN) and isinstance(was, PLAIN) for entry, was in changed):
            return False
        self.known_names = now
        return True

    def are_unchanged(self) -> bool:
        """Whether all that leads to the parameters is what it was."""
        if not self.names_are_unchanged() or not all(map(is_, self._made(), self.known_code)):
            return False
        try:
            if all(map(is_, chain(chain.from_iterable(self.entries), (END,)), self.known_entries)):
                return True
        except RuntimeError:  # a dict to which another thread is adding
            pass
        if not all(container.is_unchanged() for container in self.containers):
            return False
        self._note()  # what is new leads to no parameter
        return True

    def _named(self) -> Iterator[Any]:
        return chain(map(CONTENTS, self.cells), *[map(get, keys) for get, keys in self.names])

    def _made(self) -> Iterator[Any]:
        """What functions are made of: who reloads a file puts new code into old functions."""
        return chain.from_iterable(map(MADE_OF, self.made))

    def _note(self) -> None:
        self.known_names, self.known_code = list(self._named()), list(self._made())
        self.known_entries = [*chain.from_iterable(self.entries), END]


def _scope(owner: Any) -> Any:
    """How a function's globals, or a module's, are asked for a name."""
    if isinstance(owner, types.FunctionType):
        return owner.__globals__.get
    return vars(owner.module).get if isinstance(owner, Part) else None


def _reached(f: Any) -> tuple[dict[int, Any], dict[int, list[Link]], list[Link]]:
    """All that f reaches, by identity; the owners of each, with its key; and the names of plain objects."""
    met: dict[int, Any] = {id(f): f}
    links: dict[int, list[Link]] = {}
    plain, rest = [], deque([f])
    while rest:
        owner = rest.popleft()
        for key, entry in inside(owner):
            if isinstance(entry, PLAIN):
                if isinstance(owner, BY_NAME) and not isinstance(entry, LIBRARY):
                    plain.append((owner, key))
                continue
            links.setdefault(id(entry), []).append((owner, key))
            if id(entry) not in met:
                met[id(entry)] = entry  # which keeps it, so that no other has its id
                if not isinstance(entry, Value):
                    rest.append(entry)
    return met, links, plain


def _ways(places: Iterable[int], links: dict[int, list[Link]], ways: dict[int, dict[Any, None]]) -> None:
    """Add, for each owner on a way from f to one of these places, the keys that lead there."""
    waiting, seen = list(places), set()
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            for owner, key in links.get(place, ()):
                ways.setdefault(id(owner), {})[key] = None
                waiting.append(id(owner))
