"""Running a lesson: its file, with the cell of parameters filled in, as a script."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

from demos.catalogue import Entry, cells

_PARAMETERS = re.compile(r"^seed, quick, out = .*$", re.MULTILINE)


def filled(text: str, seed: int, quick: bool, out: str | Path) -> str:
    """A lesson's text with these parameters, in as many lines.

    >>> filled('seed, quick, out = 0, False, "out"', 3, True, "elsewhere")
    "seed, quick, out = 3, True, 'elsewhere'"
    """
    line = f"seed, quick, out = {seed!r}, {quick!r}, {str(out)!r}"
    return _PARAMETERS.sub(lambda _: line, text, count=1)


def run_file(path: Path, seed: int = 0, quick: bool = False, out: str | Path = "out") -> dict[str, Any]:
    """Run a lesson or its solutions; the names it leaves. Tracebacks show the file's own lines."""
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(path)}
    exec(compile(filled(path.read_text("utf-8"), seed, quick, out), str(path), "exec"), names)
    return names


def run(entry: Entry, seed: int = 0, quick: bool = False, out: str | Path = "out") -> None:
    """Run a lesson: its title and its one line, what it prints, and where its pictures are."""
    print(f"{entry.title}\n{entry.summary}\n")
    lesson = run_file(entry.path, seed, quick, out).get("lesson")
    if lesson is not None and lesson.pictures:
        print("\nwritten:")
        for picture in lesson.pictures:
            print(f"  {lesson.folder / picture.files[0]!s:44} {picture.caption}")


def run_solutions(entry: Entry, seed: int = 0, quick: bool = False, out: str | Path = "out") -> None:
    """Show the solutions of a lesson's exercises, cell by cell, and run each as it is shown."""
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(entry.solutions)}
    for cell in cells(entry.solutions):
        if cell.heading.startswith("[markdown]"):
            print(f"\n{cell.prose}\n")
        else:
            print(textwrap.indent(cell.text.strip(), "    "))
            text = "\n" * (cell.line - 1) + filled(cell.text, seed, quick, out)
            exec(compile(text, str(entry.solutions), "exec"), names)
