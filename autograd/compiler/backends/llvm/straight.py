"""Straight-line machine code: a short tape as one loop over the samples, its scalars in registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.backends.accesses import Access, Location
from autograd.compiler.backends.llvm.arithmetic import ACCUMULATORS, Arithmetic, Environment, Instruction
from autograd.compiler.backends.llvm.loops import INT, Loops
from autograd.compiler.backends.llvm.machine import MachineFunction
from autograd.compiler.lowering.tape import Source, Tape
from autograd.rules.primitives import Primitive
from autograd.rules.table import TABLE
from autograd.symbols import Term

DIV = TABLE["div"]
DOUBLE = ir.DoubleType()


def straight_line(tape: Tape, roots: list[int], inputs: Sequence[str], dtype: Any) -> MachineFunction:
    """A function of parameters, the arrays that `inputs` names, results, and the number of samples.

    `inputs` names an array for each input of the tape, in order: those of one name are rows of one array
    (rows, samples). The function sets the results (roots, samples). Parameters (parameters,), and what
    depends on them alone, are of double precision.
    """
    real = DOUBLE if dtype == np.float64 else ir.FloatType()
    spaces = ["parameters", *dict.fromkeys(inputs), "results"]
    loops = Loops(ir.Module("straight"), "program", spaces, real, lanes=1, row_length=None)
    uniform = _uniform(loops, tape)
    values = {place: _narrowed(loops, value) for place, value in uniform.items()}
    inverses = {
        operands[1]: _narrowed(loops, loops.builder.fdiv(DOUBLE(1.0), uniform[operands[1]]))
        for place, (head, operands) in enumerate(zip(tape.heads, tape.operands))
        if head is DIV and place not in uniform and operands[1] in uniform
    }
    with loops.loop(loops.samples) as sample:
        at = {"b": sample}
        for place, (head, operands) in enumerate(zip(tape.heads, tape.operands)):
            if isinstance(head, Source) and head.kind == "input":
                row = list(inputs[: head.what]).count(inputs[head.what])
                values[place] = loops.load(_row(inputs[head.what], row), at)
            elif head is DIV and operands[1] in inverses:  # a product takes a quarter of the time
                values[place] = loops.arithmetic.multiply(values[operands[0]], inverses[operands[1]])
            elif place not in values:
                values[place] = _value(loops.arithmetic, head, [values[operand] for operand in operands])
        for row, root in enumerate(roots):
            loops.store(values[root], _row("results", row), at)
    loops.close()
    return MachineFunction(loops.function)


def _row(space: str, row: int) -> Access:
    return Access(Location(space, space, row, uniform=False), np.zeros(1, int), ("r",))


def _uniform(loops: Loops, tape: Tape) -> dict[int, Instruction]:
    """The values that are the same for all samples, by place."""
    arithmetic, builder = Arithmetic(loops.builder, DOUBLE), loops.builder
    parameters = builder.bitcast(loops.spaces["parameters"], DOUBLE.as_pointer())
    values: dict[int, Instruction] = {}
    for place, (head, operands) in enumerate(zip(tape.heads, tape.operands)):
        if not isinstance(head, Source):
            if all(operand in values for operand in operands):
                values[place] = _value(arithmetic, head, [values[operand] for operand in operands])
        elif head.kind == "number":
            values[place] = arithmetic.number(head.what)
        elif head.kind == "parameter":
            values[place] = builder.load(builder.gep(parameters, [INT(head.what)]))
    return values


def _narrowed(loops: Loops, value: Instruction) -> Instruction:
    """A value of double precision in the program's."""
    if loops.real == DOUBLE:
        return value
    if isinstance(value, ir.Constant):
        return loops.arithmetic.number(value.constant)
    return loops.builder.fptrunc(value, loops.real)


def _value(arithmetic: Arithmetic, primitive: Primitive, operands: list[Instruction]) -> Instruction:
    """The value of one operation; its reductions are written out, element by element."""
    arranged, singles = primitive.arrange(operands), primitive.singles
    families = dict(zip(primitive.operands[singles:], arranged[singles:]))
    count = max(map(len, families.values()), default=0)

    def reduce(head: str, element: Term, environment: Environment) -> Instruction:
        start, combine = ACCUMULATORS[head]
        result = arithmetic.number(start)
        for position in range(count):
            inner = {**environment, **{name: family[position] for name, family in families.items()}}
            inner["position"] = arithmetic.number(position)
            result = combine(arithmetic, result, arithmetic.evaluate(element, inner))
        return result

    environment = dict(zip(primitive.operands, arranged[:singles]))
    return arithmetic.with_reductions(primitive.value, environment, reduce)
