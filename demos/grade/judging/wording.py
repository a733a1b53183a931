"""The sentences of a report: what came out, what is right, what is likely the cause, where to look."""

from __future__ import annotations

import re
from typing import Any

from demos.grade.inside.observing import Outcome
from demos.grade.trials.diagnosis import Cause
from demos.grade.trials.models import Numbers, agree, by_name
from demos.grade.trials.stages import Trial
from demos.mistakes import Mistake

_ERRORS = (
    (r"unsupported operand type\(s\) for \+=?: '(int|float)' and", "no-radd"),
    (r"unsupported operand type\(s\) for \*=?: '(int|float)' and", "no-rmul"),
    (r"unhashable type", "equal-data"),
)
_HINTS = (
    (
        r"'NoneType' object is not callable",
        "Is there a line `out._backward = _backward()`? Leave the last () out.",
    ),
    (r"RecursionError|OverflowError", ""),
)


def code(trial: Trial) -> str:
    """The statements that show it, or what stands for them."""
    return trial.title or "\n".join(trial.lines)


def wrong(trial: Trial, right: Numbers, seen: Numbers) -> str:
    """The first number that is wrong, and the right one."""
    name = first_wrong(trial, right, seen)
    return f"Your {name} is {number(seen[name])} where {number(right[name])} is right"


def first_wrong(trial: Trial, right: Numbers, seen: Numbers) -> str:
    """The name of the first number that is wrong."""
    return next(name for name, expected in right.items() if not agree(expected, seen[name], trial.exact))


def because(cause: Cause) -> str:
    """What is likely the cause, and where to look."""
    looks = " and ".join(f"`{look}`" for look in dict.fromkeys(cause.looks))
    remarks = dict.fromkeys(mistake.remark for mistake in cause.mistakes if mistake.remark)
    return " ".join([f"this is what {cause.words} gives; look at {looks}.", *remarks])


def reflected(method: str, plain: str) -> str:
    """Why a plain number on the left needs a method of its own."""
    return (
        f"`{method}` is not written. Python first asks the number on the left, which knows of no Value, and "
        f"then looks for `{method}`: let it do what `{plain}` does."
    )


def unexplained(trial: Trial, name: str, seen: Any, after: bool) -> str:
    """What to do where the cause is not known; what is wrong above may be the reason."""
    of, _, what = name.partition(".")
    look = "backward" if what == "grad" and f"{of}.backward()" in trial.text else trial.look
    if not look:
        return f". {trial.advice}"
    if after and not trial.exact:
        then = "" if look == "backward" else f", then look at `{look}`"
        return f"; mend what is wrong above first{then}."
    nothing = f" No gradient arrives at {of}." if what == "grad" and seen == 0 else ""
    return f"; look at `{look}`.{nothing} {trial.advice}".rstrip()


def raised(trial: Trial, outcome: Outcome) -> tuple[str, Mistake | None]:
    """What was raised, and the mistake that this tells."""
    error, line = outcome.get("stopped") or outcome["error"], outcome.get("line", "")
    says = (
        f"`{line}`: {error}."
        if line in trial.lines
        else f"It {error}."
        if "stopped" in outcome
        else f"{error}."
    )
    for pattern, name in _ERRORS:
        if re.search(pattern, error):
            [mistake] = by_name(name)
            return f"{says} {because(Cause((mistake,), (mistake.look,))).capitalize()}", mistake
    hints = [hint or trial.advice for pattern, hint in _HINTS if re.search(pattern, error)]
    return " ".join([says, *hints]).strip(), None


def number(value: Any) -> str:
    """A number with as many digits as tell it apart, or what stands in its place."""
    if isinstance(value, dict):
        return str(value["is"])
    short = f"{value:.6g}"
    return short if float(short) == value or abs(float(short) - value) > 1e-9 * abs(value) else repr(value)
