"""Processes for students' code: a private folder each, limits, their output kept, and an end.

The grader asks a worker and waits; it believes what repeats the token of the question. No student's code
runs in the grader's own process.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import queue
import secrets
import site
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from demos.grade.running.flattening import flatten
from demos.grade.running.nurseries import Ends
from demos.grade.running.usage import QuietClock, usage_of

_KEPT = 2000  # characters of what is printed
_LONGEST, _ANSWERS = 1 << 20, 1000  # bytes of an answer, and answers that wait
_DISK, _FILES, _DEPTH = 256 << 20, 10_000, 100  # bytes, files and folders in a workspace; how deep
_SILENCE = 5.0  # seconds that an ended process may look as if it ran
_WAIT, _LOOK = 0.05, 0.25  # seconds between looks at whether it runs, and at what it uses
_PROCESSORS = 2  # times the limit, for all its processes together
_PROCESSES = 128  # where the kernel does not count them for it, as for root
_PATIENCE = 20  # times the limit, by an ordinary clock


@dataclass(frozen=True)
class Limits:
    """Seconds for importing, a quarter of them for each stage, less after one took too long; MB of memory.

    They are seconds of a quiet machine (`QuietClock`).
    """

    seconds: float = 10.0
    memory: int = 2048


@dataclass(frozen=True)
class Workspace:
    """A folder for one process and all that it writes: deleted afterwards.

    Where it works is two levels down, so that `..` is in the folder as well, and so are `~` and the place for
    temporary files.
    """

    folder: str

    @property
    def home(self) -> str:
        """What `~` means."""
        return os.path.join(self.folder, "home")

    @property
    def work(self) -> str:
        """Where the submission is copied to, and begins."""
        return os.path.join(self.home, "work")

    @property
    def temporary(self) -> str:
        """What `tempfile` uses."""
        return os.path.join(self.folder, "tmp")

    def environment(self) -> dict[str, str]:
        """`~` and temporary files are in the folder. `pip install --user` still counts."""
        homes = dict.fromkeys(("HOME", "USERPROFILE"), self.home)
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self.temporary)
        return {**homes, **temporary, "PYTHONUSERBASE": site.getuserbase()}

    def too_much(self) -> str:
        """What is too much of it, if anything is."""
        files = size = 0
        waiting = [(self.folder, 0)]
        while waiting:
            folder, depth = waiting.pop()
            if depth > _DEPTH:
                return f"makes folders within folders, more than {_DEPTH} deep"
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        files += 1
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append((entry.path, depth + 1))
                        else:
                            size += entry.stat(follow_symlinks=False).st_size
                        if files > _FILES or size > _DISK:
                            return f"writes more than {_FILES:,} files or {_DISK >> 20} MB"
            except PermissionError:
                return "makes a folder that cannot be read"
            except OSError:
                pass  # it is gone
        return ""


@contextlib.contextmanager
def workspace() -> Iterator[Workspace]:
    """A new workspace, which is deleted when the block ends."""
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as folder:
        made = Workspace(os.path.realpath(folder))
        os.makedirs(made.work)
        os.mkdir(made.temporary)
        try:
            yield made
        finally:
            flatten(made.folder)


class Worker:
    """A process that answers questions, and the beginning of what it prints. Ends with the `with` block."""

    def __init__(self, ends: Ends, place: Workspace, limits: Limits) -> None:
        self.clock = QuietClock()
        self.printed, self.printed_in_all = bytearray(), 0
        self.end = ""
        """How the process ended by itself, or what it did too much of; "" while it runs."""
        self._token = ""
        self._ends, self._place, self._memory = ends, place, 2 * limits.memory << 20
        self._said: queue.Queue[dict[str, Any] | None] = queue.Queue(_ANSWERS)
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._listen, self._capture)]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._ends.questions)
        self._ends.keeper.end()
        for reader in self._readers:
            reader.join(timeout=1.0)  # where the pipe is still held by a process that cannot be found

    def ask(self, question: dict[str, Any]) -> None:
        """Asks: `hear` gives the answer."""
        self._token = secrets.token_hex(16)
        with contextlib.suppress(OSError):  # the process has ended
            os.write(self._ends.questions, json.dumps({**question, "token": self._token}).encode() + b"\n")

    def hear(self, seconds: float, stop: threading.Event) -> dict[str, Any] | None:
        """The answer; None where none comes in time, or when `end` says what became of the process."""
        until, patience = self.clock.now() + seconds, time.monotonic() + _PATIENCE * seconds
        look, computed = time.monotonic() + _LOOK, math.nan
        while not stop.is_set():
            ended, silent = self._ends.keeper.ended(), False
            with contextlib.suppress(queue.Empty):
                said = self._said.get(timeout=_SILENCE if ended else _WAIT)
                silent = said is None
                if said and said["token"] == self._token:
                    return said
            if ended or silent:
                self.end = ended or self._end_of_silence()
            elif time.monotonic() > look:
                look, used = time.monotonic() + _LOOK, usage_of(self.clock.process)
                computed = used.seconds if math.isnan(computed) else computed
                if used.processes > _PROCESSES:
                    self.end = f"starts more than {_PROCESSES} processes"
                elif used.memory > self._memory:
                    self.end = f"takes more than {self._memory >> 20} MB of memory with all that it starts"
                elif used.seconds - computed > _PROCESSORS * seconds:
                    self.end = "computes longer than it may, with all that it starts"
                else:
                    self.end = self._place.too_much()
            if self.end or self.clock.now() > until or time.monotonic() > patience:
                return None
        raise KeyboardInterrupt

    def _end_of_silence(self) -> str:
        """How it ended, which the keeper tells somewhat later; or that the submission has closed the pipe."""
        until = time.monotonic() + _SILENCE
        while not (ended := self._ends.keeper.ended()) and time.monotonic() < until:
            time.sleep(0.001)
        return ended or "closes the pipe on which the grader listens"

    def _listen(self) -> None:
        """Keeps what could be an answer, whole lines that are not too long, and passes over the rest."""
        rest, skipping = b"", False
        with open(self._ends.answers, "rb", buffering=0) as pipe:
            while chunk := pipe.read(1 << 16):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines[skipping:]:
                    self._note(line)
                if lines:
                    skipping = False
                if len(rest) > _LONGEST:
                    rest, skipping = b"", True
        with contextlib.suppress(queue.Full):
            self._said.put_nowait(None)

    def _note(self, line: bytes) -> None:
        """Keeps a line that answers what was asked last."""
        if self._token.encode() not in line:
            return
        with contextlib.suppress(ValueError, RecursionError, queue.Full):
            message = json.loads(line)
            if isinstance(message, dict) and message.get("token") == self._token:
                self._said.put_nowait(message)

    def _capture(self) -> None:
        with open(self._ends.printed, "rb", buffering=0) as pipe:
            while chunk := pipe.read(1 << 16):
                self.printed += chunk[: _KEPT - len(self.printed)]
                self.printed_in_all += len(chunk)
