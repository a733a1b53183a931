"""Random computation graphs, as data: one program that runs on floats, Values, dual numbers, micrograd."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

ARITHMETIC = {"add": 2, "sub": 2, "mul": 2, "neg": 1, "relu": 1}
"""What the `micrograd` package has, too: names and numbers of operands."""

SMOOTH = {"add": 2, "sub": 2, "mul": 2, "neg": 1, "tanh": 1, "sin": 1, "cos": 1, "sigmoid": 1, "atan": 1}
"""Defined, and smooth, on all of R."""

EVERYTHING = (
    ARITHMETIC
    | SMOOTH
    | {"abs": 1, "softplus": 1, "hypot": 2, "maximum": 2, "minimum": 2, "sum": 3, "dot": 4, "logsumexp": 3}
)
"""Kinks and variadic rows as well; defined on all of R."""

FLOATS: dict[str, Callable[..., float]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "neg": lambda x: -x,
    "relu": lambda x: x if x > 0 else 0.0,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "sigmoid": lambda x: 0.5 * (1 + math.tanh(x / 2)),
    "atan": math.atan,
    "abs": abs,
    "softplus": lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
    "hypot": math.hypot,
    "maximum": max,
    "minimum": min,
    "sum": lambda *xs: sum(xs),
    "dot": lambda a, b, c, d: a * c + b * d,
    "logsumexp": lambda *xs: max(xs) + math.log(sum(math.exp(x - max(xs)) for x in xs)),
}
"""Each operation on plain floats: no line of this comes from the engine."""

LARGEST = 50.0
"""Where a step would leave [-50, 50], the program squashes it with tanh, or halves its range with relu."""


@dataclass(frozen=True)
class Program:
    """Steps of (operation, operands); an operand is a place (an int) or a literal (a float).

    Places 0 to n - 1 are the inputs, later ones the steps in order. The last step is the result.
    """

    inputs: tuple[float, ...]
    steps: tuple[tuple[str, tuple[int | float, ...]], ...]

    def run(self, inputs: Sequence[Any], operations: dict[str, Callable[..., Any]]) -> list[Any]:
        """The results at all places, the inputs included."""
        places = list(inputs)
        for name, operands in self.steps:
            places.append(operations[name](*(places[o] if type(o) is int else o for o in operands)))
        return places


@st.composite
def programs(draw: Any, operations: dict[str, int] = EVERYTHING, most_steps: int = 14) -> Program:
    """Random DAGs: shared subexpressions, repeated operands and literals all occur often."""
    numbers = st.integers(-12, 12).map(lambda n: n / 4)  # ties and zeros occur, too
    inputs = tuple(draw(st.lists(numbers, min_size=1, max_size=3)))
    values, steps = list(inputs), []
    for _ in range(draw(st.integers(1, most_steps))):
        name = draw(st.sampled_from(sorted(operations)))
        recent = st.integers(max(0, len(values) - 4), len(values) - 1)
        place = recent | st.integers(0, len(values) - 1)
        operands = [draw(place if at == 0 else place | numbers) for at in range(operations[name])]
        step = (name, tuple(operands))
        result = FLOATS[name](*(values[o] if type(o) is int else o for o in operands))
        if abs(result) > LARGEST:
            step = ("tanh" if "tanh" in operations else "relu", (operands[0],))
            result = FLOATS[step[0]](values[operands[0]])
        values.append(result)
        steps.append(step)
    return Program(inputs, tuple(steps))
