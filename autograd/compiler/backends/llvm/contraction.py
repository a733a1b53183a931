"""Contraction: sums of products, in the order of loops that reads memory as it lies.

Matrix products, dots, plain sums, and what each of them adds to cotangents are all of one kind, as in einsum:
a target, and factors whose product is summed over the variables on which the target does not depend. Those on
which it does are its *free* variables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.llvm.arithmetic import Instruction
from autograd.compiler.backends.llvm.loops import INT, Indices, Loops

AT_ONCE = 4
"""Terms of a sum that are added in one iteration, so that its target is loaded and stored less often."""


def contract(
    loops: Loops, target: Access, factors: Sequence[Access], start: Sequence[Access] | None = None
) -> None:
    """target += the product of the factors, summed over the variables on which the target does not depend.

    Also over the samples, where a factor has one number for each and the target has not. With `start`, the
    target is set instead, to the sum of `start` and of these terms.
    """
    uniform = all(access.location.uniform for access in (target, *factors))
    over = OverRows if uniform or loops.lanes == 1 else OverSamples
    over(loops, target, factors, start).write()


class Contraction:
    """What both orders of loops share; see `contract`."""

    def __init__(
        self, loops: Loops, target: Access, factors: Sequence[Access], start: Sequence[Access] | None
    ) -> None:
        self.loops, self.target, self.factors, self.start = loops, target, factors, start
        self.sizes: dict[str, int] = {}
        for access in (target, *factors):
            self.sizes |= access.sizes

    def _split(self, sizes: dict[str, int]) -> tuple[dict[str, int], dict[str, int]]:
        """The free variables, and those that are summed over."""
        free = {name: size for name, size in sizes.items() if name in self.target.depends}
        return free, {name: size for name, size in sizes.items() if name not in free}

    def _product(self, at: Indices) -> Instruction:
        first, *others = [self.loops.load(factor, at) for factor in self.factors]
        for other in others:
            first = self.loops.arithmetic.multiply(first, other)
        return first

    def _start_of(self, at: Indices) -> Instruction:
        value = self.loops.arithmetic.number(0.0)
        for access in self.start or []:
            value = self.loops.arithmetic.add(value, self.loops.load(access, at))
        return value

    def _a_few_at_once(self, size: int, few: int) -> Iterator[list[Instruction]]:
        """The indices from 0 to `size`: `few` in each iteration of a loop, then those that are left."""
        loops, (iterations, rest) = self.loops, divmod(size, few)
        if iterations:
            with loops.loop(iterations) as iteration:
                first = loops.builder.mul(iteration, INT(few), flags=("nsw",))
                yield [loops.plus(first, INT(step)) for step in range(few)]
        if rest:
            yield [INT(index) for index in range(size - rest, size)]

    def _write(self, elements: Sequence[Indices], totals: Sequence[Instruction]) -> None:
        """Set the elements, or add to them: one after the other, since two of them may be the same."""
        for at, total in zip(elements, totals):
            (self.loops.add if self.start is None else self.loops.store)(total, self.target, at)


class OverSamples(Contraction):
    """Loops in which each iteration has the lanes of a vector: as many samples at once."""

    def write(self) -> None:
        """Write the loops: a few elements of the target at once, which share what they read."""
        free, summed = self._split(self.sizes)
        *others, last = free or {"": 1}
        few = AT_ONCE if summed or self.target.location.uniform else 1
        with self.loops.nest({name: free[name] for name in others}) as at:
            for indices in self._a_few_at_once(free.get(last, 1), few):
                elements = [{**at, last: index} for index in indices]
                if self.target.location.uniform:
                    self._of_all_samples(elements, summed)
                else:
                    self._of_each_sample(elements, summed)

    def _of_each_sample(self, elements: Sequence[Indices], summed: dict[str, int]) -> None:
        loops, builder = self.loops, self.loops.builder
        with loops.loop(loops.vectors) as b:
            elements = [{**at, "b": b} for at in elements]
            totals = [loops.variable(self._start_of(at), lanes=True) for at in elements]
            with loops.nest(summed) as inside:
                for at, total in zip(elements, totals):
                    sum_ = loops.arithmetic.add(builder.load(total), self._product(at | inside))
                    builder.store(sum_, total)
            self._write(elements, [builder.load(total) for total in totals])

    def _of_all_samples(self, elements: Sequence[Indices], summed: dict[str, int]) -> None:
        loops, builder = self.loops, self.loops.builder
        totals = [loops.variable(0.0, lanes=True) for _ in elements]
        with loops.nest(summed) as inside, loops.loop(loops.vectors) as b:
            for at, total in zip(elements, totals):
                loops.accumulate(self._product({**at, **inside, "b": b}), total, b)
        self._write(elements, [loops.arithmetic.total(builder.load(total)) for total in totals])


class OverRows(Contraction):
    """Loops over rows alone, the innermost along memory."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.inner = max(self.sizes, key=self._worth)
        outer = {name: size for name, size in self.sizes.items() if name != self.inner}
        self.free, self.summed = self._split(outer)

    def _worth(self, variable: str) -> tuple[bool, int]:
        """How good a variable is for the innermost loop: most accesses contiguous, fewest jumping."""
        accesses = [self.target, *self.factors]
        return self.sizes[variable] != 1, sum(self._contiguous(access, variable) for access in accesses)

    @staticmethod
    def _contiguous(access: Access, variable: str) -> int:
        if variable not in access.depends:
            return 0
        return 1 if access.stride(variable) == 1 else -1

    def write(self) -> None:
        """Write the loops."""
        inner = {self.inner: self.sizes[self.inner]}
        if self.inner not in self.target.depends:
            self._sum_inside(self.free, {**self.summed, **inner})
        elif self.summed:
            self._sum_around(inner)
        else:
            self._sum_inside({**self.free, **inner}, {})

    def _sum_inside(self, free: dict[str, int], summed: dict[str, int]) -> None:
        """Each element of the target has its sum in a register; a few of them share what they read."""
        *others, last = free or {"": 1}
        size = free.get(last, 1)
        few = AT_ONCE if summed and size % AT_ONCE == 0 else 1
        with self.loops.nest({name: free[name] for name in others}) as at:
            for indices in self._a_few_at_once(size, few):
                self._sums([{**at, last: index} for index in indices], summed)

    def _sums(self, elements: Sequence[Indices], summed: dict[str, int]) -> None:
        loops, builder = self.loops, self.loops.builder
        totals = [loops.variable(self._start_of(at)) for at in elements]
        with loops.nest(summed) as inside:
            for at, total in zip(elements, totals):
                term = self._product(at | inside)
                builder.store(loops.arithmetic.add(builder.load(total), term), total)
        self._write(elements, [builder.load(total) for total in totals])

    def _sum_around(self, inner: dict[str, int]) -> None:
        """The elements along the innermost loop take in a few terms at a time."""
        loops = self.loops
        *others, last = self.summed
        with loops.nest(self.free) as at:
            if self.start is not None:
                with loops.nest(inner) as inside:
                    loops.store(self._start_of(at | inside), self.target, at | inside)
            with loops.nest({name: self.summed[name] for name in others}) as around:
                for indices in self._a_few_at_once(self.summed[last], AT_ONCE):
                    self._add_terms(inner, [{**at, **around, last: index} for index in indices])

    def _add_terms(self, inner: dict[str, int], terms: Sequence[Indices]) -> None:
        loops, target = self.loops, self.target
        with loops.nest(inner) as inside:
            value = loops.load(target, terms[0] | inside)
            for term in terms:
                value = loops.arithmetic.add(value, self._product(term | inside))
            loops.store(value, target, terms[0] | inside)
