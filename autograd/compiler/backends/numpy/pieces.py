"""Pieces of numpy text, and what is known of each: how it binds, where its value is stored, what it names.

Every operation of numpy that programs use is a method or a function here, and says what becomes of these
facts. Nobody looks into a text to find them. A piece knows no program and no rule.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Literal

from autograd.rules import notation
from autograd.rules.notation import CALL

Storage = Literal["number", "name", "slice", "view", "new"]
"""Where the value of a text is stored.

In a literal number; in the array that a name holds; in some of its rows, by a slice; in any other view of an
array that a name may hold; or in a new array, which nothing else holds, so that it may be written to.
"""

COMPARED, PLUS, TIMES, MINUS = 6, 11, 12, 13
"""How tightly operators bind, as in `notation`: a comparison, a sum, a product, also of matrices, a sign."""


NOTHING: frozenset[str] = frozenset()


class Piece(notation.Piece):
    """Text that knows how tightly it binds, where its value is stored, and which variables it names."""

    storage: Storage
    uses: frozenset[str]

    def __new__(
        cls, text: str, power: int = CALL, storage: Storage = "new", uses: frozenset[str] = NOTHING
    ) -> Piece:
        """`text`, with what is known of it."""
        piece = str.__new__(cls, text)
        piece.power, piece.storage, piece.uses = power, storage, uses
        return piece

    @property
    def is_short(self) -> bool:
        """Whether it may stand several times in a line: it costs nothing to compute, and little to read."""
        return self.storage in ("number", "name", "slice")

    # ---- views ----------------------------------------------------------------------------------

    def _view(self, suffix: str, storage: Storage = "view") -> Piece:
        """The text with a suffix that makes a view; a view of a new array is itself held by nothing else."""
        text = self if self.power == CALL else f"({self})"
        return Piece(text + suffix, CALL, "new" if self.storage == "new" else storage, self.uses)

    def at(self, index: str) -> Piece:
        """A view by an index of slices, `None` and whole numbers."""
        return self._view(f"[{index}]")

    def slice(self, first: int, end: int, step: int = 1) -> Piece:
        """The rows from `first` to before `end`."""
        return self._short(f"{first}:{end}" if step == 1 else f"{first}:{end}:{step}")

    def with_axis(self) -> Piece:
        """Rows (n, batch) as (n, 1, batch)."""
        return self._short(":, None")

    def _short(self, index: str) -> Piece:
        return self._view(f"[{index}]", "slice" if self.is_short else "view")

    def reshape(self, *shape: int) -> Piece:
        """The same elements in another shape; -1 for the last axis is what is left."""
        return self._view(f".reshape({', '.join(map(str, shape))})")

    def transpose(self, *axes: int) -> Piece:
        """The axes in another order."""
        return self._view(f".transpose({', '.join(map(str, axes))})")

    def swapaxes(self, first: int, second: int) -> Piece:
        """Two axes exchanged."""
        return self._view(f".swapaxes({first}, {second})")

    @property
    def T(self) -> Piece:
        """The transpose of a matrix."""
        return self._view(".T")

    def broadcast_to(self, *shape: Any) -> Piece:
        """A view in which elements stand for several."""
        text = f"np.broadcast_to({self}, ({', '.join(map(str, shape))}))"
        return Piece(text, storage="view", uses=used([self, *shape]))

    # ---- new arrays -----------------------------------------------------------------------------

    def take(self, rows: Piece) -> Piece:
        """The rows that a constant array of ints says."""
        return operation("{0:20}.take({1}, axis=0)", self, rows)

    def repeat(self, times: int) -> Piece:
        """Each row so many times."""
        return operation("{0:20}.repeat({1}, axis=0)", self, times)

    def total(self, options: str = "") -> Piece:
        """The sum along the first axis, or as the options of `np.add.reduce` say."""
        return operation(f"total({{0}}{options and ', ' + options})", self)


def operation(template: str, *parts: Any, power: int = CALL) -> Piece:
    """The text of an operation whose result is a new array; `{0:12}` brackets what binds less tightly.

    >>> more = operation("{0} + {1}", name("v2"), number(1.0), power=11)
    >>> operation("{0:12} * {1:13}", name("v1"), more, power=TIMES)
    'v1 * (v2 + 1.0)'
    """
    return Piece(template.format(*parts), power, "new", used(parts))


def called(function: str, *parts: Piece) -> Piece:
    """A call whose result is a new array."""
    return Piece(f"{function}({', '.join(parts)})", uses=used(parts))


def used(parts: Iterable[Any]) -> frozenset[str]:
    """The variables that several pieces name."""
    return NOTHING.union(*[part.uses for part in parts if type(part) is Piece])


@lru_cache(maxsize=4096)
def name(text: str) -> Piece:
    """A variable."""
    return Piece(text, storage="name", uses=frozenset((text,)))


def number(value: float) -> Piece:
    """A literal."""
    return Piece(repr(value), MINUS if math.copysign(1.0, value) < 0.0 else CALL, "number")


BATCH = name("batch")
"""How many samples there are."""
