"""Grouping: scalar entries of one primitive at one level become one array operation.

The level of an entry is one more than the highest level that it uses, so that the entries of a level
do not use one another. Dots whose left operands are numbers of the program (parameters, mostly) and
which share their right operands are the rows of a matrix product; several such vectors against the same
rows are its columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.lowering.tape import Source, Tape
from autograd.compiler.program.program import (
    DOT,
    INPUTS,
    NUMBERS,
    PARAMETERS,
    SUM,
    Array,
    Program,
    Selection,
    Step,
)
from autograd.engine.functions import LARGEST
from autograd.rules.primitives import Primitive
from autograd.rules.table import TABLE

MUL, POW = TABLE["mul"], TABLE["pow"]
_PADDING = {SUM: 0.0, DOT: 0.0, TABLE["logsumexp"]: -np.inf, LARGEST: -np.inf}


def group(
    tape: Tape,
    roots: Sequence[int],
    parameters: int,
    inputs: int,
    differentiated: Sequence[int] | None = None,
) -> Program:
    """Lower a simplified tape to a program.

    A reverse pass differentiates the first root. Where there are several, `differentiated=roots[:1]` keeps
    what that root does not depend on out of its array operations; by default no root is set apart.
    """
    differentiated = roots if differentiated is None else differentiated
    return _Grouper(tape, differentiated, parameters, inputs).run(roots)


class Group(NamedTuple):
    """What the entries of one array operation have in common."""

    level: int
    head: Primitive
    uniform: bool
    differentiated: bool
    """Else its cotangents, were they carried on, would be 0, and 0 times an infinite partial is NaN."""
    variant: tuple[Any, ...]


Groups = dict[Group, list[int]]


class _Grouper:
    def __init__(self, tape: Tape, differentiated: Sequence[int], parameters: int, inputs: int) -> None:
        self.tape = tape
        self.differentiated = tape.differentiated(list(differentiated))
        self.program = Program(parameters, inputs, [], entries=len(tape))
        self.program.arrays = [Array(PARAMETERS, parameters, True), Array(INPUTS, inputs, False)]
        self.program.arrays.append(Array(NUMBERS, 0, True))
        self.array_of = [0] * len(tape)
        self.row_of = [0] * len(tape)
        self.level = [0] * len(tape)
        self.uniform = [True] * len(tape)

    def run(self, roots: Sequence[int]) -> Program:
        groups = sorted(self._groups().items(), key=lambda item: item[0].level)
        for _, level in groupby(groups, key=lambda item: item[0].level):
            for group, places in self._joined(dict(level)).items():
                if group.head is DOT:
                    self._dots(places)
                elif group.head.families:
                    self._reduction(group.head, places)
                else:
                    self._each(group.head, places)
        self.program.results = self._select(list(roots))
        self.program.arrays[NUMBERS] = Array(NUMBERS, len(self.program.numbers), True)
        return self.program

    def _groups(self) -> Groups:
        """Entries by level and primitive, in order; numbers, parameters and inputs find their rows."""
        groups: Groups = {}
        level, uniform = self.level, self.uniform
        for place, (head, operands) in enumerate(zip(self.tape.heads, self.tape.operands)):
            if type(head) is Source:
                self._source(place, head)
                continue
            level[place] = 1 + max([level[operand] for operand in operands], default=0)
            uniform[place] = all(uniform[operand] for operand in operands)
            variant = self._variant(head, operands)
            key = Group(level[place], head, uniform[place], self.differentiated[place], variant)
            groups.setdefault(key, []).append(place)
        return groups

    def _joined(self, groups: Groups) -> Groups:
        """The groups of one level, with products beside longer dots of the same arrays as dots of one term.

        So that the first of a growing sum of products is no step of its own, nor what is made of it.
        """
        for group, products in list(groups.items()):
            whole = group._replace(head=DOT, variant=())
            dots, variant = groups.get(whole, []), group.variant
            if group.head is not MUL or not dots or any(variant[:2]) or any(variant[2:]) > group.uniform:
                continue
            arrays = set(map(self._factors, products))
            alike = [len(self.tape.operands[dot]) // 2 for dot in dots if self._factors(dot) in arrays]
            terms, count = sum(alike) + len(products), len(alike) + len(products)
            if len(products) <= len(alike) and max(alike) * count <= 2 * terms:
                groups[whole] = sorted([*dots, *products])
                del groups[group]
        return groups

    def _factors(self, place: int) -> tuple[int, ...]:
        """The arrays of the first two factors of a product or a dot."""
        operands = self.tape.operands[place]
        return tuple(sorted((self.array_of[operands[0]], self.array_of[operands[len(operands) // 2]])))

    def _variant(self, head: Primitive, operands: tuple[int, ...]) -> tuple[Any, ...]:
        """What else must agree within a group, so that its text is one line."""
        if head.families:
            return () if head in _PADDING else (len(operands),)
        numbers = tuple(self.tape.number_at(operand) for operand in operands)
        exact = head is POW or len(operands) > 2
        return tuple(n if exact else n is not None for n in numbers) + tuple(
            self.uniform[o] for o in operands
        )

    def _source(self, place: int, source: Source) -> None:
        kinds = {"parameter": PARAMETERS, "input": INPUTS, "number": NUMBERS}
        self.array_of[place] = kinds[source.kind]
        self.uniform[place] = source.kind != "input"
        if source.kind == "number":
            self.row_of[place] = len(self.program.numbers)
            self.program.numbers.append(source.what)
        else:
            self.row_of[place] = source.what
        if source.kind == "parameter" and self.differentiated[place]:
            self.program.differentiated.append(source.what)

    def _new_array(self, places: Sequence[int], uniform: bool) -> Array:
        array = Array(len(self.program.arrays), len(places), uniform)
        self.program.arrays.append(array)
        for row, place in enumerate(places):
            self.array_of[place], self.row_of[place] = array.at, row
        return array

    def _select(self, places: Any) -> Selection:
        """The selection of a list of places, or of a list of such lists."""
        array_of, row_of = self.array_of, self.row_of
        nested = bool(places) and isinstance(places[0], list)
        flat = [place for row in places for place in row] if nested else places
        shape = (len(places), len(places[0])) if nested else (len(places),)
        arrays = np.array([array_of[place] for place in flat], dtype=np.intp).reshape(shape)
        rows = np.array([row_of[place] for place in flat], dtype=np.intp).reshape(shape)
        return Selection(arrays, rows, all(self.uniform[place] for place in flat))

    def _each(self, head: Primitive, places: list[int]) -> None:
        operands = zip(*(self.tape.operands[place] for place in places))
        selections = tuple(self._select(list(operand)) for operand in operands)
        out = self._new_array(places, self.uniform[places[0]])
        self.program.steps.append(Step("each", head, out, selections))

    def _reduction(self, head: Primitive, places: list[int]) -> None:
        """A primitive over families: (n, k) operands. Shorter ones are padded where that changes nothing."""
        single = len(head.operands) - head.families
        for bucket in self._by_length(places, lambda place: len(self.tape.operands[place])):
            width = max(len(self.tape.operands[place]) for place in bucket) - single
            width //= head.families
            columns = [self.tape.operands[place] for place in bucket]
            selections = [self._select([column[at] for column in columns]) for at in range(single)]
            for family in range(head.families):
                padded = []
                for column in columns:
                    size = (len(column) - single) // head.families
                    part = list(column[single + family * size : single + (family + 1) * size])
                    padded.append(part + [self._padding(head)] * (width - size) if size < width else part)
                selections.append(self._select([list(row) for row in zip(*padded)]))
            out = self._new_array(bucket, self.uniform[bucket[0]])
            self.program.steps.append(Step("reduce", head, out, tuple(selections)))

    def _padding(self, head: Primitive) -> int:
        place = self.tape.number(_PADDING[head])
        while len(self.array_of) < len(self.tape):
            for entries in (self.array_of, self.row_of, self.level):
                entries.append(0)
            self.uniform.append(True)
            self._source(len(self.array_of) - 1, self.tape.heads[len(self.array_of) - 1])
        return place

    def _by_length(self, places: list[int], length: Any) -> list[list[int]]:
        """Buckets in which padding to the longest at most doubles the work."""
        ordered = sorted(places, key=length)
        if length(ordered[-1]) * len(ordered) <= 2 * sum(map(length, ordered)):
            return [places]
        buckets: dict[int, list[int]] = {}
        for place in places:
            buckets.setdefault(length(place).bit_length(), []).append(place)
        return list(buckets.values())

    def _dots(self, places: list[int]) -> None:
        """Matrix products where rows or columns are shared, else elementwise products and their sums."""
        split = {place: self._split(self.tape.operands[place]) for place in places}
        by_right: dict[tuple[int, ...], list[int]] = {}
        loose = []
        for place in places:
            left, right, _ = split[place]
            if (
                len(left) > 1
                and all(self.uniform[o] for o in left)
                and not all(self.uniform[o] for o in right)
            ):
                by_right.setdefault(right, []).append(place)
            else:
                loose.append(place)
        by_rows: dict[Any, list[list[int]]] = {}
        for members in by_right.values():
            rows = tuple((split[place][0], split[place][2]) for place in members)
            by_rows.setdefault(rows, []).append(members)
        for rows, columns in by_rows.items():
            for same in self._by_plain(rows):
                self._matmul([rows[at] for at in same], [[c[at] for at in same] for c in columns], split)
        for bucket in self._by_length(loose, lambda place: len(split[place][0])) if loose else []:
            self._loose_dots(bucket, split)

    @staticmethod
    def _by_plain(rows: Sequence[Any]) -> list[list[int]]:
        """Positions of the rows, by how many plain terms they add."""
        counts: dict[int, list[int]] = {}
        for at, (_, plain) in enumerate(rows):
            counts.setdefault(len(plain), []).append(at)
        return list(counts.values())

    def _split(self, operands: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Left and right operands, uniform ones to the left; and terms whose factor is the number 1."""
        half = len(operands) // 2
        left, right, plain = [], [], []
        number_at, uniform = self.tape.number_at, self.uniform
        for a, b in zip(operands[:half], operands[half:]):
            if number_at(b) == 1.0:
                plain.append(a)
            elif number_at(a) == 1.0:
                plain.append(b)
            elif uniform[b] and not uniform[a]:
                left.append(b)
                right.append(a)
            else:
                left.append(a)
                right.append(b)
        if not left:
            return operands[:half], operands[half:], ()
        return tuple(left), tuple(right), tuple(plain)

    def _matmul(self, rows: Sequence[Any], columns: list[list[int]], split: Any) -> None:
        """`rows` (k, n) times `columns`, m vectors of n. The result has k * m rows, m for each of the k."""
        matrix = self._select([list(left) for left, _ in rows])
        vectors = self._select([list(v) for v in zip(*(split[members[0]][1] for members in columns))])
        places = [members[at] for at in range(len(rows)) for members in columns]
        out = self._new_array(places, uniform=False)
        plain = self._plain([terms for _, terms in rows])
        self.program.steps.append(Step("matmul", DOT, out, (matrix, vectors), plain))

    def _loose_dots(self, places: list[int], split: Any) -> None:
        width = max(len(split[place][0]) for place in places)
        sides = []
        for side in (0, 1):
            padded = [list(split[place][side]) for place in places]
            for part in padded:
                part += [self._padding(DOT)] * (width - len(part)) if len(part) < width else []
            sides.append(self._select([list(row) for row in zip(*padded)]))
        terms = [split[place][2] for place in places]
        longest = max(map(len, terms))
        if any(len(part) < longest for part in terms):
            terms = [(*part, *[self._padding(SUM)] * (longest - len(part))) for part in terms]
        out = self._new_array(places, self.uniform[places[0]])
        self.program.steps.append(Step("dot", DOT, out, tuple(sides), self._plain(terms)))

    def _plain(self, terms: Sequence[tuple[int, ...]]) -> Selection | None:
        return self._select([list(row) for row in zip(*terms)]) if terms[0] else None
