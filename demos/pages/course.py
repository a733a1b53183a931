"""The course as files: the index, and a page for each lesson that has run, from what its cells showed."""

from __future__ import annotations

import json
import re
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from demos.catalogue import SECTIONS, Entry, lessons
from demos.notebooks import as_notebook
from demos.pages.exercises import exercises
from demos.pages.grouping import grouped
from demos.pages.markup import PageExporter
from demos.pages.naming import PACKAGES, Names
from demos.pages.reference import write_reference
from demos.running import RECORD

_EXERCISES = "## Exercises\n"


def write_course(out: Path) -> Path:
    """Write the pages of the lessons that have left a record in `out`, index and reference; the index."""
    made = _run(out)
    course = _Course(out, made)
    for entry in made:
        course.write_page(entry)
    write_reference(out / "reference")
    return course.write_index()


def write_page(entry: Entry, out: Path) -> Path:
    """Write the page of a lesson that has left a record in `out`, and what it refers to; the page."""
    made = [other for other in _run(out) if other.name == entry.name or _page(other, out).exists()]
    course = _Course(out, made)
    page = course.write_page(entry)
    if not (out / "reference" / "index.html").exists():
        write_reference(out / "reference")
    course.write_index()
    return page


def _run(out: Path) -> list[Entry]:
    """The lessons that have left a record."""
    return [entry for entry in lessons() if (out / entry.name / RECORD).exists()]


def _page(entry: Entry, out: Path) -> Path:
    return out / entry.name / "index.html"


class _Course:
    """The pages in a folder; `made` are the lessons that have one, or will have."""

    def __init__(self, out: Path, made: list[Entry]) -> None:
        self._out, self._exporter = out, PageExporter()
        self._records = {
            entry.name: json.loads((out / entry.name / RECORD).read_text("utf-8")) for entry in made
        }
        self._lessons: dict[str, dict[str, Any]] = {}
        for entry in lessons():
            self._lessons[entry.name] = self._facts(entry)
        listed = list(self._lessons.values())
        for lesson, following in pairwise(listed):
            lesson["after"], following["before"] = following, lesson

    def _facts(self, entry: Entry) -> dict[str, Any]:
        """What the templates say of a lesson; its address, for one without a page its place in the index."""
        made = entry.name in self._records
        return {
            **{
                word: getattr(entry, word)
                for word in ("name", "title", "summary", "learnt", "minutes", "notes")
            },
            "builds_on": [self._lessons[name] for name in entry.builds_on],
            "made": made,
            "ran": made and self._records[entry.name]["ran"],
            "href": f"{entry.name}/index.html" if made else f"index.html#{entry.name}",
        }

    def write_page(self, entry: Entry) -> Path:
        record = self._records[entry.name]
        source, solved = record["text"], entry.solutions.read_text("utf-8")
        cells = as_notebook(source).cells
        code = (cell for cell in cells if cell.cell_type == "code")
        for cell, outputs in zip(code, record["cells"]):
            cell.outputs = outputs
            cell.metadata["groups"] = grouped(outputs, self._out / entry.name)
        cells[-1].source, _, asked = cells[-1].source.partition(_EXERCISES)
        prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        lesson = {
            **self._lessons[entry.name],
            **exercises(asked, as_notebook(solved).cells)._asdict(),
            "headings": re.findall(r"^## (.*)", prose, re.MULTILINE),
            "command": f"python -m demos {entry.name} --seed {record['seed']}{' --quick' * record['quick']}",
        }
        told = [cell for cell in cells[1:] if "parameters" not in cell.metadata.get("tags", [])]
        text = self._exporter.page(told, lesson, Names(f"{source}\n{solved}"))
        return _write(_page(entry, self._out), text)

    def write_index(self) -> Path:
        for file in ("course.css", "course.js"):
            _write(self._out / file, self._exporter.rendered(file))
        sections = {
            title: [self._section(section) for section in sections]
            for title, sections in groupby(SECTIONS, lambda section: section.partition(", ")[0])
        }
        text = self._exporter.rendered(
            "index.html.j2",
            lessons=self._lessons.values(),
            sections=sections,
            packages={package: f"{package.replace('.', '/')}.html" for package in PACKAGES},
        )
        return _write(self._out / "index.html", text)

    def _section(self, section: str) -> dict[str, Any]:
        """A section of the notes, or a part of one, with its lessons."""
        shown = [lesson for lesson in self._lessons.values() if section in lesson["notes"]]
        return {"section": section, "part": section.partition(", ")[2], "lessons": shown}


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
