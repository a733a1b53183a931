"""The grader's end of the process that workers are forked from, and of the keeper that each worker has."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parents[3]
_NOT_THEIRS = ("XDG_", "OLDPWD", "PYTEST_")  # the rest is what `python file.py` would have
_PATIENCE = 30.0  # seconds for the kernel to end processes
_FORKING = 60.0  # seconds for the process that workers are forked from to start, and to fork one


class Keeper(Protocol):
    """What knows how a worker ended, and ends it."""

    def ended(self) -> str:
        """How the worker ended by itself; "" while it runs."""

    def end(self) -> str:
        """Ends the worker and all that it has started; how it ended."""


@dataclass(frozen=True)
class Ends:
    """The grader's ends of a worker's pipes, and the worker's keeper."""

    questions: int
    answers: int
    printed: int
    keeper: Keeper


class Nursery:
    """Where workers come from; a new process where the old one answers no more. Ends with the `with` block.

    Where the system cannot fork, each worker is a new process.
    """

    def __init__(self, module: str) -> None:
        """`module`: what workers do, `begin` in it."""
        self._command = [sys.executable, "-P", "-m", "demos.grade.fencing.nursery", module]
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_THEIRS)}
        single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
        utf8 = {"PYTHONIOENCODING": "utf-8:backslashreplace", "PYTHONPATH": os.pathsep.join(paths)}
        self._environment = {**kept, **single, **utf8}
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        if self._orders:
            self._orders.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = self._orders = None

    def bear(self) -> Ends:
        """A new worker."""
        if not hasattr(os, "fork"):
            return self._started()
        (questions, ask), (answer, answers), (read, printed) = os.pipe(), os.pipe(), os.pipe()
        ours, keeper = socket.socketpair()
        theirs = [questions, answers, printed, keeper.fileno()]
        with self._one_at_a_time:
            if not self._sent(theirs):
                self.__exit__()
                self._orders = self._started_to_fork()
                if not self._sent(theirs):
                    raise OSError("the process that starts submissions has ended at once")
        for pipe in theirs[:3]:
            os.close(pipe)
        keeper.close()
        return Ends(ask, answer, read, _ByMessage(ours))

    def _sent(self, files: list[int]) -> bool:
        with contextlib.suppress(OSError):
            if self._orders:
                socket.send_fds(self._orders, [b"."], files)
                return self._orders.recv(1) == b"."
        return False

    def _started_to_fork(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(_FORKING)  # a process that has been stopped does not stop the run
        with theirs:
            self._process = self._start(
                str(theirs.fileno()), pass_fds=[theirs.fileno()], start_new_session=True
            )
        return ours

    def _started(self) -> Ends:
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = self._start(**pipes)
        ours = [pipe for pipe in (process.stdin, process.stdout, process.stderr) if pipe]
        ends = [os.dup(pipe.fileno()) for pipe in ours]
        for pipe in ours:
            pipe.close()
        return Ends(*ends, _ByHandle(process))

    def _start(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self._command, *arguments], env=self._environment, **{"stdin": subprocess.DEVNULL, **options}
        )


class _ByMessage:
    """A keeper in a process of its own: it says how the worker ended, and goes when nothing of it is left."""

    def __init__(self, keeper: socket.socket) -> None:
        self._keeper, self._heard, self._open = keeper, b"", True
        keeper.setblocking(False)

    def ended(self) -> str:
        """How the worker ended by itself; "" while it runs."""
        with contextlib.suppress(BlockingIOError):
            self._hear()
        return self._told()

    def end(self) -> str:
        """Ends the worker and all that it has started; how it ended."""
        with contextlib.suppress(OSError), self._keeper:
            self._keeper.settimeout(_PATIENCE)
            self._keeper.shutdown(socket.SHUT_WR)
            while self._open:
                self._hear()
        return self._told()

    def _hear(self) -> None:
        heard = b""
        if self._open:
            with contextlib.suppress(ConnectionError):
                heard = self._keeper.recv(64)
        self._heard, self._open = self._heard + heard, heard != b""

    def _told(self) -> str:
        return _described(int(self._heard)) if self._heard else "" if self._open else _LOST


class _ByHandle:
    """A worker that this process has started itself; what that has started is not known."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def ended(self) -> str:
        """How the worker ended by itself; "" while it runs."""
        code = self._process.poll()
        return "" if code is None else _described(code)

    def end(self) -> str:
        """Ends the worker; how it ended."""
        self._process.kill()
        return _described(self._process.wait())


_LOST = "ends the process that watches over it"


def _described(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        return f"crashes the process ({name}: {signal.strsignal(-code)})"
    return f"ends the process (exit code {code})"
