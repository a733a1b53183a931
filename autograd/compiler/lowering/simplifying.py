"""Simplifying a tape: chains of additions become sums, sums of products become dots.

One pass over the tape writes a new one. Equal subexpressions become one entry, whichever the order of their
factors and terms; operations on plain numbers are carried out, entries that nothing uses are left out. Sums
are reassociated; nothing else changes a result by more than rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.compiler.lowering.tape import Source, Tape
from autograd.progress import watched
from autograd.rules.table import TABLE

PLACE_BITS = 31
"""Enough for any place on a tape."""

ADD, SUM, MUL, DOT, IDENTITY = (TABLE[name] for name in ("add", "sum", "mul", "dot", "identity"))


def simplify(tape: Tape, roots: Sequence[int]) -> tuple[Tape, list[int]]:
    """An equivalent tape, and where the roots stand on it."""
    return _Simplifier(tape, roots).run()


class _Simplifier:
    """One pass over the old tape.

    A sum or a product that is used once, by a sum, is *absorbed*: it has no place on the new tape, and its
    terms, or the product itself, are terms of that sum.
    """

    def __init__(self, tape: Tape, roots: Sequence[int]) -> None:
        self.old, self.roots, self.new = tape, roots, Tape()
        self.new.inputs = tape.inputs
        self.place = [-1] * len(tape)
        """Per place of the old tape, that on the new one."""

        self.terms: dict[int, list[int]] = {}
        """The terms of absorbed sums that the pass has met: places of the old tape, by that of the sum."""

        self.known: dict[object, int] = {}
        """Places of the new tape, by operation and operands."""

        self.uniform: list[bool] = []
        """Per place of the new tape, whether it is the same for all samples, as far as that was asked."""

        self.used = tape.used_by(roots)
        self.absorbed = self._absorbed()

    def _absorbed(self) -> list[bool]:
        uses = [0] * len(self.old)
        user: list[object] = [None] * len(self.old)
        for place, (head, operands) in enumerate(zip(self.old.heads, self.old.operands)):
            if self.used[place]:
                for operand in operands:
                    uses[operand] += 1
                    user[operand] = head
        for root in self.roots:
            uses[root] += 2  # a root is to stand on the new tape
        return [
            uses[place] == 1 and head in (ADD, SUM, MUL, DOT) and user[place] in (ADD, SUM)
            for place, head in enumerate(self.old.heads)
        ]

    def run(self) -> tuple[Tape, list[int]]:
        """Write the new tape; it, and where the roots stand on it."""
        old = self.old
        for place, head in enumerate(watched(old.heads)):
            if not self.used[place]:
                continue
            if type(head) is Source:
                self.place[place] = self._source(head)
            elif head is ADD or head is SUM:
                terms = self._gather(old.operands[place])
                if self.absorbed[place]:
                    self.terms[place] = terms
                else:
                    self.place[place] = self._sum(terms)
            elif not self.absorbed[place]:
                self.place[place] = self._operation(head, tuple(self.place[o] for o in old.operands[place]))
        return self.new, [self.place[root] for root in self.roots]

    def _source(self, source: Source) -> int:
        if source.kind == "number":
            return self.new.number(source.what)
        return self.new.add(source)

    def _gather(self, operands: tuple[int, ...]) -> list[int]:
        """The terms of a sum, with those of the sums that it absorbs: places on the old tape."""
        gathered: list[int] | None = None
        for operand in operands:
            inner = self.terms.pop(operand, None)
            if gathered is None:
                gathered = inner if inner is not None else [operand]
            elif inner is not None:
                gathered.extend(inner)
            else:
                gathered.append(operand)
        return gathered or []

    def _sum(self, terms: list[int]) -> int:
        """A sum: a dot of the terms that are products, if there are several, and the others.

        Products that are the same for all samples are a dot of their own, computed once.
        """
        pairs: list[tuple[int, int]] = []
        plain: list[int] = []
        for term in terms:
            head = self.old.heads[term]
            if not self.absorbed[term] or head not in (MUL, DOT):
                plain.append(self.place[term])
                continue
            operands = [self.place[operand] for operand in self.old.operands[term]]
            half = len(operands) // 2
            pairs += zip(operands[:half], operands[half:])
        uniform = self.new.uniform(self.uniform)
        shared = [pair for pair in pairs if uniform[pair[0]] and uniform[pair[1]]]
        if 2 <= len(shared) < len(pairs):
            plain.append(self._dot(shared))
            pairs = [pair for pair in pairs if not (uniform[pair[0]] and uniform[pair[1]])]
        if len(pairs) >= 2:
            one = self.new.number(1.0)
            uniform = self.new.uniform(self.uniform)
            dot = self._dot(pairs + [(term, one) for term in plain if uniform[term]])
            plain = [dot] + [term for term in plain if not uniform[term]]
        else:
            plain += [self._operation(MUL, pair) for pair in pairs]
        if len(plain) == 2:
            return self._operation(ADD, tuple(plain))
        return plain[0] if len(plain) == 1 else self._operation(SUM, tuple(plain))

    def _dot(self, pairs: list[tuple[int, int]]) -> int:
        return self._operation(DOT, (*(a for a, _ in pairs), *(b for _, b in pairs)))

    def _operation(self, head: object, operands: tuple[int, ...]) -> int:
        """The place of an operation on places of the new tape: of an equal one, if there is one."""
        if head is IDENTITY:
            return operands[0]
        if head is DOT and len(operands) == 2:
            head = MUL
        key = (head, _in_one_order(head, operands))
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._added(head, operands)
        return found

    def _added(self, head: object, operands: tuple[int, ...]) -> int:
        """A new entry: a number, where all operands are numbers."""
        numbers = [self.new.number_at(operand) for operand in operands[:3]]
        if None not in numbers:  # most often it is, and then the others need no look
            numbers = [self.new.number_at(operand) for operand in operands]
            if None not in numbers:
                return self.new.number(head.limit(numbers))  # type: ignore[attr-defined]
        return self.new.add(head, operands)


def _in_one_order(head: object, operands: tuple[int, ...]) -> object:
    """The operands in an order that is the same for equal results: of terms, factors, pairs of factors."""
    if head is DOT:
        left, right = np.array(operands).reshape(2, -1)
        pairs = np.minimum(left, right) << PLACE_BITS | np.maximum(left, right)
        return np.sort(pairs).tobytes()  # smaller than a tuple of pairs, of which there is one for each dot
    return tuple(sorted(operands)) if head in (ADD, SUM, MUL) else operands
