"""The tape: scalar operations in the order in which they were recorded, as plain lists.

An entry is a *source* (a number, a parameter, an element of an argument) or an operation on earlier entries;
its *place* is an int. The tape is all that the later stages see of the user's function: a stage reads one
from front to back, or from back to front, and writes another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

from autograd.rules.primitives import Primitive
from autograd.symbols import Expression, Term, unequal, x, y


class Source:
    """An entry without operands. `what` is the number, or the row of the parameter or of the input."""

    __slots__ = ("kind", "what")

    def __init__(self, kind: Literal["number", "parameter", "input"], what: Any) -> None:
        self.kind, self.what = kind, what

    def __repr__(self) -> str:
        return f"{self.kind} {self.what!r}"


class Tape:
    """`heads[i]` is the Source or Primitive at place i, `operands[i]` the places of its operands.

    `inputs` is how many numbers the arguments of one sample have, draws included.
    """

    def __init__(self) -> None:
        self.heads: list[Any] = []
        self.operands: list[tuple[int, ...]] = []
        self.numbers: dict[Any, int] = {}
        self.inputs = 0
        self.told = 0
        """How many of the entries whoever watches the recording has been told of."""

    def __len__(self) -> int:
        return len(self.heads)

    def add(self, head: Any, operands: tuple[int, ...] = ()) -> int:
        """Append an entry; its place."""
        self.heads.append(head)
        self.operands.append(operands)
        return len(self.heads) - 1

    def number(self, number: float) -> int:
        """The place of a plain number; equal numbers share one (0.0 and -0.0 are two)."""
        key = (number, str(number)) if number == 0 or number != number else number
        if key not in self.numbers:
            self.numbers[key] = self.add(Source("number", number))
        return self.numbers[key]

    def number_at(self, place: int) -> float | None:
        """The plain number at a place, None when something else stands there."""
        head = self.heads[place]
        return head.what if type(head) is Source and head.kind == "number" else None

    def evaluate(self, parameters: Sequence[float], inputs: Sequence[float]) -> list[float]:
        """The number at each place, by the rules one after another: what a program has to agree with."""
        sources = {"parameter": parameters, "input": inputs}
        found: list[float] = []
        for head, operands in zip(self.heads, self.operands):
            if type(head) is not Source:
                found.append(head.limit([found[operand] for operand in operands]))
            else:
                found.append(head.what if head.kind == "number" else float(sources[head.kind][head.what]))
        return found

    def uniform(self, known: list[bool] | None = None) -> list[bool]:
        """Per place, whether it is the same for all samples: it depends on parameters and numbers alone.

        `known` is an earlier answer of the same tape, which is brought up to its end.
        """
        uniform = [] if known is None else known
        for place in range(len(uniform), len(self)):
            head = self.heads[place]
            if type(head) is Source:
                uniform.append(head.kind != "input")
            else:
                uniform.append(all(uniform[operand] for operand in self.operands[place]))
        return uniform

    def used_by(self, roots: Sequence[int]) -> list[bool]:
        """Per place, whether a root depends on it."""
        used = [False] * len(self)
        for root in roots:
            used[root] = True
        for place in range(len(self) - 1, -1, -1):
            if used[place]:
                for operand in self.operands[place]:
                    used[operand] = True
        return used

    def differentiated(self, roots: Sequence[int]) -> list[bool]:
        """Per place, whether a derivative of a root reaches it: by partials that are not the number 0."""
        reached = [False] * len(self)
        for root in roots:
            reached[root] = True
        for place in range(len(self) - 1, -1, -1):
            operands = self.operands[place]
            if reached[place] and operands:
                for operand, counts in zip(operands, _nonzero_partials(self.heads[place], len(operands))):
                    if counts:
                        reached[operand] = True
        return reached


@lru_cache(maxsize=4096)
def _nonzero_partials(primitive: Primitive, count: int) -> tuple[bool, ...]:
    """For each of `count` operands, whether its partial is anything but the number 0."""
    partials = primitive.nonzero_partials
    if not primitive.families:
        return partials
    single, size = primitive.singles, primitive.family_size(count)
    return (*partials[:single], *(family for family in partials[single:] for _ in range(size)))


def _relation(name: str, symbol: str, value: Expression) -> Primitive:
    zeros: tuple[Term, ...] = (0.0, 0.0)
    return Primitive(name, symbol, ("x", "y"), 0, value, zeros)


DETACH = Primitive("detach", "detach", ("x",), 0, 1.0 * x, (0.0,))
"""x itself, without a gradient: recorded while tracing."""

RELATIONS = {
    "<": _relation("less", "<", x < y),
    "<=": _relation("less_equal", "<=", x <= y),
    ">": _relation("greater", ">", x > y),
    ">=": _relation("greater_equal", ">=", x >= y),
    "!=": _relation("unequal", "!=", unequal(x, y)),
}
"""Comparisons: recorded while tracing. 1 where they hold, else 0, without a gradient."""
