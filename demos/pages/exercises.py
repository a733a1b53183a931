"""The exercises of a lesson, each with its solution."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

_NUMBERED = re.compile(r"^(?:## )?(\d+)\. ", re.MULTILINE)


class Exercise(NamedTuple):
    """What is asked, and the cells of a notebook that answer it; `title` is that of the solution, if any."""

    number: int
    text: str
    title: str
    solution: list[Any]


class Exercises(NamedTuple):
    """The exercises of a lesson, what is said after them, and the cells that their solutions share."""

    exercises: list[Exercise]
    afterwards: str
    shared: list[Any]


def exercises(text: str, solutions: Sequence[Any]) -> Exercises:
    """The exercises that a text asks, with their solutions.

    The text is a list whose items are numbered; `solutions` are the cells of a notebook, in which a number
    begins a solution.
    """
    items, after = _split(text)
    shared, solved = _solved(solutions)
    found = []
    for number, asked in items:
        cells = solved.get(number, [])
        heading, _, rest = cells[0].source.partition("\n") if cells else ("", "", "")
        title = ""
        if heading.startswith("## "):
            title = _NUMBERED.sub("", heading)
            cells[0].source = rest
        elif cells:
            cells[0].source = _dedented(cells[0].source)
        found.append(Exercise(number, asked, title, cells))
    return Exercises(found, after, shared)


def _split(text: str) -> tuple[list[tuple[int, str]], str]:
    parts = _NUMBERED.split(text)[1:]
    items = [(int(number), asked) for number, asked in zip(parts[::2], parts[1::2])]
    number, last = items.pop()
    asked, _, after = last.partition("\n\n")
    items.append((number, asked))
    return [(number, re.sub(r"\n +", "\n", asked).strip()) for number, asked in items], after.strip()


def _dedented(source: str) -> str:
    return re.sub(r"\n +", "\n", _NUMBERED.sub("", source, count=1))


def _solved(solutions: Sequence[Any]) -> tuple[list[Any], dict[int, list[Any]]]:
    """The cells before the first number, and those from each number to the next."""
    shared: list[Any] = []
    solved: dict[int, list[Any]] = {}
    current = shared
    for cell in solutions:
        begins = _NUMBERED.search(cell.source) if cell.cell_type == "markdown" else None
        if begins:
            cell.source = cell.source[begins.start() :]  # without the title of the file
            current = solved.setdefault(int(begins[1]), [])
        if begins or not cell.source.startswith("# "):
            current.append(cell)
    return shared, solved
