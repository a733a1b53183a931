"""From what a student's engine gave to what is said of it, stage by stage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import PurePath

from demos.grade.inside.names import Names
from demos.grade.inside.observing import Outcome
from demos.grade.judging import wording
from demos.grade.running.engines import Run
from demos.grade.trials.diagnosis import Diagnosis, diagnose
from demos.grade.trials.models import Numbers, all_agree, is_accepted, is_convention, is_right, methods, right
from demos.grade.trials.stages import STAGES, Stage, Trial, tried_of

PASSED, FAILED, MISSING, OTHER, NOT_RUN = "passed", "failed", "not written yet", "not needed", "not run"
ADVICE = "advice"
_REFLECTED = {"__radd__": ("__add__", "no-radd"), "__rmul__": ("__mul__", "no-rmul")}


@dataclass(frozen=True)
class Finding:
    """One thing to say: the code that shows it, the sentence, the mistakes that fit, or what was raised.

    `trial` is what was tried, with the numbers that were `seen` and those that are `right`, if it gave any.
    `named` are the student's data and gradients of every Value that has a name in it.
    `after`: what is wrong above may be the reason.
    """

    code: str
    says: str
    mistakes: tuple[str, ...] = ()
    error: str = ""
    trial: Trial | None = field(default=None, repr=False)
    seen: Numbers = field(default_factory=dict)
    right: Numbers = field(default_factory=dict)
    named: Numbers = field(default_factory=dict)
    after: bool = False

    @property
    def cause(self) -> str:
        """What is said in full only once: the mistakes, or the error on whichever line; "" where unknown."""
        return " and ".join(self.mistakes) or re.sub(r" line \d+", "", self.error)


@dataclass(frozen=True)
class StageReport:
    """The state of one stage and what was found. `beyond`: it asks for more than an engine needs."""

    name: str
    title: str
    state: str
    findings: tuple[Finding, ...] = ()
    remark: str = ""
    beyond: bool = False


@dataclass(frozen=True)
class Report:
    """All that is known of one submission, and of whom it is, where that is known.

    `problem` says why nothing could be tried at all.
    `strict`: the stages beyond count like the others.
    """

    target: str
    stages: tuple[StageReport, ...]
    problem: str = ""
    remarks: tuple[str, ...] = ()
    printed: str = field(default="", repr=False)
    unit: str = "stages"
    student: str = ""
    strict: bool = False

    @property
    def name(self) -> str:
        """Who handed it in, else the file's name."""
        return self.student or PurePath(self.target).name

    @property
    def counted(self) -> tuple[StageReport, ...]:
        """The stages that count: those beyond are advice."""
        return tuple(stage for stage in self.stages if self.strict or not stage.beyond)

    @property
    def first(self) -> Finding | None:
        """What to show first: the first finding of the stage to look at."""
        return next(iter(self.stuck.findings), None) if self.stuck else None

    @property
    def stuck(self) -> StageReport | None:
        """The first stage that counts and is failed, or else is neither passed nor of no concern."""
        open_ones = [stage for stage in self.counted if stage.state not in (PASSED, OTHER)]
        return next((stage for stage in open_ones if stage.state == FAILED), next(iter(open_ones), None))

    @property
    def passed(self) -> int:
        """How many stages are passed; one that the design does without counts."""
        return sum(stage.state in (PASSED, OTHER) for stage in self.counted)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of all mistakes that were diagnosed, each once."""
        names = [name for stage in self.stages for finding in stage.findings for name in finding.mistakes]
        return tuple(dict.fromkeys(names))


def judge(target: str, run: Run, last: int = len(STAGES) - 1, strict: bool = False) -> Report:
    """The report on a run up to the stage `last`."""
    tried = [
        (at, tried_of(STAGES[at].trials[number], outcome), outcome)
        for (at, number), outcome in run.outcomes.items()
    ]
    drawn = [(at, tried_of(trial, outcome), outcome) for (at, _), (trial, outcome) in run.drawn.items()]
    evidence = [*tried, *(one for one in drawn if not is_right(*one[1:]))]  # the rest tells nothing new
    diagnosis = diagnose(
        (trial, outcome["numbers"]) for _, trial, outcome in evidence if "numbers" in outcome
    )
    tried += drawn
    stages: list[StageReport] = []
    for at, stage in enumerate(STAGES[: last + 1]):
        here = [(trial, outcome) for place, trial, outcome in tried if place == at]
        if at in run.skipped:
            done = StageReport(stage.name, stage.title, OTHER, remark="it has no `_backward`, and needs none")
        elif not here:
            done = StageReport(stage.name, stage.title, NOT_RUN)
        else:
            after = any(
                done.state in (FAILED, ADVICE) and not STAGES[number].by_hand
                for number, done in enumerate(stages)
            )
            elsewhere = {done.name for done in stages if done.state != PASSED}
            done = _judge_stage(stage, here, diagnosis, after, elsewhere)
        if stage.beyond and not strict and done.state in (FAILED, MISSING):
            done = replace(done, state=ADVICE)
        spelled = tuple(_spelled(finding, run.names) for finding in done.findings)
        stages.append(
            replace(done, beyond=stage.beyond, findings=spelled, remark=run.names.spell(done.remark))
        )
    remarks = [*filter(None, [run.names.words]), *run.without.values(), *run.failed]
    if run.changed:
        remarks.append(f"replaces built-ins ({', '.join(run.changed)}); they were put back")
    if run.printed_in_all:
        remarks.append(f"printed {run.printed_in_all:,} characters, which were kept from the screen")
    own = _of_its_own_design(stages, _goes_back(tried))
    return Report(target, own, run.problem, tuple(remarks), run.printed, strict=strict)


def _spelled(finding: Finding, names: Names) -> Finding:
    """What is said with the student's own names."""
    return replace(finding, code=names.spell(finding.code), says=names.spell(finding.says))


def _goes_back(tried: list[tuple[int, Trial, Outcome]]) -> bool:
    """Whether automatic backward works for what is also tried by hand, + and *, whatever else is wrong."""
    looks = {trial.look for stage in STAGES if stage.by_hand for trial in stage.trials}
    here = [(trial, outcome) for at, trial, outcome in tried if STAGES[at].name == "backward"]
    works = [is_accepted(trial, outcome) for trial, outcome in here if trial.look in looks]
    return bool(works) and all(works)


def _of_its_own_design(stages: list[StageReport], goes_back: bool) -> tuple[StageReport, ...]:
    """Where automatic backward works, a `_backward` that works otherwise than the lecture's is no failure."""
    by_hand = {stage.name for stage in STAGES if stage.by_hand}
    return tuple(
        StageReport(stage.name, stage.title, OTHER, remark="its `_backward` is of another design")
        if stage.name in by_hand and stage.state in (FAILED, MISSING) and goes_back
        else stage
        for stage in stages
    )


def _judge_stage(
    stage: Stage, tried: list[tuple[Trial, Outcome]], diagnosis: Diagnosis, after: bool, elsewhere: set[str]
) -> StageReport:
    """The state of a stage; `after`: an earlier one has failed. `elsewhere`: stages not passed."""
    failed: list[Finding] = []
    missing: dict[str, str] = {}
    conventions: list[str] = []
    for trial, outcome in tried:
        if "missing" in outcome:
            missing.setdefault(outcome.get("method") or outcome["missing"], outcome["missing"])
        elif "numbers" not in outcome:
            failed.append(_broken(trial, outcome))
        elif not all_agree(right(trial), outcome["numbers"], trial.exact):
            if convention := is_convention(trial, outcome["numbers"]):
                conventions.append(convention)
            else:
                found = _wrong(trial, outcome["numbers"], diagnosis, after or bool(failed))
                failed.append(replace(found, named=outcome.get("named", {})))
    if any("missing" not in outcome for _, outcome in tried):  # what an earlier stage asks for is its affair
        missing = {method: text for method, text in missing.items() if _asked_by(method) not in elsewhere}
    unwritten = ", ".join(missing.values())
    if failed:
        remark = f"{MISSING}: {unwritten}" if missing else ""
        return StageReport(stage.name, stage.title, FAILED, _once_each(failed), remark)
    if missing:
        return StageReport(stage.name, stage.title, MISSING, _lacking(missing, tried), unwritten)
    return StageReport(stage.name, stage.title, PASSED, remark="; ".join(dict.fromkeys(conventions)))


@cache
def _asked_by(method: str) -> str:
    """The first stage that asks for a method; "" where none does."""
    known = {"plain numbers": "numbers", "backward": "backward", "_backward": "by-hand"}
    asking = (stage.name for stage in STAGES for trial in stage.trials if method in methods(trial))
    return known.get(method) or next(asking, "")


def _lacking(missing: Mapping[str, str], tried: list[tuple[Trial, Outcome]]) -> tuple[Finding, ...]:
    """Where `x + 1` works and `1 + x` is not written, this is named."""
    worked = {trial.look for trial, outcome in tried if "numbers" in outcome}
    found = []
    for trial, outcome in tried:
        method = outcome.get("method", "")
        plain, mistake = _REFLECTED.get(method, ("", ""))
        if method in missing and plain in worked:
            says = wording.reflected(method, plain)
            found.append(Finding(wording.code(trial), says, (mistake,), trial=trial))
    return tuple(found)


def _once_each(findings: list[Finding]) -> tuple[Finding, ...]:
    """The first finding of each cause, and of each error in each method; of other findings the first."""
    kept: dict[str, Finding] = {}
    for finding in findings:
        kept.setdefault(finding.cause, finding)
    return tuple(kept.values())


def _broken(trial: Trial, outcome: Outcome) -> Finding:
    says, mistake = wording.raised(trial, outcome)
    error = outcome.get("stopped") or outcome["error"]
    return Finding(wording.code(trial), says, (mistake.name,) if mistake else (), error, trial)


def _wrong(trial: Trial, seen: Numbers, diagnosis: Diagnosis, after: bool) -> Finding:
    expected, cause = right(trial), diagnosis.cause(trial, seen)
    says = wording.wrong(trial, expected, seen)
    if cause is None:
        name = wording.first_wrong(trial, expected, seen)
        says += wording.unexplained(trial, name, seen[name], after)
        names: tuple[str, ...] = ()
    else:
        says += f": {wording.because(cause)}"
        names = tuple(mistake.name for mistake in cause.mistakes)
    return Finding(
        wording.code(trial),
        says,
        names,
        trial=trial,
        seen=seen,
        right=expected,
        after=after and not names and not trial.exact,
    )
