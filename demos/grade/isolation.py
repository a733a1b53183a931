"""A process for a student's code: a private folder, limits, its output kept, and an end.

This is isolation against accidents: endless loops, crashes, floods of output, greed for memory, files that
are written or deleted. It is none against malice: the process has the rights of whoever grades.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import site
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_KEPT = 2000  # characters of what is printed
_NOT_THEIRS = ("XDG_", "OLDPWD", "PYTEST_")  # the rest is what `python file.py` would have


@dataclass(frozen=True)
class Limits:
    """Seconds for importing and for each stage, a quarter after one has taken too long; MB of memory."""

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
        """The grader's own, with `~` and temporary files in the folder. `pip install --user` still counts."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_THEIRS)}
        homes = dict.fromkeys(("HOME", "USERPROFILE"), self.home)
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self.temporary)
        return {**kept, **homes, **temporary, "PYTHONUSERBASE": site.getuserbase()}


@contextlib.contextmanager
def workspace() -> Iterator[Workspace]:
    """A new workspace, which is deleted when the block ends."""
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as folder:
        made = Workspace(os.path.realpath(folder))
        os.makedirs(made.work)
        os.mkdir(made.temporary)
        yield made


class Worker:
    """A process, a queue of its messages, and the beginning of what it prints. Ends with the `with` block."""

    def __init__(self, command: list[str], place: Workspace, search: tuple[str, ...] = ()) -> None:
        """`search`: where modules are looked for besides."""
        paths = [str(ROOT), *search, *filter(None, [os.environ.get("PYTHONPATH")])]
        single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
        utf8 = {"PYTHONIOENCODING": "utf-8:backslashreplace", "PYTHONPATH": os.pathsep.join(paths)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", *command],
            cwd=place.work,
            env={**place.environment(), **single, **utf8},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",
        )
        self.place = place
        self.messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self.printed = bytearray()
        self.printed_in_all = 0
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._listen, self._capture)]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        if os.name == "posix":  # the group: what the student's code has started, too
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        end_all_in(self.place)
        for reader in self._readers:
            reader.join(timeout=1.0)  # where the pipe is still held by a process that cannot be found

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as pipe:
            for line in pipe:
                with contextlib.suppress(ValueError):
                    message = json.loads(line)
                    if isinstance(message, dict):
                        self.messages.put(message)

    def _capture(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as pipe:
            while chunk := os.read(pipe.fileno(), 1 << 16):
                self.printed += chunk[: _KEPT - len(self.printed)]
                self.printed_in_all += len(chunk)

    def next(self, seconds: float, stop: threading.Event) -> dict[str, Any] | None:
        """The next message; None when there is none within the time, or the process has ended."""
        until = time.monotonic() + seconds
        while not stop.is_set():
            ended = self.process.poll() is not None
            with contextlib.suppress(queue.Empty):
                return self.messages.get(
                    timeout=0.5 if ended else min(0.1, max(0.0, until - time.monotonic()))
                )
            if ended or time.monotonic() > until:
                return None
        raise KeyboardInterrupt

    def end(self) -> str:
        """How the process ended by itself; "" while it runs."""
        code = self.process.poll()
        if code is None:
            return ""
        if code < 0:
            name = signal.Signals(-code).name
            return f"crashes the process ({name}: {signal.strsignal(-code)})"
        return f"ends the process (exit code {code})"


def end_all_in(place: Workspace) -> None:
    """Ends the processes that began in a workspace and have left their group, as daemons do (Linux only).

    They are known by `~`, and before they have that, at the very beginning, by the folder that they are in.
    """
    mark = f"HOME={place.home}\0".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            inside = os.readlink(process / "cwd").startswith(place.home)
            if inside or mark in (process / "environ").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
