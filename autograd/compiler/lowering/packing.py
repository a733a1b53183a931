"""Packing: how a group of entries becomes arrays and steps of a program.

Each entry gets a row of an array. Families of several lengths are padded. Dots whose left operands are the
same for all samples (parameters, mostly) and which share their right operands are the rows of a matrix
product; several such vectors against the same rows are its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

PADDING = {SUM: 0.0, DOT: 0.0, TABLE["logsumexp"]: -np.inf, LARGEST: -np.inf}
"""The operand that changes nothing, for each primitive over families that has one."""

_ARRAYS = {"parameter": PARAMETERS, "input": INPUTS, "number": NUMBERS}


class Product(NamedTuple):
    """A dot as Σ left * right + Σ plain: what is the same for all samples stands on the left."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    plain: tuple[int, ...]


class Packer:
    """Builds the program of a tape from groups of its entries, given level by level."""

    def __init__(self, tape: Tape, parameters: int, differentiated: Sequence[bool]) -> None:
        self.tape, self.uniform = tape, tape.uniform()
        self.program = Program(parameters, tape.inputs, numbers=[], entries=len(tape))
        self.program.arrays = [
            Array(PARAMETERS, parameters, uniform=True),
            Array(INPUTS, tape.inputs, uniform=False),
            Array(NUMBERS, 0, uniform=True),  # how many there are is known when it is finished
        ]
        self.array_of = [0] * len(tape)
        self.row_of = [0] * len(tape)
        for place, head in enumerate(tape.heads):
            if type(head) is Source:
                self._place_source(place, head)
                if head.kind == "parameter" and differentiated[place]:
                    self.program.differentiated.append(head.what)

    def pack(self, head: Primitive, places: list[int]) -> None:
        """Append the steps that compute these entries, all of primitive `head`."""
        if head is DOT:
            self._dots(places)
        elif head.families:
            self._reductions(head, places)
        else:
            self._each(head, places)

    def finished(self, roots: Sequence[int]) -> Program:
        """The program, its results at the roots."""
        self.program.results = self._select(list(roots))
        self.program.arrays[NUMBERS] = Array(NUMBERS, len(self.program.numbers), uniform=True)
        return self.program

    def arrays_of_product(self, place: int) -> tuple[int, ...]:
        """The arrays of the first two factors of a product or a dot, in order."""
        operands = self.tape.operands[place]
        return tuple(sorted((self.array_of[operands[0]], self.array_of[operands[len(operands) // 2]])))

    # ---- arrays and selections ------------------------------------------------------------------

    def _place_source(self, place: int, source: Source) -> None:
        self.array_of[place] = _ARRAYS[source.kind]
        if source.kind == "number":
            self.row_of[place] = len(self.program.numbers)
            self.program.numbers.append(source.what)
        else:
            self.row_of[place] = source.what

    def _new_array(self, places: Sequence[int]) -> Array:
        """An array with a row for each of these entries."""
        array = Array(len(self.program.arrays), len(places), self.uniform[places[0]])
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

    def _select_columns(self, columns: Sequence[Sequence[int]]) -> Selection:
        """The selection (n, k) of k lists of n places."""
        return self._select([list(row) for row in zip(*columns)])

    # ---- padding --------------------------------------------------------------------------------

    def _padded(self, head: Primitive, columns: Sequence[Sequence[int]], size: int) -> list[list[int]]:
        """The columns, each as long as `size`."""
        return [
            [*column, *[self._padding(head)] * (size - len(column))] if len(column) < size else [*column]
            for column in columns
        ]

    def _padding(self, head: Primitive) -> int:
        """The place of the operand that changes nothing."""
        place = self.tape.number(PADDING[head])
        if place == len(self.uniform):  # it is new on the tape
            for entries in (self.array_of, self.row_of):
                entries.append(0)
            self.uniform.append(True)
            self._place_source(place, self.tape.heads[place])
        return place

    @staticmethod
    def _by_length(places: list[int], length: Callable[[int], int]) -> list[list[int]]:
        """Buckets in which padding to the longest at most doubles the work."""
        ordered = sorted(places, key=length)
        if length(ordered[-1]) * len(ordered) <= 2 * sum(map(length, ordered)):
            return [places]
        buckets: dict[int, list[int]] = {}
        for place in places:
            buckets.setdefault(length(place).bit_length(), []).append(place)
        return list(buckets.values())

    # ---- steps ----------------------------------------------------------------------------------

    def _each(self, head: Primitive, places: list[int]) -> None:
        operands = zip(*(self.tape.operands[place] for place in places))
        selections = tuple(self._select(list(operand)) for operand in operands)
        self.program.steps.append(Step("each", head, self._new_array(places), selections))

    def _reductions(self, head: Primitive, places: list[int]) -> None:
        """A primitive over families."""
        for bucket in self._by_length(places, lambda place: len(self.tape.operands[place])):
            columns = [head.arrange(self.tape.operands[place]) for place in bucket]
            selections = []
            for slot in range(len(head.operands)):
                column = [operands[slot] for operands in columns]
                if slot < head.singles:
                    selections.append(self._select(column))
                else:
                    size = max(map(len, column))
                    selections.append(self._select_columns(self._padded(head, column, size)))
            self.program.steps.append(Step("reduce", head, self._new_array(bucket), tuple(selections)))

    def _dots(self, places: list[int]) -> None:
        """Matrix products where dots share vectors, else products element by element and their sums.

        Dots that share the right vector are the cells of a column, whose rows are their left vectors. Columns
        with the same rows are the columns of one product.
        """
        products = {place: self._product(self.tape.operands[place]) for place in places}
        sharing: dict[tuple[int, ...], list[int]] = {}
        loose = []
        for place in places:
            left, right, _ = products[place]
            rows_are_uniform = len(left) > 1 and all(self.uniform[o] for o in left)
            if rows_are_uniform and not all(self.uniform[o] for o in right):
                sharing.setdefault(right, []).append(place)
            else:
                loose.append(place)
        by_rows: dict[Any, list[list[int]]] = {}
        for members in sharing.values():
            rows = tuple((products[place].left, products[place].plain) for place in members)
            by_rows.setdefault(rows, []).append(members)
        for columns in by_rows.values():
            for same in _by_plain([products[place] for place in columns[0]]):
                self._matmul([[column[at] for at in same] for column in columns], products)
        if loose:
            for bucket in self._by_length(loose, lambda place: len(products[place].left)):
                self._loose_dots(bucket, products)

    def _product(self, operands: tuple[int, ...]) -> Product:
        half = len(operands) // 2
        left, right, plain = [], [], []
        one, uniform = self.tape.numbers.get(1.0), self.uniform
        for a, b in zip(operands[:half], operands[half:]):
            if b == one:
                plain.append(a)
            elif a == one:
                plain.append(b)
            elif uniform[b] and not uniform[a]:
                left.append(b)
                right.append(a)
            else:
                left.append(a)
                right.append(b)
        if not left:
            return Product(operands[:half], operands[half:], ())
        return Product(tuple(left), tuple(right), tuple(plain))

    def _matmul(self, columns: list[list[int]], products: dict[int, Product]) -> None:
        """m columns of k dots each, with the same k left sides: a matrix (k, n) times m vectors (n, m)."""
        rows = [products[place] for place in columns[0]]
        matrix = self._select([list(row.left) for row in rows])
        vectors = self._select_columns([products[column[0]].right for column in columns])
        out = self._new_array([place for row in zip(*columns) for place in row])
        plain = self._plain([row.plain for row in rows])
        self.program.steps.append(Step("matmul", DOT, out, (matrix, vectors), plain))

    def _loose_dots(self, places: list[int], products: dict[int, Product]) -> None:
        several = [products[place] for place in places]
        size = max(len(product.left) for product in several)
        left = self._select_columns(self._padded(DOT, [product.left for product in several], size))
        right = self._select_columns(self._padded(DOT, [product.right for product in several], size))
        longest = max(len(product.plain) for product in several)
        plain = self._padded(SUM, [product.plain for product in several], longest)
        out = self._new_array(places)
        self.program.steps.append(Step("dot", DOT, out, (left, right), self._plain(plain)))

    def _plain(self, columns: Sequence[Sequence[int]]) -> Selection | None:
        return self._select_columns(columns) if columns[0] else None


def _by_plain(rows: Sequence[Product]) -> list[list[int]]:
    """Positions of the rows, those that add equally many plain terms together."""
    counts: dict[int, list[int]] = {}
    for at, row in enumerate(rows):
        counts.setdefault(len(row.plain), []).append(at)
    return list(counts.values())
