"""Readings: how a rule, which is an expression, becomes functions that Python can call.

A rule is read in a *language*: it is written in a notation that Python can run, and compiled with the
functions that it calls. Whoever has functions of their own, of arrays or of tracers, needs no more than a
dictionary from heads to them. Nothing here knows a primitive, a Value or an array.
"""

from __future__ import annotations

import builtins
import cmath
import math
import operator
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from autograd.rules import limits
from autograd.rules.notation import IEEE, PYTHON, Notation
from autograd.symbols import Expression, Term, subterms

Function = Callable[..., Any]

REDUCTIONS = ("total", "largest")
"""The heads that make one number of a family."""


@dataclass(frozen=True)
class Reading:
    """A rule as functions: `value(*operands)` and, per operand, `partials[i](*operands, z)`.

    A rule over families takes them as sequences in `value`, and one element of each in its partials, with
    the position of that element: `partials[i](*operands, position, z)`.
    """

    value: Function
    partials: tuple[Function, ...]


_ALWAYS = {"inf": math.inf, "nan": math.nan, "mul_": operator.mul, "__name__": __name__}


@dataclass(frozen=True)
class Language:
    """What a rule can be read in: a notation that Python can run, and the functions that it calls, by name.

    With the notation `CALLS`, which calls a function for every head, that is a dictionary from heads to
    functions. A family is a tuple, and a reduction is given the list of its terms. Where families are arrays,
    `stacked` along axis 0, it is given the array of its terms, and `positions(family)` counts along it.
    """

    notation: Notation
    names: Mapping[str, Any]
    form: str = ""
    """Which of a rule's better forms are meant for it; "" for none."""
    stacked: bool = False

    def knows(self, term: Term) -> bool:
        """Whether it has a word of its own for every head in `term`."""
        return heads(term) <= self.notation.templates.keys() | self.names.keys()

    def function(self, term: Term, parameters: Sequence[str], families: Sequence[str] = ()) -> Function:
        """`term` as a function of the symbols in `parameters`; it reduces those in `families`."""
        given = ", ".join(name + "s" if name in families else name for name in parameters)
        lines, result = statements(term, self.notation, families, self.stacked)
        body = "".join(f"    {line}\n" for line in [*lines, f"return {result}"])
        namespace = {**self.names, **_ALWAYS}
        exec(f"def function({given}):\n{body}", namespace)
        return namespace.pop("function")  # type: ignore[no-any-return]


def heads(term: Term) -> set[str]:
    """The heads in a term, symbols apart."""
    return {part.head for part in subterms(term) if part.operands}


# ---- reductions ----------------------------------------------------------------------------------


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


# ---- the languages of numbers --------------------------------------------------------------------

_REDUCTIONS = {"total": total, "largest": largest}

FLOATS = Language(PYTHON, vars(math) | _REDUCTIONS | {"abs": abs}, form="floats")
"""Python's floats, raising as Python does."""

IEEE_FLOATS = Language(IEEE, limits.BY_NAME | _REDUCTIONS | {"abs": abs}, form="floats")
"""Floats by IEEE 754: infinite or NaN where `FLOATS` raises, else the same bits."""

BY_OPERATOR: dict[str, Function] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
    "neg": operator.neg,
    "equal": operator.eq,
    "unequal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "both": operator.and_,
    "either": operator.or_,
    "whole": lambda a: a % 1.0 == 0.0,
}
"""The heads that Python's operators carry out."""


def _by_real_part(compare: Function) -> Function:
    return lambda a, b: compare(a.real, b.real)


_ANALYTIC = ("exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")

_RELATIONS = ("less", "less_equal", "greater", "greater_equal")

COMPLEX = Language(
    replace(PYTHON, templates={h: text for h, text in PYTHON.templates.items() if h not in _RELATIONS}),
    {head: _by_real_part(BY_OPERATOR[head]) for head in _RELATIONS}
    | {name: getattr(cmath, name) for name in _ANALYTIC}
    | {
        "expm1": lambda a: cmath.exp(a) - 1,
        "log1p": lambda a: cmath.log(1 + a),
        "hypot": lambda a, b: cmath.sqrt(a * a + b * b),
        "abs": lambda a: -a if a.real < 0 else a,
        "total": builtins.sum,
        "largest": lambda terms: max(terms, key=lambda term: term.real),
    },
)
"""Complex numbers, for the complex step: analytic functions alone (NameError for another); comparisons read
the real part."""
