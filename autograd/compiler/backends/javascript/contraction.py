"""Sums of products: matrix products, dots, plain sums, and what each of them adds to cotangents.

They are all of one kind, as in einsum: a target, and factors whose product is summed over the variables on
which the target does not depend. The loop over the samples is the innermost, and has a few terms, or a few
sums, at once: each number is then read and written less often.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
    contraction = _Contraction(writer, target, factors, start, free, summed)
    if target.location.uniform:
        contraction.write_sums()
    else:
        contraction.write_terms()


class _Contraction(NamedTuple):
    """See `contract`. The variables are those on which the target depends, and those that are summed over."""

    writer: Writer
    target: Access
    factors: Sequence[Access]
    start: Sequence[Access] | None
    free: Sizes
    summed: Sizes

    def write_terms(self) -> None:
        """Of a target that has a number for each sample: a few terms at a time."""
        start, split = self.start, _split(self.summed, TERMS_AT_ONCE)
        factors = sorted(self.factors, key=lambda factor: not factor.location.uniform)
        terms = [[split.every(factor, at) for factor in factors] for at in range(split.few)]
        with self.writer.nest(self.free) as at:
            if start is not None and (split.sizes or not factors):
                _write_terms(self.writer, self.target, "=", [[access] for access in start], at)
                start = None
            if factors:
                sign = "+=" if start is None else "="
                alone = [[access] for access in start or []]
                with self.writer.nest(split.sizes) as inside:
                    _write_terms(self.writer, self.target, sign, [*alone, *terms], at | inside)

    def write_sums(self) -> None:
        """Of one that is the same for all: a few sums of products at a time, perhaps of all samples."""
        writer, samples = self.writer, any(not factor.location.uniform for factor in self.factors)
        split = _split(self.free, SUMS_AT_ONCE if len(self.factors) > 1 and samples else ())
        with writer.nest(split.sizes) as at:
            targets = [split.every(self.target, n) for n in range(split.few)]
            first = " + ".join(writer.element(access, at) for access in self.start or []) or "0"
            if not self.factors:
                writer.line(f"{writer.element(self.target, at)} = {first};")
                return
            sums = [writer.declare("sum", first, "let") for _ in targets]
            products = [[split.every(factor, n) for factor in self.factors] for n in range(split.few)]
            with writer.nest(self.summed) as around:
                every = [factor for product in products for factor in product]
                with writer.samples(every, at | around) as inside:
                    for sum_, product in zip(sums, products):
                        writer.line(f"{sum_} += {' * '.join(writer.element(f, inside) for f in product)};")
            for sum_, element in zip(sums, targets):
                writer.line(f"{writer.element(element, at)} {'+=' if self.start is None else '='} {sum_};")


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


class _Split(NamedTuple):
    """Loops of which the last takes a few values of its variable at once."""

    sizes: Sizes
    """How often each loop runs."""

    variable: str
    few: int

    def every(self, access: Access, first: int) -> Access:
        """Each `few`-th value of the variable, from the `first` on."""
        if self.few == 1 or self.variable not in access.variables:
            return access
        axis = access.variables.index(self.variable)
        rows = access.rows.take(range(first, access.rows.shape[axis], self.few), axis)
        return Access(access.location, rows, access.variables)


def _split(sizes: Sizes, at_once: Sequence[int]) -> _Split:
    """The loops over these variables, by the first number that divides the size of the last one."""
    if not sizes:
        return _Split(sizes, "", 1)
    *_, variable = sizes
    few = next((few for few in at_once if sizes[variable] % few == 0), 1)
    return _Split(sizes | {variable: sizes[variable] // few}, variable, few)
