"""Error messages: what was asked, what was received, what is allowed, what to do, and where."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

from autograd.engine.graph import Node
from autograd.errors import DomainError
from autograd.rules.primitives import Primitive


def refuse(primitive: Primitive, operand: Any) -> Any:
    """NotImplemented for an operator of Python's; for a function, the TypeError."""
    if primitive.infix:
        return NotImplemented
    raise wrong_operand(primitive.name, operand, _for_arrays(primitive))


def _for_arrays(primitive: Primitive) -> str:
    """What to write for an array: numpy's own function, where there is one of that name."""
    if primitive.families:
        return "give its numbers in one row: array.ravel()"
    name = primitive.name
    function = f"np.{name}" if hasattr(sys.modules.get("numpy"), name) else f"np.vectorize({name})"
    return f"{function}(array) applies it to each element"


def wrong_operand(name: str, operand: Any, for_arrays: str, takes: str = "numbers and Values") -> TypeError:
    """The error that says what was given instead of what a function takes."""
    return TypeError(f"{name} takes {takes}, got {describe(operand)}; {advice(operand, for_arrays)}")


def describe(operand: Any) -> str:
    """An operand's type, and its shape when it is an array: for messages."""
    shape = getattr(operand, "shape", None)
    kind = type(operand).__name__
    return f"{kind} of shape {shape}" if isinstance(shape, tuple) else kind


def advice(operand: Any, for_arrays: str) -> str:
    """What to do about an operand that is not a number: for messages."""
    if isinstance(operand, Node):
        return "use its .data, the number"
    if isinstance(getattr(operand, "shape", None), tuple):
        return for_arrays
    if isinstance(operand, str):
        return "convert text with float(text) first"
    if isinstance(operand, (list, tuple)):
        return "apply it to each element: [f(v) for v in values]"
    if isinstance(operand, complex):
        return "take its .real or .imag part"
    return "give an int, a float, a numpy scalar or a Value"


_BETWEEN = ("autograd", "nn", "copy", "pickle")
"""Packages that may stand between a user's line and an operation."""


def line_of_user() -> str:
    """The line of the user's that is running, as `file:line`: the innermost one that is not ours."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if (frame.f_globals.get("__name__") or "").split(".")[0] not in _BETWEEN:
            return f"{frame.f_code.co_filename}:{frame.f_lineno}"
        frame = frame.f_back
    return "an unknown line"


def explain(
    primitive: Primitive, operands: Sequence[Any], numbers: Sequence[float], error: Exception
) -> Exception:
    """The error to raise instead of `error`: what was asked, received, allowed, and what to do."""
    names = primitive.operands
    if primitive.families:
        single = primitive.singles
        received = ", ".join(map(repr, numbers[single : single + 4])) + (", ..." if len(numbers) > 4 else "")
    else:
        received = ", ".join(
            f"{name} = {found!r}" + (f" at {operand.label!r}" if getattr(operand, "label", "") else "")
            for name, found, operand in zip(names, numbers, operands, strict=True)
        )
    hint = f"; {primitive.hint}" if primitive.hint else ""
    if isinstance(error, OverflowError):
        hint = hint if primitive.domain is None else "; scale the operands down"
        return OverflowError(f"{primitive.name} overflows a float (at most 1.8e308), got {received}{hint}")
    if isinstance(error, ZeroDivisionError) and primitive.name == "pow":
        hint = "; a negative power of 0 divides by zero"
    needs = f"needs {primitive.requirement}" if primitive.requirement else "is not defined there"
    kind = ZeroDivisionError if isinstance(error, ZeroDivisionError) else DomainError
    return kind(f"{primitive.name} {needs}, got {received}{hint}")
