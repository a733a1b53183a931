"""How a process that runs students' code begins, speaks, and ends.

What it finds goes as lines of JSON through a pipe of its own, a duplicate of standard output made before
the student's code is loaded; whatever the student prints goes to the other pipe, and standard input is empty.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from demos.grade.fence import fence
from demos.grade.searching import let_import_from

Say = Callable[..., None]
_LARGEST = 64 << 20  # bytes in a file that a submission writes

_exit, _getpid, _write, _dumps = (
    os._exit,
    os.getpid,
    os.write,
    json.dumps,
)  # as they are before any student's code


class Reporter:
    """Writes messages to the grader, from this process alone: a forked child of it ends here."""

    def __init__(self) -> None:
        self.pipe, self.process = os.dup(1), _getpid()
        os.dup2(2, 1)  # what is printed is captured with what goes to stderr
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # kept, however the process ends

    def __call__(self, **message: Any) -> None:
        """One message, one line."""
        if _getpid() != self.process:
            _exit(0)
        _write(self.pipe, (_dumps(message) + "\n").encode())


def limit(memory: int, seconds: int) -> None:
    """Limits memory in MB, what a file holds and, should the grader die, computing time, where it can be."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {"RLIMIT_AS": memory << 20, "RLIMIT_FSIZE": _LARGEST, "RLIMIT_CPU": seconds, "RLIMIT_CORE": 0}
    for name, most in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit on memory
            resource.setrlimit(getattr(resource, name), (most, most))


def serve(work: Callable[[dict[str, Any], Say], None]) -> None:
    """Does the work that the command line orders as JSON, and ends the process whatever still runs in it."""
    order = json.loads(sys.argv[1])
    say = Reporter()
    limit(order["memory"], order["cpu"])
    fence(order["workspace"])
    sys.dont_write_bytecode = True
    if order["folder"]:  # the student's `import nn` is not ours
        ours = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        sys.path[:] = [path for path in sys.path if os.path.abspath(path) != ours]
        let_import_from(order["folder"])
    say(started=True)
    work(order, say)
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
    say(done=True)  # after which the grader may end the process at once
    _exit(0)
