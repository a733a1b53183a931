"""The rule language: expressions over symbols, in which a row of the table states its mathematics.

An expression is data. It is written once, as a calculus table has it, and read in many notations
(see `notation`). It knows no numbers, no Values and no graph, and it cannot hide a Python branch:
its `bool()` raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NoReturn, Protocol, Union

# fmt: off
__all__ = [
    "Expression", "Rule", "Term", "acos", "acosh", "alpha", "asin", "asinh", "atan", "atan2", "atanh", "cbrt",
    "condition", "cos", "cosh", "equal", "erf", "erfc", "exp", "expm1", "high", "hypot", "index", "largest",
    "log", "log10", "log1p", "log2", "low",
    "position", "sin", "sinh", "slope", "sqrt", "substitute", "subterms", "tan", "tanh", "total",
    "unequal", "where", "whole", "x", "y", "z",
]
# fmt: on

Term = Union["Expression", float]


class Rule(Protocol):
    """What a head means in terms of others: an expression, and the names of the operands in it."""

    @property
    def operands(self) -> tuple[str, ...]:
        """The names that `value` uses."""
        ...

    @property
    def value(self) -> Term:
        """The result in terms of them."""
        ...


class Expression:
    """A head applied to operands: `Expression("exp", x)`. Without operands, a symbol: `x`."""

    __slots__ = ("head", "operands", "rule")

    def __init__(self, head: str, *operands: Term, rule: Rule | None = None) -> None:
        self.head = head
        self.rule = rule
        self.operands: tuple[Term, ...] = tuple(map(as_term, operands))

    # fmt: off
    def __add__(self, other: Term) -> Expression: return Expression("add", self, other)
    def __radd__(self, other: Term) -> Expression: return Expression("add", other, self)
    def __sub__(self, other: Term) -> Expression: return Expression("sub", self, other)
    def __rsub__(self, other: Term) -> Expression: return Expression("sub", other, self)
    def __mul__(self, other: Term) -> Expression: return Expression("mul", self, other)
    def __rmul__(self, other: Term) -> Expression: return Expression("mul", other, self)
    def __truediv__(self, other: Term) -> Expression: return Expression("div", self, other)
    def __rtruediv__(self, other: Term) -> Expression: return Expression("div", other, self)
    def __pow__(self, other: Term) -> Expression: return Expression("pow", self, other)
    def __rpow__(self, other: Term) -> Expression: return Expression("pow", other, self)
    def __neg__(self) -> Expression: return Expression("neg", self)
    def __abs__(self) -> Expression: return Expression("abs", self)
    def __lt__(self, other: Term) -> Expression: return Expression("less", self, other)
    def __le__(self, other: Term) -> Expression: return Expression("less_equal", self, other)
    def __gt__(self, other: Term) -> Expression: return Expression("greater", self, other)
    def __ge__(self, other: Term) -> Expression: return Expression("greater_equal", self, other)
    def __and__(self, other: Term) -> Expression: return Expression("both", self, other)
    def __or__(self, other: Term) -> Expression: return Expression("either", self, other)
    # fmt: on

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("a rule compares with equal(x, y): on Values, == means identity")

    def __bool__(self) -> NoReturn:
        raise TypeError("a rule cannot branch in Python: write where(condition, a, b)")

    def __repr__(self) -> str:
        return f"{self.head}({', '.join(map(repr, self.operands))})" if self.operands else self.head


def as_term(term: Term) -> Term:
    """An expression as it is, and a number as a float."""
    return term if isinstance(term, Expression) else float(term)


def substitute(term: Term, bindings: Mapping[str, Term]) -> Term:
    """`term` with each symbol that `bindings` names replaced by what it is bound to."""
    if not isinstance(term, Expression):
        return term
    if not term.operands:
        return bindings.get(term.head, term)
    operands = (substitute(operand, bindings) for operand in term.operands)
    return Expression(term.head, *operands, rule=term.rule)


def expanded(term: Expression) -> Term:
    """What the rule of its head says, with the operands of `term` in their places."""
    assert term.rule is not None
    return substitute(term.rule.value, dict(zip(term.rule.operands, term.operands, strict=True)))


def subterms(term: Term) -> Iterator[Expression]:
    """Every expression inside `term`, itself included, operands first."""
    if isinstance(term, Expression):
        for operand in term.operands:
            yield from subterms(operand)
        yield term


def heads(term: Term) -> set[str]:
    """The heads in a term, symbols apart."""
    return {part.head for part in subterms(term) if part.operands}


x, y, z = Expression("x"), Expression("y"), Expression("z")
"""The first operand, the second operand, and the result."""

slope, alpha = Expression("slope"), Expression("alpha")
low, high, condition = Expression("low"), Expression("high"), Expression("condition")
index, position = Expression("index"), Expression("position")


# fmt: off
def exp(a: Term) -> Expression: return Expression("exp", a)
def expm1(a: Term) -> Expression: return Expression("expm1", a)
def log(a: Term) -> Expression: return Expression("log", a)
def log1p(a: Term) -> Expression: return Expression("log1p", a)
def log2(a: Term) -> Expression: return Expression("log2", a)
def log10(a: Term) -> Expression: return Expression("log10", a)
def sqrt(a: Term) -> Expression: return Expression("sqrt", a)
def cbrt(a: Term) -> Expression: return Expression("cbrt", a)
def sin(a: Term) -> Expression: return Expression("sin", a)
def cos(a: Term) -> Expression: return Expression("cos", a)
def tan(a: Term) -> Expression: return Expression("tan", a)
def asin(a: Term) -> Expression: return Expression("asin", a)
def acos(a: Term) -> Expression: return Expression("acos", a)
def atan(a: Term) -> Expression: return Expression("atan", a)
def atan2(a: Term, b: Term) -> Expression: return Expression("atan2", a, b)
def sinh(a: Term) -> Expression: return Expression("sinh", a)
def cosh(a: Term) -> Expression: return Expression("cosh", a)
def tanh(a: Term) -> Expression: return Expression("tanh", a)
def asinh(a: Term) -> Expression: return Expression("asinh", a)
def acosh(a: Term) -> Expression: return Expression("acosh", a)
def atanh(a: Term) -> Expression: return Expression("atanh", a)
def hypot(a: Term, b: Term) -> Expression: return Expression("hypot", a, b)
def erf(a: Term) -> Expression: return Expression("erf", a)
def erfc(a: Term) -> Expression: return Expression("erfc", a)
def whole(a: Term) -> Expression: return Expression("whole", a)
def equal(a: Term, b: Term) -> Expression: return Expression("equal", a, b)
def unequal(a: Term, b: Term) -> Expression: return Expression("unequal", a, b)
def where(c: Term, a: Term, b: Term) -> Expression: return Expression("where", c, a, b)
def total(a: Term) -> Expression: return Expression("total", a)
def largest(a: Term) -> Expression: return Expression("largest", a)
# fmt: on
