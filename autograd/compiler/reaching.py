"""Reaching: what a function's code can reach, from one object to the next, by name, key or position.

The search for a function's parameters goes by it, and so does the watch over whether they are what they were.
"""

from __future__ import annotations

import functools
import sys
import sysconfig
import types
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

OURS = ("autograd", "nn", "viz")
"""Packages whose functions find no parameters of a user's by name."""

INSTALLED = tuple({sysconfig.get_paths()[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")})
"""Where code lies that is not searched."""

PLAIN = (float, int, str, bytes, complex, type(None), types.ModuleType, types.BuiltinFunctionType)
"""Classes of entries that are frozen when f is recorded, or lead to no parameter."""

SEQUENCES = (list, tuple, deque, set, frozenset)
MAPPINGS = (dict, types.MappingProxyType)
CONTAINERS = (*SEQUENCES, *MAPPINGS, np.ndarray)
WRAPPERS = {
    staticmethod: "__func__",
    classmethod: "__func__",
    property: "fget",
    functools.cached_property: "func",
    types.MethodType: "__func__",
}
"""Classes of objects around a function, and the attribute that is the function."""

Entries = Iterable[tuple[Any, Any]]


class NamesInCode:
    """The names that a function's code has, and the modules that it finds by them, as it sees them."""

    def __init__(self, names: dict[str, None]) -> None:
        self.names = names
        self.modules: dict[types.ModuleType, ModuleAsSeen] = {}

    def within(self, scope: dict[str, Any]) -> list[tuple[str, Any]]:
        """The names that a scope has, and what they are there."""
        return [(name, self.seen(scope[name])) for name in self.names if name in scope]

    def imported(self, scope: dict[str, Any]) -> list[tuple[str, Any]]:
        """The names of modules that the code imports when it runs, and the modules."""
        found = [(name, sys.modules.get(name)) for name in self.names if name not in scope]
        return [(name, self.seen(module)) for name, module in found if _is_users_module(module)]

    def seen(self, entry: Any) -> Any:
        """A module of the user's as the code sees it; anything else is itself."""
        if not _is_users_module(entry):
            return entry
        if entry not in self.modules:
            self.modules[entry] = ModuleAsSeen(entry, self)
        return self.modules[entry]


class ModuleAsSeen:
    """A module, of which a function's code reaches what it has a name for."""

    def __init__(self, module: types.ModuleType, names: NamesInCode) -> None:
        self.module, self.names = module, names


class LiveEntries:
    """The entries of an object, looked up whenever they are iterated over."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner

    def __iter__(self) -> Iterator[Any]:
        return iter([entry for _, entry in entries_of(self.owner)])


def live_entries(owner: Any) -> Any:
    """The entries without their keys, which follow all changes: Python's own view, or a `LiveEntries`."""
    kind = type(owner)
    if kind in (list, tuple, deque):
        return owner
    if kind is dict:
        return owner.values()
    if isinstance(owner, CONTAINERS) or _slots(kind) or not hasattr(owner, "__dict__"):
        return LiveEntries(owner)
    return vars(owner).values()


def entries_of(owner: Any) -> Entries:
    """The entries of an object, each with its name, key or position."""
    if isinstance(owner, types.FunctionType):
        return _in_function(owner)
    if type(owner) is types.CellType:
        try:
            return [("cell_contents", owner.cell_contents)]
        except ValueError:
            return []
    if isinstance(owner, ModuleAsSeen):
        return owner.names.within(vars(owner.module))
    if type(owner) in WRAPPERS:
        around = [("function", getattr(owner, WRAPPERS[type(owner)]))]
        return [("__self__", owner.__self__), *around] if type(owner) is types.MethodType else around
    if isinstance(owner, functools.partial):
        return [("func", owner.func), ("args", owner.args), ("keywords", owner.keywords)]
    if isinstance(owner, type):
        return [*vars(owner).items(), ("__bases__", owner.__bases__)] if is_users_class(owner) else []
    if isinstance(owner, np.ndarray):
        return enumerate(owner.ravel().tolist()) if owner.dtype == object else []
    if isinstance(owner, MAPPINGS):
        return [*owner.items(), *_attributes(owner)]
    if isinstance(owner, SEQUENCES):
        return [*enumerate(owner), *_attributes(owner)]
    if type(owner).__module__.split(".")[0] == "autograd":
        return []
    return [("__class__", type(owner)), *_attributes(owner)]


def is_users_function(entry: Any) -> bool:
    """Whether it is a function whose code is searched."""
    return isinstance(entry, types.FunctionType) and _is_users(entry.__module__, entry.__code__.co_filename)


def is_users_class(entry: Any) -> bool:
    """Whether it is a class of the user's own."""
    return isinstance(entry, type) and _is_users(
        entry.__module__, getattr(sys.modules.get(entry.__module__), "__file__", None) or ""
    )


def _in_function(function: types.FunctionType) -> list[tuple[Any, Any]]:
    """Cells, defaults, attributes by number; globals, and modules as the code sees them, by name."""
    cells = function.__closure__ or ()
    fixed = (*cells, function.__defaults__, function.__kwdefaults__, function.__dict__)
    found: list[tuple[Any, Any]] = list(enumerate(fixed))
    if is_users_function(function):
        names, scope = NamesInCode(_names(function.__code__)), function.__globals__
        contents = [entry for cell in cells for _, entry in entries_of(cell)]
        found += [
            (-1 - at, names.seen(entry)) for at, entry in enumerate(contents) if _is_users_module(entry)
        ]
        found += [*names.within(scope), *names.imported(scope)]
    return found


def _attributes(owner: Any) -> Entries:
    """Those of the object itself, not of its class."""
    return [
        *getattr(owner, "__dict__", {}).items(),
        *[(name, getattr(owner, name)) for name in _slots(type(owner)) if hasattr(owner, name)],
    ]


def _slots(kind: type) -> list[str]:
    """The names of the slots of a user's class."""
    if not hasattr(kind, "__slots__"):
        return []
    return [
        name
        for base in kind.__mro__
        if is_users_class(base)
        for name, entry in vars(base).items()
        if isinstance(entry, types.MemberDescriptorType)
    ]


def _names(code: types.CodeType) -> dict[str, None]:
    """The names that a function reads, and the functions inside it."""
    found = dict.fromkeys(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _names(constant)
    return found


def _is_users_module(entry: Any) -> bool:
    return isinstance(entry, types.ModuleType) and _is_users(
        entry.__name__, getattr(entry, "__file__", None) or ""
    )


def _is_users(module: str | None, path: str) -> bool:
    package = (module or "").split(".")[0]
    known = package in OURS or (package in sys.stdlib_module_names and not path)
    return not known and not path.startswith(INSTALLED)
