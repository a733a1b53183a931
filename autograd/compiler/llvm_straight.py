"""Straight-line machine code: a short tape as one loop over the samples, its scalars in registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.llvm_arithmetic import REDUCTIONS, Arithmetic, Bindings, Instruction
from autograd.compiler.llvm_engine import machine_code
from autograd.compiler.llvm_loops import Access, Loops, Place
from autograd.compiler.tape import Source, Tape
from autograd.rules import Primitive
from autograd.symbols import Term

SPACES = ("p", "x", "results")


def straight_line(tape: Tape, roots: list[int], dtype: Any) -> Callable[..., None]:
    """`program(p, x, results, batch)` at addresses: results (roots, batch) of inputs x (inputs, batch)."""
    module = ir.Module("straight")
    real = ir.DoubleType() if dtype == np.float64 else ir.FloatType()
    loops = Loops(module, "program", SPACES, real, alone=False)
    loops.function.linkage = "external"
    with loops.loop(loops.batch) as sample:
        at = {"b": sample}
        numbers: list[Instruction] = []
        for head, operands in zip(tape.heads, tape.operands):
            if isinstance(head, Source):
                numbers.append(_source(loops, head, at))
            else:
                numbers.append(_value(loops.arithmetic, head, [numbers[operand] for operand in operands]))
        for row, root in enumerate(roots):
            loops.store(numbers[root], _scalar("results", row, varies=True), at)
    loops.close()
    return machine_code(module, "program")


def _scalar(space: str, row: int, varies: bool) -> Access:
    return Access(Place(space, space, row, varies), np.zeros(1, int), ("r",))


def _source(loops: Loops, source: Source, at: dict[str, Instruction]) -> Instruction:
    if source.kind == "number":
        return loops.arithmetic.number(source.what)
    space = {"parameter": "p", "input": "x"}[source.kind]
    return loops.load(_scalar(space, source.what, varies=space == "x"), at)


def _value(arithmetic: Arithmetic, primitive: Primitive, operands: list[Instruction]) -> Instruction:
    """The value of one operation; its reductions are written out, term by term."""
    single = len(primitive.operands) - primitive.families
    arranged = primitive.arrange(operands)
    families = dict(zip(primitive.operands[single:], arranged[single:]))
    count = max(map(len, families.values()), default=0)

    def fold(head: str, element: Term, bindings: Bindings) -> Instruction:
        start, combine = REDUCTIONS[head]
        result = arithmetic.number(start)
        for position in range(count):
            inner = {**bindings, **{name: family[position] for name, family in families.items()}}
            inner["position"] = arithmetic.number(position)
            result = combine(arithmetic, result, arithmetic.evaluate(element, inner))
        return result

    bindings = dict(zip(primitive.operands, arranged[:single]))
    return arithmetic.with_reductions(primitive.value, bindings, fold)
