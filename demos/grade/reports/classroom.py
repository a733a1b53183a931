"""Many submissions at once: a table, where the class is stuck, which mistakes it makes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from demos.grade.escapes import visible
from demos.grade.judging.verdicts import FAILED, Report
from demos.grade.reports.formats import LEGEND, MARKS
from demos.mistakes import MISTAKES

_NO_NAMES = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d|index)")  # of Windows' devices, and the overview's
_DONE, _UNUSABLE = "all is right", "nothing to grade"


def as_table(reports: Sequence[Report]) -> str:
    """A line for each submission: a mark for each stage, the first stage to look at, the likely causes."""
    names = [visible(_name(report, reports)) for report in reports]
    who = "student" if all(report.student for report in reports) else "file"
    width = max(map(len, [who, *names]))
    numbers = [f"{at:>2}" for at in range(1, len(reports[0].stages) + 1)]
    lines = [f"{who:<{width}}  {' '.join(numbers)}   first to look at, likely cause"]
    for name, report in zip(names, reports):
        marks = " ".join(f" {MARKS[stage.state]}" for stage in report.stages)
        said = report.problem or place_of(report)
        causes = f": {', '.join(report.mistakes)}" if report.mistakes else ""
        lines.append(f"{name:<{width}}  {marks}   {said}{causes}")
    titles = [f"{at:>2} {stage.title}" for at, stage in enumerate(reports[0].stages, 1)]
    return "\n".join([*lines, "", "   ".join(LEGEND), *titles])


def place_of(report: Report) -> str:
    """The title of the stage to look at first, or that all is right, or that there is nothing to grade."""
    return _UNUSABLE if report.problem else report.stuck.title if report.stuck else _DONE


def groups_of(reports: Sequence[Report]) -> dict[str, dict[str, list[Report]]]:
    """How the class is seen: under each heading, groups by name, and the reports in each.

    Of engines: where they are, and the mistakes made, the commonest first; of tests, the mistakes missed.
    """
    usable = [report for report in reports if not report.problem]
    titles = [stage.title for stage in reports[0].stages]
    if reports[0].unit == "checks":
        missed = {
            title: [report for report in usable if report.stages[at].state == FAILED]
            for at, title in enumerate(titles)
        }
        unusable = [report for report in reports if report.problem]
        return {"Mistakes that the tests would miss": {**missed, _UNUSABLE: unusable}}
    places: dict[str, list[Report]] = {title: [] for title in [*titles, _DONE, _UNUSABLE]}
    for report in reports:
        places[place_of(report)].append(report)
    made = {
        f"{mistake.name}: {mistake.words}": [report for report in reports if mistake.name in report.mistakes]
        for mistake in MISTAKES
    }
    commonest = sorted(filter(made.get, made), key=lambda words: -len(made[words]))
    return {
        "Where the class is: the first stage to look at": places,
        "Mistakes made": {words: made[words] for words in commonest},
    }


def file_names(reports: Sequence[Report]) -> list[str]:
    """A name for each page, by its student, without a suffix: no two alike on any system.

    >>> students = ("Zoë N.", "zoë n", "../山田", "con")
    >>> file_names([Report("x/a.py", (), student=student) for student in students])
    ['Zoë N', 'zoë n-2', '山田', 'con-']
    """
    taken = set[str]()
    names = []
    for report in reports:
        kept = re.sub(r"[^\w .'-]", "_", report.name.removesuffix(".py").removesuffix(".ipynb"))
        stem = kept.strip("_. ").encode()[:200].decode(errors="ignore")[:80] or "student"
        stem += "-" * bool(_NO_NAMES.fullmatch(stem))
        counted = (f"{stem}-{count}" if count > 1 else stem for count in itertools.count(1))
        stem = next(one for one in counted if one.casefold() not in taken)
        taken.add(stem.casefold())
        names.append(stem)
    return names


def as_bars(title: str, groups: Mapping[str, Sequence[Report]], width: int = 40) -> str:
    """A histogram in text."""
    counts = {name: len(group) for name, group in groups.items()}
    if not counts:
        return f"{title}: none"
    room, most = max(map(len, counts)), max(1, *counts.values())
    bars = [
        f"  {name:<{room}}  {'█' * max(1, round(width * count / most))} {count}" if count else f"  {name}"
        for name, count in counts.items()
    ]
    return "\n".join([title, *bars])


def save_histogram(title: str, groups: Mapping[str, Sequence[Report]], path: Path) -> None:
    """The histogram as a picture, in the format of the file's name."""
    counts = {name: len(group) for name, group in groups.items()}
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(10, 0.42 * len(counts) + 1.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    bars = axes.barh(list(counts), list(counts.values()), color="#0072B2")
    axes.bar_label(bars, [str(count or "") for count in counts.values()], padding=4, fontsize=14)
    axes.invert_yaxis()
    axes.set_xlabel("submissions", fontsize=14)
    axes.set_title(title, fontsize=16, loc="left")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(x=0.08)
    axes.tick_params(labelsize=14)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def _name(report: Report, reports: Sequence[Report]) -> str:
    """The student's or the file's name, and its folders too where names repeat."""
    return report.target if sum(other.name == report.name for other in reports) > 1 else report.name
