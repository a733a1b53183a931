"""What the grader believes of an answer: of the right shape, and of a size that can be shown.

A submission shares the memory of the process that answers, so an answer may be anything. What is of another
shape is an answer of no worth, and never an error of the grader's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demos.grade.escapes import line
from demos.grade.inside.names import KNOWN, Names
from demos.grade.inside.observing import Outcome

_LONGEST = 2000  # characters of a text, names in a list


def outcome(answer: Any, shows: Sequence[str]) -> Outcome:
    """What came out of an expression, with a number for each of `shows`, or why there is none."""
    if not isinstance(answer, dict):
        return {"error": _SENSELESS}
    numbers = answer.get("numbers")
    if isinstance(numbers, dict) and all(shown in numbers for shown in shows):
        return {"numbers": {shown: _number(numbers[shown]) for shown in shows}}
    found = {key: text(answer[key]) for key in ("missing", "method", "error", "line") if key in answer}
    return found if "missing" in found or "error" in found else {"error": _SENSELESS}


def names(about: dict[str, Any]) -> Names:
    """What a submission calls `data` and others, as the worker has found."""
    found, functions = about.get("names"), texts(about.get("functions"))
    spelled = {usual: text(name) for usual, name in found.items()} if isinstance(found, dict) else {}
    usable = {usual: name for usual, name in spelled.items() if usual in KNOWN and name.isidentifier()}
    return Names(usable, frozenset(functions) & usable.keys())


def text(answer: Any) -> str:
    """A text of one line, in which no sign is obeyed."""
    return line(answer[:_LONGEST]) if isinstance(answer, str) else ""


def texts(answer: Any) -> list[str]:
    """A list of texts."""
    return [text(one) for one in answer[:_LONGEST]] if isinstance(answer, list) else []


_SENSELESS = "the process answers what was not asked"


def _number(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {"is": text(answer.get("is"))}
    try:
        return float(answer) if isinstance(answer, (int, float)) else {"is": "no number"}
    except OverflowError:
        return {"is": "a number too large for a float"}
