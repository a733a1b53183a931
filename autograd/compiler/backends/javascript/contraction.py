"""Sums of products: matrix products, dots, plain sums, and what each of them adds to cotangents.

They are all of one kind, as in einsum: a target, and factors whose product is summed over the variables on
which the target does not depend. The loop over the samples is the innermost, and has a few terms, or a few
sums, at once: each number is then read and written less often.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.javascript.writer import Indices, Writer

TERMS_AT_ONCE, SUMS_AT_ONCE = (4, 3, 2), (2,)
"""How many there may be in one loop over the samples: the first that divides their number."""

Sizes = dict[str, int]


def contract(
    writer: Writer, target: Access, factors: Sequence[Access], start: Sequence[Access] | None = None
) -> None:
    """target += the product of the factors, summed over what the target does not depend on.

    With `start`, the target is set instead, to the sum of `start` and of these terms.
    """
    sizes: Sizes = {}
    for access in (target, *factors):
        sizes |= access.sizes
    free = {name: size for name, size in sizes.items() if name in target.depends}
    summed = {name: size for name, size in sizes.items() if name not in free and size > 1}
    write = _of_all if target.location.uniform else _of_each_sample
    write(writer, target, factors, start, free, summed)


def _of_each_sample(
    writer: Writer,
    target: Access,
    factors: Sequence[Access],
    start: Sequence[Access] | None,
    free: Sizes,
    summed: Sizes,
) -> None:
    """A few terms at a time."""
    variable, few = _split(summed, TERMS_AT_ONCE)
    factors = sorted(factors, key=lambda factor: not factor.location.uniform)
    terms = [[_every(factor, variable, few, at) for factor in factors] for at in range(few)]
    with writer.nest(free) as at:
        if start is not None and (summed or not factors):
            _write_terms(writer, target, "=", [[access] for access in start], at)
            start = None
        if factors:
            sign = "+=" if start is None else "="
            with writer.nest(summed) as inside:
                _write_terms(
                    writer, target, sign, [*([access] for access in start or []), *terms], at | inside
                )


def _write_terms(
    writer: Writer, target: Access, sign: str, terms: Sequence[Sequence[Access]], at: Indices
) -> None:
    """A loop over the samples: the target, and a sum of products."""
    names: dict[int, str] = {}
    if any(not factor.location.uniform for term in terms for factor in term):
        weights = [factor for term in terms for factor in term if factor.location.uniform]
        names = {id(weight): writer.declared("w", writer.element(weight, at)) for weight in weights}
    varying = [factor for term in terms for factor in term if not factor.location.uniform]
    with writer.samples([target, *varying], at) as inside:
        products = [
            " * ".join(names.get(id(factor)) or writer.element(factor, inside) for factor in term)
            for term in terms
        ]
        writer.line(f"{writer.element(target, inside)} {sign} {' + '.join(products) or '0'};")


def _of_all(
    writer: Writer,
    target: Access,
    factors: Sequence[Access],
    start: Sequence[Access] | None,
    free: Sizes,
    summed: Sizes,
) -> None:
    """A few sums of products at a time, each of all samples if the factors have one number for each."""
    samples = any(not factor.location.uniform for factor in factors)
    variable, few = _split(free, SUMS_AT_ONCE) if len(factors) > 1 and samples else ("", 1)
    with writer.nest(free) as at:
        targets = [_every(target, variable, few, n) for n in range(few)]
        first = " + ".join(writer.element(access, at) for access in start or []) or "0"
        if not factors:
            writer.line(f"{writer.element(target, at)} = {first};")
            return
        sums = [writer.declare("sum", first, "let") for _ in targets]
        products = [[_every(factor, variable, few, n) for factor in factors] for n in range(few)]
        with writer.nest(summed) as around:
            every = [factor for product in products for factor in product]
            with writer.samples(every, at | around) as inside:
                for sum_, product in zip(sums, products):
                    writer.line(f"{sum_} += {' * '.join(writer.element(f, inside) for f in product)};")
        for sum_, element in zip(sums, targets):
            writer.line(f"{writer.element(element, at)} {'+=' if start is None else '='} {sum_};")


def _split(sizes: Sizes, at_once: Sequence[int]) -> tuple[str, int]:
    """The last variable, whose size becomes that of a loop with a few of its values at once; and how many."""
    if not sizes:
        return "", 1
    variable = list(sizes)[-1]
    few = next((few for few in at_once if sizes[variable] % few == 0), 1)
    sizes[variable] //= few
    return variable, few


def _every(access: Access, variable: str, few: int, first: int) -> Access:
    """Each `few`-th value of a variable, from the `first` on."""
    if few == 1 or variable not in access.variables:
        return access
    axis = access.variables.index(variable)
    rows = access.rows.take(range(first, access.rows.shape[axis], few), axis)
    return Access(access.location, rows, access.variables)
