"""Runs a student's code in a process of its own, within limits, and collects what it reports.

This is isolation against accidents: endless loops, crashes, floods of output, greed for memory. It is none
against malice: the process has the rights of whoever grades.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demos.grade.observing import Outcome
from demos.grade.targets import Target

ROOT = Path(__file__).resolve().parents[2]
_STARTING = 60.0  # seconds for the interpreter alone to start, on however busy a machine
_KEPT = 2000  # characters of what is printed


@dataclass(frozen=True)
class Limits:
    """Seconds for importing and for each stage, a quarter after one has taken too long; MB of memory."""

    seconds: float = 10.0
    memory: int = 2048


@dataclass
class Run:
    """What came out of one submission: an outcome for each (stage, trial) that was tried."""

    outcomes: dict[tuple[int, int], Outcome] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)
    problem: str = ""
    loaded: str = ""
    changed: list[str] = field(default_factory=list)
    printed: str = ""
    printed_in_all: int = 0


class Worker:
    """A process, a queue of its messages, and the beginning of what it prints. Ends with the `with` block."""

    def __init__(self, command: list[str], folder: str, environment: dict[str, str] | None = None) -> None:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
        utf8 = {"PYTHONIOENCODING": "utf-8:backslashreplace", "PYTHONPATH": os.pathsep.join(paths)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", *command],
            cwd=folder,
            env={**os.environ, **single, **utf8, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",
        )
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
        for reader in self._readers:
            reader.join(timeout=1.0)  # a process that has left the group may hold a pipe open

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as pipe:
            for line in pipe:
                with contextlib.suppress(ValueError):
                    self.messages.put(json.loads(line))

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
                    timeout=0.2 if ended else min(0.1, max(0.0, until - time.monotonic()))
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


def run(
    target: Target,
    last: int,
    limits: Limits | None = None,
    progress: Callable[[int], None] = lambda stage: None,
    stop: threading.Event | None = None,
    worker: str = "demos.grade.worker",
    tests: bool = False,
) -> Run:
    """Has a worker go through stages 0 to `last`. After a crash or a stage without end, a new one goes on.

    `tests`: the stages are runs of a student's tests. Each may take the whole time, as it may have reason
    to, and when the first, on the right engine, does not end, the others mean nothing.
    """
    limits, stop, result = limits or Limits(), stop or threading.Event(), Run(problem=target.problem)
    seconds, first = limits.seconds, 0
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as folder:
        is_file = target.is_file and not result.problem
        beside = str(Path(target.source).resolve().parent) if is_file else ""
        while first <= last and not result.problem:
            os.makedirs(folder, exist_ok=True)
            source = (
                shutil.copy(target.source, folder) if is_file else target.source
            )  # the original is left alone
            order = {
                "target": source,
                "class": target.class_name,
                "folder": beside,
                "first": first,
                "last": last,
            }
            order |= {"memory": limits.memory, "cpu": int(seconds * (last + 3)) + 60}
            with Worker(["-m", worker, json.dumps(order)], folder, _here(target)) as process:
                first = _follow(process, result, (limits.seconds, seconds), first, progress, stop)
            result.printed = result.printed or bytes(process.printed).decode("utf-8", "replace")
            result.printed_in_all += process.printed_in_all
            stopped = [outcome["stopped"] for outcome in result.outcomes.values() if "stopped" in outcome]
            if not tests and any("did not end" in said for said in stopped):
                seconds = max(1.0, limits.seconds / 4)
            if tests and "stopped" in result.outcomes.get((0, 0), {}):
                break
    return result


def _here(target: Target) -> dict[str, str]:
    """A module is looked for where the grader was started, too."""
    paths = [str(ROOT), os.getcwd(), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {} if target.is_file else {"PYTHONPATH": os.pathsep.join(paths)}


def _follow(
    worker: Worker,
    result: Run,
    seconds: tuple[float, float],
    first: int,
    progress: Callable[[int], None],
    stop: threading.Event,
) -> int:
    """Notes what the worker reports; the stage for a new worker to begin with, far off when all is done."""
    done = sys.maxsize
    doing, stage, trial = "starting", first, 0
    allowed, (for_importing, for_a_stage) = _STARTING, seconds
    until = time.monotonic() + allowed
    while True:
        message = worker.next(until - time.monotonic(), stop)
        if message is None:
            break
        if "done" in message:
            return done
        if "problem" in message:
            result.problem = message["problem"]
            return done
        if "started" in message:
            doing, allowed = "importing it", for_importing
            until = time.monotonic() + allowed
        elif "imported" in message:
            doing = "making a Value"
        elif "loaded" in message:
            result.loaded, result.changed = message["loaded"], message["changed"]
        elif "stage" in message:
            doing, stage, trial, allowed = "", message["stage"], 0, for_a_stage
            until = time.monotonic() + allowed
            progress(stage)
        elif "skipped" in message:
            result.skipped.append(message["skipped"])
        else:
            at, trial = message["trial"]
            result.outcomes[at, trial] = message["outcome"]
            trial += 1
    what = worker.end() or f"did not end within {allowed:g} s"
    if doing:
        result.problem = f"{doing} {what}"
        return done
    result.outcomes[stage, trial] = {"stopped": what}
    return stage + 1
