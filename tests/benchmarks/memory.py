"""What grows with a graph: bytes per node against micrograd, the time of a very long chain, checkpoints."""

from __future__ import annotations

import gc
import math
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

from autograd import Value, checkpoint
from tests.benchmarks.random_graph import build, draw_steps
from tests.benchmarks.timing import table, timed, with_deep_stack


def peak(work: Callable[[], Any]) -> int:
    """The most bytes that were in use at once while `work` ran."""
    gc.collect()
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def fill(nodes: list[Any], make: Callable[[float], Any]) -> None:
    """Put a product of the same two leaves into each place of the list."""
    a, b = make(0.5), make(3.0)
    for at in range(len(nodes)):
        nodes[at] = a * b


def per_node(count: int = 100_000) -> None:
    """Bytes per node."""
    makes: dict[str, Callable[[float], Any]] = {"seegrad": Value}
    try:
        from micrograd.engine import Value as Peer

        makes = {"micrograd": Peer, **makes}
    except ImportError:
        print("micrograd is not installed: no comparison of the memory")
    steps = draw_steps(count)
    found: dict[str, list[int]] = {
        "a product of two": [peak(partial(fill, [None] * count, make)) for make in makes.values()],
        "peak over build and backward of the random graph": [
            peak(lambda make=make: build(make, steps).backward()) for make in makes.values()
        ],
    }
    rows = [[name, *(f"{each / count:.0f}" for each in sizes)] for name, sizes in found.items()]
    table("Bytes per node", ["", *makes], rows)


def chain() -> None:
    """Additions in a chain: time linear in their number, under the default recursion limit."""
    rows = []
    for count in (250_000, 500_000, 1_000_000):
        gc.collect()
        seconds = timed(lambda count=count: add_up(count))
        rows.append([f"{count:,}", f"{seconds:.2f} s", f"{seconds / count * 1e9:.0f} ns"])
    table("A chain of additions: build, backward, free", ["additions", "time", "per addition"], rows)


def add_up(count: int) -> None:
    """One chain."""
    total = one = Value(1.0)
    for _ in range(count):
        total = total + one
    total.backward()
    assert one.grad == count + 1.0


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

    def work() -> None:
        result: Any = Value(0.5)
        if segments:
            for _ in range(segments):
                result = checkpoint(steps, result, depth // segments)
        else:
            result = steps(result, depth)
        result.backward()

    return peak(work)


def main() -> None:
    """Print every table of this file."""
    with_deep_stack(per_node)
    chain()
    checkpoints()
