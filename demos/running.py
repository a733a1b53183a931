"""Running a lesson or its solutions: their cells, one after the other, with the parameters filled in."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

from demos.catalogue import Cell, Entry, split
from demos.outputs import kept

RECORD = "cells.json"
"""Beside a lesson's pictures: its text as it was run, and what each of its cells showed."""

_PARAMETERS = re.compile(r"^seed, quick, out = .*$", re.MULTILINE)


def filled(text: str, seed: int, quick: bool, out: str | Path) -> str:
    """A lesson's text with these parameters, in as many lines.

    >>> filled('seed, quick, out = 0, False, "out"', 3, True, "elsewhere")
    "seed, quick, out = 3, True, 'elsewhere'"
    """
    line = f"seed, quick, out = {seed!r}, {quick!r}, {str(out)!r}"
    return _PARAMETERS.sub(lambda _: line, text, count=1)


def run(entry: Entry, seed: int = 0, quick: bool = False, out: str | Path = "out") -> None:
    """Run a lesson: its title and its one line, what it prints, and where its pictures are.

    What its cells showed, up to its end or to an error, is kept in `out/name/cells.json`.
    """
    print(f"{entry.title}\n{entry.summary}\n")
    text = filled(entry.path.read_text("utf-8"), seed, quick, out)
    names = _names(entry.path)
    shown: list[list[dict[str, Any]]] = []
    ran = False
    try:
        for cell in split(text):
            if not cell.is_prose:
                shown.append([])
                with kept(shown[-1]):
                    _execute(cell, entry.path, names)
        ran = True
    finally:
        record = {"seed": seed, "quick": quick, "ran": ran, "text": text, "cells": shown}
        place = Path(out) / entry.name / RECORD
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    lesson = names.get("lesson")
    if lesson is not None and lesson.pictures:
        print("\nwritten:")
        for picture in lesson.pictures:
            print(f"  {lesson.folder / picture.files[0]!s:44} {picture.caption}")


def run_solutions(entry: Entry, seed: int = 0, quick: bool = False, out: str | Path = "out") -> None:
    """Show the solutions of a lesson's exercises, cell by cell, and run each as it is shown."""
    names = _names(entry.solutions)
    for cell in split(filled(entry.solutions.read_text("utf-8"), seed, quick, out)):
        if cell.is_prose:
            print(f"\n{cell.prose}\n")
        else:
            print(textwrap.indent(cell.text.strip(), "    "))
            _execute(cell, entry.solutions, names)


def _names(path: Path) -> dict[str, Any]:
    """The names that a script of this path begins with."""
    return {"__name__": "__main__", "__file__": str(path)}


def _execute(cell: Cell, path: Path, names: dict[str, Any]) -> None:
    """Run a cell among these names; a traceback shows the file's own lines."""
    exec(compile("\n" * (cell.line - 1) + cell.text, str(path), "exec"), names)
