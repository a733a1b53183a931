"""Timing: interleaved repeats, medians, and a thread with a stack deep enough for recursive peers.

Time is that of the processor on this process, so that other programs on the machine do not count.
"""

from __future__ import annotations

import gc
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

Work = Callable[[], Any]


def interleaved(works: dict[str, Work], repeats: int) -> dict[str, float]:
    """The median time of each work in seconds, one repeat of each after the other."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            gc.collect()
            seconds[name].append(work())
    return {name: statistics.median(times) for name, times in seconds.items()}


def timed(work: Work) -> float:
    """The processor's seconds for `work`."""
    start = time.process_time()
    work()
    return time.process_time() - start


def timed_with_collection(work: Work) -> float:
    """The seconds that `work` takes, and the collector to free its graph, where that holds cycles.

    The collector also walks whatever else is alive; that part is measured beforehand and left out.
    """
    alive = timed(gc.collect)
    return timed(work) + timed(gc.collect) - alive


def with_deep_stack(work: Work) -> Any:
    """`work()` in a thread with a stack of 512 MB and a recursion limit of ten million."""
    results: list[Any] = []
    limit = sys.getrecursionlimit()
    size = threading.stack_size(512 * 1024 * 1024)
    try:
        sys.setrecursionlimit(10_000_000)
        thread = threading.Thread(target=lambda: results.append(work()))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    return results[0]


def table(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a Markdown table."""
    print(f"\n**{title}**\n")
    for row in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(row) + " |", flush=True)
