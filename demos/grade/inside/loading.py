"""Finds the student's class in a file or module, and defines it anew for every trial."""

from __future__ import annotations

import ast
import builtins
import codecs
import codeop
import dataclasses
import importlib
import os
import re
import sys
import tokenize
import types
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from demos.grade.inside.notebooks import Notebook, NotebookError
from demos.grade.inside.observing import describe
from demos.grade.inside.restoring import put_back_builtins
from demos.grade.submissions.targets import CODE

_CONTAINERS = {"builtins", "collections", "array", "itertools", "weakref"}
NAME = "submission"  # what a file is imported as: its own name may be that of a module of Python's


class UnusableError(Exception):
    """There is no class to grade; the message says why."""


class Submission:
    """The file or module of a student, its class, and how to get it with nothing left from before."""

    def __init__(self, target: str, class_name: str, folder: str, without: Collection[int] = ()) -> None:
        """`without`: the cells of a notebook to leave out; of a file, all that it does but define."""
        self.target, self.class_name, self.folder, self.without = target, class_name, folder, without
        self.is_file = target.endswith(CODE)
        self.changed: list[str] = []
        self.failed: list[str] = []
        self._definitions: list[types.CodeType] = []
        self._names: dict[str, Any] = {}
        self._engine: type | None = None
        self._module = types.ModuleType(NAME)

    def engine(self, begins: Callable[[int], None] = lambda cell: None) -> type:
        """The class, defined anew: a global list in the student's file starts empty each time.

        Only definitions run again. What the file *does*, a loop that trains, a file that is deleted, it does
        once, when it is imported, and the names that this gives are kept. A package is imported once.
        `begins` is told of each cell of a notebook.
        """
        if self._engine is None:
            self._engine = self._import(begins)
        elif self._definitions:
            try:
                anew = self._find(self._run(self._define, self._names))
            except BaseException:
                anew = self._engine
            if anew is not self._engine and same_code(anew, self._engine):
                return anew
            self._definitions = []  # what the file does has made or changed the class
            sys.modules[NAME] = self._module
        return self._engine

    def _import(self, begins: Callable[[int], None]) -> type:
        if not self.is_file:
            try:
                module = importlib.import_module(self.target)
            finally:
                self.changed = put_back_builtins()
            return self._find(module)
        if self.target.endswith(".ipynb"):
            return self._import_notebook(begins)
        tree = ast.parse(source_of(self.target), self.target)
        if self.without:
            self._module = self._run(lambda names: self._define_only(tree, names), {})
            self._names = dict(vars(self._module))
            return self._find(self._module)
        whole = compile(tree, self.target, "exec")
        module = self._module = self._run(lambda names: exec(whole, names), {})
        self._names = dict(vars(module))
        tree.body = [statement for statement in tree.body if defines(statement, self._names)]
        self._definitions = [compile(tree, self.target, "exec")]
        return self._find(module)

    def _import_notebook(self, begins: Callable[[int], None]) -> type:
        try:
            notebook = Notebook(
                self.target, defines, lambda raised: describe(raised, self.is_theirs), self.without
            )
        except NotebookError as error:
            raise UnusableError(str(error)) from None
        module = self._module = self._run(lambda names: notebook.run(names, begins), {})
        self._names, self._definitions = dict(vars(module)), notebook.definitions
        self.failed = notebook.failed
        try:
            return self._find(module)
        except UnusableError as error:
            raise UnusableError("; ".join([str(error), *self.failed])) from None

    def _run(self, fill: Callable[[dict[str, Any]], None], names: dict[str, Any]) -> types.ModuleType:
        module = types.ModuleType(NAME)
        vars(module).update(names, __file__=self.target)
        sys.modules[NAME] = module
        try:
            fill(module.__dict__)
        finally:
            self.changed = put_back_builtins() or self.changed
        return module

    def _define_only(self, tree: ast.Module, names: dict[str, Any]) -> None:
        compiled = codeop.Compile()  # `from __future__ import …` holds for the statements below, too
        for statement in tree.body:
            if defines(statement, names):
                self._definitions.append(compiled(ast.Module([statement], []), self.target, "exec"))
                exec(self._definitions[-1], names)

    def _define(self, names: dict[str, Any]) -> None:
        for code in self._definitions:
            exec(code, names)

    def _find(self, module: types.ModuleType) -> type:
        return find_class(vars(module), module.__name__, self.class_name)

    def is_theirs(self, filename: str) -> bool:
        """Whether a file of code is the student's own."""
        if self.is_file:
            return filename.startswith((self.target, self.folder + os.sep))
        module = sys.modules.get(self.target.partition(".")[0])
        return filename.startswith(str(Path(getattr(module, "__file__", None) or "/nowhere").parent))


def source_of(path: str) -> bytes:
    """The source as it is; SyntaxError where its bytes are not what it declares, as when Python runs it.

    (`ast.parse` reads over such a byte in a comment.)
    """
    source = Path(path).read_bytes()
    mark = codecs.BOM_UTF8 if source.startswith(codecs.BOM_UTF8) else b""
    declared = mark + re.sub(rb"[^\0-\x7f]", b"?", source[len(mark) :])
    lines = iter(declared.splitlines(keepends=True))
    encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
    try:
        source.decode(encoding)
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        says = f"byte 0x{source[error.start]:x} is not {encoding}; save it as UTF-8, or declare what it is"
        raise SyntaxError(says, (path, line, None, None)) from None
    return source


def defines(statement: ast.stmt, names: Mapping[str, Any]) -> bool:
    """Whether a statement only gives names: a class, a function, an import, an assignment.

    What is assigned may be new and empty (`deque()`), but is no result of the file's own work. `names` are
    those that the file has given.
    """
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.Pass)):
        return True
    if isinstance(statement, ast.ClassDef):
        return all(defines(part, names) for part in statement.body)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)  # a docstring
    if isinstance(statement, ast.AnnAssign):
        return isinstance(statement.target, ast.Name) and _gives(statement.value, names)
    return isinstance(statement, ast.Assign) and all(
        _gives(part, names) for part in (*statement.targets, statement.value)
    )


def _gives(expression: ast.expr | None, names: Mapping[str, Any]) -> bool:
    """Whether nothing is looked up or done in it; what is in a lambda is done later."""
    waiting: list[ast.AST] = [expression] if expression else []
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Subscript) or (isinstance(part, ast.Call) and not _makes(part, names)):
            return False
        waiting += [] if isinstance(part, ast.Lambda) else ast.iter_child_nodes(part)
    return True


def _makes(call: ast.Call, names: Mapping[str, Any]) -> bool:
    """Whether a call makes a container, a counter or a field, or an object of its own out of nothing."""
    called: Any = None
    if isinstance(call.func, ast.Name):
        called = names.get(call.func.id, vars(builtins).get(call.func.id))
    elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        module = names.get(call.func.value.id)
        called = vars(module).get(call.func.attr) if isinstance(module, types.ModuleType) else None
    if called is dataclasses.field:
        return True
    if not isinstance(called, type):
        return False
    own = called.__module__ == NAME and not call.args and not call.keywords
    return own or called.__module__ in _CONTAINERS


def same_code(one: type, other: type) -> bool:
    """Whether two classes have the same methods, line for line."""
    codes = [
        {name: getattr(made, "__code__", None) for name, made in vars(kind).items()} for kind in (one, other)
    ]
    return codes[0] == codes[1]


def find_class(names: dict[str, Any], module: str, wanted: str) -> type:
    """The class `wanted`; without a wish `Value`, or the only one that looks like an engine, or its base."""
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
    engines = [made for made in engines if _multiplies(made)] or engines
    engines = [made for made in engines if all(issubclass(other, made) for other in engines)] or engines
    if len(engines) == 1:
        return engines[0]
    if engines:
        several = ", ".join(made.__name__ for made in engines)
        raise UnusableError(
            f"no class `Value` in it, and several that could be meant ({several}): add `:NAME`"
        )
    raise UnusableError(f"no class `Value` in it; its classes: {listed}")


def _multiplies(made: type) -> bool:
    """Whether it has a product of its own: a tuple has that of tuples, and an operation's class has none."""
    product = getattr(made, "__mul__", None)
    return callable(product) and not isinstance(product, types.WrapperDescriptorType)
