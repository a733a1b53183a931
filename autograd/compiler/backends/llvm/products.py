"""Products: matrix products, dots and plain sums, which are contractions, forward and in reverse."""

from __future__ import annotations

import numpy as np

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.llvm.contraction import contract
from autograd.compiler.backends.llvm.cotangents import Cotangents
from autograd.compiler.backends.llvm.layout import Layout
from autograd.compiler.backends.llvm.loops import Loops
from autograd.compiler.program.program import Step

FEW = 4
"""Plain terms that are added one by one; more of them have a loop."""


def forward(layout: Layout, loops: Loops, step: Step) -> None:
    """The sums of the products, and of the plain terms."""
    out = _out(layout, step)
    factors = [layout.access(s, *names) for s, names in zip(step.operands, _variables(step))]
    contract(loops, out, factors, _start(layout, loops, step, out))


def reverse(cotangents: Cotangents, loops: Loops, step: Step) -> None:
    """Add the cotangent times the other factor to that of each factor, and alone to those of plain terms."""
    layout, variables = cotangents.layout, _variables(step)
    cotangent = _out(layout, step, cotangent=True)
    for at, selection in enumerate(step.operands):
        if layout.program.has_gradient(selection):
            others = [layout.access(other, *variables[n]) for n, other in enumerate(step.operands) if n != at]
            target = layout.access(selection, *variables[at], cotangent=True)
            cotangents.add(loops, target, [cotangent, *others])
    if step.plain is not None and layout.program.has_gradient(step.plain):
        cotangents.add(loops, layout.access(step.plain, "t", "r", cotangent=True), [cotangent])


def _variables(step: Step) -> list[tuple[str, str]]:
    """Those of the factors: (r, j) and (j, m) of a matrix product; else (j, r)."""
    return [("r", "j"), ("j", "m")] if step.kind == "matmul" else [("j", "r")] * len(step.operands)


def _out(layout: Layout, step: Step, cotangent: bool = False) -> Access:
    """The result over (r, m) of a matrix product; else over (r)."""
    if step.kind != "matmul":
        return layout.all_rows(step.out, cotangent)
    matrix, vectors = step.operands
    rows = np.arange(step.out.rows).reshape(matrix.shape[0], vectors.shape[1])
    return Access(layout.location(step.out, cotangent), rows, ("r", "m"))


def _start(layout: Layout, loops: Loops, step: Step, out: Access) -> list[Access]:
    """What is added besides the products: a few plain terms, or the result, which has them all."""
    if step.plain is None:
        return []
    terms = layout.access(step.plain, "t", "r")
    if len(terms.rows) <= FEW:
        return [Access(terms.location, rows, ("r",)) for rows in terms.rows]
    contract(loops, out, [terms], [])
    return [out]
