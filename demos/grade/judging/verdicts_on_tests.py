"""Which mistakes a student's tests would have caught: the same kind of report, a stage for each mistake."""

from __future__ import annotations

import math

from demos.grade.inside.observing import Outcome
from demos.grade.judging.verdicts import ADVICE, FAILED, NOT_RUN, PASSED, Finding, Report, StageReport
from demos.grade.judging.wording import number
from demos.grade.running.engines import Run
from demos.mistakes import MISTAKES, Mistake

RIGHT = "right"


def judge_tests(target: str, run: Run) -> Report:
    """Stage by stage: the right engine passes the tests, and each mistake makes at least one fail.

    A test that fails on the right engine counts for nothing.
    """
    on_right = run.outcomes.get((0, 0), {})
    problem = run.problem or on_right.get("problem", "") or on_right.get("stopped", "")
    if not problem and not on_right.get("passed") and not on_right.get("failed"):
        problem = "has no test: pytest looks for functions whose names begin with test"
    right_again = [outcome for (engine, _), outcome in run.outcomes.items() if engine == 0]
    wrong = list(dict.fromkeys(name for outcome in right_again for name in outcome.get("failed", [])))
    unsteady = next((how for outcome in right_again if (how := _how_it_stopped(outcome))), "")
    said = []
    if wrong:
        said.append(f"On the right engine these fail, and count for nothing below: {', '.join(wrong)}.")
    if unsteady:
        said.append(
            f"On the right engine, run once more: {unsteady}. Tests that stop so count for nothing below."
        )
    first = StageReport(
        RIGHT,
        "the right engine",
        FAILED if said else PASSED,
        tuple(Finding("", says) for says in said),
        f"{len(on_right.get('passed', []))} tests pass",
    )
    stages = [StageReport(RIGHT, first.title, NOT_RUN) if problem else first]
    for at, mistake in enumerate(MISTAKES, 1):
        outcome, beyond = run.outcomes.get((at, 0)), mistake.convention
        if problem or outcome is None:
            stages.append(StageReport(mistake.name, mistake.words, NOT_RUN, beyond=beyond))
            continue
        caught = [name for name in outcome.get("failed", []) if name not in wrong]
        stopped = "" if unsteady else _how_it_stopped(outcome)
        if caught or stopped:
            by = ", ".join(caught) if caught else f"the tests with it: {stopped}"
            stages.append(
                StageReport(mistake.name, mistake.words, PASSED, remark=f"caught by {by}", beyond=beyond)
            )
        else:
            state = ADVICE if beyond else FAILED
            stages.append(StageReport(mistake.name, mistake.words, state, (_missed(mistake),), beyond=beyond))
    return Report(target, tuple(stages), problem, printed=run.printed, unit="checks")


def _how_it_stopped(outcome: Outcome) -> str:
    return outcome.get("stopped") or outcome.get("problem") or ""


def _missed(mistake: Mistake) -> Finding:
    [(name, right)], [wrong] = mistake.right.items(), mistake.wrong.values()
    given = "an error" if math.isnan(wrong) else number(wrong)
    says = f"No test fails. This would tell: {name} is {number(right)}, and {given} with this mistake."
    return Finding("\n".join(mistake.telling.lines), " ".join(filter(None, [says, mistake.remark])))
