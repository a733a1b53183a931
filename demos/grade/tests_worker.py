"""The process in which a student's tests run against the right engine and then against each mistaken one.

Whatever module the tests import `Value` from is replaced by one that holds the engine at hand. It starts as
`python -m demos.grade.tests_worker ORDER`, and writes down which tests failed; it judges nothing.
"""

from __future__ import annotations

import ast
import importlib
import os
import sys
import types
from pathlib import Path
from typing import Any

from demos.grade.observing import describe
from demos.grade.process import Say, serve
from demos.grade.restoring import put_back_builtins
from demos.mistakes import MISTAKES, Value
from demos.mistakes.catalogue import afresh


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
            if any(alias.name in (class_name, "*") for alias in node.names):
                found.append(node.module)
        elif isinstance(node, ast.Attribute) and node.attr == class_name:
            name = ast.unparse(node.value)
            if name in imported:
                found.append(imported[name])
    return list(dict.fromkeys(found))


def install(module: str, class_name: str, engine: type[Value]) -> None:
    """Puts a module of that name in place, holding nothing but the engine."""
    stub = types.ModuleType(module)
    vars(stub)[class_name] = engine
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


def work(order: dict[str, Any], say: Say) -> None:
    """Runs the tests against the right engine, stage 0, and against that of the n-th mistake, stage n."""
    class_name, path = order["class"] or "Value", order["target"]
    try:
        import pytest  # noqa: F401

        tree = ast.parse(Path(path).read_bytes())
    except ImportError:
        say(problem="cannot be run: tests need pytest (pip install pytest)")
        return
    except (SyntaxError, ValueError) as error:
        say(problem="cannot be read: " + describe(error, lambda name: False))
        return
    modules = modules_of(tree, class_name)
    if not modules:
        say(problem=f"imports no `{class_name}`; it needs a line such as: from engine import {class_name}")
        return
    engines = [Value, *(mistake.engine for mistake in MISTAKES)]
    for at in range(order["first"], order["last"] + 1):
        say(stage=at)
        for module in modules:
            install(module, class_name, afresh(engines[at]))
        try:
            found = outcome(path)
        except BaseException as raised:
            found = {"passed": [], "failed": [], "problem": describe(raised, lambda name: name == path)}
        put_back_builtins()
        say(trial=[at, 0], outcome=found)
        if at == 0 and (found["problem"] or not found["passed"] + found["failed"]):
            return


if __name__ == "__main__":
    serve(work)
