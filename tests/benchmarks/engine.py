"""The engine alone: a random graph against micrograd, memory per node, a very long chain, checkpoints."""

from __future__ import annotations

import gc
import math
import operator
import random
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from autograd import Value, checkpoint
from tests.benchmarks.timing import interleaved, table, timed, with_deep_stack

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


def whole_pass(make: Callable[[float], Any], steps: list[Step], cyclic: bool) -> float:
    """Seconds to build, run backward and free. A cyclic graph is freed by the collector alone.

    The collector also walks whatever else is alive; that part is measured beforehand and left out.
    """
    alive = timed(gc.collect) if cyclic else 0.0
    start = time.perf_counter()
    root = build(make, steps)
    root.backward()
    del root
    if cyclic:
        gc.collect()
    return time.perf_counter() - start - alive


def random_graph(repeats: int) -> None:
    """Build + backward + free of one random DAG, against micrograd."""
    try:
        from micrograd.engine import Value as Peer
    except ImportError:
        print("micrograd is not installed: no comparison of the engine")
        return
    rows = []
    for count, numbers in [(10_000, 0.5), (100_000, 0.5), (100_000, 0.0)]:
        steps = draw_steps(count, numbers)
        works = {
            "micrograd": lambda steps=steps: whole_pass(Peer, steps, cyclic=True),
            "seegrad": lambda steps=steps: whole_pass(Value, steps, cyclic=False),
        }
        seconds = with_deep_stack(lambda works=works: interleaved(works, repeats))
        ratio = seconds["micrograd"] / seconds["seegrad"]
        rows.append(
            [
                f"{count:,} operations, {numbers:.0%} numbers",
                *(f"{seconds[name] * 1e3:.1f} ms" for name in works),
                f"{ratio:.1f}×",
            ]
        )
    table(
        "Build, backward and free of a random graph of `+`, `*`, `relu`, `**`", ["", *works, "faster"], rows
    )


def memory(count: int = 100_000) -> None:
    """Peak bytes per node over build and backward."""
    steps = draw_steps(count)
    tracemalloc.start()
    build(Value, steps).backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"\nPeak memory over build and backward: {peak / count:.0f} bytes per node")


def chain() -> None:
    """Additions in a chain: time linear in their number, under the default recursion limit."""
    rows = []
    for count in (250_000, 500_000, 1_000_000):
        gc.collect()
        start = time.perf_counter()
        total = one = Value(1.0)
        for _ in range(count):
            total = total + one
        total.backward()
        assert one.grad == count + 1.0
        del total, one
        seconds = time.perf_counter() - start
        rows.append([f"{count:,}", f"{seconds:.2f} s", f"{seconds / count * 1e9:.0f} ns"])
    table("A chain of additions: build, backward, free", ["additions", "time", "per addition"], rows)


def checkpoints() -> None:
    """Peak memory of a deep chain, stored whole and in sqrt(depth) checkpointed segments."""
    rows = []
    for depth in (1_000, 4_000, 16_000, 64_000):
        plain, sparse = (_peak_of_chain(depth, segments) for segments in (0, math.isqrt(depth)))
        rows.append([f"{depth:,}", f"{plain / 1024:,.0f} kB", f"{sparse / 1024:,.0f} kB"])
    table("Peak memory of backward through a deep chain", ["depth", "stored", "checkpointed"], rows)


def _peak_of_chain(depth: int, segments: int) -> int:
    def steps(x: Any, count: int) -> Any:
        for _ in range(count):
            x = (x * 0.999).tanh()
        return x

    x = Value(0.5)
    tracemalloc.start()
    result: Any = x
    if segments:
        for _ in range(segments):
            result = checkpoint(steps, result, depth // segments)
    else:
        result = steps(result, depth)
    result.backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main(repeats: int) -> None:
    """Print every table of this file."""
    random_graph(repeats)
    memory()
    chain()
    checkpoints()
