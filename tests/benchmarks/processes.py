"""One process for each engine, so that none profits or suffers from another's threads, caches or garbage.

The parent asks one process at a time for a number of steps; all others wait at their input. A process is
`python -m tests.benchmarks.worker TABLE ENGINE`; the two talk in lines of JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import Any

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}
"""What keeps each library to one thread; PyTorch is told in the process."""


class Worker:
    """A process that has one engine of one table ready, or says why it has not.

    `first` are the seconds of the steps that compile; None, with the reason in `missing`, where the engine
    does not run.
    """

    def __init__(self, table: str, engine: str) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.worker", table, engine]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        answer = self._answer()
        self.first: list[float] | None = answer.get("first")
        self.missing: str = answer.get("missing", "")

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: Any) -> None:
        self.process.communicate()  # the end of its input is the end of its work

    def seconds(self, steps: int) -> list[float]:
        """Let it take so many steps more: the seconds of each."""
        assert self.process.stdin is not None
        print(steps, file=self.process.stdin, flush=True)
        found: list[float] = self._answer()["seconds"]
        return found

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            return {"missing": f"the process ended with status {self.process.wait()}"}
        answer: dict[str, Any] = json.loads(line)
        return answer


def interleaved(
    workers: dict[str, Worker], steps: dict[str, int], repeats: dict[str, int]
) -> dict[str, float]:
    """Seconds per step of each, measured in turns; `repeats` may be fewer for the slow ones.

    The median over the turns for each step of a turn, since steps may differ; then their mean.
    """
    turns: dict[str, list[list[float]]] = {name: [] for name in workers}
    for turn in range(max(repeats.values(), default=0)):
        for name, worker in workers.items():
            if turn < repeats[name]:
                turns[name].append(worker.seconds(steps[name]))
    return {name: statistics.fmean(map(statistics.median, zip(*found))) for name, found in turns.items()}
