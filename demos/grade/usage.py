"""What a process uses: time, as on a quiet machine, and memory, with all that it has started."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path


class QuietClock:
    """A clock, in seconds, that stands still while a process waits for a processor.

    It goes on while the process computes, and while it sleeps: a busy machine judges as a quiet one. It
    follows the first thread. Linux counts how long that has waited; elsewhere this is an ordinary clock.
    """

    def __init__(self) -> None:
        self.process, self._waited = 0, 0.0

    def now(self) -> float:
        """The time, from an arbitrary beginning."""
        with contextlib.suppress(
            OSError, ValueError, IndexError
        ):  # it has ended, or the system does not count
            counted = Path(f"/proc/{self.process}/schedstat").read_bytes().split()[1]
            self._waited = max(self._waited, int(counted) / 1e9)
        return time.monotonic() - self._waited


def memory_in_all(process: int) -> int:
    """Bytes in memory of a process, what it has started, and orphans of that; 0 where nothing tells."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        keeper = int(Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[1])
        return sum(map(_memory, _below(keeper)))
    return 0


def _below(process: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text().split():
            found += [int(child), *_below(int(child))]
    return found


def _memory(process: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{process}/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
