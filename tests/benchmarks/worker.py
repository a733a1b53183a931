"""The process of one engine: `python -m tests.benchmarks.worker TABLE ENGINE`; see `processes`.

It makes the engine, takes the first steps, and answers with the seconds of each, or with why it cannot. From
then on it reads a number of steps a line, takes them, and answers with the seconds of each.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import sys
import time
from contextlib import ExitStack
from typing import Any

from tests.benchmarks import blocks, dense, gpt, mlp

TABLES: dict[str, Any] = {"mlp": mlp, "gpt": gpt, "dense": dense, "blocks": blocks}


def main(table: Any, engine: str) -> None:
    """Serve until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer

    def answer(**entries: Any) -> None:
        print(json.dumps(entries), file=answers, flush=True)

    with ExitStack() as stack:
        try:
            step = table.ENGINES[engine](stack)
            first = [_seconds(step, place) for place in table.FIRST]
        except ImportError as error:
            answer(missing=f"{error.name or error} is not installed")
            return
        except RuntimeError as error:
            if "C++ compiler" not in str(error):  # which torch.compile needs
                raise
            answer(missing=str(error).strip().splitlines()[0])
            return
        answer(first=first)
        places = itertools.cycle(range(table.PLACES))
        for line in sys.stdin:
            gc.collect()
            answer(seconds=[_seconds(step, place) for place in itertools.islice(places, int(line))])


def _seconds(step: Any, place: int) -> float:
    start = time.perf_counter()
    step(place)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(TABLES[sys.argv[1]], sys.argv[2])
