"""Spelling: pieces of numpy text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from autograd.compiler.folding import folded
from autograd.compiler.program import INPUTS, PARAMETERS
from autograd.functions import LARGEST
from autograd.notation import CALL, NUMPY
from autograd.primitives import TABLE
from autograd.rules import Primitive
from autograd.symbols import Expression, Term, substitute

PROGRAM = replace(
    NUMPY,
    templates=NUMPY.templates | {"total": (CALL, "total({all})"), "largest": (CALL, "largest({all})")},
)
"""numpy, with `total` and `largest` along the first axis: a method takes twice as long on small arrays."""

_SUPPORTED = {TABLE["logsumexp"]: "logsumexp", LARGEST: "shift"}
"""The primitives whose values are functions of `numpy_support`."""


def name(at: int) -> str:
    """The variable of an array."""
    return {PARAMETERS: "P", INPUTS: "x"}.get(at, f"v{at}")


@lru_cache(maxsize=4096)
def value_form(primitive: Primitive, numbers: tuple[str | None, ...]) -> str:
    """The value of a primitive as a format of its operands' texts, of which some are known numbers.

    >>> from autograd.primitives import TABLE
    >>> value_form(TABLE["pow"], (None, "2.0"))
    '{0} ** 2.0'
    """
    if primitive in _SUPPORTED:
        return f"{_SUPPORTED[primitive]}({{0}})"
    if "numpy" in primitive.forms:
        names = {name: f"{{{at}}}" for at, name in enumerate(primitive.operands)}
        return re.sub(r"\b[a-z]\w*\b(?!\(|\.)", lambda m: names.get(m[0], m[0]), primitive.forms["numpy"])
    return str(PROGRAM.write(folded(substitute(primitive.value, _places(primitive, numbers)))))


@lru_cache(maxsize=4096)
def partial_form(primitive: Primitive, operand: int, numbers: tuple[str | None, ...]) -> str:
    """The product of the cotangent `d` and a partial, without factors of 1, as such a format.

    >>> from autograd.primitives import TABLE
    >>> partial_form(TABLE["pow"], 0, (None, "2.0"))
    '{d} * (2.0 * {0})'
    """
    bindings = _places(primitive, numbers) | {"z": Expression("{z}")}
    partial = folded(substitute(primitive.partials[operand], bindings))
    if isinstance(partial, float):
        return {1.0: "{d}", -1.0: "-{d}"}.get(partial, f"{partial!r} * {{d}}")
    branches = [branch for branch in partial.operands[1:] if isinstance(branch, float)]
    if partial.head == "where" and branches == [1.0, 0.0] and _is_comparison(partial.operands[0]):
        return f"{{d}} * ({PROGRAM.write(partial.operands[0])})"
    return f"{{d}} * {PROGRAM.write(partial):13}"


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


def _is_comparison(condition: Term) -> bool:
    """Whether a condition is True or False, and not a number that stands for one."""
    comparisons = ("less", "less_equal", "greater", "greater_equal", "equal", "unequal")
    return isinstance(condition, Expression) and condition.head in comparisons


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
