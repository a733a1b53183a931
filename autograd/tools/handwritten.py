"""Operations written by hand: their derivative is a function of the user's, which nothing can look into.

Such a node has a name and operands, and no partials: its `_backward` adds to its operands' gradients what it
likes. `backward` runs it in its turn (see `engine.sweep`); what else can be had of it is said here. Values
that people write it for are those of `autograd.micrograd`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from autograd.engine.graph import Node
from autograd.errors import HandwrittenError


class Handwritten:
    """What stands where a node has its primitive: an operation of which nothing is known but its name."""

    opaque = True
    infix = False
    families = 1
    operands = ("x",)

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return self.symbol or "unnamed"

    def refuse(self, what: str) -> NoReturn:
        """The error that says what cannot be had of it, and what to do."""
        raise HandwrittenError(
            f"{what} needs the derivative of {self.name!r}, which is a _backward written by hand: it is not "
            "known, it can only be run; declare the function with autograd.primitive, or write it with "
            "functions of autograd"
        )

    @property
    def on_complex(self) -> NoReturn:
        """Refused: it runs on floats."""
        raise AttributeError(f"{self.name!r} is written by hand")

    def partials_as_values(self, node: Any, wanted: Sequence[bool]) -> NoReturn:
        """Refused: `_backward` adds plain numbers, which cannot be differentiated again."""
        self.refuse("a gradient that is a Value (grad of grad, or grad at a Value and not at a number)")


def passed_back(node: Node, cotangent: float) -> list[float]:
    """What a node's `_backward` adds to each of its parents, for a cotangent; every `grad` is put back."""
    parents = node.parents
    kept = [each._grad for each in (node, *parents)]
    try:
        node._grad = cotangent
        for parent in parents:
            parent._grad = 0.0
        node._backward()
        return [parent._grad for parent in parents]
    finally:
        for each, gradient in zip((node, *parents), kept, strict=True):
            each._grad = gradient
