"""Reductions: the parts of a rule that make one number of a family, `total` and `largest`.

A term with reductions is written as one statement for each, and what is left of the term with their names in
it. Of floats, here are the functions.
"""

from __future__ import annotations

import builtins
import math
import operator
import sys
from collections.abc import Iterable, Sequence
from functools import reduce

from autograd.rules.notation import Notation
from autograd.symbols import Expression, Term, subterms

REDUCTIONS = ("total", "largest")
"""The heads that make one number of a family."""


def hoisted(term: Term) -> tuple[dict[str, Expression], Term]:
    """The reductions in a term by name, the innermost first, and the term with their names in their place.

    >>> from autograd.symbols import largest, total, x
    >>> hoisted(total(x - largest(x)) + largest(x))
    ({'max_0': largest(x), 'sum_1': total(sub(x, max_0))}, add(sum_1, max_0))
    """
    named: dict[str, Expression] = {}
    rest = _hoist(term, named)
    return named, rest


def _hoist(term: Term, named: dict[str, Expression]) -> Term:
    if not isinstance(term, Expression) or not term.operands:
        return term
    new = Expression(term.head, *(_hoist(operand, named) for operand in term.operands), rule=term.rule)
    if new.head not in REDUCTIONS:
        return new
    same = (name for name, earlier in named.items() if repr(earlier) == repr(new))
    name = next(same, f"{'sum' if new.head == 'total' else 'max'}_{len(named)}")
    named[name] = new
    return Expression(name)


def statements(
    term: Term, notation: Notation, families: Sequence[str], stacked: bool = False
) -> tuple[list[str], str]:
    """`term` as statements and a final expression: each reduction over `families` is a line of its own."""
    if not families:
        return [], str(notation.write(term))
    named, rest = hoisted(term)
    lines = []
    if stacked:
        lines = [*(f"{name} = {name}s" for name in families), f"position = positions({families[0]})"]
    for name, reduction in named.items():
        (inner,) = reduction.operands
        terms = notation.write(inner) if stacked else _terms(inner, notation, families)
        lines.append(f"{name} = {reduction.head}({terms})")
    return lines, str(notation.write(rest))


def _terms(term: Term, notation: Notation, families: Sequence[str]) -> str:
    """The terms of a reduction: as a `map` for plain products, which is faster."""
    body = notation.write(term)
    if len(families) == 2 and body == " * ".join(families):
        return "map(mul_, {}s, {}s)".format(*families)
    return each(body, families, any(part.head == "position" for part in subterms(term)))


def each(body: str, families: Sequence[str], counted: bool = False) -> str:
    """The list of `body` for the elements of the families, with their `position` where it is `counted`.

    >>> print(each("x", ["x", "y"]), each("x * y", ["x", "y"]))
    xs [x * y for x, y in zip(xs, ys)]
    >>> each("x * position", ["x"], counted=True)
    '[x * position for position, x in enumerate(xs)]'
    """
    if body in families:
        return f"{body}s"
    names, many = ", ".join(families), ", ".join(name + "s" for name in families)
    if len(families) > 1:
        many = f"zip({many})"
    if counted:
        names, many = f"position, {names if len(families) == 1 else f'({names})'}", f"enumerate({many})"
    return f"[{body} for {names} in {many}]"


def _plain_sum(terms: Iterable[float], start: float) -> float:
    return reduce(operator.add, terms, start)


# Python's own sum compensates rounding errors from 3.12 on: other bits, and other numbers than a loop's.
add_up = builtins.sum if sys.version_info < (3, 12) else _plain_sum


def total(terms: Iterable[float]) -> float:
    """The sum, added left to right from the first term: the same bits on every Python version."""
    terms = iter(terms)
    return add_up(terms, next(terms, 0.0))


def largest(terms: Iterable[float]) -> float:
    """The largest term, or NaN when one of them is NaN."""
    result = -math.inf
    for term in terms:
        if not term <= result:
            result = term
        if result != result:
            break
    return result
