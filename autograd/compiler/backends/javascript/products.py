"""Dots and matrix products, and the plain terms that they add: sums of products, forward and in reverse."""

from __future__ import annotations

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.javascript.contraction import contract
from autograd.compiler.backends.javascript.tables import Tables
from autograd.compiler.program.program import Step

FEW = 4
"""Plain terms that are added one by one; more of them have a loop."""


def forward(tables: Tables, step: Step) -> None:
    """The sums of the products, and of the plain terms."""
    out = _out(tables, step)
    factors = [tables.access(s, *names) for s, names in zip(step.operands, _variables(step))]
    start: list[Access] = []
    if step.plain is not None:
        terms = tables.access(step.plain, "t", "r")
        if len(terms.rows) <= FEW:
            start = [Access(terms.location, rows, ("r",)) for rows in terms.rows]
        else:
            contract(tables.writer, out, [terms], [])
            start = [out]
    contract(tables.writer, out, factors, start)


def reverse(tables: Tables, step: Step) -> None:
    """Add the cotangent times the other factor to that of each factor, and alone to those of plain terms."""
    cotangent, program = _out(tables, step, cotangent=True), tables.program
    variables = _variables(step)
    for at, selection in enumerate(step.operands):
        if program.has_gradient(selection):
            others = [tables.access(other, *variables[n]) for n, other in enumerate(step.operands) if n != at]
            target = tables.access(selection, *variables[at], cotangent=True)
            contract(tables.writer, target, [cotangent, *others])
    if step.plain is not None and program.has_gradient(step.plain):
        contract(tables.writer, tables.access(step.plain, "t", "r", cotangent=True), [cotangent])


def _variables(step: Step) -> list[tuple[str, str]]:
    """Those of the factors: (r, j) and (j, m) of a matrix product; else (j, r)."""
    return [("r", "j"), ("j", "m")] if step.kind == "matmul" else [("j", "r")] * len(step.operands)


def _out(tables: Tables, step: Step, cotangent: bool = False) -> Access:
    """The result over (r, m) of a matrix product; else over (r)."""
    out = tables.rows(step.out, cotangent)
    if step.kind != "matmul":
        return out
    matrix, vectors = step.operands
    rows = out.rows.reshape(matrix.shape[0], vectors.shape[1])
    return Access(out.location, rows, ("r", "m"))
