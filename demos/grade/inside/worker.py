"""What a process does in which a student's engine runs: it tries what it is asked to, and judges nothing.

It knows neither the stages nor what is right: the submission, which shares its memory, could read it there.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

from demos.grade.fencing.process import Message, Tell
from demos.grade.inside.loading import Submission, UnusableError
from demos.grade.inside.names import Names, WrongNameError, find
from demos.grade.inside.observing import describe, observe, plain
from demos.grade.inside.restoring import put_back_builtins


class Worker:
    """Loads a class, makes one Value, and tries expressions, each when it is asked to."""

    def __init__(self, order: Message) -> None:
        self.submission = Submission(order["target"], order["class"], order["folder"], order["without"])
        self.given, self.names = order["names"], Names()

    def load(self, question: Message, tell: Tell) -> Message:
        """Imports the file or module and finds the class; tells of each cell of a notebook."""
        try:
            self.submission.engine(lambda cell: tell(cell=cell))
        except UnusableError as unusable:
            return {"problem": str(unusable)}
        except BaseException as raised:
            return {"problem": "cannot be imported: " + describe(raised, self.submission.is_theirs)}
        return {"changed": self.submission.changed, "failed": self.submission.failed}

    def make(self, question: Message, tell: Tell) -> Message:
        """Makes one Value, which says whether there is a `_backward` to try."""
        engine = self.submission.engine()
        try:
            made = engine(2.0)
        except BaseException as raised:
            put_back_builtins()
            where = describe(raised, self.submission.is_theirs)
            return {"problem": f"`{engine.__name__}(2.0)` fails: {where}"}
        put_back_builtins()
        try:
            self.names = find(made, 2.0, self._file(engine), self.given, plain)
        except WrongNameError as wrong:
            return {"problem": str(wrong)}
        has_backward = "backward" in self.names.functions or hasattr(engine, self.names.of("backward"))
        by_hand = not has_backward or hasattr(made, "_backward")
        gc.disable()  # looking for garbage among 100,000 nodes takes longer than making them
        functions = list(self.names.functions)
        return {"by_hand": by_hand, "names": dict(self.names.spelled), "functions": functions}

    def attempt(self, question: Message, tell: Tell) -> Message:
        """What comes out of an expression, which is written with the names of the file: see `observe`."""
        submission, names = self.submission, self.names
        lines, shows = (list(map(names.spell, question[texts])) for texts in ("lines", "shows"))
        engine = submission.engine()
        outcome = observe(lines, shows, engine, submission.is_theirs, names, self._file(engine))
        put_back_builtins()
        if "numbers" in outcome:
            outcome["numbers"] = dict(zip(question["shows"], outcome["numbers"].values()))
        if "line" in outcome:
            usual = dict(zip(map(str.strip, lines), question["lines"]))
            outcome["line"] = usual.get(outcome["line"], outcome["line"])
        return {"outcome": outcome}

    def _file(self, engine: type) -> dict[str, Any]:
        """The names of the module in which the class was defined last."""
        return vars(sys.modules[engine.__module__])


def begin(order: Message) -> Callable[[Message, Tell], Message]:
    """A worker's answer to any question."""
    worker = Worker(order)
    answers = {"load": worker.load, "make": worker.make, "try": worker.attempt}
    return lambda question, tell: answers[question["do"]](question, tell)
