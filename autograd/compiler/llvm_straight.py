"""Straight-line machine code: a short tape as one loop over the samples, its scalars in registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.llvm_arithmetic import REDUCTIONS, Arithmetic, Bindings, Instruction
from autograd.compiler.llvm_engine import MachineFunction
from autograd.compiler.llvm_loops import Access, Loops, Place
from autograd.compiler.tape import Source, Tape
from autograd.primitives import TABLE
from autograd.rules import Primitive
from autograd.symbols import Term

DIV, MUL = TABLE["div"], TABLE["mul"]


def straight_line(tape: Tape, roots: list[int], inputs: Sequence[str], dtype: Any) -> MachineFunction:
    """`program(parameters, *inputs, results, samples)`: the results (roots, samples).

    `inputs` names an array for each input of the tape, in order. Inputs of one name are rows of one array.
    """
    module = ir.Module("straight")
    real = ir.DoubleType() if dtype == np.float64 else ir.FloatType()
    spaces = ["parameters", *dict.fromkeys(inputs), "results"]
    loops = Loops(module, "program", spaces, real, lanes=1, stride=None)
    with loops.loop(loops.samples) as sample:
        at = {"b": sample}
        numbers: list[Instruction] = []
        uniform: list[bool] = []
        for head, operands in zip(tape.heads, tape.operands):
            if isinstance(head, Source):
                numbers.append(_source(loops, head, inputs, at))
                uniform.append(head.kind != "input")
                continue
            given = [numbers[operand] for operand in operands]
            if head is DIV and uniform[operands[1]]:  # a product takes a quarter of the time of a quotient
                given[1] = _value(loops.arithmetic, head, [loops.arithmetic.number(1.0), given[1]])
                head = MUL
            numbers.append(_value(loops.arithmetic, head, given))
            uniform.append(all(uniform[operand] for operand in operands))
        for row, root in enumerate(roots):
            loops.store(numbers[root], _scalar("results", row, varies=True), at)
    loops.close()
    return MachineFunction(module, loops.function)


def _scalar(space: str, row: int, varies: bool) -> Access:
    return Access(Place(space, space, row, varies), np.zeros(1, int), ("r",))


def _source(loops: Loops, source: Source, inputs: Sequence[str], at: dict[str, Instruction]) -> Instruction:
    if source.kind == "number":
        return loops.arithmetic.number(source.what)
    if source.kind == "parameter":
        return loops.load(_scalar("parameters", source.what, varies=False), at)
    space = inputs[source.what]
    return loops.load(_scalar(space, list(inputs[: source.what]).count(space), varies=True), at)


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
