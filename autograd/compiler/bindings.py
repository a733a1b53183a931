"""Bindings: where a function finds its parameters, so that one that is replaced by a new Value is noticed.

From the function all is searched that its code can reach by a name: cells of closures, globals, defaults,
`self`, and the attributes, lists, tuples and dicts in them. Every entry on a way to a parameter is noted, and
whether it is still the same object is a comparison of identities at the speed of C.
"""

from __future__ import annotations

import functools
import sys
import sysconfig
import types
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import attrgetter, is_
from typing import Any

import numpy as np

from autograd.value import Value

OURS = ("autograd", "nn", "viz")
"""Packages whose functions find no parameters of a user's by name."""

INSTALLED = tuple({sysconfig.get_paths()[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")})
"""Where code lies that is not searched."""

PLAIN = (float, int, str, bytes, complex, type(None), types.ModuleType, types.BuiltinFunctionType)
CONTENTS = attrgetter("cell_contents")
END = object()

Link = tuple[Any, Any, Any]
"""An owner, the name, key or position of an entry in it (a str for a function's globals), and the entry."""


class _Container:
    """A container, an object or a class, and those of its entries that lead to parameters."""

    def __init__(self, owner: Any) -> None:
        self.links: list[tuple[Any, Any]] = []
        if isinstance(owner, np.ndarray):
            self.entries: Any = _Flat(owner)
        elif isinstance(owner, (list, tuple, deque)):
            self.entries = owner
        else:
            self.entries = (owner if isinstance(owner, dict) else vars(owner)).values()
        self.size = len(self.entries) if isinstance(owner, (list, deque, dict)) else None
        self.owner = owner

    def is_unchanged(self) -> bool:
        """Whether these entries are what they were, and a list or dict has no others."""
        now = dict(_inside(self.owner))
        return self.size in (None, len(self.entries)) and all(
            now.get(key) is found for key, found in self.links
        )


class _Flat:
    """The objects in an array, as they are now."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __len__(self) -> int:
        return int(self.array.size)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.array.ravel().tolist())


class Bindings:
    """What leads from f to the parameters, and what it was when f was recorded."""

    def __init__(self, f: Any, parameters: Iterable[Value]) -> None:
        links = _links_to(f, parameters)
        self.cells = [owner for owner, _, _ in links if type(owner) is types.CellType]
        names: dict[int, tuple[Any, list[str]]] = {}
        containers: dict[int, _Container] = {}
        for owner, key, found in links:
            if isinstance(owner, types.FunctionType):
                if type(key) is str:
                    names.setdefault(id(owner), (owner.__globals__.get, []))[1].append(key)
            elif not isinstance(owner, (types.CellType, types.MethodType, functools.partial)):
                containers.setdefault(id(owner), _Container(owner)).links.append((key, found))
        self.names = list(names.values())
        self.containers = list(containers.values())
        self.entries = [container.entries for container in self.containers]
        self._note()

    def names_are_unchanged(self) -> bool:
        """Whether the names that functions read are bound as they were, in closures and globals."""
        try:
            return all(map(is_, self._named(), self.known_names))
        except ValueError:  # a cell that is empty now
            return False

    def are_unchanged(self) -> bool:
        """Whether all that leads to the parameters is what it was."""
        if not self.names_are_unchanged():
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

    def _note(self) -> None:
        self.known_names = list(self._named())
        self.known_entries = [*chain.from_iterable(self.entries), END]


def _links_to(f: Any, parameters: Iterable[Value]) -> list[Link]:
    """The links on every way from f to one of the parameters."""
    owners: dict[int, list[Link]] = {}
    met, rest = {id(f): f}, deque([f])
    while rest:
        owner = rest.popleft()
        for key, entry in _inside(owner):
            if isinstance(entry, PLAIN):
                continue
            owners.setdefault(id(entry), []).append((owner, key, entry))
            if id(entry) not in met:
                met[id(entry)] = entry  # which keeps it, so that no other has its id
                if not isinstance(entry, Value):
                    rest.append(entry)
    found: dict[tuple[int, Any], Link] = {}
    waiting, seen = [id(parameter) for parameter in parameters], set()
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            for link in owners.get(place, ()):
                found[id(link[0]), link[1]] = link
                waiting.append(id(link[0]))
    return list(found.values())


def _inside(owner: Any) -> Iterable[tuple[Any, Any]]:
    """The entries of an object, by name, key or position."""
    if isinstance(owner, types.FunctionType):
        return _in_function(owner)
    if type(owner) is types.CellType:
        try:
            return [("cell_contents", owner.cell_contents)]
        except ValueError:
            return []
    if isinstance(owner, types.MethodType):
        return [("__self__", owner.__self__), ("__func__", owner.__func__)]
    if isinstance(owner, functools.partial):
        return [("func", owner.func), ("args", owner.args), ("keywords", owner.keywords)]
    if isinstance(owner, (list, tuple, deque)):
        return enumerate(owner)
    if isinstance(owner, dict):
        return list(owner.items())
    if isinstance(owner, np.ndarray):
        return enumerate(owner.ravel().tolist()) if owner.dtype == object else []
    if isinstance(owner, type):
        return [*vars(owner).items(), ("__bases__", owner.__bases__)] if _is_users_class(owner) else []
    if type(owner).__module__.split(".")[0] == "autograd":
        return []
    return [("__class__", type(owner)), *getattr(owner, "__dict__", {}).items()]


def _in_function(function: types.FunctionType) -> list[tuple[Any, Any]]:
    """Cells and defaults by number, globals by name."""
    fixed = (*(function.__closure__ or ()), function.__defaults__, function.__kwdefaults__)
    found: list[tuple[Any, Any]] = [*enumerate(fixed), (-1, getattr(function, "__wrapped__", None))]
    if _is_users(function.__module__, function.__code__.co_filename):
        scope = function.__globals__
        found += [(name, scope[name]) for name in _names(function.__code__) if name in scope]
    return found


def _is_users_class(kind: type) -> bool:
    return _is_users(kind.__module__, getattr(sys.modules.get(kind.__module__), "__file__", None) or "")


def _names(code: types.CodeType) -> dict[str, None]:
    """The names that a function reads, and the functions inside it."""
    found = dict.fromkeys(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _names(constant)
    return found


def _is_users(module: str | None, path: str) -> bool:
    return (module or "").split(".")[0] not in OURS and not path.startswith(INSTALLED)
