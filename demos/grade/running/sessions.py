"""A submission's processes, one after another: a new one begins where the last has crashed or did not end."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demos.grade.escapes import visible
from demos.grade.running.answers import text
from demos.grade.running.isolation import Limits, Worker, workspace
from demos.grade.running.nurseries import Nursery
from demos.grade.submissions.targets import Target

Said = dict[str, Any]
_STARTING = 60.0  # seconds for a process alone to start
_DEFINITIONS = (
    'what it defines was graded; what it does, as training, belongs below `if __name__ == "__main__":`'
)
_PATIENCE = 100  # times the limit, by an ordinary clock, for all cells together
_CELLS = 5  # times the limit, for all cells of a notebook together


class UnusableError(Exception):
    """The submission cannot be tried, or no further; the message says why."""


@dataclass(frozen=True)
class Classroom:
    """What the submissions that are graded together share.

    `closed`: folders of theirs that none may read. `names`: what is given for `data` and others.
    """

    nursery: Nursery
    limits: Limits
    stop: threading.Event
    closed: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Session:
    """Answers of one submission. Its process ends with the `with` block.

    `beginning`: what each new process is asked first, and what it does then, in words. `about`: what it said.
    `without`: the cells of a notebook that a process did not survive, and why; the next leaves them out.
    `definitions_do`: of a file that does not end, 0 is left out: all that it does but define names.
    """

    classroom: Classroom
    target: Target
    beginning: Sequence[tuple[str, str]]
    definitions_do: bool = False
    about: Said = field(default_factory=dict)
    without: dict[int, str] = field(default_factory=dict)
    printed: str = ""
    printed_in_all: int = 0

    def __post_init__(self) -> None:
        self._worker: Worker | None = None
        self._open = contextlib.ExitStack()
        self._allowed = self._left = self.classroom.limits.seconds
        self._for_cells = _CELLS * self.classroom.limits.seconds
        self._cell = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def allow(self, seconds: float) -> None:
        """The time for the questions to come, together."""
        self._allowed = self._left = seconds

    def ask(self, do: str, **more: Any) -> Said | str:
        """The answer, or how the process ended in place of one."""
        if self._worker is None:
            allowed = self._allowed
            self.begin()
            self.allow(allowed)
        return self._ask(do=do, **more)

    def end(self) -> None:
        """Ends the process; what is asked afterwards begins another."""
        self._open.close()
        if self._worker:
            self.printed = self.printed or visible(bytes(self._worker.printed).decode("utf-8", "replace"))
            self.printed_in_all += self._worker.printed_in_all
        self._worker = None

    def begin(self) -> None:
        """Starts a process; `UnusableError` where the submission cannot be tried."""
        while not self._has_begun():
            pass

    def _has_begun(self) -> bool:
        """Whether it could; a cell of a notebook that the process did not survive is left out next time."""
        self._start()
        self.allow(self.classroom.limits.seconds)
        for do, doing in self.beginning:
            said = self._ask(do=do)
            if isinstance(said, str) and self._cell and self._for_cells > 0:
                self.without[self._cell] = f"code cell {self._cell} {said}, and was left out"
                return False
            problem = f"{doing} {said}" if isinstance(said, str) else text(said.get("problem"))
            if do == "load" and "did not end" in problem and self.definitions_do and not self.without:
                self.without[0] = f"{problem}; {_DEFINITIONS}"
                return False
            if problem:
                raise UnusableError(self.without.get(0, "").partition(";")[0] or problem)
            assert isinstance(said, dict)
            self.about |= said
        return True

    def _start(self) -> None:
        target, limits = self.target, self.classroom.limits
        here = self._open.enter_context(workspace())
        copy = _copied(target, here.work)
        order = {
            "class": target.class_name,
            "target": copy,
            "folder": os.path.dirname(copy) if target.is_file else "",
            "without": list(self.without),
            "names": dict(self.classroom.names),
            "workspace": here.folder,
            "work": here.work,
            "environment": here.environment(),
            "beside": os.getcwd(),
            "closed": self.classroom.closed,
            "memory": limits.memory,
            "cpu": int(limits.seconds * 20) + 60,
        }
        self._worker = self._open.enter_context(Worker(self.classroom.nursery.bear(), here, limits))
        self.allow(_STARTING)
        started = self._ask(**order)
        if isinstance(started, str):
            raise UnusableError(f"starting {started}")
        self._worker.clock.process = started["process"]

    def _ask(self, **question: Any) -> Said | str:
        assert self._worker is not None
        self._worker.ask(question)
        self._cell = 0
        after = self._worker.clock.now()
        patience = time.monotonic() + _PATIENCE * self.classroom.limits.seconds
        while True:
            said = self._worker.hear(self._left, self.classroom.stop)
            before, after = after, self._worker.clock.now()
            took = after - before
            self._for_cells -= took if self._cell else 0.0
            endless = self._for_cells <= 0 or time.monotonic() > patience
            if said is None or ("cell" in said and endless):  # a flood of cells is heard without a pause
                how = self._worker.end or f"did not end within {self._allowed:g} s"
                self.end()
                return how
            cell = said.get("cell")
            if not isinstance(cell, int) or cell <= self._cell:
                self._left -= took
                return said
            self._cell, self._left = cell, min(self._allowed, self._for_cells)


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
