"""Finds the student's class in a file or module, and loads it anew for every trial."""

from __future__ import annotations

import importlib
import os
import sys
import sysconfig
import time
import types
from pathlib import Path
from typing import Any

NAME = "submission"  # what a file is imported as: its own name may be that of a module of Python's
SLOW = 0.1  # seconds: what takes longer to import is imported once


class Unusable(Exception):  # noqa: N818: it is a finding, not an error of ours
    """There is no class to grade; the message says why."""


class Submission:
    """The file or module of a student, its class, and how to get it with nothing left from before."""

    def __init__(self, target: str, class_name: str, folder: str) -> None:
        self.target, self.class_name, self.folder = target, class_name, folder
        self.is_file = target.endswith(".py")
        self._before = set(sys.modules)
        self._engine: Any = None
        self._slow = False

    def engine(self) -> type:
        """The class. A global list in the student's file starts empty each time, if importing is quick."""
        if self._engine is None or not self._slow:
            began = time.perf_counter()
            self._forget()
            module = self._load_file() if self.is_file else importlib.import_module(self.target)
            self._engine = find_class(vars(module), module.__name__, self.class_name)
            self._slow = time.perf_counter() - began > SLOW
        return self._engine  # type: ignore[no-any-return]

    def is_theirs(self, filename: str) -> bool:
        """Whether a file of code is the student's own."""
        if self.is_file:
            return filename == self.target or bool(self.folder) and filename.startswith(self.folder + os.sep)
        module = sys.modules.get(self.target.partition(".")[0])
        return filename.startswith(str(Path(getattr(module, "__file__", None) or "/nowhere").parent))

    def _load_file(self) -> types.ModuleType:
        module = types.ModuleType(NAME)
        module.__file__ = self.target
        sys.modules[NAME] = module
        exec(compile(Path(self.target).read_bytes(), self.target, "exec"), module.__dict__)
        return module

    def _forget(self) -> None:
        """Forgets the student's modules: this one, and what it has imported from its own folder."""
        for name in [name for name in sys.modules if name not in self._before]:
            if self.is_theirs(str(getattr(sys.modules[name], "__file__", None))):
                del sys.modules[name]


def find_class(names: dict[str, Any], module: str, wanted: str) -> type:
    """The class `wanted`; without a wish `Value`, or the only class that looks like an engine."""
    classes = {
        name: made
        for name, made in names.items()
        if isinstance(made, type) and made.__module__ == module and not issubclass(made, BaseException)
    }
    found = wanted or "Value"
    if found in names:
        if not isinstance(names[found], type):
            raise Unusable(f"`{found}` is a {type(names[found]).__name__}, not a class")
        return names[found]  # type: ignore[no-any-return]
    listed = ", ".join(classes) or "none at all"
    if wanted:
        raise Unusable(f"no class `{wanted}` in it; its classes: {listed}")
    engines = [made for made in classes.values() if hasattr(made, "__add__") or hasattr(made, "backward")]
    if len(engines) == 1:
        return engines[0]
    if engines:
        several = ", ".join(made.__name__ for made in engines)
        raise Unusable(f"no class `Value` in it, and several that could be meant ({several}): add `:NAME`")
    raise Unusable(f"no class `Value` in it; its classes: {listed}")


def let_import_from(folder: str) -> None:
    """Puts a folder behind Python's own modules and before what is installed.

    So `from nn import MLP` finds the student's nn.py, and a file named random.py harms no one.
    """
    own = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    last = max((at for at, path in enumerate(sys.path) if path in own or path.endswith("lib-dynload")), default=-1)
    sys.path.insert(last + 1, folder)
