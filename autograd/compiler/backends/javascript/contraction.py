"""Sums of products: matrix products, dots, plain sums, and what each of them adds to cotangents.

They are all of one kind, as in einsum: a target, and factors whose product is summed over the variables on
which the target does not depend.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.javascript.writer import Indices, Writer


def contract(
    writer: Writer, target: Access, factors: Sequence[Access], start: Sequence[Access] | None = None
) -> None:
    """target += the product of the factors, summed over what the target does not depend on.

    With `start`, the target is set instead, to the sum of `start` and of these terms.
    """
    sizes: dict[str, int] = {}
    for access in (target, *factors):
        sizes |= access.sizes
    free = {name: size for name, size in sizes.items() if name in target.depends}
    summed = {name: size for name, size in sizes.items() if name not in free}
    write = _of_all if target.location.uniform else _of_each_sample
    with writer.nest(free) as at:
        write(writer, target, factors, start, summed, at)


def _of_each_sample(
    writer: Writer,
    target: Access,
    factors: Sequence[Access],
    start: Sequence[Access] | None,
    summed: dict[str, int],
    at: Indices,
) -> None:
    """Term by term, each a loop over the samples."""
    if start is not None:
        with writer.samples([target, *start], at) as inside:
            terms = [writer.element(access, inside) for access in start]
            writer.line(f"{writer.element(target, inside)} = {' + '.join(terms) or '0'};")
    if not factors:
        return
    with writer.nest(summed) as around:
        weights = [factor for factor in factors if factor.location.uniform]
        others = [factor for factor in factors if not factor.location.uniform]
        names = [writer.declared("weight", writer.element(weight, at | around)) for weight in weights]
        with writer.samples([target, *others], at | around) as inside:
            product = " * ".join([*names, *(writer.element(other, inside) for other in others)])
            writer.line(f"{writer.element(target, inside)} += {product};")


def _of_all(
    writer: Writer,
    target: Access,
    factors: Sequence[Access],
    start: Sequence[Access] | None,
    summed: dict[str, int],
    at: Indices,
) -> None:
    """One sum, of all samples if the factors have one number for each."""
    first = " + ".join(writer.element(access, at) for access in start or [])
    if not factors:
        writer.line(f"{writer.element(target, at)} = {first};")
        return
    sum_ = writer.declare("sum", first or "0", "let")
    with writer.nest(summed) as around, writer.samples(list(factors), at | around) as inside:
        writer.line(f"{sum_} += {' * '.join(writer.element(factor, inside) for factor in factors)};")
    writer.line(f"{writer.element(target, at)} {'+=' if start is None else '='} {sum_};")
