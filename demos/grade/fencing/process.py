"""A process that runs a student's code: how it begins, and how it answers what the grader asks.

Questions and answers are lines of JSON, each way through a pipe of its own. An answer repeats the token of
its question, which nobody could know before, and begins a line of its own, whatever else was written into
the pipe. What the student's code prints goes to another pipe, and its standard input is empty.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from demos.grade.fencing.fence import fence
from demos.grade.fencing.readable import libraries
from demos.grade.searching import let_import_from

Message = dict[str, Any]
Tell = Callable[..., None]
Begin = Callable[[Message], Callable[[Message, Tell], Message]]
_LARGEST = 64 << 20  # bytes in a file that a submission writes
_OPEN = 256  # files at a time
_PROCESSES = 64  # and threads, at a time

# as they are before any student's code
_exit, _getpid, _read, _write = os._exit, os.getpid, os.read, os.write
_dumps, _loads = json.dumps, json.loads


def answer_all(begin: Begin, questions: int, answers: int, alone: bool) -> NoReturn:
    """Reads the order, closes the process in, and answers until there are no more questions.

    `begin` gives, for the order, what answers a question, and may tell something before it does. `alone`: the
    kernel counts this process and what it starts apart from the user's other processes.
    """
    asked = _lines(questions)
    order = next(asked)
    process = _getpid()
    _close_in(order, alone)
    answer = begin(order)
    _say(answers, process, order["token"], process=_outside())
    for question in asked:
        tell = partial(_say, answers, process, question["token"])
        said = answer(question, tell)
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
        tell(**said)
    _exit(0)  # whatever still runs in it


def _lines(pipe: int) -> Iterator[Message]:
    rest = b""
    while chunk := _read(pipe, 1 << 16):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(_loads, lines)


def _say(pipe: int, speaker: int, token: str, /, **said: Any) -> None:
    if _getpid() != speaker:  # the student's code has forked, and this is the child
        _exit(0)
    line = b"\n" + _dumps({**said, "token": token}).encode() + b"\n"
    while line:
        line = line[_write(pipe, line) :]


def _close_in(order: Message, alone: bool) -> None:
    """Its folder, its environment, what it may import, its limits, its fence."""
    os.environ.update(order["environment"])
    os.chdir(order["work"])
    tempfile.tempdir = None
    sys.dont_write_bytecode = True
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # kept, however the process ends
    ours = str(Path(__file__).resolve().parents[3])
    if order["folder"]:  # a file: its `import nn` is not ours
        sys.path[:] = [path for path in sys.path if os.path.abspath(path) != ours]
        for name in [name for name in sys.modules if name.partition(".")[0] == __name__.partition(".")[0]]:
            del sys.modules[name]
        may_read = libraries(order["closed"])
        let_import_from(order["folder"])
    else:
        sys.path.insert(0, order["beside"])
        may_read = [ours, *libraries(())]
    _limit(order["memory"], order["cpu"], 0 if alone else _running())
    fence(order["workspace"], may_read)


def _limit(memory: int, seconds: int, running: int | None) -> None:
    """Limits memory in MB, files, processes and, should the grader die, computing time, where it can be.

    `running` processes are there already; None where nobody knows how many, and they are not limited.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {"AS": memory << 20, "FSIZE": _LARGEST, "NOFILE": _OPEN, "CPU": seconds, "CORE": 0}
    limits |= {} if running is None else {"NPROC": running + _PROCESSES}
    for name, most in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit on memory
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def _running() -> int | None:
    """How many processes and threads the user has, which the kernel counts together; None without /proc."""
    if not os.path.exists("/proc/self/task"):
        return None
    running = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == os.getuid():
                running += len(os.listdir(process / "task"))
    return running


def _outside() -> int:
    """The number that this process has for the grader; 0 where there is no /proc."""
    with contextlib.suppress(OSError, ValueError):
        return int(os.readlink("/proc/self"))
    return 0
