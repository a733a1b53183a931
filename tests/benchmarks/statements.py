"""Single statements on a Value, as people's loops have them: the time of each, less the empty loop's."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from time import process_time
from typing import Any

STATEMENTS = (
    "p.grad = 0",
    "p.grad = 0.0",
    "p.data -= lr * p.grad",
    "v.data",
    "v.grad",
    "v._op",
    "v._prev",
)
"""On a parameter p, or on v, a sum of two."""


def seconds(statement: str, make: Callable[[float], Any], count: int = 1000, loops: int = 100) -> float:
    """Seconds for the statement once; as ever with timeit, the collector is off."""
    name = statement[0]
    values = _values(make, count)[name]
    work, empty = (
        timeit.Timer(
            f"for {name} in values: {text}", "values, lr = found, 0.001", process_time, {"found": values}
        )
        for text in (statement, "pass")
    )
    return (work.timeit(loops) - empty.timeit(loops)) / (count * loops)


def _values(make: Callable[[float], Any], count: int) -> dict[str, list[Any]]:
    """Parameters and sums of them, after a backward pass."""
    parameters = [make(0.001 * at) for at in range(count)]
    sums = [p + q for p, q in zip(parameters, [*parameters[1:], parameters[0]])]
    for v in sums:
        v.backward()
    return {"p": parameters, "v": sums}
