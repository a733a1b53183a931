"""Readings: how a rule, which is an expression, becomes functions that Python can call.

A rule is read in a *language*: written in a notation that Python can run, with the functions that this text
calls. For functions of one's own, of arrays or of tracers, a dictionary from heads to them is a language.
Nothing here knows a primitive, a Value or an array.
"""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograd.rules import limits
from autograd.rules.notation import IEEE, PYTHON, Notation
from autograd.rules.reductions import largest, statements, total
from autograd.symbols import Term, heads

Function = Callable[..., Any]


@dataclass(frozen=True)
class Reading:
    """A rule as functions: `value(*operands)` and, per operand, `partials[i](*operands, z)`.

    A rule over families takes them as sequences in `value`, and one element of each in its partials, with
    the position of that element: `partials[i](*operands, position, z)`.
    """

    value: Function
    partials: tuple[Function, ...]


_ALWAYS = {"inf": math.inf, "nan": math.nan, "mul_": operator.mul, "__name__": __name__}
"""What a text may name besides: see `Notation.literal` and `reductions`."""


@dataclass(frozen=True)
class Language:
    """What a rule can be read in: a notation that Python can run, and the functions that its text calls.

    The notation `CALLS` calls a function for every head, those of `BY_OPERATOR` among them:

    >>> from autograd.rules.notation import CALLS
    >>> from autograd.symbols import exp, x
    >>> Language(CALLS, {**BY_OPERATOR, "exp": cmath.exp}).function(2 * exp(x), ["x"])(0j)
    (2+0j)

    A family is a tuple, and `total` and `largest` are given the list of their terms. With `stacked`, families
    are arrays along axis 0: these two are given the array of their terms, and `positions(family)` counts
    along it from 0.
    """

    notation: Notation
    names: Mapping[str, Any]
    form: str = ""
    """Which of a primitive's `forms` is written in it, if there is one; "" for none."""
    stacked: bool = False

    def knows(self, term: Term) -> bool:
        """Whether it has a template or a function for every head in `term`."""
        return heads(term) <= self.notation.templates.keys() | self.names.keys()

    def function(self, term: Term, parameters: Sequence[str], families: Sequence[str] = ()) -> Function:
        """`term` as a function of the symbols in `parameters`; it reduces those in `families`."""
        given = ", ".join(name + "s" if name in families else name for name in parameters)
        lines, result = statements(term, self.notation, families, self.stacked)
        body = "".join(f"    {line}\n" for line in [*lines, f"return {result}"])
        namespace = {**self.names, **_ALWAYS}
        exec(f"def function({given}):\n{body}", namespace)
        return namespace.pop("function")  # type: ignore[no-any-return]


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


_ANALYTIC = (
    "exp log log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split()  # noqa: SIM905
)

_RELATIONS = ("less", "less_equal", "greater", "greater_equal")

COMPLEX = Language(
    replace(PYTHON, templates={h: text for h, text in PYTHON.templates.items() if h not in _RELATIONS}),
    {head: _by_real_part(BY_OPERATOR[head]) for head in _RELATIONS}
    | {name: getattr(cmath, name) for name in _ANALYTIC}
    | {
        "expm1": lambda a: cmath.exp(a) - 1,
        "log1p": lambda a: cmath.log(1 + a),
        "log2": lambda a: cmath.log(a) / math.log(2),
        "cbrt": lambda a: -((-a) ** (1 / 3)) if a.real < 0 else a ** (1 / 3),
        "hypot": lambda a, b: cmath.sqrt(a * a + b * b),
        "abs": lambda a: -a if a.real < 0 else a,
        "total": sum,
        "largest": lambda terms: max(terms, key=lambda term: term.real),
    },
)
"""Complex numbers, for the complex step: analytic functions alone (NameError for another); comparisons read
the real part."""
