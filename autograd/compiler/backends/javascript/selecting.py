"""Selecting: steps of `select`, which read the entry of a family at an index, and none of the others.

An index that is no whole number, or beyond the family, chooses nothing: the result is 0, and no entry of the
family receives a cotangent.
"""

from __future__ import annotations

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.javascript.tables import Tables
from autograd.compiler.program.program import Step


def forward(tables: Tables, step: Step) -> None:
    """The chosen entry of each family."""
    writer, out = tables.writer, tables.rows(step.out)
    index, family, exists = _choice(tables, step)
    with writer.loop("r", step.out.rows) as r, writer.samples([out, index], {"r": r}) as at:
        writer.line(f"const j = {writer.element(index, at)};")
        writer.line(f"{writer.element(out, at)} = {exists} ? {writer.element(family, at | {'j': 'j'})} : 0;")


def reverse(tables: Tables, step: Step) -> None:
    """Add to the cotangent of the chosen entry."""
    selection = step.operands[1]
    if not tables.program.has_gradient(selection):
        return
    writer, cotangent = tables.writer, tables.rows(step.out, cotangent=True)
    index, _, exists = _choice(tables, step)
    target = tables.access(selection, "j", "r", cotangent=True)
    with writer.loop("r", step.out.rows) as r, writer.samples([cotangent, index], {"r": r}) as at:
        writer.line(f"const j = {writer.element(index, at)};")
        chosen = writer.element(target, at | {"j": "j"})
        writer.line(f"if ({exists}) {chosen} += {writer.element(cotangent, at)};")


def _choice(tables: Tables, step: Step) -> tuple[Access, Access, str]:
    """The index, the family, and the condition that there is an entry j."""
    index, family = step.operands
    return (
        tables.access(index, "r"),
        tables.access(family, "j", "r"),
        f"Number.isInteger(j) && j >= 0 && j < {family.shape[0]}",
    )
