"""The command line: `python -m demos.grade`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from autograd.commands import run_command
from demos.grade import classroom, formats
from demos.grade.fence import version
from demos.grade.grading import expand, grade
from demos.grade.isolation import Limits
from demos.grade.judging import Report
from demos.grade.results import write_results
from demos.grade.stages import STAGES
from demos.mistakes import MISTAKES

_STAGES = "\n".join(f"  {stage.name:<12} {stage.title}" for stage in STAGES)
_MISTAKES = "\n".join(f"  {mistake.name:<20} {mistake.words}" for mistake in MISTAKES)
_EPILOG = f"""\
examples
  python -m demos.grade ada.py                          one file, with what is wrong and why
  python -m demos.grade ada.py --until non-leaf         only the stages of the first weeks
  python -m demos.grade submissions/*.py --csv class.csv --histogram class.png
  python -m demos.grade ada.py --json                   for an autograder
  python -m demos.grade --tests test_ada.py             which mistakes would her tests catch?

what a submission needs
  A class that is made from one number, `Value(2.0)`, with `.data` and `.grad`, which are numbers, and
  `.backward()`; the operators + - * / ** and the methods `.exp()`, `.tanh()`, `.relu()`. The class is the
  one named `Value`, or the only one in the file that looks like an engine, or the one that you name:
  ada.py:Node. How it works inside, by closures, a tape or recursion, is its own affair. Labels, `_prev` and
  the like are not needed; a `grad` of None counts as 0 where nothing has arrived. The tests of a student
  take the class from any module (`from engine import Value`), which is replaced by each broken engine in
  turn; they need pytest.

stages (for --until)
{_STAGES}
  A stage is passed, failed, not written yet, or not needed (`_backward`, in another design). What goes
  beyond is advice: it does not count, unless you say --strict. Nor do conventions: relu'(0), gradients that
  start anew at each backward().

mistakes that are recognised, by comparing numbers
{_MISTAKES}

safety
  Each submission runs as a copy, in a process of its own, with nothing to read on standard input and its
  output kept from the screen. `~` and temporary files are in its own folder, which is deleted afterwards.
  What is right is computed in another process, which runs no student's code, and each expression is asked for
  a second time with numbers that are drawn: what is written down, printed or sent into any open file counts
  for nothing. Time is that of a quiet machine: what it waits for a processor is not counted. Memory, files
  (64 MB each, 256 MB in all) and processes (64) are limited. Where the kernel can (Linux 5.13 and later), it
  reads Python's libraries and its own files alone, and writes in its own folder alone; where an ordinary user
  may have namespaces, it has no network, sees no other process, and nothing that it starts outlives it.
  Not promised: on other systems it can read and delete what you can, and leave processes behind. A hole in
  the kernel is open. What gives the right numbers by other means than a class of the student's own, as a
  library that is installed here does, passes. Tests (--tests) can tell engines by how they are written. So
  do not grade as root; what you would not run yourself, grade in a container.

exit status
  0  every stage asked for is passed, not needed, or advice  (with --tests: every mistake is caught)
  1  some stage is not, or there was nothing to grade
  2  the command line is not understood, or a file cannot be written
  130  it was stopped with Ctrl-C
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Grades what the command line names; the exit status."""
    options = _parser().parse_args(arguments)
    if hasattr(os, "geteuid") and os.geteuid() == 0 and not version():
        print("grading as root: what a submission deletes by accident could be anything", file=sys.stderr)
    last = [stage.name for stage in STAGES].index(options.until)
    limits = Limits(options.time, options.memory)
    reports = grade(
        expand(options.submissions), last, limits, options.jobs, options.tests, True, options.strict
    )
    outputs = {"json": formats.as_json, "junit": formats.as_junit, "csv": formats.as_csv}
    written = {name: write(reports) for name, write in outputs.items() if getattr(options, name)}
    not_written = None
    try:
        for name, text in written.items():
            if getattr(options, name) != "-":
                Path(getattr(options, name)).write_text(text, encoding="utf-8")
        if options.html:
            from demos.grade.overview import write_pages  # brings viz

            write_pages(reports, Path(options.html))
        if options.results:
            write_results(reports, Path(options.results))
        if options.histogram:
            classroom.save_histogram(*_histogram(reports, options.tests), Path(options.histogram))
    except (OSError, ValueError, ImportError) as error:  # no such folder, no such format, no matplotlib
        not_written = error
    on_screen = [text for name, text in written.items() if getattr(options, name) == "-"]
    print("".join(on_screen).removesuffix("\n") if on_screen else _screen(reports, options.tests))
    if options.html and not not_written:
        print(f"pages: {Path(options.html) / 'index.html'}", file=sys.stderr)
    if not_written:
        print(f"not written: {not_written}", file=sys.stderr)
        return 2
    return int(any(report.problem or report.stuck for report in reports))


def _screen(reports: list[Report], tests: bool) -> str:
    """One submission in full; of several, a table and histograms."""
    if len(reports) == 1:
        return formats.as_text(reports[0])
    parts = [classroom.as_table(reports), classroom.as_bars(*_histogram(reports, tests))]
    if not tests:
        parts.append(classroom.as_bars("Mistakes made", classroom.what_mistaken(reports)))
    return "\n\n".join(parts)


def _histogram(reports: list[Report], tests: bool) -> tuple[str, dict[str, int]]:
    if tests:
        return "Mistakes that the tests would miss", classroom.what_missed(reports)
    return "Where the class is: the first stage to look at", classroom.where_stuck(reports)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demos.grade",
        description="Grade `Value` classes that students wrote, and say what is likely wrong with them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # fmt: off
    add = parser.add_argument
    add("submissions", nargs="+", metavar="SUBMISSION",
        help="file.py, notebook.ipynb, file.py:Name, package.module:Name, or a folder or a zip of a class")
    add("--tests", action="store_true",
        help="the files are students' tests: which mistakes would they catch?")
    add("--until", choices=[stage.name for stage in STAGES], default=STAGES[-1].name, metavar="STAGE",
        help="the last stage to try (all)")
    add("--strict", action="store_true",
        help="the stages beyond count too, where they are advice otherwise")
    add("--json", nargs="?", const="-", type=_output, metavar="FILE",
        help="write JSON, to the screen where no file is named")
    add("--junit", nargs="?", const="-", type=_output, metavar="FILE",
        help="write JUnit XML, likewise")
    add("--html", type=_output, metavar="FOLDER",
        help="write a page for each student, to be mailed, and index.html for you")
    add("--results", type=_output, metavar="FILE",
        help="write results.json for Gradescope; of several submissions, a folder of them")
    add("--csv", nargs="?", const="-", type=_output, metavar="FILE",
        help="write a table with a line for each submission, likewise")
    add("--histogram", type=_output, metavar="FILE",
        help="draw where the class is stuck (.png, .svg or .pdf; needs matplotlib)")
    add("--time", type=_positive(float), default=10.0, metavar="SECONDS",
        help="limit for importing (10); small stages get a quarter, and less after one took too long")
    add("--memory", type=_positive(int), default=2048, metavar="MB",
        help="limit for each submission (2048)")
    add("--jobs", type=_positive(int), metavar="N",
        help="submissions at a time (as many as there are cores)")
    # fmt: on
    return parser


def _output(name: str) -> str:
    """A file to write. `--json ada.py ben.py` means something else, and must not write over ada.py."""
    if (name.rpartition(":")[0] or name).endswith((".py", ".ipynb")):
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
