"""Elementwise steps, and reductions: the rule of the table, and its partials, at each row and sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.javascript.tables import Tables
from autograd.compiler.backends.javascript.writer import Indices, Writer
from autograd.compiler.program.program import Selection, Step
from autograd.rules.constants import with_constants
from autograd.rules.javascript import JAVASCRIPT, typed
from autograd.rules.reductions import hoisted
from autograd.symbols import Expression, Term, substitute, subterms

STARTS = {"total": "0", "largest": "-Infinity"}
ADDS = {"total": "{0} += {1};", "largest": "{0} = Math.max({0}, {1});"}
"""How a reduction begins, and how it takes in one element."""

COTANGENT = "{d}"
"""The symbol of the cotangent of the result, which no operand can be called."""


def forward(tables: Tables, step: Step) -> None:
    """The value of the rule."""
    writer, out = tables.writer, tables.rows(step.out)
    operands = _operands(tables, step)
    numbers = _numbers(tables, step)
    reductions, rest = hoisted(typed(with_constants(substitute(step.primitive.value, numbers))))
    alone = {name: access for name, access in operands.items() if "j" not in access.variables}
    families = {name: access for name, access in operands.items() if "j" in access.variables}
    size = max((s.shape[0] for s in step.operands if s.rows.ndim == 2), default=1)
    terms = [*reductions.values(), rest]
    with writer.entries(step.out.rows, [out, *alone.values()], in_one=not families) as at:
        known = _read(writer, terms, alone, at)
        for name, reduction in reductions.items():
            (element,) = reduction.operands
            variable = writer.declare(name, STARTS[reduction.head], "let")
            with writer.loop("j", size) as j:
                inside = _read(writer, [element], families, at | {"j": j})
                text = _text(element, {**known, **inside, "position": Expression(j)})
                writer.line(ADDS[reduction.head].format(variable, text))
            known[name] = Expression(variable)
        writer.line(f"{writer.element(out, at)} = {_text(rest, known)};")


def reverse(tables: Tables, step: Step) -> None:
    """Add the cotangent times each partial to the cotangents of the operands."""
    nonzero = step.primitive.nonzero_partials
    for partial, selection, counts in zip(step.primitive.partials, step.operands, nonzero):
        if counts and tables.program.has_gradient(selection):
            _add_share(tables, step, partial, selection)


def _add_share(tables: Tables, step: Step, partial: Term, selection: Selection) -> None:
    """Add to one operand's cotangents: the sum over the samples, if the operand is the same for all."""
    writer = tables.writer
    variables = "r" if selection.rows.ndim == 1 else "jr"
    target = tables.access(selection, *variables, cotangent=True)
    cotangent = tables.rows(step.out, cotangent=True)
    term = _share(typed(with_constants(substitute(partial, _numbers(tables, step)))))
    reads = {**_operands(tables, step), "z": tables.rows(step.out), COTANGENT: cotangent}
    used = {name: access for name, access in reads.items() if _count(name, [term])}
    if not target.location.uniform or step.out.uniform:
        size, accesses = target.sizes.get("j", 1), [target, *used.values()]
        with writer.loop("j", size) as j, writer.entries(step.out.rows, accesses, {"j": j}, size == 1) as at:
            writer.line(f"{writer.element(target, at)} += {_filled(writer, term, used, at)};")
        return
    with writer.nest({"r": step.out.rows, **target.sizes}) as at:
        total = writer.declare("sum", "0", "let")
        with writer.samples(list(used.values()), at) as inside:
            writer.line(f"{total} += {_filled(writer, term, used, inside)};")
        writer.line(f"{writer.element(target, at)} += {total};")


def _filled(writer: Writer, term: Term, accesses: Mapping[str, Access], at: Indices) -> str:
    """A term with the elements of its operands, and the position in a family."""
    known = _read(writer, [term], accesses, at)
    return _text(term, {**known, "position": Expression(at.get("j", "0"))})


def _share(partial: Term) -> Expression:
    """The cotangent times a partial."""
    d = Expression(COTANGENT)
    if isinstance(partial, float) and abs(partial) == 1.0:
        return d if partial > 0.0 else -d
    return d * partial


def _operands(tables: Tables, step: Step) -> dict[str, Access]:
    """The operands that are not one known number, by the names that the rule gives them."""
    return {
        name: tables.access(selection, *("r" if selection.rows.ndim == 1 else "jr"))
        for name, selection in zip(step.primitive.operands, step.operands)
        if tables.number(selection) is None
    }


def _numbers(tables: Tables, step: Step) -> dict[str, float]:
    """Those that are."""
    found = zip(step.primitive.operands, map(tables.number, step.operands))
    return {name: number for name, number in found if number is not None}


def _read(
    writer: Writer, terms: Sequence[Term], accesses: Mapping[str, Access], at: Indices
) -> dict[str, Expression]:
    """What stands for each operand in the terms: its element, or a name that is given to it before."""
    known = {}
    for name, access in accesses.items():
        times = _count(name, terms)
        element = writer.element(access, at)
        known[name] = Expression(writer.declare(name, element) if times > 1 else element)
    return known


def _count(name: str, terms: Sequence[Term]) -> int:
    """How often a symbol stands in the terms."""
    return sum(part.head == name and not part.operands for term in terms for part in subterms(term))


def _text(term: Term, known: Mapping[str, Expression]) -> str:
    return str(JAVASCRIPT.write(substitute(term, known)))
