"""Constants: what a term says about numbers that are known, carried out before it is written as text."""

from __future__ import annotations

from autograd.rules import limits
from autograd.rules.readings import BY_OPERATOR
from autograd.symbols import Expression, Term, expanded

_NUMBERS = BY_OPERATOR | limits.BY_NAME | {"abs": abs, "where": lambda c, a, b: a if c else b}

_DECIDED_BY = {"both": False, "either": True}
"""What one condition has to be for the other not to count."""


def with_constants(term: Term) -> Term:
    """The term, with what depends on numbers alone carried out, by IEEE 754, and without powers of 1.

    >>> from autograd.symbols import equal, where, x
    >>> with_constants(where(equal(2.0, 0.0), 0.0, 2.0 * x ** (Expression("sub", 2.0, 1.0))))
    mul(2.0, x)
    >>> with_constants(where(equal(2.0, 2.0) | (x > 0), x, 0))
    x
    """
    result = _carried_out(term)
    return result if isinstance(result, Expression) else float(result)


def _carried_out(term: Term) -> Term:
    """The same, but that a condition between numbers is a bool."""
    if not isinstance(term, Expression) or not term.operands:
        return term
    if term.rule is not None:
        return _carried_out(expanded(term))
    if term.head == "where":
        condition = _carried_out(term.operands[0])
        if isinstance(condition, bool):
            return with_constants(term.operands[1 if condition else 2])
    if term.head in _DECIDED_BY:
        decisive = _DECIDED_BY[term.head]
        first, second = map(_carried_out, term.operands)
        if first is decisive or second is decisive:
            return decisive
        if isinstance(first, bool) or isinstance(second, bool):
            return second if isinstance(first, bool) else first
    simpler = Expression(term.head, *map(with_constants, term.operands))
    if term.head in _NUMBERS and not any(isinstance(operand, Expression) for operand in simpler.operands):
        return _NUMBERS[term.head](*simpler.operands)  # type: ignore[no-any-return]
    if term.head == "pow" and not isinstance(simpler.operands[1], Expression) and simpler.operands[1] == 1.0:
        return simpler.operands[0]
    return simpler
