"""What a process does in which a student's tests run, against the right engine or a mistaken one.

Whatever module the tests import `Value` from is replaced by one that holds the engine at hand. It tells which
tests failed, and judges nothing.
"""

from __future__ import annotations

import ast
import importlib.machinery
import os
import sys
import types
from collections.abc import Callable
from functools import wraps
from typing import Any

from demos.grade.fencing.process import Message, Tell
from demos.grade.inside.loading import source_of
from demos.grade.inside.observing import describe
from demos.grade.inside.restoring import put_back_builtins
from demos.mistakes import MISTAKES, Value


def modules_of(tree: ast.Module, class_name: str) -> list[str]:
    """The modules that the tests take the class from: `from m import Value`, or `import m` and `m.Value`."""
    found: list[str] = []
    imported = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            given = {alias.name for alias in node.names}
            if class_name in given or ("*" in given and not _is_library_without(class_name, node.module)):
                found.append(node.module)
        elif isinstance(node, ast.Attribute) and node.attr == class_name:
            name = ast.unparse(node.value)
            if name in imported:
                found.append(imported[name])
    return list(dict.fromkeys(found))


def _is_library_without(class_name: str, module: str) -> bool:
    """Whether a module is none of the student's, is installed here, and has no such class, as `math`."""
    if importlib.machinery.PathFinder.find_spec(module.partition(".")[0], [os.getcwd()]):
        return False
    try:
        return not hasattr(importlib.import_module(module), class_name)
    except ImportError:
        return False


def install(module: str, class_name: str, engine: type[Value]) -> None:
    """Puts a module of that name in place, holding nothing but the engine, as a new class of its own."""
    stub = types.ModuleType(module)
    vars(stub)[class_name] = type(class_name, (engine,), {"__module__": module})
    parent, _, name = module.rpartition(".")
    if parent:
        try:
            package = importlib.import_module(parent)
        except ImportError:
            install(parent, class_name, engine)
            package = sys.modules[parent]
            package.__path__ = []
        setattr(package, name, stub)
    sys.modules[module] = stub


def engine_of(number: int, again: int = 0) -> type[Value]:
    """The right engine, 0, or that of the n-th mistake; the right one `again` is written otherwise."""
    if number:
        return MISTAKES[number - 1].engine
    return _written_otherwise(Value) if again else Value


def _written_otherwise(engine: type[Value]) -> type[Value]:
    """What does the same by methods of its own: tests that only see that code is another fail on it."""

    def another(method: Any) -> Any:
        @wraps(method)
        def calls(self: Value, *given: Any, **named: Any) -> Any:
            return method(self, *given, **named)

        return calls

    methods = {name: made for name, made in vars(engine).items() if isinstance(made, types.FunctionType)}
    return type("Otherwise", (engine,), {name: another(method) for name, method in methods.items()})


class Results:
    """A plugin of pytest that notes which tests passed and failed."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.failed: list[str] = []
        self.problem = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Notes how a test went; one whose set-up or tear-down fails has failed."""
        name = report.nodeid.partition("::")[2]
        if report.failed and name not in self.failed:
            self.failed.append(name)
        elif report.passed and report.when == "call":
            self.passed.append(name)

    def pytest_collectreport(self, report: Any) -> None:
        """Notes why the file cannot be imported."""
        if report.failed:
            lines = [line for line in str(report.longrepr).splitlines() if line.startswith("E ")]
            self.problem = (lines or ["it cannot be imported"])[0].removeprefix("E ").strip()


def outcome(path: str) -> dict[str, Any]:
    """Runs the tests once, imported anew: which passed, which failed."""
    import pytest

    before, results = set(sys.modules), Results()
    alone = ["--import-mode=importlib", "-p", "no:cacheprovider", "-o", "addopts=", "--rootdir", os.getcwd()]
    pytest.main([*alone, "-q", path], plugins=[results])
    for name in [name for name in sys.modules if name not in before]:
        if str(getattr(sys.modules[name], "__file__", "")) == path:
            del sys.modules[name]
    return {"passed": results.passed, "failed": results.failed, "problem": results.problem}


class TestsWorker:
    """Runs the tests against one engine, each time it is asked to."""

    def __init__(self, order: Message) -> None:
        self.class_name, self.path = order["class"] or "Value", order["target"]
        self.modules: list[str] = []

    def load(self, question: Message, tell: Tell) -> Message:
        """Finds out which modules the tests take the class from."""
        if self.path.endswith(".ipynb"):
            return {"problem": "is a notebook, which pytest does not run; put the tests into a .py file"}
        try:
            import pytest  # noqa: F401

            tree = ast.parse(source_of(self.path))
        except ImportError:
            return {"problem": "cannot be run: tests need pytest (pip install pytest)"}
        except (SyntaxError, ValueError) as error:
            return {"problem": "cannot be read: " + describe(error, lambda name: False)}
        self.modules = modules_of(tree, self.class_name)
        if not self.modules:
            needed = f"from engine import {self.class_name}"
            return {"problem": f"imports no `{self.class_name}`; it needs a line such as: {needed}"}
        return {}

    def run(self, question: Message, tell: Tell) -> Message:
        """Which tests pass and fail with an engine; its number is nowhere when they run."""
        engine = engine_of(question.pop("engine"), question.pop("again"))
        for module in self.modules:
            install(module, self.class_name, engine)
        try:
            found = outcome(self.path)
        except BaseException as raised:
            found = {"passed": [], "failed": [], "problem": describe(raised, lambda name: name == self.path)}
        put_back_builtins()
        return found


def begin(order: Message) -> Callable[[Message, Tell], Message]:
    """A worker's answer to any question."""
    worker = TestsWorker(order)
    answers = {"load": worker.load, "run": worker.run}
    return lambda question, tell: answers[question["do"]](question, tell)
