"""The trials with other numbers, drawn anew for each class: nobody can have written the results down."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from demos.grade.trials.stages import Stage, Trial

_LITERAL = re.compile(
    r"(?<![\w.])(?<!\*\*)\d+\.\d+(?![\w.])"
)  # but no exponent: for 0.5 an engine may have a root


Drawn = tuple[tuple[Trial, ...], ...]
"""For each stage its trials."""


def draw(stages: tuple[Stage, ...], random: Random) -> Drawn:
    """For each stage its trials, every number with a point in them changed by up to a tenth.

    0.0 and 1.0 stay, equal numbers stay equal in a trial, and signs are as they were. A trial whose numbers
    are `fixed` is as it was.

    >>> from demos.grade.trials.stages import STAGES
    >>> reuse = next(stage for stage in STAGES if stage.name == "reuse")
    >>> [trials] = draw((reuse,), Random(0))
    >>> trials[0].text
    'a = Value(3.207); c = a + a; c.backward()'
    """
    return tuple(tuple(_drawn(trial, random) for trial in stage.trials) for stage in stages)


def _drawn(trial: Trial, random: Random) -> Trial:
    otherwise = trial.otherwise and _drawn(trial.otherwise, random)
    if trial.fixed:
        return replace(trial, otherwise=otherwise)
    numbers: dict[str, str] = {}

    def other(literal: re.Match[str]) -> str:
        return numbers.setdefault(literal[0], _near(float(literal[0]), random))

    def all_other(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_LITERAL.sub(other, text) for text in texts)

    return replace(
        trial,
        text=_LITERAL.sub(other, trial.text),
        asks=all_other(trial.asks),
        answer=all_other(trial.answer),
        also=tuple((all_other(answer), remark) for answer, remark in trial.also),
        otherwise=otherwise,
    )


def _near(number: float, random: Random) -> str:
    """Four digits of a number near this one, and a point."""
    return str(number if number in (0.0, 1.0) else float(f"{number * random.uniform(0.9, 1.1):.4g}"))
