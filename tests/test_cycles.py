"""What a function leaves behind when it has returned."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [path for package in ("autograd", "nn", "viz") for path in sorted((ROOT / package).rglob("*.py"))]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def calling_themselves(text):
    """The functions that are made inside a function and use their own name."""
    outer = [node for node in ast.walk(ast.parse(text)) if isinstance(node, FUNCTIONS)]
    inner = {node for function in outer for node in ast.walk(function) if node is not function}
    return [
        function.name
        for function in outer
        if function in inner
        and any(isinstance(node, ast.Name) and node.id == function.name for node in ast.walk(function))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_function_inside_another_calls_itself(path):
    """It and the cell that holds it would be a cycle of references, left behind by each call of the outer."""
    assert calling_themselves(path.read_text(encoding="utf-8")) == []


def test_recursion_inside_a_function_is_found():
    """A closure that calls itself is found, and functions of a module or a class are not."""
    assert calling_themselves("def f():\n    def g(n):\n        return g(n - 1)\n    return g(3)") == ["g"]
    assert calling_themselves("def f(n):\n    return f(n - 1)") == []
    assert calling_themselves("class C:\n    def f(self):\n        return self.f()") == []
