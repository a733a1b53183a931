"""Rules as JavaScript: the table of primitives in one more notation, for pages that recompute.

The functions that a rule calls and JavaScript lacks (erf, a power that follows IEEE 754 as Python's
does, reductions) are in `numbers.js`.
"""

from __future__ import annotations

import math
import re
from importlib.resources import files

from autograd.rules.notation import CALL, FUNCTIONS, LOGICAL, Notation, calls
from autograd.rules.primitives import Primitive
from autograd.symbols import Expression, Term, expanded, substitute, unequal, where


def literal(number: float) -> str:
    """A float as JavaScript reads it."""
    if math.isnan(number):
        return "NaN"
    return repr(number).removesuffix(".0") if math.isfinite(number) else ("-" * (number < 0) + "Infinity")


JAVASCRIPT = Notation(
    {
        "either": (3, "{0:3} || {1:4}"),
        "both": (4, "{0:4} && {1:5}"),
        "equal": (5, "{0:6} === {1:6}"),
        "unequal": (5, "{0:6} !== {1:6}"),
        "less": (6, "{0:7} < {1:7}"),
        "less_equal": (6, "{0:7} <= {1:7}"),
        "greater": (6, "{0:7} > {1:7}"),
        "greater_equal": (6, "{0:7} >= {1:7}"),
        "add": (11, "{0:11} + {1:12}"),
        "sub": (11, "{0:11} - {1:12}"),
        "mul": (12, "{0:12} * {1:13}"),
        "div": (12, "{0:12} / {1:13}"),
        "neg": (13, "-{0:14}"),  # --x would be a decrement
        "pow": (CALL, "power({all})"),
        "where": (1, "{0:2} ? {1:2} : {2:1}"),
        "whole": (5, "{0:12} % 1 === 0"),
    }
    | calls(FUNCTIONS + " abs", "Math.")
    | calls("erf erfc"),
    literal=literal,
)
"""JavaScript on numbers: IEEE 754, and a `where` that leaves the dead branch unevaluated."""


def typed(term: Term) -> Term:
    """The term with numbers where numbers are meant, and conditions where conditions are.

    JavaScript takes NaN for false, where Python and arrays take it for true, and `true === 1` is false there.
    A square is a product, which is faster than a power.

    >>> from autograd.symbols import condition, x, y
    >>> print(JAVASCRIPT.write(typed(where(condition, x, x > y))))
    condition !== 0 ? x : x > y ? 1 : 0
    """
    if not isinstance(term, Expression) or not term.operands:
        return term
    if term.rule is not None:
        return typed(expanded(term))
    if term.head in LOGICAL:
        return where(_condition(term), 1, 0)
    if term.head == "where":
        condition, *branches = term.operands
        return where(_condition(condition), *map(typed, branches))
    if term.head == "pow" and _is_square(term):
        return term.operands[0] * term.operands[0]
    return Expression(term.head, *map(typed, term.operands))


def _is_square(power: Expression) -> bool:
    """Whether it is the square of a symbol, which is written as a product."""
    base, exponent = power.operands
    is_symbol = isinstance(base, Expression) and not base.operands
    return is_symbol and isinstance(exponent, float) and exponent == 2.0


def _condition(term: Term) -> Expression:
    if not isinstance(term, Expression) or term.head not in LOGICAL:
        return unequal(typed(term), 0)
    inner = _condition if term.head in ("both", "either") else typed
    return Expression(term.head, *map(inner, term.operands))


def functions_called(text: str) -> str:
    """The functions of `numbers.js` that a text calls, and those that these call, as text.

    >>> functions_called("const z = Math.exp(x);")
    ''
    >>> print(functions_called("const z = power(x, 3);"))
    function power(x, y) { // as IEEE 754 and Python have it; Math.pow says NaN
      return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);
    }
    <BLANKLINE>
    """
    source = (files("autograd") / "rules" / "numbers.js").read_text(encoding="utf-8")
    functions = {found[1]: found[0] for found in re.finditer(r"^function (\w+).*?^}\n", source, re.M | re.S)}
    called: dict[str, str] = {}
    waiting = [text]
    while waiting:
        words = set(re.findall(r"\b(\w+)\(", waiting.pop()))
        new = {name: function for name, function in functions.items() if name in words - called.keys()}
        called |= new
        waiting += new.values()
    return "\n".join(function for name, function in functions.items() if name in called)


def rule_source(primitive: Primitive) -> str:
    """A primitive as an object: how many operands are single and how many families, z, and the partials `d`.

    >>> from autograd.rules.table import TABLE
    >>> print(rule_source(TABLE["mul"]))
    {single: 2, families: 0, z: (x, y) => x * y, d: [(x, y, z) => y, (x, y, z) => x]}
    """
    single = primitive.singles
    families = primitive.operands[single:]
    elements: dict[str, Term] = {name: Expression(f"{name}s[position]") for name in families}
    notation = _reducing(families[0] if families else "")
    parameters = ", ".join((*primitive.operands[:single], *(name + "s" for name in families)))
    z = notation.write(typed(substitute(primitive.value, elements)))
    given = ", ".join((*primitive.operands, *(("position",) if families else ()), "z"))
    partials = ", ".join(f"({given}) => {notation.write(typed(partial))}" for partial in primitive.partials)
    return f"{{single: {single}, families: {len(families)}, z: ({parameters}) => {z}, d: [{partials}]}}"


def _reducing(family: str) -> Notation:
    """The notation in which `total` and `largest` run over the elements of `family`."""
    reductions = {
        name: (CALL, f"{name}({family}s.length, position => {{0}})") for name in ("total", "largest")
    }
    return JAVASCRIPT.extended(reductions)
