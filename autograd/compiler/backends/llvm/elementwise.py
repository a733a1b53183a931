"""Elementwise steps, and reductions: the rule of the table, and its partials, as instructions."""

from __future__ import annotations

from collections.abc import Mapping

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.llvm.arithmetic import ACCUMULATORS, Environment, Instruction
from autograd.compiler.backends.llvm.cotangents import Cotangents
from autograd.compiler.backends.llvm.layout import Layout
from autograd.compiler.backends.llvm.loops import Indices, Loops
from autograd.compiler.program.program import Step
from autograd.symbols import Term


def forward(layout: Layout, loops: Loops, step: Step) -> None:
    """The value of the rule."""
    out = layout.all_rows(step.out)
    with loops.over(out) as at:
        loops.store(_value(layout, loops, step, at), out, at)


def reverse(cotangents: Cotangents, loops: Loops, step: Step) -> None:
    """Add the cotangent times each partial to the cotangents of the operands."""
    layout, primitive = cotangents.layout, step.primitive
    counts = primitive.nonzero_partials
    for partial, selection, nonzero in zip(primitive.partials, step.operands, counts):
        if nonzero and layout.program.has_gradient(selection):
            variables = "r" if selection.rows.ndim == 1 else "jr"
            target = layout.access(selection, *variables, cotangent=True)
            _add_share(cotangents, loops, step, partial, target)


def _add_share(cotangents: Cotangents, loops: Loops, step: Step, partial: Term, target: Access) -> None:
    """Add the cotangent times one partial to a target: the sum over the samples, if the target is uniform."""
    layout, arithmetic = cotangents.layout, loops.arithmetic
    cotangent = layout.all_rows(step.out, cotangent=True)
    write = loops.store if cotangents.is_first(loops, target, target.rows) else loops.add
    sums = target.location.uniform and not step.out.uniform and not layout.one_sample
    with loops.nest({"r": step.out.rows, **target.sizes}) as at:
        total = loops.variable(0.0, lanes=True) if sums else None
        with loops.nest(loops.samples_of(cotangent)) as inner:
            inside = at | inner
            environment = _singles(layout, loops, step, inside)
            environment["z"] = loops.load(layout.all_rows(step.out), inside)
            if "j" in at:
                environment |= _family(layout, loops, step, inside)
            term = arithmetic.multiply(
                loops.load(cotangent, inside), arithmetic.evaluate(partial, environment)
            )
            if sums:
                loops.accumulate(term, total, inside["b"])
            else:
                write(term, target, inside)
        if sums:
            write(arithmetic.total(loops.builder.load(total)), target, at)


def _value(layout: Layout, loops: Loops, step: Step, at: Indices) -> Instruction:
    """The rule's value as instructions; each of its reductions becomes a loop before them."""
    count = max((s.shape[0] for s in step.operands if s.rows.ndim == 2), default=0)

    def reduce(head: str, element: Term, environment: Environment) -> Instruction:
        start, combine = ACCUMULATORS[head]
        result = loops.variable(start, lanes="b" in at)
        with loops.loop(count) as j:
            inner = {**environment, **_family(layout, loops, step, at | {"j": j})}
            number = loops.arithmetic.evaluate(element, inner)
            loops.builder.store(combine(loops.arithmetic, loops.builder.load(result), number), result)
        return loops.builder.load(result)

    singles = _singles(layout, loops, step, at)
    return loops.arithmetic.with_reductions(step.primitive.value, singles, reduce)


def _singles(layout: Layout, loops: Loops, step: Step, at: Indices) -> dict[str, Instruction]:
    """The operands that are not families, by the names that the rule gives them."""
    return {
        name: loops.load(layout.access(selection, "r"), at)
        for name, selection in zip(step.primitive.operands, step.operands)
        if selection.rows.ndim == 1
    }


def _family(layout: Layout, loops: Loops, step: Step, at: Indices) -> Mapping[str, Instruction]:
    """Element j of each family, and j itself."""
    found = {"position": loops.builder.sitofp(at["j"], loops.real)}
    for name, selection in zip(step.primitive.operands, step.operands):
        if selection.rows.ndim == 2:
            found[name] = loops.load(layout.access(selection, "j", "r"), at)
    return found
