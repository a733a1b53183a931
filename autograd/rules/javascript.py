"""Rules as JavaScript: the table of primitives in one more notation, for pages that recompute.

The functions that a rule calls and JavaScript lacks (erf, a power that follows IEEE 754 as Python's
does, reductions) are in `numbers.js`.
"""

from __future__ import annotations

import math

from autograd.rules.notation import CALL, FUNCTIONS, Notation, calls
from autograd.rules.primitives import Primitive
from autograd.symbols import Expression, Term, substitute


def literal(number: float) -> str:
    """A float as JavaScript reads it."""
    if math.isnan(number):
        return "NaN"
    return repr(number) if math.isfinite(number) else ("-" * (number < 0) + "Infinity")


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
    z = notation.write(substitute(primitive.value, elements))
    given = ", ".join((*primitive.operands, *(("position",) if families else ()), "z"))
    partials = ", ".join(f"({given}) => {notation.write(partial)}" for partial in primitive.partials)
    return f"{{single: {single}, families: {len(families)}, z: ({parameters}) => {z}, d: [{partials}]}}"


def _reducing(family: str) -> Notation:
    """The notation in which `total` and `largest` run over the elements of `family`."""
    reductions = {
        name: (CALL, f"{name}({family}s.length, position => {{0}})") for name in ("total", "largest")
    }
    return JAVASCRIPT.extended(reductions)
