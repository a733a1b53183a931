"""Compiled training against peers: one full step (loss, gradients, update) of the moons, and of a small GPT.

Each engine has a process of its own, one thread and float64; they are measured in turns. What is not
installed is skipped with a line. The rows of microgpt's own Value and of C (and of
micrograd on the GPT) are figures from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from tests.benchmarks import gpt, mlp
from tests.benchmarks.processes import Worker, interleaved
from tests.benchmarks.timing import table

ELSEWHERE = "from elsewhere, 2026-11, not rerun"


class Table(NamedTuple):
    """One table: what is measured, and the figures from elsewhere beside it."""

    key: str
    title: str
    work: Any
    quoted: dict[str, str]
    """µs per step."""


# fmt: off
TABLES = [
    Table("mlp", "One training step of the moons: MLP 2-16-16-1, 100 samples, SGD", mlp, {
        "microgpt's own Value":              "94,000",
        "C by hand, -O3":                    "11.8",
        "C by hand, -O3, fast-math, native": "3.2",
    }),
    Table("gpt", "One training step of a GPT: 4,192 parameters, one name a step, Adam", gpt, {
        "micrograd":                         "1,055,000",
        "microgpt's own Value":              "121,000",
        "C by hand, -O3":                    "51",
        "C by hand, -O3, fast-math, native": "18",
    }),
]
# fmt: on


def main(repeats: int, only: Sequence[str] = ()) -> None:
    """Print both tables; `only` names engines by parts of their names."""
    for entry in TABLES:
        measure(entry, repeats, only)


def measure(entry: Table, repeats: int, only: Sequence[str]) -> None:
    """Measure and print one table."""
    work = entry.work
    wanted = [name for name in work.ENGINES if not only or any(part in name for part in only)]
    with ExitStack() as stack:
        all_workers = {name: stack.enter_context(Worker(entry.key, name)) for name in wanted}
        for name, worker in all_workers.items():
            if worker.first is None:
                print(f"\n{name}: skipped, {worker.missing}")
        workers = {name: worker for name, worker in all_workers.items() if worker.first is not None}
        steps = {name: work.PLACES if name in work.SLOW else work.STEPS for name in workers}
        seconds = interleaved(
            workers, steps, {name: min(repeats, 3) if name in work.SLOW else repeats for name in workers}
        )
        rows = [_row(name, seconds[name], worker.first or []) for name, worker in workers.items()]
    rows += [[name, time, ELSEWHERE, ""] for name, time in entry.quoted.items()]
    lengths = f"seconds for one step of each of {len(work.FIRST)} lengths"
    head = ["", "µs per step", "seconds for the first step", *([lengths] if len(work.FIRST) > 1 else [])]
    table(entry.title, head, [row[: len(head)] for row in rows])


def _row(name: str, seconds: float, first: list[float]) -> list[str]:
    return [name, f"{seconds * 1e6:,.0f}", f"{first[0]:.2f}", f"{sum(first):.2f}"]
