"""Operations written by hand: their derivative is a function of the user's, which nothing can look into.

Such a node has a name and operands, and no partials: its `_backward`, a closure, adds to the gradients of its
operands what it likes. In place of the partials stands a `Closure`, which runs when the sweep comes to read
them. The Values that people write such functions for are those of `autograd.micrograd`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

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


class Closure:
    """A `_backward` written by hand, where a node has its partials: it has none, and reading them runs it."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function

    def __iter__(self) -> Iterator[float]:
        self.function()
        return iter(())

    def refuse_copy(self, *_: Any) -> NoReturn:
        """The error in place of a copy, which would write to the nodes that the closure was made with."""
        raise HandwrittenError(
            "a Value whose _backward is written by hand is neither copied nor pickled: the closure would "
            "write to the Values it was written for; copy its leaves, and run the function on these again"
        )

    __deepcopy__ = __reduce_ex__ = refuse_copy


def passed_back(node: Any, cotangent: float) -> list[float]:
    """What a node's `_backward` adds to each of its parents, for a cotangent; every `grad` is put back."""
    parents = node.parents
    kept = [each._grad for each in (node, *parents)]
    try:
        node._grad = cotangent
        for parent in parents:
            parent._grad = 0.0
        node._backward()
        return [parent.grad for parent in parents]
    finally:
        for each, gradient in zip((node, *parents), kept, strict=True):
            each._grad = gradient
