"""Spelling: pieces of numpy text."""

from __future__ import annotations

import re
from dataclasses import replace

from autograd.compiler.folding import folded
from autograd.compiler.program import INPUTS, PARAMETERS
from autograd.notation import CALL, NUMPY
from autograd.symbols import Expression, Term, substitute

PROGRAM = replace(
    NUMPY,
    templates=NUMPY.templates | {"total": (CALL, "total({all})"), "largest": (CALL, "largest({all})")},
)
"""numpy, with `total` and `largest` along the first axis: a method takes twice as long on small arrays."""


def name(at: int) -> str:
    """The variable of an array."""
    return {PARAMETERS: "P", INPUTS: "x"}.get(at, f"v{at}")


def fill(form: str, texts: dict[str, str]) -> str:
    """A form of a row with its operand names replaced."""
    return re.sub(r"\b[a-z]\w*\b(?!\(|\.)", lambda m: texts.get(m[0], m[0]), form)


def times(cotangent: str, partial: Term, bindings: dict[str, Term]) -> str:
    """The product of a cotangent and a partial, without factors of 1."""
    partial = folded(substitute(partial, bindings))
    if isinstance(partial, float):
        return {1.0: cotangent, -1.0: f"-{cotangent}"}.get(partial, f"{partial!r} * {cotangent}")
    branches = [branch for branch in partial.operands[1:] if isinstance(branch, float)]
    if partial.head == "where" and branches == [1.0, 0.0] and _is_comparison(partial.operands[0]):
        return f"{cotangent} * ({PROGRAM.write(partial.operands[0])})"
    return f"{cotangent} * {PROGRAM.write(partial):13}"


def _is_comparison(condition: Term) -> bool:
    """Whether a condition is True or False, and not a number that stands for one."""
    comparisons = ("less", "less_equal", "greater", "greater_equal", "equal", "unequal")
    return isinstance(condition, Expression) and condition.head in comparisons


def bracketed(text: str) -> str:
    """The text, in brackets unless it is a name, an index or a call."""
    outside = text
    while (inner := re.sub(r"(?<=[\w\])])(\([^()\[\]]*\)|\[[^()\[\]]*\])", "", outside)) != outside:
        outside = inner
    return text if re.fullmatch(r"[\w.]+", outside) else f"({text})"


def as_term(text: str) -> Term:
    """A text as part of an expression."""
    try:
        return float(text)
    except ValueError:
        return Expression(text)


def is_new(text: str) -> bool:
    """Whether the value of a text is an array of its own, and not a view of another."""
    inner = re.sub(r"(\.(reshape|transpose|swapaxes)\([^()]*\))+$", "", text)
    inner = inner[1:-1] if inner.startswith("(") and inner.endswith(")") else inner
    return not re.fullmatch(r"\w+(\[[\w:, ]*\])*|np\.broadcast_to\(.*", inner)
