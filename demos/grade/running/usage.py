"""What a process uses: time, as on a quiet machine, and memory, with all that it has started."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

_NOT_TOLD = (OSError, ValueError, IndexError)  # the process has ended, or the system does not count


class QuietClock:
    """A clock, in seconds, that stands still while a process waits for a processor.

    It goes on while the process computes, and while it sleeps: a busy machine judges as a quiet one. It
    follows the first thread. Linux counts how long that has waited; elsewhere this is an ordinary clock.
    """

    def __init__(self) -> None:
        self.process, self._waited = 0, 0.0

    def now(self) -> float:
        """The time, from an arbitrary beginning."""
        with contextlib.suppress(*_NOT_TOLD):
            counted = Path(f"/proc/{self.process}/schedstat").read_bytes().split()[1]
            self._waited = max(self._waited, int(counted) / 1e9)
        return time.monotonic() - self._waited


@dataclass(frozen=True)
class Usage:
    """Bytes of memory, seconds of computing and processes, of a process with all that it has started."""

    memory: int = 0
    seconds: float = 0.0
    processes: int = 0


def usage_of(process: int) -> Usage:
    """What a process uses with all that it has started, orphans too; nothing where nothing tells."""
    with contextlib.suppress(*_NOT_TOLD):
        keeper = int(_stat(process)[1])
        used = [_usage(one) for one in [keeper, *_below(keeper)]]
        return Usage(sum(one.memory for one in used), sum(one.seconds for one in used), len(used))
    return Usage()


def _below(process: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in children.read_text().split():
                found += [int(child), *_below(int(child))]
    return found


def _usage(process: int) -> Usage:
    with contextlib.suppress(*_NOT_TOLD):
        stat = _stat(process)
        ticks, pages = sum(map(int, stat[11:15])), int(stat[21])  # its own, and of children that have ended
        return Usage(pages * os.sysconf("SC_PAGE_SIZE"), ticks / os.sysconf("SC_CLK_TCK"))
    return Usage()


def _stat(process: int) -> list[str]:
    """The fields of /proc/PID/stat that follow the name, which may hold blanks and brackets."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
