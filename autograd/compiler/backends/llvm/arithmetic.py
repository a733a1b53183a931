"""The rules of the table as LLVM instructions: the reading of an expression for machine code.

A value is a number of the program's type, or one bit, the answer of a comparison; or a vector of either, one
for each of several samples. Both branches of a `where` are computed and one is selected, as on arrays. Sums
may be reassociated, and contracted with products; NaN and infinities are honoured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llvmlite import ir

from autograd.rules.readings import hoisted
from autograd.symbols import Expression, Term

Instruction = Any
Bindings = Mapping[str, Instruction]

Fold = Callable[[str, Term, Bindings], Instruction]
"""A reduction by its head: of an element, a term that may use the bindings."""

BIT = ir.IntType(1)
SUM = ("reassoc", "contract", "nsz")
PRODUCT = ("contract", "nsz")
"""Sums may be reassociated, and contracted with products: not more, for the sake of NaN and infinities."""

OPERATORS = {"add": ("fadd", SUM), "sub": ("fsub", SUM), "mul": ("fmul", PRODUCT), "div": ("fdiv", ("nsz",))}

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

LIBRARY = [
    "expm1",
    "log1p",
    "tan",
    "asin",
    "acos",
    "atan",
    "atan2",
    "sinh",
    "cosh",
    "tanh",
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

    def like(self, value: Instruction, kind: Any) -> Instruction:
        """The value as it stands, or a number for every lane of a vector."""
        if value.type == kind or not isinstance(kind, ir.VectorType):
            return value
        if isinstance(value, ir.Constant):
            return ir.Constant(kind, [value.constant] * kind.count)
        alone = self.builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.IntType(32)(0))
        every = ir.Constant(ir.VectorType(ir.IntType(32), kind.count), [0] * kind.count)
        return self.builder.shuffle_vector(alone, ir.Constant(kind, ir.Undefined), every)

    def alike(self, *values: Instruction) -> list[Instruction]:
        """All as vectors, if one is."""
        lanes = next((v.type.count for v in values if isinstance(v.type, ir.VectorType)), 1)
        if lanes == 1:
            return list(values)
        kinds = (v.type.element if isinstance(v.type, ir.VectorType) else v.type for v in values)
        return [self.like(value, ir.VectorType(kind, lanes)) for value, kind in zip(values, kinds)]

    def add(self, a: Instruction, b: Instruction) -> Instruction:
        """a + b."""
        return self.builder.fadd(*self.alike(a, b), flags=SUM)

    def multiply(self, a: Instruction, b: Instruction) -> Instruction:
        """a * b."""
        return self.builder.fmul(*self.alike(a, b), flags=PRODUCT)

    def choose(self, condition: Instruction, a: Instruction, b: Instruction) -> Instruction:
        """a where the condition holds, else b."""
        return self.builder.select(*self.alike(condition, a, b))

    def evaluate(self, term: Term, bindings: Bindings) -> Instruction:
        """The number that `term` is, its symbols bound to numbers."""
        return self._as_number(self._evaluate(term, bindings))

    def with_reductions(self, term: Term, bindings: Bindings, fold: Fold) -> Instruction:
        """The number that `term` is, where `fold` carries out its reductions, the innermost first."""
        reductions, rest = hoisted(term)
        found = dict(bindings)
        for name, reduction in reductions.items():
            found[name] = fold(reduction.head, reduction.operands[0], found)
        return self.evaluate(rest, found)

    def _evaluate(self, term: Term, bindings: Bindings) -> Instruction:
        if not isinstance(term, Expression):
            return self.number(term)
        if not term.operands:
            return bindings[term.head]
        operands = [self._evaluate(operand, bindings) for operand in term.operands]
        if term.rule is not None:
            inner = dict(zip(term.rule.operands, map(self._as_number, operands), strict=True))
            return self._evaluate(term.rule.value, inner)
        if term.head in ("where", "both", "either"):
            return getattr(self, f"_{term.head}")(*operands)
        return self._apply(term.head, *map(self._as_number, operands))

    def _apply(self, head: str, *given: Instruction) -> Instruction:
        builder, operands = self.builder, self.alike(*given)
        if head in OPERATORS:
            name, flags = OPERATORS[head]
            return getattr(builder, name)(*operands, flags=flags)
        if head in COMPARISONS:
            return builder.fcmp_ordered(COMPARISONS[head], *operands)
        if head == "unequal":
            return builder.fcmp_unordered("!=", *operands)
        if head == "neg":
            return builder.fneg(*operands)
        if head == "whole":
            below = self.intrinsic("floor", operands)
            zero = self.like(self.number(0.0), below.type)
            return builder.fcmp_ordered("==", builder.fsub(*operands, below), zero)
        if head in INTRINSICS:
            return self.intrinsic(INTRINSICS[head], operands)
        return self._library(head, operands)

    def _where(self, condition: Instruction, a: Instruction, b: Instruction) -> Instruction:
        return self.choose(self._as_bit(condition), self._as_number(a), self._as_number(b))

    def _both(self, a: Instruction, b: Instruction) -> Instruction:
        return self.builder.and_(*self.alike(self._as_bit(a), self._as_bit(b)))

    def _either(self, a: Instruction, b: Instruction) -> Instruction:
        return self.builder.or_(*self.alike(self._as_bit(a), self._as_bit(b)))

    def _as_bit(self, value: Instruction) -> Instruction:
        """Whether a number is not 0, as Python has it."""
        if _is_bit(value):
            return value
        return self.builder.fcmp_unordered("!=", value, self.like(self.number(0.0), value.type))

    def _as_number(self, value: Instruction) -> Instruction:
        if not _is_bit(value):
            return value
        lanes = value.type.count if isinstance(value.type, ir.VectorType) else 0
        return self.builder.uitofp(value, ir.VectorType(self.real, lanes) if lanes else self.real)

    @property
    def _suffix(self) -> str:
        return "f64" if self.real == ir.DoubleType() else "f32"

    def intrinsic(self, name: str, operands: Sequence[Instruction]) -> Instruction:
        """What a function that LLVM knows makes of numbers, or of vectors lane by lane."""
        kind = operands[0].type
        lanes = f"v{kind.count}" if isinstance(kind, ir.VectorType) else ""
        function = self._declared(f"llvm.{name}.{lanes}{self._suffix}", kind, [kind] * len(operands))
        return self.builder.call(function, operands)

    def total(self, vector: Instruction) -> Instruction:
        """The sum of the lanes."""
        kind = vector.type
        name = f"llvm.vector.reduce.fadd.v{kind.count}{self._suffix}"
        function = self._declared(name, self.real, [self.real, kind])
        return self.builder.call(function, [self.number(-0.0), vector], fastmath=SUM)

    def _library(self, name: str, operands: Sequence[Instruction]) -> Instruction:
        """What a function of the C library makes of numbers, lane by lane."""
        name = name if self.real == ir.DoubleType() else name + "f"
        function = self._declared(name, self.real, [self.real] * len(operands))
        for attribute in ("nounwind", "readnone"):
            function.attributes.add(attribute)
        kind, builder = operands[0].type, self.builder
        if not isinstance(kind, ir.VectorType):
            return builder.call(function, operands)
        result: Instruction = ir.Constant(kind, ir.Undefined)
        for lane in map(ir.IntType(32), range(kind.count)):
            numbers = [builder.extract_element(operand, lane) for operand in operands]
            result = builder.insert_element(result, builder.call(function, numbers), lane)
        return result

    def _declared(self, name: str, result: Any, operands: Sequence[Any]) -> Any:
        module = self.builder.module
        if name not in module.globals:
            ir.Function(module, ir.FunctionType(result, operands), name)
        return module.globals[name]


def _is_bit(value: Instruction) -> bool:
    """Whether it is the answer of a comparison, of one or of each lane."""
    return bool((value.type.element if isinstance(value.type, ir.VectorType) else value.type) == BIT)


Reduction = tuple[float, Callable[[Arithmetic, Instruction, Instruction], Instruction]]


def _larger(arithmetic: Arithmetic, best: Instruction, new: Instruction) -> Instruction:
    builder, (best, new) = arithmetic.builder, arithmetic.alike(best, new)
    replaces = builder.or_(builder.fcmp_ordered(">", new, best), builder.fcmp_unordered("uno", new, new))
    return builder.select(replaces, new, best)


REDUCTIONS: dict[str, Reduction] = {"total": (0.0, Arithmetic.add), "largest": (float("-inf"), _larger)}
"""Where a reduction begins, and how it takes in one more element."""
