"""Folding: what a rule says about numbers that are known, carried out before it is written as text."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from autograd.rules.table import TABLE
from autograd.symbols import Expression, Term

_KNOWN: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "neg": operator.neg,
    "equal": operator.eq,
    "unequal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}


def folded(term: Term) -> Term:
    """The term with sums, products and choices between known numbers carried out, and without powers of 1.

    >>> from autograd.symbols import equal, where, x
    >>> folded(where(equal(2.0, 0.0), 0.0, 2.0 * x ** (Expression("sub", 2.0, 1.0))))
    mul(2.0, x)
    """
    if not isinstance(term, Expression) or not term.operands:
        return term
    if term.head == "where":
        condition = _fold(term.operands[0])
        if isinstance(condition, bool):
            return folded(term.operands[1 if condition else 2])
    result = _fold(term)
    return result if isinstance(result, Expression) else float(result)


def _fold(term: Term) -> Any:
    """A condition between numbers gives a bool, a function of numbers its limit."""
    if not isinstance(term, Expression) or not term.operands:
        return term
    operands = [folded(operand) for operand in term.operands]
    numbers = [operand for operand in operands if not isinstance(operand, Expression)]
    if len(numbers) == len(operands):
        if term.head in _KNOWN:
            return _KNOWN[term.head](*numbers)
        if term.head in TABLE:
            return TABLE[term.head].limit(numbers)
    if term.head == "pow" and not isinstance(operands[1], Expression) and operands[1] == 1.0:
        return operands[0]
    return Expression(term.head, *operands, rule=term.rule)
