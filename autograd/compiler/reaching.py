"""Reaching: the entries of an object, by name, key or position, as Python code finds them there.

Two ask: the search for all that a function can reach, and the watch over whether it is what it was.
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
"""What is frozen, or leads nowhere."""

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
"""Kinds of objects around a function, and where they have it."""

Entries = Iterable[tuple[Any, Any]]


class Names:
    """The modules that a function's code names, as it sees them: each with the names that the code has."""

    def __init__(self, names: dict[str, None]) -> None:
        self.names = names
        self.parts: dict[types.ModuleType, Part] = {}

    def within(self, scope: dict[str, Any]) -> list[tuple[str, Any]]:
        """What these names are in a scope."""
        return [(name, self.seen(scope[name])) for name in self.names if name in scope]

    def imported(self, scope: dict[str, Any]) -> list[tuple[str, Any]]:
        """The modules that code imports when it runs."""
        found = [(name, sys.modules.get(name)) for name in self.names if name not in scope]
        return [(name, self.seen(module)) for name, module in found if _is_users_module(module)]

    def seen(self, entry: Any) -> Any:
        """A module of the user's as the code sees it; anything else is itself."""
        if not _is_users_module(entry):
            return entry
        if entry not in self.parts:
            self.parts[entry] = Part(entry, self)
        return self.parts[entry]


class Part:
    """What a function's code finds in a module."""

    def __init__(self, module: types.ModuleType, names: Names) -> None:
        self.module, self.names = module, names


class Live:
    """The entries of an object, as they are whenever they are asked for."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner

    def __iter__(self) -> Iterator[Any]:
        return iter([entry for _, entry in inside(self.owner)])


def live(owner: Any) -> Any:
    """The entries alone, as they are at any time: what Python itself has for it, or a `Live`."""
    kind = type(owner)
    if kind in (list, tuple, deque):
        return owner
    if kind is dict:
        return owner.values()
    if isinstance(owner, CONTAINERS) or _slots(kind) or not hasattr(owner, "__dict__"):
        return Live(owner)
    return vars(owner).values()


def inside(owner: Any) -> Entries:
    """The entries of an object, by name, key or position."""
    if isinstance(owner, types.FunctionType):
        return _in_function(owner)
    if type(owner) is types.CellType:
        try:
            return [("cell_contents", owner.cell_contents)]
        except ValueError:
            return []
    if isinstance(owner, Part):
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
    """Cells, defaults and attributes by number; globals, and modules as its code sees them, by name."""
    cells = function.__closure__ or ()
    fixed = (*cells, function.__defaults__, function.__kwdefaults__, function.__dict__)
    found: list[tuple[Any, Any]] = list(enumerate(fixed))
    if is_users_function(function):
        names, scope = Names(_names(function.__code__)), function.__globals__
        contents = [entry for cell in cells for _, entry in inside(cell)]
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
