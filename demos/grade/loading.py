"""Finds the student's class in a file or module, and defines it anew for every trial."""

from __future__ import annotations

import ast
import importlib
import os
import sys
import sysconfig
import types
from pathlib import Path
from typing import Any

from demos.grade.restoring import put_back_builtins

NAME = "submission"  # what a file is imported as: its own name may be that of a module of Python's


class UnusableError(Exception):
    """There is no class to grade; the message says why."""


class Submission:
    """The file or module of a student, its class, and how to get it with nothing left from before."""

    def __init__(self, target: str, class_name: str, folder: str) -> None:
        self.target, self.class_name, self.folder = target, class_name, folder
        self.is_file = target.endswith(".py")
        self.changed: list[str] = []
        self._definitions: types.CodeType | None = None
        self._names: dict[str, Any] = {}
        self._engine: type | None = None

    def engine(self) -> type:
        """The class, defined anew: a global list in the student's file starts empty each time.

        Only definitions run again. What the file *does*, a loop that trains, a file that is deleted, it does
        once, when it is imported, and the names that this gives are kept. A package is imported once.
        """
        if self._engine is None:
            self._engine = self._import()
        elif self._definitions is not None:
            try:
                anew = self._find(self._run(self._definitions, self._names))
            except BaseException:
                self._definitions = None
            else:
                if same_code(anew, self._engine):
                    return anew
                self._definitions = None  # what the file does has changed the class
        return self._engine

    def _import(self) -> type:
        if not self.is_file:
            try:
                module = importlib.import_module(self.target)
            finally:
                self.changed = put_back_builtins()
            return self._find(module)
        tree = ast.parse(Path(self.target).read_bytes(), self.target)
        module = self._run(compile(tree, self.target, "exec"), {})
        self._names = dict(vars(module))
        tree.body = [statement for statement in tree.body if defines(statement)]
        self._definitions = compile(tree, self.target, "exec")
        return self._find(module)

    def _run(self, code: types.CodeType, names: dict[str, Any]) -> types.ModuleType:
        module = types.ModuleType(NAME)
        vars(module).update(names, __file__=self.target)
        sys.modules[NAME] = module
        try:
            exec(code, module.__dict__)
        finally:
            self.changed = put_back_builtins() or self.changed
        return module

    def _find(self, module: types.ModuleType) -> type:
        return find_class(vars(module), module.__name__, self.class_name)

    def is_theirs(self, filename: str) -> bool:
        """Whether a file of code is the student's own."""
        if self.is_file:
            return filename == self.target or (
                self.folder != "" and filename.startswith(self.folder + os.sep)
            )
        module = sys.modules.get(self.target.partition(".")[0])
        return filename.startswith(str(Path(getattr(module, "__file__", None) or "/nowhere").parent))


def defines(statement: ast.stmt) -> bool:
    """Whether a statement only gives names: a class, a function, an import, an assignment without calls."""
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.Pass)):
        return True
    if isinstance(statement, ast.ClassDef):
        return all(map(defines, statement.body))
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)  # a docstring
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return not any(isinstance(part, (ast.Call, ast.Subscript)) for part in ast.walk(statement))
    return False


def same_code(one: type, other: type) -> bool:
    """Whether two classes have the same methods, line for line."""
    codes = [
        {name: getattr(made, "__code__", None) for name, made in vars(kind).items()} for kind in (one, other)
    ]
    return codes[0] == codes[1]


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
            raise UnusableError(f"`{found}` is a {type(names[found]).__name__}, not a class")
        return names[found]  # type: ignore[no-any-return]
    listed = ", ".join(classes) or "none at all"
    if wanted:
        raise UnusableError(f"no class `{wanted}` in it; its classes: {listed}")
    engines = [made for made in classes.values() if hasattr(made, "__add__") or hasattr(made, "backward")]
    if len(engines) == 1:
        return engines[0]
    if engines:
        several = ", ".join(made.__name__ for made in engines)
        raise UnusableError(
            f"no class `Value` in it, and several that could be meant ({several}): add `:NAME`"
        )
    raise UnusableError(f"no class `Value` in it; its classes: {listed}")


def let_import_from(folder: str) -> None:
    """Puts a folder behind Python's own modules and before what is installed.

    So `from nn import MLP` finds the student's nn.py, and a file named random.py harms no one.
    """
    own = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    last = max(
        (at for at, path in enumerate(sys.path) if path in own or path.endswith("lib-dynload")), default=-1
    )
    sys.path.insert(last + 1, folder)
