"""The language: rules of the table as functions of JAX arrays. It knows no program."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax.numpy as jnp
import jax.scipy.special
from jax import lax

from autograd.rules.notation import CALLS, FUNCTIONS
from autograd.rules.primitives import Primitive
from autograd.rules.readings import BY_OPERATOR, Language, Reading
from autograd.symbols import Expression, Term

Function = Callable[..., Any]

_OTHERS: dict[str, Function] = {
    "erf": jax.scipy.special.erf,
    "erfc": jax.scipy.special.erfc,
    "total": lambda terms: jnp.sum(terms, axis=0),
    "largest": lambda terms: jnp.max(terms, axis=0),
    "apart": lax.optimization_barrier,
    "positions": lambda family: jnp.arange(len(family), dtype=family.dtype)[:, None, None],
}
"""What has another name in JAX, or none."""


@lru_cache
def reading(primitive: Primitive, dtype: Any) -> Reading:
    """A rule as functions of arrays of this type: families are stacked along their first axis."""
    language = _language(dtype)
    families = primitive.operands[primitive.singles :]
    given = [*primitive.operands, *(["position"] if families else []), "z"]
    form = primitive.form("arrays")
    value = form if language.knows(form) else primitive.value
    return Reading(
        language.function(_with_quotients_apart(value), primitive.operands, families),
        tuple(language.function(_with_quotients_apart(partial), given) for partial in primitive.partials),
    )


def _language(dtype: Any) -> Language:
    def is_condition(operand: Any) -> bool:
        return not isinstance(operand, float) and operand.dtype.kind == "b"

    def real(operand: Any) -> Any:
        """A number: a condition counts as 1 or 0."""
        return operand.astype(dtype) if is_condition(operand) else operand

    def typed(operand: Any) -> Any:
        """A number of the program's type."""
        return dtype.type(operand) if isinstance(operand, float) else real(operand)

    def holds(operand: Any) -> Any:
        """A condition: a number counts as true unless it is 0."""
        return operand if is_condition(operand) else operand != 0.0

    def of_reals(function: Function) -> Function:
        return lambda *operands: function(*map(real, operands))

    names = [*FUNCTIONS.split(), "abs", "pow", "maximum", "minimum"]
    named = {name: getattr(jnp, name) for name in names if name not in _OTHERS}
    return Language(
        CALLS,
        {head: of_reals(function) for head, function in (BY_OPERATOR | named | _OTHERS).items()}
        | {
            "both": lambda a, b: holds(a) & holds(b),
            "either": lambda a, b: holds(a) | holds(b),
            "where": lambda condition, a, b: jnp.where(holds(condition), typed(a), typed(b)),
        },
        form="arrays",
        stacked=True,
    )


def _with_quotients_apart(term: Term) -> Term:
    """The term, in which XLA does not make x / (y * z), which may overflow, of x / y / z."""
    if not isinstance(term, Expression) or not term.operands:
        return term
    operands = list(map(_with_quotients_apart, term.operands))
    if term.head == "div" and isinstance(operands[0], Expression) and operands[0].head == "div":
        operands[0] = Expression("apart", operands[0])
    return Expression(term.head, *operands, rule=term.rule)
