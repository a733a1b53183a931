"""Bindings: where a function finds its parameters, so that one that is replaced by a new Value is noticed.

All that f's code can reach by a name is searched, once, when f is recorded. Remembered are the entries that
lead to a parameter, to a function or class of the user's, or to a container that is empty yet. Whether
they are still the same objects is a comparison of identities at the speed of C. A row of parameters, as a
neuron's weights, is searched and watched as one: of rows there are far fewer.
"""

from __future__ import annotations

import functools
import types
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from operator import attrgetter, is_
from typing import Any

from autograd.compiler.reaching import (
    CONTAINERS,
    PLAIN,
    WRAPPERS,
    ModuleAsSeen,
    entries_of,
    is_users_class,
    is_users_function,
    live_entries,
)
from autograd.engine.value import Value

CONTENTS = attrgetter("cell_contents")
CODE_AND_DEFAULTS = attrgetter("__code__", "__defaults__", "__kwdefaults__")
END = object()
BY_NAME = (types.CellType, types.FunctionType, ModuleAsSeen)
"""Classes of owners in which code looks up names."""

FIXED = (*BY_NAME, *WRAPPERS, functools.partial)
"""Classes of owners that are watched by their names, or whose entries never change."""

GROWING = (list, deque, set, dict)
"""Classes of containers that may be empty at first."""

LIBRARY = (types.ModuleType, types.BuiltinFunctionType)
"""Classes of entries whose names need no watch."""

Link = tuple[Any, Any]
"""An owner, and the name, key or position of an entry in it."""


class _Owner:
    """A container, an object or a class under watch: the entries with these keys lead to something."""

    def __init__(self, owner: Any, keys: dict[Any, None]) -> None:
        self.owner, self.entries, self.keys = owner, live_entries(owner), keys
        entries = list(entries_of(owner))
        self.leading = [entry for entry in entries if entry[0] in keys]
        self.others = {key: isinstance(entry, PLAIN) for key, entry in entries if key not in keys}

    def is_unchanged(self) -> bool:
        """Whether these entries are what they were, in the same order, and no other matters by now."""
        entries = list(entries_of(self.owner))
        leading = [entry for entry in entries if entry[0] in self.keys]
        others = [entry for entry in entries if entry[0] not in self.keys]
        return (
            len(leading) == len(self.leading)
            and all(now[0] == was[0] and now[1] is was[1] for now, was in zip(leading, self.leading))
            and not (self.keys and isinstance(self.owner, CONTAINERS) and len(others) != len(self.others))
            and not any(self._matters(key, entry) for key, entry in others)
        )

    def _matters(self, key: Any, entry: Any) -> bool:
        """Whether an entry that led nowhere matters now: a Value for a number; a new one that f may find."""
        if key in self.others:
            return self.others[key] and isinstance(entry, Value)
        if isinstance(self.owner, CONTAINERS):
            return not isinstance(entry, PLAIN)
        above = self.owner.__bases__ if isinstance(self.owner, type) else (type(self.owner),)
        return isinstance(entry, Value) or any(hasattr(kind, key) for kind in above)


class _Row:
    """A list or tuple under watch, all of whose entries are parameters."""

    def __init__(self, row: Any) -> None:
        self.entries, self.known = row, [*row]

    def is_unchanged(self) -> bool:
        """Whether they are what they were, no more and no fewer."""
        return len(self.entries) == len(self.known) and all(map(is_, self.entries, self.known))


class Bindings:
    """The entries that lead from f to its parameters, as they were when f was recorded."""

    def __init__(self, f: Any, parameters: Collection[Value]) -> None:
        objects, owners_of, plain, rows = _reached(f, parameters)
        code = [entry for entry in objects.values() if is_users_function(entry) or is_users_class(entry)]
        keys_of: dict[int, dict[Any, None]] = {}
        for owner, key in plain:
            keys_of.setdefault(id(owner), {})[key] = None
        for entry in objects.values():
            if isinstance(entry, GROWING) and not entry:
                keys_of[id(entry)] = {}
        single = [id(parameter) for parameter in parameters if id(parameter) in owners_of]
        _follow_back([*single, *map(id, rows), *map(id, code), *keys_of], owners_of, keys_of)
        self.functions = [entry for entry in code if isinstance(entry, types.FunctionType)]
        owners = [(objects[identity], keys) for identity, keys in keys_of.items()]
        self.cells = [owner for owner, _ in owners if type(owner) is types.CellType]
        self.names = [
            (scope, [key for key in keys if type(key) is str])
            for owner, keys in owners
            if (scope := _scope(owner)) is not None
        ]
        self.owners: list[_Owner | _Row] = list(map(_Row, rows))
        self.owners += [_Owner(owner, keys) for owner, keys in owners if not isinstance(owner, FIXED)]
        self.entries = [owner.entries for owner in self.owners]
        self.known_by_name: list[Any] = []
        self._remember()

    def names_are_unchanged(self) -> bool:
        """Whether the names that functions read are bound as they were, in closures and globals."""
        try:
            if all(map(is_, self._by_name(), self.known_by_name)):
                return True
            now = list(self._by_name())
        except ValueError:  # a cell that is empty now
            return False
        changed = [(entry, was) for entry, was in zip(now, self.known_by_name) if entry is not was]
        if not all(isinstance(entry, PLAIN) and isinstance(was, PLAIN) for entry, was in changed):
            return False
        self.known_by_name = now
        return True

    def are_unchanged(self) -> bool:
        """Whether all that leads to the parameters is what it was."""
        if not self.names_are_unchanged() or not all(map(is_, self._code(), self.known_code)):
            return False
        try:
            if all(map(is_, chain(chain.from_iterable(self.entries), (END,)), self.known_entries)):
                return True
        except RuntimeError:  # a dict to which another thread is adding
            pass
        if not all(owner.is_unchanged() for owner in self.owners):
            return False
        self._remember()  # what is new leads to no parameter
        return True

    def _by_name(self) -> Iterator[Any]:
        """What the names are bound to."""
        return chain(map(CONTENTS, self.cells), *[map(get, keys) for get, keys in self.names])

    def _code(self) -> Iterator[Any]:
        """The code and defaults of functions: who reloads a file puts new code into old functions."""
        return chain.from_iterable(map(CODE_AND_DEFAULTS, self.functions))

    def _remember(self) -> None:
        self.known_by_name, self.known_code = list(self._by_name()), list(self._code())
        self.known_entries = [*chain.from_iterable(self.entries), END]


def _scope(owner: Any) -> Any:
    """The function that looks a name up in a function's globals, or in a module; None for other owners."""
    if isinstance(owner, types.FunctionType):
        return owner.__globals__.get
    return vars(owner.module).get if isinstance(owner, ModuleAsSeen) else None


def _reached(
    f: Any, parameters: Collection[Value]
) -> tuple[dict[int, Any], dict[int, list[Link]], list[Link], list[Any]]:
    """All objects that f reaches, by id; the owners of each, with its key there; the names of plain ones.

    Rows of parameters stand for these, and are given last.
    """
    objects: dict[int, Any] = {id(f): f}
    owners_of: dict[int, list[Link]] = {}
    plain, rows, rest = [], [], deque([f])
    while rest:
        owner = rest.popleft()
        if type(owner) in (list, tuple) and owner and _are_parameters(owner, parameters):
            rows.append(owner)
            continue
        for key, entry in entries_of(owner):
            if isinstance(entry, PLAIN):
                if isinstance(owner, BY_NAME) and not isinstance(entry, LIBRARY):
                    plain.append((owner, key))
                continue
            owners_of.setdefault(id(entry), []).append((owner, key))
            if id(entry) not in objects:
                objects[id(entry)] = entry  # which keeps it, so that no other has its id
                if not isinstance(entry, Value):
                    rest.append(entry)
    return objects, owners_of, plain, rows


def _are_parameters(row: Any, parameters: Collection[Value]) -> bool:
    """Whether all entries are: asked of their classes first, since others may have no hash."""
    return all(issubclass(kind, Value) for kind in {*map(type, row)}) and all(
        map(parameters.__contains__, row)
    )


def _follow_back(
    targets: Iterable[int], owners_of: dict[int, list[Link]], keys_of: dict[int, dict[Any, None]]
) -> None:
    """Add to `keys_of`, for each owner on a way from f to a target, the keys that lead there; all by id."""
    waiting, seen = list(targets), set()
    while waiting:
        target = waiting.pop()
        if target not in seen:
            seen.add(target)
            for owner, key in owners_of.get(target, ()):
                keys_of.setdefault(id(owner), {})[key] = None
                waiting.append(id(owner))
