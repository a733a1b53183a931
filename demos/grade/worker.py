"""The process in which a student's engine runs: it tries, writes down numbers, and judges nothing.

It starts as `python -m demos.grade.worker ORDER`; `running` is the other end.
"""

from __future__ import annotations

import gc
from typing import Any

from demos.grade.loading import Submission, UnusableError
from demos.grade.observing import Outcome, describe, observe
from demos.grade.process import Say, serve
from demos.grade.restoring import put_back_builtins
from demos.grade.stages import STAGES, Trial


def try_one(trial: Trial, submission: Submission) -> Outcome:
    """The outcome of a trial, or, where an operation is not written, of the one to try instead."""
    outcome = observe(trial, submission.engine(), submission.is_theirs)
    put_back_builtins()
    if "missing" in outcome and trial.otherwise is not None:
        instead = try_one(trial.otherwise, submission)
        return outcome if "missing" in instead else {**instead, "otherwise": True}
    return outcome


def work(order: dict[str, Any], say: Say) -> None:
    """Loads the class and goes through the stages, from `first` to `last`."""
    submission = Submission(order["target"], order["class"], order["folder"], order["without"])
    problem = ""
    try:
        engine = submission.engine(lambda cell: say(cell=cell))
    except UnusableError as unusable:
        problem = str(unusable)
    except BaseException as raised:
        problem = "cannot be imported: " + describe(raised, submission.is_theirs)
    if problem:
        say(problem=problem)
        return
    say(imported=True)
    try:
        engine(2.0)
    except BaseException as raised:
        put_back_builtins()
        say(problem=f"`{engine.__name__}(2.0)` fails: " + describe(raised, submission.is_theirs))
        return
    put_back_builtins()
    by_hand = not hasattr(engine, "backward") or hasattr(engine(2.0), "_backward")
    gc.disable()  # looking for garbage among 100,000 nodes takes longer than making them
    say(changed=submission.changed)
    say(failed=submission.failed)
    for at in range(order["first"], order["last"] + 1):
        say(stage=at)
        if STAGES[at].by_hand and not by_hand:
            say(skipped=at)
            continue
        for number, trial in enumerate(STAGES[at].trials):
            say(trial=[at, number], outcome=try_one(trial, submission))


if __name__ == "__main__":
    serve(work)
