"""A random graph of `+`, `*`, `relu`, `**`, on any class of Values that has these."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from typing import Any

Step = tuple[Callable[[Any, Any], Any], int | None, float]


def _relu(a: Any, _: Any) -> Any:
    return a.relu()


def _square(a: Any, _: Any) -> Any:
    return a**2


def draw_steps(count: int, numbers: float = 0.5, seed: int = 0) -> list[Step]:
    """A sequence of `+ * relu **`: each uses the newest node, so that the root reaches them all.

    The second operand of `+` and `*` is a plain number with probability `numbers`, else one of the last
    50 nodes. A step whose result would leave [-8, 8] becomes a product with 0.25. A step is
    (function, position of the second operand or None, number).
    """
    generator = random.Random(seed)
    results = _leaves(float)
    steps: list[Step] = []
    for newest in range(9, 9 + count):
        function = generator.choice([operator.add, operator.mul, _relu, _square])
        other: int | None = generator.randrange(max(0, newest - 49), newest + 1)
        number = generator.uniform(-1.0, 1.0)
        if generator.random() < numbers:
            other = None
        if abs(_on_numbers(function, results[newest], number if other is None else results[other])) > 8:
            function, other, number = operator.mul, None, 0.25
        steps.append((function, other, number))
        results.append(_on_numbers(function, results[newest], number if other is None else results[other]))
    return steps


def _on_numbers(function: Callable[[Any, Any], Any], a: float, b: float) -> float:
    return max(a, 0.0) if function is _relu else function(a, b)


def _leaves(make: Callable[[float], Any]) -> list[Any]:
    return [make(0.1 * at - 0.45) for at in range(10)]


def build(make: Callable[[float], Any], steps: list[Step]) -> Any:
    """Run the steps on ten leaves."""
    nodes = _leaves(make)
    for function, other, number in steps:
        nodes.append(function(nodes[-1], number if other is None else nodes[other]))
    return nodes[-1]
