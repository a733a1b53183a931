"""Has a student's code run, stage by stage, and collects what it reports; after a crash it goes on."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from demos.grade.isolation import Limits, Worker, workspace
from demos.grade.observing import Outcome
from demos.grade.targets import Target

_STARTING = 60.0  # seconds for the interpreter alone to start, on however busy a machine


@dataclass
class Run:
    """What came out of one submission: an outcome for each (stage, trial) that was tried."""

    outcomes: dict[tuple[int, int], Outcome] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)
    problem: str = ""
    changed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    without: dict[int, str] = field(default_factory=dict)
    printed: str = ""
    printed_in_all: int = 0


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
    search = () if target.is_file else (os.getcwd(),)
    while first <= last and not result.problem:
        order = {"class": target.class_name, "first": first, "last": last, "without": list(result.without)}
        order |= {"memory": limits.memory, "cpu": int(seconds * (last + 3)) + 60}
        with workspace() as here:
            order |= {"workspace": here.folder, "target": _copied(target, here.work)}
            order |= {"folder": os.path.dirname(order["target"]) if target.is_file else ""}
            with Worker(["-m", worker, json.dumps(order)], here, search) as process:
                first = _follow(process, result, (limits.seconds, seconds), first, progress, stop)
        result.printed = result.printed or bytes(process.printed).decode("utf-8", "replace")
        result.printed_in_all += process.printed_in_all
        stopped = [outcome["stopped"] for outcome in result.outcomes.values() if "stopped" in outcome]
        if not tests and any("did not end" in said for said in stopped):
            seconds = max(1.0, limits.seconds / 4)
        if tests and "stopped" in result.outcomes.get((0, 0), {}):
            break
    return result


def _copied(target: Target, folder: str) -> str:
    """The path of a copy in `folder`, beside the student's other files; a module is not copied."""
    if not target.is_file:
        return target.source
    own = target.name or os.path.basename(target.source)
    for name, path in (*target.files, (own, target.source)):
        place = os.path.join(folder, name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        shutil.copyfile(path, place)
    return os.path.join(folder, own)


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
    doing, cell, stage, trial = "starting", 0, first, 0
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
        elif "cell" in message:
            cell, until = message["cell"], time.monotonic() + allowed
        elif "imported" in message:
            doing, cell = "making a Value", 0
        elif "changed" in message:
            result.changed = message["changed"]
        elif "failed" in message:
            result.failed = message["failed"]
        elif "stage" in message:
            doing, stage, trial, allowed = "", message["stage"], 0, for_a_stage
            until = time.monotonic() + allowed
            progress(stage)
        elif "skipped" in message:
            result.skipped.append(message["skipped"])
        elif "trial" in message:
            at, trial = message["trial"]
            result.outcomes[at, trial] = message["outcome"]
            trial += 1
    what = worker.end() or f"did not end within {allowed:g} s"
    if cell:
        result.without[cell] = f"code cell {cell} {what}, and was left out"
        return first
    if doing:
        result.problem = f"{doing} {what}"
        return done
    result.outcomes[stage, trial] = {"stopped": what}
    return stage + 1
