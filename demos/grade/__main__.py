"""The command line: `python -m demos.grade`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from autograd.commands import Parser, run_command
from demos.grade.fencing.fence import version
from demos.grade.grading import expand, grade
from demos.grade.inside import names
from demos.grade.judging.verdicts import Report
from demos.grade.manual import DETAILS, ESSENTIALS
from demos.grade.reports import classroom, formats
from demos.grade.reports.results import write_results
from demos.grade.running.isolation import Limits
from demos.grade.trials.stages import STAGES


def main(arguments: Sequence[str] | None = None) -> int:
    """Grades what the command line names; the exit status."""
    options = _parser().parse_args(arguments)
    if hasattr(os, "geteuid") and os.geteuid() == 0 and not version():
        print("grading as root: what a submission deletes by accident could be anything", file=sys.stderr)
    last = [stage.name for stage in STAGES].index(options.until)
    limits = Limits(options.time, options.memory)
    reports = grade(
        expand(options.submissions),
        last,
        limits,
        options.jobs,
        options.tests,
        True,
        options.strict,
        options.names,
    )
    outputs = {"json": formats.as_json, "junit": formats.as_junit, "csv": formats.as_csv}
    written = {name: write(reports) for name, write in outputs.items() if getattr(options, name)}
    not_written = None
    try:
        for name, text in written.items():
            if getattr(options, name) != "-":
                Path(getattr(options, name)).write_text(text, encoding="utf-8")
        if options.html:
            from demos.grade.reports.overview import write_pages  # brings viz

            write_pages(reports, Path(options.html))
        if options.results:
            write_results(reports, Path(options.results))
        if options.histogram:
            title, groups = next(iter(classroom.groups_of(reports).items()))
            classroom.save_histogram(title, groups, Path(options.histogram))
    except (OSError, ValueError, ImportError) as error:  # no such folder, no such format, no matplotlib
        not_written = error
    on_screen = [text for name, text in written.items() if getattr(options, name) == "-"]
    print("".join(on_screen).removesuffix("\n") if on_screen else _screen(reports))
    if options.html and not not_written:
        print(f"pages: {Path(options.html) / 'index.html'}", file=sys.stderr)
    if not_written:
        print(f"not written: {not_written}", file=sys.stderr)
        return 2
    return int(any(report.problem or report.stuck for report in reports))


def _screen(reports: list[Report]) -> str:
    """One submission in full; of several, a table and histograms."""
    if len(reports) == 1:
        return formats.as_text(reports[0])
    bars = [classroom.as_bars(*titled) for titled in classroom.groups_of(reports).items()]
    return "\n\n".join([classroom.as_table(reports), *bars])


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m demos.grade",
        usage="%(prog)s SUBMISSION ... [options]",
        description=ESSENTIALS,
        epilog=DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # fmt: off
    parser.add_argument("submissions", nargs="+", metavar="SUBMISSION",
        help="file.py, notebook.ipynb, file.py:Name, package.module:Name, or a folder or a zip of a class")
    add = parser.add_argument_group("what is asked for").add_argument
    add("--until", choices=[stage.name for stage in STAGES], default=STAGES[-1].name, metavar="STAGE",
        help="the last stage to try (all); they are listed below")
    add("--names", type=_names, metavar="data=value,…",
        help="what the classes call data, grad, backward, exp, tanh or relu, where that is not found")
    add("--strict", action="store_true",
        help="the stages beyond count too, where they are advice otherwise")
    add("--tests", action="store_true",
        help="the files are students' tests: which mistakes would they catch?")
    add = parser.add_argument_group("what is written").add_argument
    add("--html", type=_output, metavar="FOLDER",
        help="a page for each student, to be mailed, and index.html for you")
    add("--csv", nargs="?", const="-", type=_output, metavar="FILE",
        help="a table with a line for each submission; on the screen where no file is named")
    add("--json", nargs="?", const="-", type=_output, metavar="FILE",
        help="all that is known, as JSON; likewise")
    add("--junit", nargs="?", const="-", type=_output, metavar="FILE",
        help="JUnit XML; likewise")
    add("--results", type=_output, metavar="FILE",
        help="results.json for Gradescope; of several submissions, a folder of them")
    add("--histogram", type=_output, metavar="FILE",
        help="where the class is stuck, drawn (.png, .svg or .pdf; needs matplotlib)")
    add = parser.add_argument_group("limits").add_argument
    add("--time", type=_positive(float), default=10.0, metavar="SECONDS",
        help="limit for importing (10); small stages get a quarter, and less after one took too long")
    add("--memory", type=_positive(int), default=2048, metavar="MB",
        help="limit for each submission (2048)")
    add("--jobs", type=_positive(int), metavar="N",
        help="submissions at a time (as many as there are cores)")
    # fmt: on
    return parser


def _names(text: str) -> dict[str, str]:
    try:
        return names.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _output(name: str) -> str:
    """A file to write. `--json ada.py ben.py` means something else, and must not write over ada.py."""
    if (name.rpartition(":")[0] or name).endswith((".py", ".ipynb", ".zip")):
        raise argparse.ArgumentTypeError(f"{name} would be written over; name the submissions first")
    return name


def _positive(kind: type) -> object:
    def parse(text: str) -> float:
        value = kind(text)
        if not value > 0:
            raise ValueError
        return value

    parse.__name__ = f"positive {kind.__name__}"
    return parse


if __name__ == "__main__":
    run_command(main)
