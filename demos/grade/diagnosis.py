"""The likely cause: which mistaken engines give the very numbers that the student's gives.

A mistake fits a trial when its engine's numbers are the student's. Where several fit, the other trials
decide. A trial speaks against a mistake that would show in it and does not: twice as much when the student's
numbers are right, since wrong ones may come of another mistake. One right number refutes a mistake of the
whole engine, in its pass or in how it keeps operands; a rule or a local step may be wrong in one operation
and right in the next. The mistake with most trials for it, less those against it, is named; where two are
equally likely, both are. Where no single mistake fits, two at once are tried.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from demos.grade.stages import Trial
from demos.mistakes import MISTAKES, Mistake, Value
from demos.mistakes.catalogue import afresh

Numbers = Mapping[str, Any]
Engines = tuple[type[Value], ...]


@dataclass(frozen=True)
class Cause:
    """One mistake, or two at once, that give the student's numbers."""

    mistakes: tuple[Mistake, ...]

    @property
    def words(self) -> str:
        """What was done in place of what is right, as "`=` in place of `+=`"."""
        return " together with ".join(mistake.words for mistake in self.mistakes)


def right(trial: Trial) -> Numbers:
    """What the right engine gives."""
    if trial.answer:
        return {shown: float(eval(answer)) for shown, answer in zip(trial.shows, trial.answer)}
    return _numbers(Value, trial.text, trial.shows)


def is_right(trial: Trial, outcome: Mapping[str, Any]) -> bool:
    """Whether all numbers of an outcome are right; where there are none, nothing is."""
    return "numbers" in outcome and all_agree(right(trial), outcome["numbers"], trial.exact)


def agree(right: float, seen: Any, exact: bool = False) -> bool:
    """Whether a number is right, to the rounding of float32; None counts as a gradient of 0."""
    if isinstance(seen, dict):
        return right == 0 and seen == {"is": "None"}
    return seen == right if exact else math.isclose(seen, right, rel_tol=1e-6, abs_tol=1e-9)


def all_agree(right: Numbers, seen: Numbers, exact: bool = False) -> bool:
    """Whether every number agrees with the right one."""
    return all(agree(number, seen[name], exact) for name, number in right.items())


def causes(trial: Trial, everything: Iterable[tuple[Trial, Numbers]]) -> tuple[Cause, ...]:
    """The causes that explain the trial, and the others best; `everything` is each trial with its numbers."""
    tried = [(other, seen) for other, seen in everything if not other.answer]
    seen = next((numbers for other, numbers in tried if other is trial), None)
    for candidates in (_single(), _pairs()) if seen is not None else ():
        scores: dict[tuple[str, ...], tuple[int, Cause]] = {}
        for cause, engines in candidates:
            if not any(_explains(engine, trial, seen) for engine in engines):
                continue
            if _needless(cause, trial, seen) or _refuted(engines, tried):
                continue
            key = tuple(mistake.name for mistake in cause.mistakes)
            score = _score(engines, tried)
            if score >= 0 and (key not in scores or scores[key][0] < score):
                scores[key] = score, cause
        if scores:
            best = max(score for score, _ in scores.values())
            return tuple(cause for score, cause in scores.values() if score == best)
    return ()


def _needless(cause: Cause, trial: Trial, seen: Numbers) -> bool:
    """Whether one of two mistakes gives the numbers alone: if it is not the cause, the two are not."""
    alone = [mistake.engine for mistake in cause.mistakes if len(cause.mistakes) > 1]
    return any(_explains(engine, trial, seen) for engine in alone)


def _refuted(engines: Engines, tried: list[tuple[Trial, Numbers]]) -> bool:
    """Whether the mistake is one of the whole engine, and a number is right that it would make wrong."""
    if not all(_changed(engine) & {"backward", "start", "order", "node"} for engine in engines):
        return False
    return any(
        agree(number, seen[name]) and not any(agree(number, _of(engine, trial)[name]) for engine in engines)
        for trial, seen in tried
        for name, number in right(trial).items()
    )


def _score(engines: Engines, tried: list[tuple[Trial, Numbers]]) -> int:
    """How many trials the engines explain, less what speaks against one of them being the student's."""
    score = 0
    for trial, seen in tried:
        wrong = [
            numbers for numbers in (_of(engine, trial) for engine in engines) if not _is_right(trial, numbers)
        ]
        if any(all_agree(numbers, seen) for numbers in wrong):
            score += 1
        elif len(wrong) == len(engines):
            score -= 2 if _is_right(trial, seen) else 1
    return score


def _is_right(trial: Trial, numbers: Numbers) -> bool:
    return all_agree(right(trial), numbers)  # to rounding, which is no mistake of these


def _explains(engine: type[Value], trial: Trial, seen: Numbers) -> bool:
    numbers = _of(engine, trial)
    return all_agree(numbers, seen) and not _is_right(trial, numbers)


def _single() -> Iterator[tuple[Cause, Engines]]:
    """Every way to make every mistake; where chance mixes the ways, all of them at once."""
    for mistake in MISTAKES:
        ways = [mistake.engines] if mistake.mixed else [(engine,) for engine in mistake.engines]
        yield from ((Cause((mistake,)), engines) for engines in ways)


@cache
def _pairs() -> list[tuple[Cause, Engines]]:
    """Two mistakes in one engine, where they change different methods and leave nothing to chance."""
    certain = [mistake for mistake in MISTAKES if not mistake.mixed]
    return [
        (Cause((one, other)), (type("Both", (one.engine, other.engine), {}),))
        for one, other in combinations(certain, 2)
        if not _changed(one.engine) & _changed(other.engine)
    ]


def _changed(engine: type[Value]) -> set[str]:
    at = engine.__mro__.index(Value)
    ours = {name for kind in Value.__mro__[:-1] for name in vars(kind)}
    return {name for made in engine.__mro__[:at] for name in vars(made) if name in ours} - {
        "__module__",
        "__doc__",
    }


def _of(engine: type[Value], trial: Trial) -> Numbers:
    return _numbers(engine, trial.text, trial.shows)


@cache
def _numbers(engine: type[Value], text: str, shows: tuple[str, ...]) -> Numbers:
    try:
        return Trial(text, shows).numbers(afresh(engine))
    except (ArithmeticError, RecursionError):
        return dict.fromkeys(shows, math.nan)  # agrees with nothing
