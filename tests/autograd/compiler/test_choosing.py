"""Which backend "auto" takes: by what the program is and how large the batch, never by the clock."""

# ruff: noqa: E501 (tables)

import re

import numpy as np
import pytest

from autograd import Value, compile
from autograd.compiler.backends.choosing import choose
from autograd.compiler.program.program import DOT, Array, Program, Selection, Step


def program(*shapes, others=0):
    """One with a product of a matrix (k, n) with m vectors for each shape, and other operations."""
    steps = [
        Step("matmul", DOT, Array(3, k * m, False), (selection(k, n), selection(n, m))) for k, n, m in shapes
    ]
    steps += [Step("each", DOT, Array(4, 1, False), ())] * others
    return Program(0, 0, [], steps=steps)


def selection(*shape):
    return Selection(np.zeros(shape, dtype=np.intp), np.zeros(shape, dtype=np.intp), True)


# fmt: off
CASES = [
    ("moons",                    program((16, 2, 1), (16, 16, 1), (1, 16, 1)), 100,    "llvm",  "3 array operations, 30,400 mult"),
    ("moons, many samples",      program((16, 2, 1), (16, 16, 1), (1, 16, 1)), 100_000, "llvm", "30,400,000 mult"),
    ("784-128-10",               program((128, 784, 1), (10, 128, 1)),         10_000, "numpy", "1,003,520,000 mult.* matrices of 65,536 entries or more"),
    ("784-128-10, a few",        program((128, 784, 1), (10, 128, 1)),         10,     "numpy", "1,003,520 mult"),
    ("784-128-10, one",          program((128, 784, 1), (10, 128, 1)),         1,      "llvm",  "2 array operations"),
    ("one of many small",        program((256, 256, 1), *[(64, 64, 64)] * 9),  100,    "llvm",  "10 array operations"),
    ("a chain of 600 levels",    program(others=600),                          1,      "numpy", "LLVM would compile 600 array operations for some 12 s"),
]
# fmt: on


@pytest.mark.parametrize(
    ("made", "batch", "backend", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_choice_is_by_the_work_of_a_step(made, batch, backend, reason):
    """Small or few products: machine code. Large matrices, or too much to compile: numpy."""
    found = choose(made, batch, has_llvm=True)
    assert found.backend == backend
    assert re.search(reason, found.reason)
    assert choose(made, batch, has_llvm=False) == ("numpy", "llvmlite is not installed")


def test_the_choice_may_differ_between_sizes_of_a_batch(monkeypatch):
    """Made when a size first comes; the report names the latest, and an explicit backend is as asked for."""
    pytest.importorskip("llvmlite")
    monkeypatch.setattr("autograd.compiler.backends.choosing.LARGE_MATRIX", 6)
    monkeypatch.setattr("autograd.compiler.backends.choosing.PRODUCTS_FOR_NUMPY", 60)
    w = [[Value(0.1 * i + j) for i in range(3)] for j in range(2)]
    fast = compile(lambda x: sum(sum(a * b for a, b in zip(row, x)).tanh() for row in w))
    few, many = np.ones((2, 3)), np.ones((20, 3))
    fast.backward(few)
    assert re.search(
        "backend +llvm  3 array operations, 12 multiplications in matrix products$", fast.report()
    )
    fast.backward(many)
    assert (
        "backend                       numpy  120 multiplications with matrices of 6 entries" in fast.report()
    )
    np.testing.assert_allclose(fast(many)[:2], fast(few), rtol=1e-12)
    assert len(fast.specializations) == 1
    asked = compile(fast.f, backend="numpy")
    asked(few)
    assert asked.report().splitlines()[-1].split() == ["backend", "numpy", "asked", "for"]
