"""The rules of the table as LLVM instructions: the reading of an expression for machine code.

A value is a number of the program's type, or one bit, the answer of a comparison. Both branches of a
`where` are computed and one is selected, as on arrays. Sums may be reassociated, and contracted with
products; NaN and infinities are honoured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from llvmlite import ir

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

    def add(self, a: Instruction, b: Instruction) -> Instruction:
        """a + b."""
        return self.builder.fadd(a, b, flags=SUM)

    def multiply(self, a: Instruction, b: Instruction) -> Instruction:
        """a * b."""
        return self.builder.fmul(a, b, flags=PRODUCT)

    def evaluate(self, term: Term, bindings: Bindings) -> Instruction:
        """The number that `term` is, its symbols bound to numbers."""
        return self._as_number(self._evaluate(term, bindings))

    def with_reductions(self, term: Term, bindings: Bindings, fold: Fold) -> Instruction:
        """The number that `term` is, where `fold` carries out its reductions, the innermost first."""
        found: dict[str, Instruction] = {}

        def visit(term: Term) -> Term:
            if not isinstance(term, Expression) or not term.operands:
                return term
            new = Expression(term.head, *map(visit, term.operands), rule=term.rule)
            if term.head not in REDUCTIONS:
                return new
            if repr(new) not in found:
                found[repr(new)] = fold(term.head, new.operands[0], {**bindings, **found})
            return Expression(repr(new))

        visited = visit(term)
        return self.evaluate(visited, {**bindings, **found})

    def _evaluate(self, term: Term, bindings: Bindings) -> Instruction:
        if not isinstance(term, Expression):
            return self.number(term)
        if not term.operands:
            return bindings[term.head]
        operands = [self._evaluate(operand, bindings) for operand in term.operands]
        if term.rule is not None and not self._is_known(term.head):
            inner = dict(zip(term.rule.operands, map(self._as_number, operands), strict=True))
            return self._evaluate(term.rule.value, inner)
        if term.head in ("where", "both", "either"):
            return getattr(self, f"_{term.head}")(*operands)
        return self._apply(term.head, *map(self._as_number, operands))

    @staticmethod
    def _is_known(head: str) -> bool:
        return head in OPERATORS or head in COMPARISONS or head in INTRINSICS or head in LIBRARY

    def _apply(self, head: str, *operands: Instruction) -> Instruction:
        builder = self.builder
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
            below = builder.call(self.intrinsic("floor", 1), operands)
            return builder.fcmp_ordered("==", builder.fsub(*operands, below), self.number(0.0))
        if head in INTRINSICS:
            return builder.call(self.intrinsic(INTRINSICS[head], len(operands)), operands)
        return builder.call(self._library(head, len(operands)), operands)

    def _where(self, condition: Instruction, a: Instruction, b: Instruction) -> Instruction:
        return self.builder.select(self._as_bit(condition), self._as_number(a), self._as_number(b))

    def _both(self, a: Instruction, b: Instruction) -> Instruction:
        return self.builder.and_(self._as_bit(a), self._as_bit(b))

    def _either(self, a: Instruction, b: Instruction) -> Instruction:
        return self.builder.or_(self._as_bit(a), self._as_bit(b))

    def _as_bit(self, value: Instruction) -> Instruction:
        """Whether a number is not 0, as Python has it."""
        return value if value.type == BIT else self.builder.fcmp_unordered("!=", value, self.number(0.0))

    def _as_number(self, value: Instruction) -> Instruction:
        return self.builder.uitofp(value, self.real) if value.type == BIT else value

    def intrinsic(self, name: str, count: int) -> Any:
        """A function that LLVM knows."""
        return self._declared(f"llvm.{name}.{'f64' if self.real == ir.DoubleType() else 'f32'}", count)

    def _library(self, name: str, count: int) -> Any:
        function = self._declared(name if self.real == ir.DoubleType() else name + "f", count)
        for attribute in ("nounwind", "readnone"):
            function.attributes.add(attribute)
        return function

    def _declared(self, name: str, count: int) -> Any:
        module = self.builder.module
        if name not in module.globals:
            ir.Function(module, ir.FunctionType(self.real, [self.real] * count), name)
        return module.globals[name]


Reduction = tuple[float, Callable[[Arithmetic, Instruction, Instruction], Instruction]]


def _larger(arithmetic: Arithmetic, best: Instruction, new: Instruction) -> Instruction:
    builder = arithmetic.builder
    replaces = builder.or_(builder.fcmp_ordered(">", new, best), builder.fcmp_unordered("uno", new, new))
    return builder.select(replaces, new, best)


REDUCTIONS: dict[str, Reduction] = {"total": (0.0, Arithmetic.add), "largest": (float("-inf"), _larger)}
"""Where a reduction begins, and how it takes in one more element."""
