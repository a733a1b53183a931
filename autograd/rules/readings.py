"""Readings: how a rule, which is an expression, becomes functions that Python can call.

A rule is read in a *language*. There are two kinds: a `Notation` that Python can run (`Code`: the rule is
written and compiled, which makes it fast) and a dictionary from heads to functions (`Functions`: the rule is
walked and each head applied, which needs no text). Nothing here knows a primitive, a Value or an array.
"""

from __future__ import annotations

import builtins
import cmath
import math
import operator
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

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


class Language(Protocol):
    """What a rule can be read in."""

    @property
    def form(self) -> str:
        """Which of a rule's better forms are meant for this language; "" for none."""
        ...

    def knows(self, term: Term) -> bool:
        """Whether it has a word of its own for every head in `term`."""
        ...

    def function(self, term: Term, parameters: Sequence[str], families: Sequence[str] = ()) -> Function:
        """`term` as a function of the symbols in `parameters`; it reduces those in `families`."""
        ...


@dataclass(frozen=True)
class Code:
    """A language that is written: a notation that Python can run, and what its names mean."""

    notation: Notation
    names: Mapping[str, Any]
    form: str = ""

    def knows(self, term: Term) -> bool:
        """Whether the notation has a template for every head."""
        return heads(term) <= self.notation.templates.keys()

    def function(self, term: Term, parameters: Sequence[str], families: Sequence[str] = ()) -> Function:
        """The term, written as the body of a function and compiled. A family is a tuple."""
        given = ", ".join(name + "s" if name in families else name for name in parameters)
        lines, result = statements(term, self.notation, families)
        body = "".join(f"    {line}\n" for line in [*lines, f"return {result}"])
        namespace = {**self.names, "__name__": __name__}
        exec(f"def function({given}):\n{body}", namespace)
        return namespace.pop("function")  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Functions:
    """A language without text: a function for each head. A head with a rule means what its rule says.

    Without a function for `where`, only the branch that the condition chooses is evaluated. A family is a
    sequence, and a reduction is applied to the list of its terms; where families are arrays, `stacked` along
    axis 0, it is applied to the array of its terms, and `by_head["position"]` makes of a family the array of
    its positions.
    """

    by_head: Mapping[str, Function]
    form: str = ""
    stacked: bool = False

    def knows(self, term: Term) -> bool:
        """Whether there is a function for every head."""
        return heads(term) <= self.by_head.keys()

    def function(self, term: Term, parameters: Sequence[str], families: Sequence[str] = ()) -> Function:
        """A function that walks the term, its reductions first."""
        reductions, rest = hoisted(term)

        def function(*operands: Any) -> Any:
            found = dict(zip(parameters, operands, strict=True))
            for name, reduction in reductions.items():
                terms = self._terms(reduction.operands[0], found, families)
                found[name] = self.by_head[reduction.head](terms)
            return self.evaluate(rest, found)

        return function

    def _terms(self, term: Term, bindings: Mapping[str, Any], families: Sequence[str]) -> Any:
        """`term` for each element of the families."""
        columns = [bindings[name] for name in families]
        if self.stacked:
            return self.evaluate(term, {**bindings, "position": self.by_head["position"](columns[0])})
        return [
            self.evaluate(term, {**bindings, **dict(zip(families, element, strict=True)), "position": at})
            for at, element in enumerate(zip(*columns, strict=True))
        ]

    def evaluate(self, term: Term, bindings: Mapping[str, Any]) -> Any:
        """What `term` comes to with its symbols bound."""
        if not isinstance(term, Expression):
            return term
        head, operands = term.head, term.operands
        if not operands:
            return bindings[head]
        if head == "where" and head not in self.by_head:
            return self.evaluate(operands[1 if self.evaluate(operands[0], bindings) else 2], bindings)
        found = [self.evaluate(operand, bindings) for operand in operands]
        if term.rule is not None:
            return self.evaluate(term.rule.value, dict(zip(term.rule.operands, found, strict=True)))
        if head not in self.by_head:
            raise NameError(f"name {head!r} is not defined")
        return self.by_head[head](*found)


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


def statements(term: Term, notation: Notation, families: Sequence[str]) -> tuple[list[str], str]:
    """`term` as statements and a final expression: each reduction over `families` is a line of its own."""
    if not families:
        return [], str(notation.write(term))
    named, rest = hoisted(term)
    lines = [
        f"{name} = {reduction.head}({_terms(notation.write(reduction.operands[0]), families)})"
        for name, reduction in named.items()
    ]
    return lines, str(notation.write(rest))


def _terms(body: str, families: Sequence[str]) -> str:
    """The terms of a reduction: as a `map` for plain products, which is faster."""
    if len(families) == 1 and body == families[0]:
        return f"{body}s"
    if len(families) == 2 and body == " * ".join(families):
        return "map(mul_, {}s, {}s)".format(*families)
    return each(body, families)


def each(body: str, families: Sequence[str]) -> str:
    """The list of `body` for the elements of the families.

    >>> each("x * y", ["x", "y"])
    '[x * y for x, y in zip(xs, ys)]'
    """
    many = ", ".join(name + "s" for name in families)
    return f"[{body} for {', '.join(families)} in {many if len(families) == 1 else f'zip({many})'}]"


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

_BESIDE_MATH = {
    "total": total,
    "largest": largest,
    "abs": abs,
    "mul_": operator.mul,
    "inf": math.inf,
    "nan": math.nan,
}
"""What a rule in Python uses besides the functions of `math`."""

FLOATS = Code(PYTHON, vars(math) | _BESIDE_MATH, form="floats")
"""Python's floats, raising as Python does."""

IEEE_FLOATS = Code(IEEE, limits.BY_NAME | _BESIDE_MATH, form="floats")
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

COMPLEX = Functions(
    BY_OPERATOR
    | {head: _by_real_part(BY_OPERATOR[head]) for head in ("less", "less_equal", "greater", "greater_equal")}
    | {name: getattr(cmath, name) for name in _ANALYTIC}
    | {
        "expm1": lambda a: cmath.exp(a) - 1,
        "log1p": lambda a: cmath.log(1 + a),
        "hypot": lambda a, b: cmath.sqrt(a * a + b * b),
        "abs": lambda a: -a if a.real < 0 else a,
        "total": builtins.sum,
        "largest": lambda terms: max(terms, key=lambda term: term.real),
    }
)
"""Complex numbers, for the complex step: analytic functions alone (NameError for another); comparisons read
the real part."""
