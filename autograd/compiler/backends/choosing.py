"""Choosing: which backend a step is for, by what the program is and how many samples it is run on.

LLVM computes what is written without temporary arrays and wins where products are small or few, which is
most often. It takes its time to compile, which a very long program does not earn back, and numpy's matrix
products are blocked for caches, which matters once a matrix does not fit into them.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from autograd.compiler.program.program import Program

LLVM_SECONDS = 0.02
"""What LLVM takes to compile an array operation."""

OPERATIONS_FOR_LLVM = 150
"""Array operations up to which LLVM is taken."""

LARGE_MATRIX = 2**16
"""Entries from which a matrix is large: half a megabyte.

For the gradients of dense networks, by one thread each, numpy took 0.5 to 0.8 of LLVM's time with 784 x 128
(batches of 10 to 4,000), 0.8 to 1.1 of it with 256 x 256, and 1.0 to 3 times it with 128 x 128 and less.
"""

PRODUCTS_FOR_NUMPY = 500_000
"""Multiplications with large matrices, for all samples, from which numpy's are worth its calls."""


class Choice(NamedTuple):
    """A backend's name, and why."""

    backend: str
    reason: str


def choose(program: Program, batch: int, has_llvm: bool) -> Choice:
    """What "auto" takes for a program on so many samples."""
    steps = len(program.steps)
    if not has_llvm:
        return Choice("numpy", "llvmlite is not installed")
    if steps > OPERATIONS_FOR_LLVM:
        seconds = round(steps * LLVM_SECONDS)
        return Choice("numpy", f"LLVM would compile {steps:,} array operations for some {seconds} s")
    sizes = [(math.prod(step.operands[0].shape), step.operands[1].shape[1]) for step in _products(program)]
    large = batch * sum(matrix * columns for matrix, columns in sizes if matrix >= LARGE_MATRIX)
    total = batch * sum(matrix * columns for matrix, columns in sizes)
    if large >= PRODUCTS_FOR_NUMPY and 2 * large > total:
        return Choice("numpy", f"{large:,} multiplications with matrices of {LARGE_MATRIX:,} entries or more")
    return Choice("llvm", f"{steps:,} array operations, {total:,} multiplications in matrix products")


def _products(program: Program) -> list[Any]:
    return [step for step in program.steps if step.kind == "matmul"]
