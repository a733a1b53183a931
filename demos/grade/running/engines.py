"""Has a student's code try what each stage asks for, and collects what comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from demos.grade.inside.names import Names
from demos.grade.inside.observing import Outcome
from demos.grade.running import answers
from demos.grade.running.sessions import Classroom, Session, UnusableError
from demos.grade.submissions.targets import Target
from demos.grade.trials.drawing import Drawn
from demos.grade.trials.models import Numbers, is_accepted
from demos.grade.trials.stages import STAGES, Trial, tried_of
from demos.mistakes import Value

_BEGINNING = (("load", "importing it"), ("make", "making a Value"))
_LEAST = 0.5  # seconds for a stage, after others took too long


@dataclass
class Run:
    """What came out of one submission: an outcome for each (stage, trial) that was tried.

    `drawn`: the same for trials with drawn numbers, which are beside their outcomes.
    """

    outcomes: dict[tuple[int, int], Outcome] = field(default_factory=dict)
    drawn: dict[tuple[int, int], tuple[Trial, Outcome]] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)
    problem: str = ""
    names: Names = field(default_factory=Names)
    changed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    without: dict[int, str] = field(default_factory=dict)
    printed: str = ""
    printed_in_all: int = 0


def run(
    classroom: Classroom,
    target: Target,
    last: int,
    drawn: Drawn,
    tick: Callable[[], None],
) -> Run:
    """Tries stages 0 to `last`, each trial as it is printed and with the numbers that are `drawn`.

    `tick` is called for each stage.
    """
    result = Run(problem=answers.text(target.problem))
    if result.problem:
        return result
    with Session(classroom, target, _BEGINNING, target.source.endswith(".py")) as session:
        try:
            session.begin()
            for at in range(last + 1):
                tick()
                if STAGES[at].by_hand and not session.about.get("by_hand"):
                    result.skipped.append(at)
                else:
                    session.allow(_time(classroom.limits.seconds, at, result))
                    _try_stage(session, at, drawn[at], result)
        except UnusableError as unusable:
            result.problem = str(unusable)
    result.names = answers.names(session.about)
    result.changed = answers.texts(session.about.get("changed"))
    result.failed, result.without = answers.texts(session.about.get("failed")), session.without
    result.printed, result.printed_in_all = session.printed, session.printed_in_all
    return result


def _time(seconds: float, at: int, result: Run) -> float:
    """A quarter for small expressions, all for large ones; a quarter of that for each endless one so far."""
    outcomes = [*result.outcomes.values(), *(outcome for _, outcome in result.drawn.values())]
    endless = sum("did not end" in outcome.get("stopped", "") for outcome in outcomes)
    small = not any(trial.answer for trial in STAGES[at].trials)
    return max(_LEAST, seconds / 4 ** (endless + small))


def _try_stage(session: Session, at: int, drawn: tuple[Trial, ...], result: Run) -> None:
    """Each trial until the process ends: as printed, and, where that is accepted or too large, as drawn."""
    plain_numbers = takes_plain_numbers(result)
    for number, (printed, with_drawn) in enumerate(zip(STAGES[at].trials, drawn)):
        outcome: Outcome = {}
        if not printed.answer:
            outcome = result.outcomes[at, number] = try_one(session, printed, plain_numbers)
            tried = tried_of(printed, outcome)
            if "numbers" in outcome and not is_accepted(tried, outcome):
                outcome["named"] = _named(session, tried)
        if printed.answer or (is_accepted(tried_of(printed, outcome), outcome) and not printed.fixed):
            outcome = try_one(session, with_drawn, plain_numbers)
            result.drawn[at, number] = (with_drawn, outcome)
        if "stopped" in outcome:
            return


def _named(session: Session, trial: Trial) -> Numbers:
    """Data and gradient of each Value that the statements name: they show where the numbers part."""
    values = [name for name, value in trial.run(Value).items() if isinstance(value, Value)]
    shows = [f"{name}.{what}" for name in values for what in ("data", "grad")]
    said = session.ask("try", lines=trial.lines, shows=shows)
    found = {} if isinstance(said, str) else answers.outcome(said.get("outcome"), shows)
    return found.get("numbers", {})


def takes_plain_numbers(result: Run) -> bool:
    """Whether no trial before has found that operations take Values alone."""
    return all(outcome.get("method") != "plain numbers" for outcome in result.outcomes.values())


def try_one(session: Session, trial: Trial, plain_numbers: bool) -> Outcome:
    """The outcome of a trial, or, where an operation is not written, of the one to try instead."""
    outcome = _observed(session, trial)
    if trial.plainly is not None and _only_values_work(session, trial.plainly, outcome):
        return {"missing": f"plain numbers (`{trial.lines[-1]}`)", "method": "plain numbers"}
    tried = [outcome]
    while trial.otherwise is not None and _is_not_written(tried[-1], plain_numbers):
        trial = trial.otherwise
        tried.append(_observed(session, trial))
    times = len(tried) - 1
    if "numbers" not in tried[-1]:
        times = next((at for at, outcome in enumerate(tried) if "missing" in outcome), 0)
    return {**tried[times], "otherwise": times}


def _only_values_work(session: Session, plainly: Trial, outcome: Outcome) -> bool:
    """Whether it is the plain number that an operation does not take; `__radd__` is asked for by its name."""
    broken = "numbers" not in outcome and "stopped" not in outcome
    return (
        broken
        and not outcome.get("method", "").startswith("__r")
        and "numbers" in _observed(session, plainly)
    )


def _is_not_written(outcome: Outcome, plain_numbers: bool) -> bool:
    """Whether something is missing; an error going forward may be what plain numbers give where they are.

    Where they are known to be, so may be one that comes only going backward.
    """
    forward = ".backward()" not in outcome.get("line", "")
    return "missing" in outcome or ("error" in outcome and (forward or not plain_numbers))


def _observed(session: Session, trial: Trial) -> Outcome:
    asked = [one.removeprefix("-") for one in trial.asks] or trial.shows
    said = session.ask("try", lines=trial.lines, shows=asked)
    if isinstance(said, str):
        return {"stopped": said}
    outcome = answers.outcome(said.get("outcome"), asked)
    if trial.asks and "numbers" in outcome:
        signs = (-1 if one.startswith("-") else 1 for one in trial.asks)  # no engine's own minus is believed
        numbers = zip(signs, outcome["numbers"].values())
        above = sum(isinstance(number, float) and sign * number > 0 for sign, number in numbers)
        return {"numbers": {trial.shows[0]: float(above)}}
    return outcome
