"""Has a student's tests run on the right engine and on each mistaken one, and collects what failed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from demos.grade.running import answers
from demos.grade.running.engines import Run
from demos.grade.running.sessions import Classroom, Session, UnusableError
from demos.grade.submissions.targets import Target
from demos.mistakes import MISTAKES

_BEGINNING = (("load", "reading it"),)
_AGAIN = 3  # times that the right engine is tried among the others


def run_tests(classroom: Classroom, target: Target, tick: Callable[[], None]) -> Run:
    """The right engine first, outcome (0, 0); then the mistaken ones, (n, 0), in an order that is drawn.

    Among them the right one comes again, (0, 1) and so on, written otherwise: tests that only tell the first
    run from the others, or the code of the first engine from theirs, fail there. Each run may take the whole
    time, as it may have reason to, and when the first does not end, the others mean nothing. An engine that
    stops the tests is tried again in a new process, where nothing is left of the others. `tick` is called for
    each engine once.
    """
    result = Run(problem=answers.text(target.problem))
    if result.problem:
        return result
    later = [(at, 0) for at in range(1, len(MISTAKES) + 1)] + [(0, again) for again in range(1, _AGAIN + 1)]
    random.SystemRandom().shuffle(later)
    with Session(classroom, target, _BEGINNING) as session:
        try:
            for engine, again in [(0, 0), *later]:
                if not again:
                    tick()
                outcome = _try(session, engine, again)
                if result.outcomes and _may_be_of_others(outcome):
                    session.end()
                    outcome = _try(session, engine, again)
                result.outcomes[engine, again] = outcome
                if not again and not engine and not (outcome.get("passed") or outcome.get("failed")):
                    break
        except UnusableError as unusable:
            result.problem = str(unusable)
    result.printed, result.printed_in_all = session.printed, session.printed_in_all
    return result


def _try(session: Session, engine: int, again: int) -> dict[str, Any]:
    session.allow(session.classroom.limits.seconds)
    said = session.ask("run", engine=engine, again=again)
    return {"stopped": said} if isinstance(said, str) else _outcome(said)


def _may_be_of_others(outcome: dict[str, Any]) -> bool:
    """Whether it stopped, for which memory or threads that earlier runs have left may be the reason."""
    how = outcome.get("stopped") or outcome.get("problem") or ""
    return how != "" and "did not end" not in how


def _outcome(said: dict[str, Any]) -> dict[str, Any]:
    lists = {key: answers.texts(said.get(key)) for key in ("passed", "failed")}
    return {**lists, "problem": answers.text(said.get("problem"))}
