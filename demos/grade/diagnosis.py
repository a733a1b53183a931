"""The likely cause: which mistaken engines give the very numbers that the student's gives.

A mistake fits a trial when its engine's numbers are the student's. Where several fit, the other trials
decide: a mistake is contradicted where it would show and the student's numbers are not those. What is
not contradicted stays; where two are equally likely, both are said. Where no single mistake fits, two at
once are tried.
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


@dataclass(frozen=True)
class Cause:
    """One mistake, or two at once, that give the student's numbers."""

    mistakes: tuple[Mistake, ...]

    @property
    def words(self) -> str:
        """`=` in place of `+=`."""
        return " together with ".join(mistake.words for mistake in self.mistakes)


def right(trial: Trial) -> Numbers:
    """What the right engine gives."""
    return _numbers(Value, trial.text, trial.shows)


def agree(right: float, seen: Any, exact: bool = False) -> bool:
    """Whether a number is as good as right: float32 is good enough; None, for no gradient yet, is 0."""
    if isinstance(seen, dict):
        return right == 0 and seen == {"is": "None"}
    return seen == right if exact else math.isclose(seen, right, rel_tol=1e-6, abs_tol=1e-9)


def all_agree(right: Numbers, seen: Numbers, exact: bool = False) -> bool:
    """Whether every number does."""
    return all(agree(number, seen[name], exact) for name, number in right.items())


def causes(trial: Trial, everything: Iterable[tuple[Trial, Numbers]]) -> tuple[Cause, ...]:
    """The causes that explain the trial, and the others best; `everything` is each trial with its numbers."""
    tried = [(other, seen) for other, seen in everything if not other.title]
    seen = next(numbers for other, numbers in tried if other is trial) if not trial.title else {}
    for engines in (_single(), _pairs()):
        scores: dict[tuple[str, ...], tuple[tuple[int, int], Cause]] = {}
        for cause, engine in engines if seen else ():
            if not _explains(engine, trial, seen):
                continue
            score, key = _score(engine, tried), tuple(mistake.name for mistake in cause.mistakes)
            if len(key) == 2 and score[0] > -score[1]:
                continue  # two at once explain almost anything: not against more trials than for
            if key not in scores or score < scores[key][0]:
                scores[key] = (score, cause)
        if scores:
            best = min(score for score, _ in scores.values())
            return tuple(cause for score, cause in scores.values() if score == best)
    return ()


def _score(engine: type[Value], tried: list[tuple[Trial, Numbers]]) -> tuple[int, int]:
    """(trials that contradict it, minus trials that it explains): the smaller the likelier."""
    shown = [(trial, seen) for trial, seen in tried if not all_agree(right(trial), _of(engine, trial), trial.exact)]
    explained = sum(all_agree(_of(engine, trial), seen) for trial, seen in shown)
    return len(shown) - explained, -explained


def _explains(engine: type[Value], trial: Trial, seen: Numbers) -> bool:
    numbers = _of(engine, trial)
    return all_agree(numbers, seen) and not all_agree(right(trial), numbers, trial.exact)


def _single() -> Iterator[tuple[Cause, type[Value]]]:
    for mistake in MISTAKES:
        for engine in mistake.engines:
            yield Cause((mistake,)), engine


@cache
def _pairs() -> list[tuple[Cause, type[Value]]]:
    """Two mistakes in one engine, where they change different methods."""
    return [
        (Cause((one, other)), type("Both", (one.engine, other.engine), {}))
        for one, other in combinations(MISTAKES, 2)
        if not _changed(one.engine) & _changed(other.engine)
    ]


def _changed(engine: type[Value]) -> set[str]:
    classes = engine.__mro__[: engine.__mro__.index(Value)]
    return {name for made in classes for name in vars(made) if name in vars(Value)} - {"__module__", "__doc__"}


def _of(engine: type[Value], trial: Trial) -> Numbers:
    return _numbers(engine, trial.text, trial.shows)


@cache
def _numbers(engine: type[Value], text: str, shows: tuple[str, ...]) -> Numbers:
    try:
        return Trial(text, shows).numbers(afresh(engine))
    except (ArithmeticError, RecursionError):
        return dict.fromkeys(shows, math.nan)  # agrees with nothing
