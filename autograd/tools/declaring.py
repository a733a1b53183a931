"""Primitives of one's own: state the value and its partials, and everything works with them.

A declared primitive is all that a row of the table is: it has an operator, derivatives of any order in both
modes, readings on arrays and as text, with no more code.
"""

from __future__ import annotations

import keyword
import linecache
import math
import sys
from collections.abc import Sequence
from typing import Any

from autograd.engine import operators
from autograd.engine.messages import describe
from autograd.engine.operands import number
from autograd.engine.operator_text import operator_source
from autograd.rules.notation import TEXT
from autograd.rules.primitives import Primitive
from autograd.rules.reductions import REDUCTIONS, hoisted
from autograd.rules.table import TABLE
from autograd.symbols import Expression, Term, as_term, heads, subterms
from autograd.tools.differences import Slope, slope_along

_SAMPLES = (0.3, -0.7, 1.6)
_TOLERANCE = 1e-5


def primitive(
    name: str,
    value: Expression,
    *partials: Term,
    domain: Expression | None = None,
    needs: str = "",
    hint: str = "",
    samples: Sequence[Sequence[float]] = (),
    says: str = "",
) -> Primitive:
    """Declare a primitive: z as an expression in x and y, and dz/dx, dz/dy in x, y and z.

    One partial for a function of x, two for one of x and y. A rule that reduces with `total` or
    `largest` takes a family: `primitive("power_sum", total(x * x), 2 * x)` is called with a list.
    Rules are built from `autograd.symbols` and from other primitives. `domain` is a condition, `needs`
    its wording, `hint` what to do outside it; `samples` are points at which to try the rule.

    Each partial is compared with central differences when it is declared; a ValueError says where
    they differ.

    >>> from autograd.symbols import x, z
    >>> from autograd import Value, grad
    >>> softsign = primitive("softsign", x / (1 + abs(x)), (1 - abs(z)) ** 2)
    >>> softsign(3.0), grad(softsign)(3.0)
    (0.75, 0.0625)
    """
    _check_name(name)
    _check_rule(name, value, partials, domain)
    operands = ("x", "y")[: len(partials)]
    reduces = not heads(value).isdisjoint(REDUCTIONS)
    declared = Primitive(
        name,
        name,
        operands,
        len(operands) if reduces else 0,
        value,
        tuple(map(as_term, partials)),
        domain=domain,
        says=says,
        samples=_samples(name, samples, len(operands), reduces) or _default_samples(len(operands), reduces),
        hint=hint,
        needs=needs,
        module=sys._getframe(1).f_globals.get("__name__", "__main__"),
    )
    _check_partials(declared, given=bool(samples))
    load_operator(declared)
    return declared


def load_operator(primitive: Primitive) -> None:
    """Print the operator of a primitive that is no row of the table, run that text, and give it to it.

    It finds what the operators of the table find, and hides none of that, whatever its own name is.
    """
    source, name = operator_source(primitive), f"<operator {primitive.name}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    defined: dict[str, Any] = {}
    exec(compile(source, name, "exec"), {**vars(operators), primitive.name.upper(): primitive}, defined)
    primitive.operator = defined[primitive.name]


def _check_rule(name: str, value: Term, partials: Sequence[Term], domain: Term | None) -> None:
    """An error unless these are expressions in x and, with two partials, y; and z in a partial."""
    if not isinstance(value, Expression):
        raise TypeError(f"primitive({name!r}) needs an expression of symbols, got {type(value).__name__}")
    if not 1 <= len(partials) <= 2:
        raise ValueError(f"primitive({name!r}) needs one partial or two, got {len(partials)}")
    for partial in partials:
        if not isinstance(partial, Expression) and number(partial) is NotImplemented:
            raise TypeError(
                f"primitive({name!r}) needs an expression of symbols or a number for each partial, "
                f"got {describe(partial)}"
            )
    if domain is not None and not isinstance(domain, Expression):
        raise TypeError(
            f"primitive({name!r}) needs a condition on symbols as domain, such as x > 0, "
            f"got {describe(domain)}"
        )
    operands = ("x", "y")[: len(partials)]
    terms: list[tuple[Term, tuple[str, ...]]] = [(value, operands)]
    terms += [(domain, operands)] if domain is not None else []
    for term, allowed in [*terms, *((partial, (*operands, "z")) for partial in partials)]:
        strange = sorted({part.head for part in subterms(term) if not part.operands} - set(allowed))
        if strange:
            raise ValueError(
                f"primitive({name!r}) has {len(partials)} partials, so its rule may use "
                f"{', '.join(allowed)}; got {', '.join(strange)}"
            )
    if not heads(value).isdisjoint(REDUCTIONS):
        for term in (value, *([] if domain is None else [domain])):
            alone = [part.head for part in subterms(hoisted(term)[1]) if part.head in operands]
            if alone:
                raise ValueError(
                    f"primitive({name!r}) takes a family for {alone[0]}, which stands inside total(...) or "
                    f"largest(...); got {TEXT.write(term)}"
                )


def _check_name(name: str) -> None:
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"a primitive's name is a Python identifier, got {name!r}")
    if name in TABLE:
        raise ValueError(
            f"there is a primitive {name!r} already: choose another name, or use autograd.{name}"
        )
    if name in TEXT.templates or name in REDUCTIONS:
        raise ValueError(f"{name!r} has a meaning of its own in rules: choose another name")


def _samples(
    name: str, samples: Sequence[Sequence[float]], count: int, reduces: bool
) -> tuple[tuple[float, ...], ...]:
    """The samples, each with a number for every operand; a family may have any number of elements."""
    for sample in samples:
        fits = isinstance(sample, (list, tuple)) and NotImplemented not in map(number, sample)
        if not fits or not sample or len(sample) % count or (len(sample) > count and not reduces):
            raise ValueError(
                f"primitive({name!r}) needs samples that are tuples of {count} number{'s' * (count > 1)}"
                f"{' for each element' * reduces}, got {sample!r:.60}"
            )
    return tuple(map(tuple, samples))


def _default_samples(count: int, reduces: bool) -> tuple[tuple[float, ...], ...]:
    if reduces:
        return ((0.3, 1.7, 0.9, 0.4)[: 2 * count],)
    return tuple((number, abs(number) + 0.1)[:count] for number in _SAMPLES)


def _check_partials(declared: Primitive, given: bool) -> None:
    for sample in declared.samples:
        if not declared.in_domain(sample):
            if given:
                raise ValueError(
                    f"{declared.name}: the sample {sample} lies outside the domain {declared.requirement}"
                )
            continue
        try:
            result = declared.evaluate(sample)
        except (ArithmeticError, ValueError):
            if given:
                raise
            continue
        found = declared.local_derivatives(sample, result, [True] * len(sample))
        for at, partial in enumerate(found):
            slope = slope_along(declared.limit, sample, at, _TOLERANCE)
            if partial is not None and math.isfinite(slope.value) and not _is_close(partial, slope):
                operand = declared.operands[declared.elements(sample)[at][0]]
                raise ValueError(
                    f"{declared.name}: the partial dz/d{operand} is {partial:.6g} at {tuple(sample)}, but a "
                    f"central difference gives {slope.value:.6g}; correct the partial, or give samples= away "
                    "from kinks"
                )


def _is_close(partial: float, slope: Slope) -> bool:
    allowed = _TOLERANCE * max(1.0, abs(slope.value)) + slope.rounding
    return partial == slope.value or abs(partial - slope.value) <= allowed
