"""The rules of the table as LLVM instructions: the reading of an expression for machine code.

A value is a number of the program's type, or one bit, the answer of a comparison; or a vector of either, one
for each of several samples. Both branches of a `where` are computed and one is selected, as on arrays. Sums
may be reassociated, and contracted with products; NaN and infinities are honoured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llvmlite import ir

from autograd.rules.reductions import hoisted
from autograd.symbols import Expression, Term

Instruction = Any

Environment = Mapping[str, Instruction]
"""The values of a rule's symbols, by name."""

Reduce = Callable[[str, Term, Environment], Instruction]
"""A reduction by its head: of an element, a term of symbols in the environment."""

BIT = ir.IntType(1)
SUM_FLAGS = ("reassoc", "contract", "nsz")
PRODUCT_FLAGS = ("contract", "nsz")
"""Sums may be reassociated, and contracted with products: not more, for the sake of NaN and infinities."""

OPERATORS = {
    "add": (ir.IRBuilder.fadd, SUM_FLAGS),
    "sub": (ir.IRBuilder.fsub, SUM_FLAGS),
    "mul": (ir.IRBuilder.fmul, PRODUCT_FLAGS),
    "div": (ir.IRBuilder.fdiv, ("nsz",)),
}

COMPARISONS = {
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
}
"""False where an operand is NaN."""

INTRINSICS = {
    "exp": "exp",
    "log": "log",
    "sqrt": "sqrt",
    "sin": "sin",
    "cos": "cos",
    "pow": "pow",
    "abs": "fabs",
}
"""Functions that LLVM knows."""

LIBRARY = [
    "expm1",
    "log1p",
    "log2",
    "log10",
    "cbrt",
    "tan",
    "asin",
    "acos",
    "atan",
    "atan2",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "hypot",
    "erf",
    "erfc",
]
"""Functions of the C library."""


class Arithmetic:
    """Writes expressions at the place where a builder stands; `real` is the type of its numbers."""

    def __init__(self, builder: ir.IRBuilder, real: Any) -> None:
        self.builder, self.real = builder, real

    def number(self, number: float) -> Instruction:
        """A literal."""
        return ir.Constant(self.real, float(number))

    def broadcast(self, value: Instruction, type_: Any) -> Instruction:
        """A value for every lane, if the type is that of a vector and the value is none yet."""
        if value.type == type_ or not isinstance(type_, ir.VectorType):
            return value
        if isinstance(value, ir.Constant):
            return ir.Constant(type_, [value.constant] * type_.count)
        alone = self.builder.insert_element(ir.Constant(type_, ir.Undefined), value, ir.IntType(32)(0))
        every = ir.Constant(ir.VectorType(ir.IntType(32), type_.count), [0] * type_.count)
        return self.builder.shuffle_vector(alone, ir.Constant(type_, ir.Undefined), every)

    def broadcast_all(self, *values: Instruction) -> list[Instruction]:
        """The values, all as vectors if one is."""
        lanes = next((v.type.count for v in values if isinstance(v.type, ir.VectorType)), 1)
        if lanes == 1:
            return list(values)
        types = (v.type.element if isinstance(v.type, ir.VectorType) else v.type for v in values)
        return [self.broadcast(value, ir.VectorType(type_, lanes)) for value, type_ in zip(values, types)]

    def add(self, a: Instruction, b: Instruction) -> Instruction:
        """a + b."""
        return self.builder.fadd(*self.broadcast_all(a, b), flags=SUM_FLAGS)

    def multiply(self, a: Instruction, b: Instruction) -> Instruction:
        """a * b."""
        return self.builder.fmul(*self.broadcast_all(a, b), flags=PRODUCT_FLAGS)

    def choose(self, condition: Instruction, a: Instruction, b: Instruction) -> Instruction:
        """a where the condition holds, else b."""
        return self.builder.select(*self.broadcast_all(condition, a, b))

    def total(self, vector: Instruction) -> Instruction:
        """The sum of the lanes."""
        type_ = vector.type
        name = f"llvm.vector.reduce.fadd.v{type_.count}{self._suffix}"
        function = self._declared(name, self.real, [self.real, type_])
        return self.builder.call(function, [self.number(-0.0), vector], fastmath=SUM_FLAGS)

    # ---- expressions ----------------------------------------------------------------------------

    def evaluate(self, term: Term, environment: Environment) -> Instruction:
        """The number that `term` is."""
        return self._as_number(self._evaluate(term, environment))

    def with_reductions(self, term: Term, environment: Environment, reduce: Reduce) -> Instruction:
        """The number that `term` is, where `reduce` carries out its reductions, the innermost first."""
        reductions, rest = hoisted(term)
        found = dict(environment)
        for name, reduction in reductions.items():
            found[name] = reduce(reduction.head, reduction.operands[0], found)
        return self.evaluate(rest, found)

    def _evaluate(self, term: Term, environment: Environment) -> Instruction:
        if not isinstance(term, Expression):
            return self.number(term)
        if not term.operands:
            return environment[term.head]
        operands = [self._evaluate(operand, environment) for operand in term.operands]
        if term.rule is None and term.head in LOGIC:
            return LOGIC[term.head](self, *operands)
        numbers = list(map(self._as_number, operands))
        if term.rule is not None:
            return self._evaluate(term.rule.value, dict(zip(term.rule.operands, numbers, strict=True)))
        return self._apply(term.head, numbers)

    def _apply(self, head: str, numbers: Sequence[Instruction]) -> Instruction:
        builder, operands = self.builder, self.broadcast_all(*numbers)
        if head in OPERATORS:
            operator, flags = OPERATORS[head]
            return operator(builder, *operands, flags=flags)
        if head in COMPARISONS:
            return builder.fcmp_ordered(COMPARISONS[head], *operands)
        if head == "unequal":
            return builder.fcmp_unordered("!=", *operands)
        if head == "neg":
            return builder.fneg(*operands)
        if head == "whole":
            below = self.intrinsic("floor", operands)
            zero = self.broadcast(self.number(0.0), below.type)
            return builder.fcmp_ordered("==", builder.fsub(*operands, below), zero)
        if head in INTRINSICS:
            return self.intrinsic(INTRINSICS[head], operands)
        return self._library(head, operands)

    # ---- bits -----------------------------------------------------------------------------------

    def _where(self, condition: Instruction, a: Instruction, b: Instruction) -> Instruction:
        return self.choose(self._as_bit(condition), self._as_number(a), self._as_number(b))

    def _both(self, a: Instruction, b: Instruction) -> Instruction:
        return self.builder.and_(*self.broadcast_all(self._as_bit(a), self._as_bit(b)))

    def _either(self, a: Instruction, b: Instruction) -> Instruction:
        return self.builder.or_(*self.broadcast_all(self._as_bit(a), self._as_bit(b)))

    def _as_bit(self, value: Instruction) -> Instruction:
        """Whether a number is not 0, as Python has it."""
        if _is_bit(value):
            return value
        return self.builder.fcmp_unordered("!=", value, self.broadcast(self.number(0.0), value.type))

    def _as_number(self, value: Instruction) -> Instruction:
        if not _is_bit(value):
            return value
        lanes = value.type.count if isinstance(value.type, ir.VectorType) else 0
        return self.builder.uitofp(value, ir.VectorType(self.real, lanes) if lanes else self.real)

    # ---- functions ------------------------------------------------------------------------------

    @property
    def _suffix(self) -> str:
        return "f64" if self.real == ir.DoubleType() else "f32"

    def intrinsic(self, name: str, operands: Sequence[Instruction]) -> Instruction:
        """What a function that LLVM knows makes of numbers, or of vectors lane by lane."""
        type_ = operands[0].type
        lanes = f"v{type_.count}" if isinstance(type_, ir.VectorType) else ""
        function = self._declared(f"llvm.{name}.{lanes}{self._suffix}", type_, [type_] * len(operands))
        return self.builder.call(function, operands)

    def _library(self, name: str, operands: Sequence[Instruction]) -> Instruction:
        """What a function of the C library makes of numbers, lane by lane."""
        name = name if self.real == ir.DoubleType() else name + "f"
        function = self._declared(name, self.real, [self.real] * len(operands))
        for attribute in ("nounwind", "readnone"):
            function.attributes.add(attribute)
        type_, builder = operands[0].type, self.builder
        if not isinstance(type_, ir.VectorType):
            return builder.call(function, operands)
        result: Instruction = ir.Constant(type_, ir.Undefined)
        for lane in map(ir.IntType(32), range(type_.count)):
            numbers = [builder.extract_element(operand, lane) for operand in operands]
            result = builder.insert_element(result, builder.call(function, numbers), lane)
        return result

    def _declared(self, name: str, result: Any, operands: Sequence[Any]) -> Any:
        module = self.builder.module
        if name not in module.globals:
            ir.Function(module, ir.FunctionType(result, operands), name)
        return module.globals[name]


LOGIC: dict[str, Callable[..., Instruction]] = {
    "where": Arithmetic._where,
    "both": Arithmetic._both,
    "either": Arithmetic._either,
}
"""What takes bits as they are."""


def _is_bit(value: Instruction) -> bool:
    """Whether it is the answer of a comparison, of one or of each lane."""
    return bool((value.type.element if isinstance(value.type, ir.VectorType) else value.type) == BIT)


def _larger(arithmetic: Arithmetic, best: Instruction, new: Instruction) -> Instruction:
    builder, (best, new) = arithmetic.builder, arithmetic.broadcast_all(best, new)
    replaces = builder.or_(builder.fcmp_ordered(">", new, best), builder.fcmp_unordered("uno", new, new))
    return builder.select(replaces, new, best)


Accumulator = tuple[float, Callable[[Arithmetic, Instruction, Instruction], Instruction]]

ACCUMULATORS: dict[str, Accumulator] = {"total": (0.0, Arithmetic.add), "largest": (float("-inf"), _larger)}
"""For each reduction, the number from which it starts, and how it takes in one more element."""
