"""Notations: how an expression of the rule language is written as text, with minimal brackets.

A notation gives a template for each head. In a template, `{0:11}` says: write the first operand here, in
brackets if it binds less tightly than 11. Another language, or another array library, is another
dictionary of templates; the writer does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from autograd.symbols import Expression, Term, expanded

CALL = 20
"""How tightly names, literals and function calls bind: more than any operator."""


class Piece(str):
    """Written text that knows how tightly it binds."""

    power: int

    def __new__(cls, text: str, power: int = CALL) -> Piece:
        """`text`, binding as tightly as `power` says."""
        piece = super().__new__(cls, text)
        piece.power = power
        return piece

    def __format__(self, least: str) -> str:
        return f"({self})" if least and self.power < int(least) else str(self)


@dataclass(frozen=True)
class Notation:
    """Templates by head, each with how tightly it binds. A head without one is written as a call."""

    templates: dict[str, tuple[int, str]]
    expands: bool = True
    """Whether a head with a rule is written as what its rule says, rather than by its name."""
    literal: Callable[[float], str] = repr
    """How a number is written."""

    def renamed(self, pattern: str) -> Notation:
        """The same notation with function names written as `pattern` says: `"{}_"` writes `exp_(x)`."""
        called = {head: template for head, (_, template) in self.templates.items() if "{all}" in template}
        new = {head: (CALL, pattern.format(text.split("(")[0]) + "({all})") for head, text in called.items()}
        return self.extended(new)

    def extended(self, templates: Mapping[str, tuple[int, str]]) -> Notation:
        """The same notation with these templates beside its own, or in their place."""
        return replace(self, templates={**self.templates, **templates})

    def template(self, head: str) -> tuple[int, str]:
        """How tightly a head binds, and its template; that of a call where it has none."""
        return self.templates.get(head) or (CALL, f"{head}({{all}})")

    def write(self, term: Term) -> Piece:
        """The text of `term`.

        >>> from autograd.symbols import x, y
        >>> print(PYTHON.write((x + y) * x - (x - y)))
        (x + y) * x - (x - y)
        """
        if not isinstance(term, Expression):
            return Piece(self.literal(term), CALL if term >= 0 else 13)
        if not term.operands:
            return Piece(term.head)
        if term.rule is not None and self.expands:
            return self.write(expanded(term))
        power, template = self.template(term.head)
        pieces = [self.write(operand) for operand in term.operands]
        return Piece(template.format(*pieces, all=", ".join(pieces)), power)


def calls(names: str, prefix: str = "") -> dict[str, tuple[int, str]]:
    """Templates of calls: of functions with these names, behind a prefix."""
    return {name: (CALL, f"{prefix}{name}({{all}})") for name in names.split()}


OPERATORS = {
    "either": (3, "{0:3} or {1:4}"),
    "both": (4, "{0:4} and {1:5}"),
    "less": (6, "{0:7} < {1:7}"),
    "less_equal": (6, "{0:7} <= {1:7}"),
    "greater": (6, "{0:7} > {1:7}"),
    "greater_equal": (6, "{0:7} >= {1:7}"),
    "equal": (6, "{0:7} == {1:7}"),
    "unequal": (6, "{0:7} != {1:7}"),
    "add": (11, "{0:11} + {1:12}"),
    "sub": (11, "{0:11} - {1:12}"),
    "mul": (12, "{0:12} * {1:13}"),
    "div": (12, "{0:12} / {1:13}"),
    "neg": (13, "-{0:13}"),
    "pow": (14, "{0:15} ** {1:13}"),
}
"""Python's operators, which array libraries share."""

FUNCTIONS = (
    "exp expm1 log log1p log2 log10 sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh "
    "atanh hypot erf erfc"
)
"""The functions of the rule language, by name."""

LOGICAL = ("less", "less_equal", "greater", "greater_equal", "equal", "unequal", "whole", "both", "either")
"""Heads whose value is true or false."""

TEXT = Notation(
    OPERATORS | {"whole": (7, "whole {0}")},
    expands=False,
    literal=lambda number: repr(number).removesuffix(".0"),
)
"""For people: operators between their operands, everything else by name."""

PYTHON = Notation(
    OPERATORS
    | calls(FUNCTIONS + " abs total largest")
    | {
        "where": (1, "{1:2} if {0:2} else {2:1}"),
        "whole": (6, "{0:12} % 1.0 == 0.0"),
        "element": (CALL, "{0}s[int({1})]"),
    }
)
"""Python on floats. `where` leaves the dead branch unevaluated."""

IEEE = PYTHON.extended(calls("div pow"))
"""Python with `/` and `**` as functions, so that they may follow IEEE 754 (see `limits`)."""

CALLS = Notation({})
"""Python in which every head is the call of a function."""
