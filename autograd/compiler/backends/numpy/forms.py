"""Spelling: pieces of numpy text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from autograd.compiler.program.program import INPUTS, PARAMETERS
from autograd.rules.constants import with_constants
from autograd.rules.notation import CALL, NUMPY
from autograd.rules.primitives import Primitive
from autograd.symbols import Expression, Term, spelled_out, substitute

OURS = ("total", "largest", "power", "logsumexp", "norm", "shift")

PROGRAM = replace(NUMPY, templates=NUMPY.templates | {name: (CALL, f"{name}({{all}})") for name in OURS})
"""numpy, with functions of `runtime` beside it.

`total` and `largest` go along the first axis: a method takes twice as long on small arrays. `power` is the
power of IEEE 754, where numpy's own is another function: of an exponent that may be a half.
"""

CONDITIONS = ("less", "less_equal", "greater", "greater_equal", "equal", "unequal", "whole", "both", "either")
"""What is True or False."""


def written(term: Term) -> str:
    """A term as numpy text whose numbers have the program's type: comparisons are 1 and 0 where they count.

    >>> from autograd.symbols import where, x, y
    >>> print(written(where(x > y, x, y) + (x > y)))
    np.where(x > y, x, y) + np.where(x > y, real(1.0), real(0.0))
    """
    return str(PROGRAM.write(_as_number(term)))


def _as_number(term: Term) -> Term:
    if not isinstance(term, Expression) or not term.operands:
        return term
    if term.rule is not None:
        return _as_number(spelled_out(term))
    if _is_condition(term):
        return _choice(_as_condition(term), 1.0, 0.0)
    if term.head == "where":
        condition, *branches = term.operands
        return _choice(_as_condition(condition), *map(_as_number, branches))
    operands = [_as_number(operand) for operand in term.operands]
    if term.head == "pow" and (isinstance(operands[1], Expression) or operands[1] == 0.5):
        return Expression("power", *operands)
    return Expression(term.head, *operands)


def _as_condition(term: Term) -> Term:
    if not isinstance(term, Expression) or not _is_condition(term):
        return _as_number(term)
    inner = _as_condition if term.head in ("both", "either") else _as_number
    return Expression(term.head, *map(inner, term.operands))


def _is_condition(term: Term) -> bool:
    return isinstance(term, Expression) and term.head in CONDITIONS


def _choice(condition: Term, *branches: Term) -> Expression:
    """A `where`; between two literals, which numpy would make float64, of the program's own type."""
    if not any(isinstance(branch, Expression) for branch in branches):
        branches = tuple([Expression("real", branch) for branch in branches])
    return Expression("where", condition, *branches)


def name(at: int) -> str:
    """The variable of an array."""
    return {PARAMETERS: "P", INPUTS: "x"}.get(at, f"v{at}")


@lru_cache(maxsize=4096)
def value_form(primitive: Primitive, numbers: tuple[str | None, ...]) -> str:
    """The value of a primitive as a format of its operands' texts, of which some are known numbers.

    >>> from autograd.rules.table import TABLE
    >>> value_form(TABLE["pow"], (None, "2.0"))
    '{0} ** 2.0'
    """
    if "arrays" in primitive.forms:
        places = _places(primitive, [None] * len(numbers))
        return str(PROGRAM.write(substitute(primitive.forms["arrays"], places)))
    return written(with_constants(substitute(primitive.value, _places(primitive, numbers))))


@lru_cache(maxsize=4096)
def partial_form(primitive: Primitive, operand: int, numbers: tuple[str | None, ...]) -> str:
    """The product of the cotangent `d` and a partial, without factors of 1, as such a format.

    >>> from autograd.rules.table import TABLE
    >>> partial_form(TABLE["pow"], 0, (None, "2.0"))
    '{d} * (2.0 * {0})'
    """
    bindings = _places(primitive, numbers) | {"z": Expression("{z}")}
    partial = with_constants(substitute(primitive.partials[operand], bindings))
    if isinstance(partial, float):
        return {1.0: "{d}", -1.0: "-{d}"}.get(partial, f"{partial!r} * {{d}}")
    branches = [branch for branch in partial.operands[1:] if isinstance(branch, float)]
    if partial.head == "where" and branches == [1.0, 0.0] and _is_condition(partial.operands[0]):
        return f"{{d}} * ({PROGRAM.write(_as_condition(partial.operands[0]))})"
    return f"{{d}} * {PROGRAM.write(_as_number(partial)):13}"


def _places(primitive: Primitive, numbers: Sequence[str | None]) -> dict[str, Term]:
    names = (*primitive.operands, "position")
    return {
        name: Expression(f"{{{at}}}") if number is None else float(number)
        for at, (name, number) in enumerate(zip(names, numbers))
    }


def numbers_among(texts: Sequence[str]) -> tuple[str | None, ...]:
    """The texts that are plain numbers, None for the others."""
    return tuple([text if _NUMBER(text) else None for text in texts])


_NUMBER = re.compile(r"-?(\d[\d.e+-]*|inf|nan)").fullmatch


def bracketed(text: str) -> str:
    """The text, in brackets where an operator stands outside of all brackets."""
    depth = 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if depth == 0 and not (character.isalnum() or character in "_.)]"):
            return f"({text})"
    return text


def is_new(text: str) -> bool:
    """Whether the value of a text is an array of its own, and not a view of another."""
    inner = re.sub(r"(\.(reshape|transpose|swapaxes)\([^()]*\))+$", "", text)
    inner = inner[1:-1] if inner.startswith("(") and inner.endswith(")") else inner
    return not re.fullmatch(r"\w+(\[[\w:, ]*\])*|np\.broadcast_to\(.*", inner)
