"""Contraction: sums of products, in the order of loops that reads memory as it lies.

Matrix products, dots, plain sums, and what each of them hands back are all of one kind: a target, and
factors whose product is summed over the variables that the target does not depend on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autograd.compiler.backends.llvm.arithmetic import Instruction
from autograd.compiler.backends.llvm.loops import INT, Access, Loops

AT_ONCE = 4
"""Terms of a sum that are added in one turn, so that its target is loaded and stored less often."""


def contract(
    loops: Loops,
    target: Access,
    factors: Sequence[Access],
    sizes: dict[str, int],
    start: Sequence[Access] | None = None,
) -> None:
    """target += the product of the factors, summed over the variables that the target does not depend on.

    These are rows, with `sizes`; and the samples, where a factor varies with them and the target does not.
    With `start`, the target is set instead, to the sum of `start` and of these terms.
    """
    varies = loops.lanes > 1 and any(access.place.varies for access in (target, *factors))
    kind = OverSamples if varies else OverRows
    kind(loops, target, factors, sizes, start).write()


class Contraction:
    """What both kinds of loops share; see `contract`."""

    def __init__(
        self,
        loops: Loops,
        target: Access,
        factors: Sequence[Access],
        sizes: dict[str, int],
        start: Sequence[Access] | None,
    ) -> None:
        self.loops, self.target, self.factors, self.start = loops, target, factors, start
        self.sizes = sizes

    def _split(self, sizes: dict[str, int]) -> tuple[dict[str, int], dict[str, int]]:
        """The variables on which the target depends, and those that are summed over."""
        own = {name: size for name, size in sizes.items() if name in self.target.depends}
        return own, {name: size for name, size in sizes.items() if name not in own}

    def _product(self, at: dict[str, Instruction]) -> Instruction:
        first, *others = [self.loops.load(factor, at) for factor in self.factors]
        for other in others:
            first = self.loops.arithmetic.multiply(first, other)
        return first

    def _beginning(self, at: dict[str, Instruction]) -> Instruction:
        value = self.loops.arithmetic.number(0.0)
        for access in self.start or []:
            value = self.loops.arithmetic.add(value, self.loops.load(access, at))
        return value

    def _a_few_at_once(self, size: int, few: int) -> Iterator[list[Instruction]]:
        """The places from 0 to `size`: `few` in each turn of a loop, then those that are left."""
        loops, (turns, rest) = self.loops, divmod(size, few)
        if turns:
            with loops.loop(turns) as turn:
                first = loops.builder.mul(turn, INT(few), flags=("nsw",))
                yield [loops.plus(first, INT(step)) for step in range(few)]
        if rest:
            yield [INT(place) for place in range(size - rest, size)]

    def _write(self, elements: Sequence[dict[str, Instruction]], totals: Sequence[Instruction]) -> None:
        """Set the elements, or add to them: one after the other, since two of them may be the same."""
        for at, total in zip(elements, totals):
            (self.loops.add if self.start is None else self.loops.store)(total, self.target, at)


class OverSamples(Contraction):
    """Loops in which each turn has the lanes of a vector: as many samples at once."""

    def write(self) -> None:
        """Write the loops: a few elements of the target at once, which share what they read."""
        own, summed = self._split(self.sizes)
        *others, last = own or {"": 1}
        few = AT_ONCE if summed or not self.target.place.varies else 1
        with self.loops.nest({name: own[name] for name in others}) as at:
            for places in self._a_few_at_once(own.get(last, 1), few):
                self._elements([{**at, last: place} for place in places], summed)

    def _elements(self, elements: Sequence[dict[str, Instruction]], summed: dict[str, int]) -> None:
        if self.target.place.varies:
            self._of_each_sample(elements, summed)
        else:
            self._of_all_samples(elements, summed)

    def _of_each_sample(self, elements: Sequence[dict[str, Instruction]], summed: dict[str, int]) -> None:
        loops, builder = self.loops, self.loops.builder
        with loops.loop(loops.turns) as b:
            elements = [{**at, "b": b} for at in elements]
            totals = [loops.variable(self._beginning(at), varies=True) for at in elements]
            with loops.nest(summed) as inside:
                for at, total in zip(elements, totals):
                    found = loops.arithmetic.add(builder.load(total), self._product(at | inside))
                    builder.store(found, total)
            self._write(elements, [builder.load(total) for total in totals])

    def _of_all_samples(self, elements: Sequence[dict[str, Instruction]], summed: dict[str, int]) -> None:
        loops, builder = self.loops, self.loops.builder
        totals = [loops.variable(0.0, varies=True) for _ in elements]
        with loops.nest(summed) as inside, loops.loop(loops.turns) as b:
            for at, total in zip(elements, totals):
                loops.take_in(self._product({**at, **inside, "b": b}), total, b)
        self._write(elements, [loops.arithmetic.total(builder.load(total)) for total in totals])


class OverRows(Contraction):
    """Loops over rows alone, the innermost along memory."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.inner = max(self.sizes, key=self._worth)
        outer = {name: size for name, size in self.sizes.items() if name != self.inner}
        self.own, self.summed = self._split(outer)

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
            self._sum_inside(self.own, {**self.summed, **inner})
        elif self.summed:
            self._sum_around(inner)
        else:
            self._sum_inside({**self.own, **inner}, {})

    def _sum_inside(self, own: dict[str, Any], summed: dict[str, Any]) -> None:
        """Each element of the target has its sum in a register; a few of them share what they read."""
        *others, last = own or {"": 1}
        size = own.get(last, 1)
        few = AT_ONCE if summed and size % AT_ONCE == 0 else 1
        with self.loops.nest({name: own[name] for name in others}) as at:
            for places in self._a_few_at_once(size, few):
                self._sums([{**at, last: place} for place in places], summed)

    def _sums(self, elements: Sequence[dict[str, Instruction]], summed: dict[str, Any]) -> None:
        loops, builder = self.loops, self.loops.builder
        totals = [loops.variable(self._beginning(at)) for at in elements]
        with loops.nest(summed) as inside:
            for at, total in zip(elements, totals):
                term = self._product(at | inside)
                builder.store(loops.arithmetic.add(builder.load(total), term), total)
        self._write(elements, [builder.load(total) for total in totals])

    def _sum_around(self, inner: dict[str, Any]) -> None:
        """A stretch of the target takes in a few terms at a time."""
        loops = self.loops
        *others, last = self.summed
        with loops.nest(self.own) as at:
            if self.start is not None:
                with loops.nest(inner) as inside:
                    loops.store(self._beginning(at | inside), self.target, at | inside)
            with loops.nest({name: self.summed[name] for name in others}) as around:
                for places in self._a_few_at_once(self.summed[last], AT_ONCE):
                    self._take_in(at | around, inner, last, places)

    def _take_in(
        self, at: dict[str, Instruction], inner: dict[str, Any], summed: str, places: Sequence[Instruction]
    ) -> None:
        loops, target = self.loops, self.target
        with loops.nest(inner) as inside:
            value = loops.load(target, at | inside)
            for place in places:
                value = loops.arithmetic.add(value, self._product({**at, **inside, summed: place}))
            loops.store(value, target, at | inside)
