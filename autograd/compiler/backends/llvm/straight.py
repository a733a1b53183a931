"""Straight-line machine code: a short tape as one loop over the samples, its scalars in registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.backends.llvm.accesses import Access, Location
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
    """`program(parameters, *inputs, results, samples)`: the results (roots, samples).

    `inputs` names an array for each input of the tape, in order. Inputs of one name are rows of one array.
    Parameters, and what depends on them alone, are of double precision.
    """
    module = ir.Module("straight")
    real = DOUBLE if dtype == np.float64 else ir.FloatType()
    spaces = ["parameters", *dict.fromkeys(inputs), "results"]
    loops = Loops(module, "program", spaces, real, lanes=1, row_length=None)
    numbers = _uniform(loops, tape)
    known = {place: _narrowed(loops, number) for place, number in numbers.items()}
    inverse = {
        operands[1]: _narrowed(loops, loops.builder.fdiv(DOUBLE(1.0), numbers[operands[1]]))
        for place, (head, operands) in enumerate(zip(tape.heads, tape.operands))
        if head is DIV and place not in numbers and operands[1] in numbers
    }
    with loops.loop(loops.samples) as sample:
        at = {"b": sample}
        for place, (head, operands) in enumerate(zip(tape.heads, tape.operands)):
            if isinstance(head, Source) and head.kind == "input":
                row = list(inputs[: head.what]).count(inputs[head.what])
                known[place] = loops.load(_row(inputs[head.what], row), at)
            elif head is DIV and operands[1] in inverse:  # a product takes a quarter of the time
                known[place] = loops.arithmetic.multiply(known[operands[0]], inverse[operands[1]])
            elif place not in known:
                known[place] = _value(loops.arithmetic, head, [known[operand] for operand in operands])
        for row, root in enumerate(roots):
            loops.store(known[root], _row("results", row), at)
    loops.close()
    return MachineFunction(loops.function)


def _row(space: str, row: int) -> Access:
    return Access(Location(space, space, row, uniform=False), np.zeros(1, int), ("r",))


def _uniform(loops: Loops, tape: Tape) -> dict[int, Instruction]:
    """What is the same for all samples, by place."""
    arithmetic, builder = Arithmetic(loops.builder, DOUBLE), loops.builder
    given = builder.bitcast(loops.spaces["parameters"], DOUBLE.as_pointer())
    found: dict[int, Instruction] = {}
    for place, (head, operands) in enumerate(zip(tape.heads, tape.operands)):
        if not isinstance(head, Source):
            if all(operand in found for operand in operands):
                found[place] = _value(arithmetic, head, [found[operand] for operand in operands])
        elif head.kind == "number":
            found[place] = arithmetic.number(head.what)
        elif head.kind == "parameter":
            found[place] = builder.load(builder.gep(given, [INT(head.what)]))
    return found


def _narrowed(loops: Loops, number: Instruction) -> Instruction:
    """A number of double precision in the program's."""
    if loops.real == DOUBLE:
        return number
    if isinstance(number, ir.Constant):
        return loops.arithmetic.number(number.constant)
    return loops.builder.fptrunc(number, loops.real)


def _value(arithmetic: Arithmetic, primitive: Primitive, operands: list[Instruction]) -> Instruction:
    """The value of one operation; its reductions are written out, term by term."""
    single = primitive.singles
    arranged = primitive.arrange(operands)
    families = dict(zip(primitive.operands[single:], arranged[single:]))
    count = max(map(len, families.values()), default=0)

    def reduce(head: str, element: Term, environment: Environment) -> Instruction:
        start, combine = ACCUMULATORS[head]
        result = arithmetic.number(start)
        for position in range(count):
            inner = {**environment, **{name: family[position] for name, family in families.items()}}
            inner["position"] = arithmetic.number(position)
            result = combine(arithmetic, result, arithmetic.evaluate(element, inner))
        return result

    singles = dict(zip(primitive.operands, arranged[:single]))
    return arithmetic.with_reductions(primitive.value, singles, reduce)
