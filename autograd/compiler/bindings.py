"""Bindings: where a function finds its parameters, so that one that is replaced by a new Value is noticed.

From the function all is searched that its code can reach by a name: cells of closures, globals, defaults,
`self`, and the attributes, lists, tuples and dicts in them. What leads to a parameter is kept, with what it
held; whether it still holds that is a comparison of identities at the speed of C.
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
"""What holds, by which name, key or position (of a function's globals, by a str), and what is held."""


class Holding:
    """A container, an object or a class, and those of its entries that lead to parameters."""

    def __init__(self, holder: Any) -> None:
        self.links: list[tuple[Any, Any]] = []
        if isinstance(holder, np.ndarray):
            self.entries: Any = _Flat(holder)
        elif isinstance(holder, (list, tuple, deque)):
            self.entries = holder
        else:
            self.entries = (holder if isinstance(holder, dict) else vars(holder)).values()
        self.size = len(self.entries) if isinstance(holder, (list, deque, dict)) else None
        self.holder = holder

    def is_same(self) -> bool:
        """Whether these entries are what they were, and a list or dict has no others."""
        now = dict(_inside(self.holder))
        return self.size in (None, len(self.entries)) and all(
            now.get(key) is held for key, held in self.links
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
    """What leads from f to the parameters, and what it held when f was recorded."""

    def __init__(self, f: Any, parameters: Iterable[Value]) -> None:
        links = _links_to(f, parameters)
        self.cells = [holder for holder, _, _ in links if type(holder) is types.CellType]
        names: dict[int, tuple[Any, list[str]]] = {}
        others: dict[int, Holding] = {}
        for holder, key, held in links:
            if isinstance(holder, types.FunctionType):
                if type(key) is str:
                    names.setdefault(id(holder), (holder.__globals__.get, []))[1].append(key)
            elif not isinstance(holder, (types.CellType, types.MethodType, functools.partial)):
                others.setdefault(id(holder), Holding(holder)).links.append((key, held))
        self.names = list(names.values())
        self.others = list(others.values())
        self.views = [other.entries for other in self.others]
        self._note()

    def near(self) -> bool:
        """Whether the names that functions read are bound as they were, in closures and globals."""
        try:
            return all(map(is_, self._named(), self.named))
        except ValueError:  # a cell that is empty now
            return False

    def hold(self) -> bool:
        """Whether all that leads to the parameters is what it was."""
        if not self.near():
            return False
        try:
            if all(map(is_, chain(chain.from_iterable(self.views), (END,)), self.held)):
                return True
        except RuntimeError:  # a dict to which another thread is adding
            pass
        if not all(other.is_same() for other in self.others):
            return False
        self._note()  # what is new leads to no parameter
        return True

    def _named(self) -> Iterator[Any]:
        return chain(map(CONTENTS, self.cells), *[map(get, keys) for get, keys in self.names])

    def _note(self) -> None:
        self.named = list(self._named())
        self.held = [*chain.from_iterable(self.views), END]


def _links_to(f: Any, parameters: Iterable[Value]) -> list[Link]:
    """The links on every way from f to one of the parameters."""
    holders: dict[int, list[Link]] = {}
    met, rest = {id(f): f}, deque([f])
    while rest:
        holder = rest.popleft()
        for key, held in _inside(holder):
            if isinstance(held, PLAIN):
                continue
            holders.setdefault(id(held), []).append((holder, key, held))
            if id(held) not in met:
                met[id(held)] = held  # which keeps it, so that no other has its id
                if not isinstance(held, Value):
                    rest.append(held)
    found: dict[tuple[int, Any], Link] = {}
    waiting, seen = [id(parameter) for parameter in parameters], set()
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            for link in holders.get(place, ()):
                found[id(link[0]), link[1]] = link
                waiting.append(id(link[0]))
    return list(found.values())


def _inside(holder: Any) -> Iterable[tuple[Any, Any]]:
    """What an object holds, by name, key or position."""
    if isinstance(holder, types.FunctionType):
        return _in_function(holder)
    if type(holder) is types.CellType:
        try:
            return [("cell_contents", holder.cell_contents)]
        except ValueError:
            return []
    if isinstance(holder, types.MethodType):
        return [("__self__", holder.__self__), ("__func__", holder.__func__)]
    if isinstance(holder, functools.partial):
        return [("func", holder.func), ("args", holder.args), ("keywords", holder.keywords)]
    if isinstance(holder, (list, tuple, deque)):
        return enumerate(holder)
    if isinstance(holder, dict):
        return list(holder.items())
    if isinstance(holder, np.ndarray):
        return enumerate(holder.ravel().tolist()) if holder.dtype == object else []
    if isinstance(holder, type):
        return [*vars(holder).items(), ("__bases__", holder.__bases__)] if _is_users_class(holder) else []
    if type(holder).__module__.split(".")[0] == "autograd":
        return []
    return [("__class__", type(holder)), *getattr(holder, "__dict__", {}).items()]


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
