"""Passes of other right designs than a list of operands: over a tape, and over sets of operands.

A set has each operand once, and in an order that chance chooses. That changes no right number, and many a
wrong one. It knows of models and no more.
"""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from demos.grade.trials.models import Pass, by_name, changed, single_passes
from demos.mistakes import Value, passes


class OnTape(Value):
    """A right design: all nodes that were ever made are passed over, the latest first."""

    kept: ClassVar[list[Value]]

    def __init_subclass__(cls) -> None:
        cls.kept = []

    def node(self, op: str, data: float, *edges: tuple[Value, float]) -> Value:
        """The result of an operation, on the tape."""
        result = super().node(op, data, *edges)
        type(self).kept.append(result)
        return result

    def order(self) -> list[Value]:
        """The tape."""
        return type(self).kept


class LastOperandFirst(Value):
    """A right design: the order begins below the last operand."""

    def order(self) -> list[Value]:
        """Operands before results."""
        order: dict[Value, None] = {}

        def visit(node: Value) -> None:
            for operand in reversed(node._prev):
                if operand not in order:
                    visit(operand)
            order[node] = None

        visit(self)
        return list(order)


class FollowsSets(passes.FollowsEveryPath):
    """Recursion along every path, but into an operand once where it is both."""

    last_first: ClassVar[tuple[str, ...]] = ()  # the operations whose last operand happens to come first

    def descend(self) -> None:
        """The local step, then those of the operands."""
        self._backward()
        operands = list(dict.fromkeys(self._prev))
        for operand in reversed(operands) if self._op in self.last_first else operands:
            operand.descend()


@cache
def passes_on_tape() -> tuple[Pass, ...]:
    """The right pass over a tape, and those that also go wrong in another way."""
    return tuple(
        Pass(
            (type("Taped", (OnTape,) if one.engines[0] is Value else (one.engines[0], OnTape), {}),),
            one.mistakes,
        )
        for one in single_passes()
        if len(one.engines) == 1 and not changed(one.engines[0]) & {"order", "node"}
    )


@cache
def passes_over_sets() -> tuple[Pass, ...]:
    """The right pass over sets of operands, and recursion into them."""
    [recursion] = by_name("recursion")
    chances = ((), ("+",), ("*",), ("+", "*"))
    follow = (type("FollowsSets", (FollowsSets,), {"last_first": operations}) for operations in chances)
    return Pass((Value, LastOperandFirst)), Pass(tuple(follow), (recursion,))
