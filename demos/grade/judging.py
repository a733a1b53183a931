"""From what a student's engine gave to what is said of it, stage by stage."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from demos.grade.diagnosis import Cause, Numbers, agree, all_agree, causes, is_right, right
from demos.grade.observing import Outcome
from demos.grade.running import Run
from demos.grade.stages import STAGES, Stage, Trial, tried_of

PASSED, FAILED, MISSING, OTHER, NOT_RUN = "passed", "failed", "not written yet", "not needed", "not run"


@dataclass(frozen=True)
class Finding:
    """One thing to say: the code that shows it, the sentence, the mistakes that fit, or what was raised.

    `trial` is what was tried, with the numbers that were `seen` and those that are `right`, if it gave any.
    `named` are the student's data and gradients of every Value that has a name in it.
    """

    code: str
    says: str
    mistakes: tuple[str, ...] = ()
    error: str = ""
    trial: Trial | None = field(default=None, repr=False)
    seen: Numbers = field(default_factory=dict)
    right: Numbers = field(default_factory=dict)
    named: Numbers = field(default_factory=dict)

    @property
    def cause(self) -> str:
        """What is said in full only once: the mistakes, or the error on whichever line; "" where unknown."""
        return " and ".join(self.mistakes) or re.sub(r" line \d+", "", self.error)


@dataclass(frozen=True)
class StageReport:
    """The state of one stage and what was found."""

    name: str
    title: str
    state: str
    findings: tuple[Finding, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Report:
    """All that is known of one submission, and of whom it is, where that is known.

    `problem` says why nothing could be tried at all.
    """

    target: str
    stages: tuple[StageReport, ...]
    problem: str = ""
    remarks: tuple[str, ...] = ()
    printed: str = field(default="", repr=False)
    unit: str = "stages"
    student: str = ""

    @property
    def name(self) -> str:
        """Who handed it in, else the file's name."""
        return self.student or PurePath(self.target).name

    @property
    def counted(self) -> tuple[StageReport, ...]:
        """The stages that count."""
        return self.stages

    @property
    def first(self) -> Finding | None:
        """What to show first: the first finding of the first stage that has one."""
        return next((finding for stage in self.counted for finding in stage.findings), None)

    @property
    def stuck(self) -> StageReport | None:
        """The first stage that is neither passed nor of no concern to this design."""
        return next((stage for stage in self.stages if stage.state not in (PASSED, OTHER)), None)

    @property
    def passed(self) -> int:
        """How many stages are passed; one that the design does without counts."""
        return sum(stage.state in (PASSED, OTHER) for stage in self.stages)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of all mistakes that were diagnosed, each once."""
        names = [name for stage in self.stages for finding in stage.findings for name in finding.mistakes]
        return tuple(dict.fromkeys(names))


def judge(target: str, run: Run, last: int = len(STAGES) - 1) -> Report:
    """The report on a run up to the stage `last`."""
    tried = [
        (at, tried_of(STAGES[at].trials[number], outcome), outcome)
        for (at, number), outcome in run.outcomes.items()
    ]
    drawn = [(at, tried_of(trial, outcome), outcome) for (at, _), (trial, outcome) in run.drawn.items()]
    evidence = [*tried, *(one for one in drawn if not is_right(*one[1:]))]  # the rest tells nothing new
    everything = [(trial, outcome["numbers"]) for _, trial, outcome in evidence if "numbers" in outcome]
    tried += drawn
    stages: list[StageReport] = []
    for at, stage in enumerate(STAGES[: last + 1]):
        here = [(trial, outcome) for place, trial, outcome in tried if place == at]
        if at in run.skipped:
            stages.append(
                StageReport(stage.name, stage.title, OTHER, remark="it has no `_backward`, and needs none")
            )
        elif not here:
            stages.append(StageReport(stage.name, stage.title, NOT_RUN))
        else:
            after = any(
                done.state == FAILED and not STAGES[number].by_hand for number, done in enumerate(stages)
            )
            stages.append(_judge_stage(stage, here, everything, after))
    remarks = [*run.without.values(), *run.failed]
    if run.changed:
        remarks.append(f"replaces built-ins ({', '.join(run.changed)}); they were put back")
    if run.printed_in_all:
        remarks.append(f"printed {run.printed_in_all:,} characters, which were kept from the screen")
    return Report(target, _of_its_own_design(stages), run.problem, tuple(remarks), run.printed)


def _of_its_own_design(stages: list[StageReport]) -> tuple[StageReport, ...]:
    """Where automatic backward works, a `_backward` that works otherwise than the lecture's is no failure."""
    passed = [stage.name for stage in stages if stage.state == PASSED]
    by_hand = {stage.name for stage in STAGES if stage.by_hand}
    return tuple(
        StageReport(stage.name, stage.title, OTHER, remark="its `_backward` is of another design")
        if stage.name in by_hand and stage.state in (FAILED, MISSING) and "backward" in passed
        else stage
        for stage in stages
    )


def _judge_stage(
    stage: Stage, tried: list[tuple[Trial, Outcome]], everything: list[tuple[Trial, Numbers]], after: bool
) -> StageReport:
    """The state of a stage; `after`: an earlier one has failed."""
    failed: list[Finding] = []
    missing: dict[str, str] = {}
    anew = [
        "numbers" in outcome and trial.also is not None and all_agree(trial.also[0], outcome["numbers"])
        for trial, outcome in tried
    ]
    if all(anew):
        return StageReport(stage.name, stage.title, PASSED, remark=tried[0][0].also[1])
    for trial, outcome in tried:
        if "missing" in outcome:
            missing.setdefault(outcome.get("method", outcome["missing"]), outcome["missing"])
        elif "numbers" not in outcome:
            failed.append(_broken(trial, outcome))
        elif not all_agree(right(trial), outcome["numbers"], trial.exact):
            found = _wrong(trial, outcome["numbers"], causes(trial, everything), after or bool(failed))
            failed.append(replace(found, named=outcome.get("named", {})))
    unwritten = ", ".join(missing.values())
    if failed:
        remark = f"{MISSING}: {unwritten}" if missing else ""
        return StageReport(stage.name, stage.title, FAILED, _once_each(failed), remark)
    if missing:
        return StageReport(stage.name, stage.title, MISSING, remark=unwritten)
    return StageReport(stage.name, stage.title, PASSED)


def _once_each(findings: list[Finding]) -> tuple[Finding, ...]:
    """The first finding of each cause, and of each error in each method; of other findings the first."""
    kept: dict[str, Finding] = {}
    for finding in findings:
        kept.setdefault(finding.cause, finding)
    return tuple(kept.values())


def _broken(trial: Trial, outcome: Outcome) -> Finding:
    error, line = outcome.get("stopped") or outcome["error"], outcome.get("line", "")
    says = (
        f"`{line}`: {error}."
        if line in trial.lines
        else f"It {error}."
        if "stopped" in outcome
        else f"{error}."
    )
    too_deep_or_large = "RecursionError" in error or "OverflowError" in error
    return Finding(_code(trial), f"{says} {trial.advice if too_deep_or_large else ''}".strip(), error=error)


def _wrong(trial: Trial, seen: Numbers, likely: tuple[Cause, ...], after: bool) -> Finding:
    expected = right(trial)
    name = next(name for name, number in expected.items() if not agree(number, seen[name], trial.exact))
    says = f"Your {name} is {number(seen[name])} where {number(expected[name])} is right"
    if not likely:
        says += _unexplained(trial, name, seen[name], after)
        return Finding(_code(trial), says, trial=trial, seen=seen, right=expected)
    looks = dict.fromkeys(mistake.look or trial.look for cause in likely for mistake in cause.mistakes)
    remarks = dict.fromkeys(
        mistake.remark for cause in likely for mistake in cause.mistakes if mistake.remark
    )
    given = ", and also what ".join(cause.words for cause in likely)
    says += f": this is what {given} gives; look at {' and '.join(f'`{look}`' for look in looks)}."
    names = tuple(dict.fromkeys(mistake.name for cause in likely for mistake in cause.mistakes))
    says = " ".join([says, *remarks])
    return Finding(_code(trial), says, names, trial=trial, seen=seen, right=expected)


def _unexplained(trial: Trial, name: str, seen: Any, after: bool) -> str:
    """What to do where no known mistake gives the numbers; what is wrong above may be the reason."""
    of, _, what = name.partition(".")
    look = "backward" if what == "grad" and f"{of}.backward()" in trial.text else trial.look
    if not look:
        return f". {trial.advice}"
    if after and not trial.exact:
        then = "" if look == "backward" else f", then look at `{look}`"
        return f"; mend what is wrong above first{then}."
    nothing = f" No gradient arrives at {of}." if what == "grad" and seen == 0 else ""
    return f"; look at `{look}`.{nothing} {trial.advice}".rstrip()


def _code(trial: Trial) -> str:
    return trial.title or "\n".join(trial.lines)


def number(value: Any) -> str:
    """A number with as many digits as tell it apart, or what stands in its place."""
    if isinstance(value, dict):
        return str(value["is"])
    short = f"{value:.6g}"
    return short if float(short) == value or abs(float(short) - value) > 1e-9 * abs(value) else repr(value)
