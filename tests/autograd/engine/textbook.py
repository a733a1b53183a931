"""Textbook differentiation, written once more without the engine: dual numbers over several inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.strategies import FLOATS


@dataclass(frozen=True)
class Dual:
    """A number, and its derivative with respect to each input."""

    number: float
    derivatives: tuple[float, ...]


# fmt: off
DERIVATIVES: dict[str, Callable[..., Sequence[float]]] = {
    "add":      lambda x, y: (1.0, 1.0),
    "sub":      lambda x, y: (1.0, -1.0),
    "mul":      lambda x, y: (y, x),
    "neg":      lambda x: (-1.0,),
    "relu":     lambda x: (1.0 if x > 0 else 0.0,),
    "tanh":     lambda x: (1 / math.cosh(x) ** 2,),
    "sin":      lambda x: (math.cos(x),),
    "cos":      lambda x: (-math.sin(x),),
    "sigmoid":  lambda x: (1 / (2 + 2 * math.cosh(x)),),
    "atan":     lambda x: (1 / (1 + x * x),),
    "abs":      lambda x: ((x > 0) - (x < 0),),
    "softplus": lambda x: (FLOATS["sigmoid"](x),),
    "hypot":    lambda x, y: (x / math.hypot(x, y), y / math.hypot(x, y)) if x or y else (0.0, 0.0),
    "maximum":  lambda x, y: (1.0, 0.0) if x >= y else (0.0, 1.0),
    "minimum":  lambda x, y: (1.0, 0.0) if x <= y else (0.0, 1.0),
    "sum":      lambda *xs: [1.0] * len(xs),
    "dot":      lambda a, b, c, d: (c, d, a, b),
    "logsumexp": lambda *xs: [math.exp(x - FLOATS["logsumexp"](*xs)) for x in xs],
}
# fmt: on


def lifted(name: str, width: int) -> Callable[..., Dual]:
    """An operation on dual numbers and floats: the chain rule, as the textbook has it."""

    def operation(*operands: Dual | float) -> Dual:
        duals = [o if isinstance(o, Dual) else Dual(o, (0.0,) * width) for o in operands]
        numbers = [dual.number for dual in duals]
        derivatives = [0.0] * width
        for dual, slope in zip(duals, DERIVATIVES[name](*numbers), strict=True):
            for at in range(width):
                derivatives[at] += slope * dual.derivatives[at]
        return Dual(FLOATS[name](*numbers), tuple(derivatives))

    return operation


def gradient(program, inputs: Sequence[float]) -> tuple[float, ...]:
    """The gradient of a `Program`'s last place at `inputs`."""
    width = len(inputs)
    duals = [
        Dual(number, tuple(float(at == place) for at in range(width))) for place, number in enumerate(inputs)
    ]
    return program.run(duals, {name: lifted(name, width) for name in FLOATS})[-1].derivatives
