"""Submissions in, reports out: several at a time, each in a process of its own."""

from __future__ import annotations

import glob
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from random import SystemRandom
from typing import Any

from demos.grade.escapes import line
from demos.grade.judging.verdicts import Report, judge
from demos.grade.judging.verdicts_on_tests import judge_tests
from demos.grade.running.engines import run
from demos.grade.running.isolation import Limits
from demos.grade.running.nurseries import Nursery
from demos.grade.running.sessions import Classroom
from demos.grade.running.tests import run_tests
from demos.grade.submissions.handed_in import targets_of
from demos.grade.submissions.targets import Target
from demos.grade.trials.drawing import draw
from demos.grade.trials.stages import STAGES
from demos.mistakes import MISTAKES

LAST = len(STAGES) - 1


def grade(
    targets: Sequence[str],
    last: int = LAST,
    limits: Limits | None = None,
    jobs: int | None = None,
    tests: bool = False,
    progress: bool = False,
    strict: bool = False,
    names: Mapping[str, str] | None = None,
) -> list[Report]:
    """A report for each student in the targets, in their order.

    `tests`: they are tests, not engines. `strict`: the stages beyond count like the others.
    `names`: what engines call `data`, `grad` and the like, where that is not to be found.
    """
    with (
        tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as unpacked,
        Nursery("demos.grade.inside.tests_worker" if tests else "demos.grade.inside.worker") as nursery,
    ):
        found = targets_of(targets, Path(unpacked), tests)
        closed = {str(Path(target.source).resolve().parent) for target in found if target.is_file}
        classroom = Classroom(nursery, limits or Limits(), threading.Event(), tuple(closed), names or {})
        drawn = draw(STAGES, SystemRandom())

        def report(target: Target, tick: Callable[[], None]) -> Report:
            if tests:
                made = judge_tests(line(target.text), run_tests(classroom, target, tick))
            else:
                made = judge(line(target.text), run(classroom, target, last, drawn, tick), last, strict)
            notes = map(line, target.notes)
            return replace(made, student=line(target.student), remarks=(*notes, *made.remarks))

        stages = 1 + (len(MISTAKES) if tests else last)
        return _in_parallel(report, found, stages, classroom.stop, jobs, progress)


def _in_parallel(
    report: Callable[[Target, Callable[[], None]], Report],
    targets: Sequence[Target],
    stages: int,
    stop: threading.Event,
    jobs: int | None,
    progress: bool,
) -> list[Report]:
    """The report on each target. The progress bar counts files, or the stages of a single one."""
    alone = len(targets) == 1
    bar = _bar(stages, "stages", progress) if alone else _bar(len(targets), "files", progress)
    with bar, ThreadPoolExecutor(max_workers=jobs or os.cpu_count() or 1) as pool:
        try:
            waiting = [
                pool.submit(report, target, bar.update if alone else lambda: None) for target in targets
            ]
            for _ in as_completed(waiting):
                if not alone:
                    bar.update()
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [done.result() for done in waiting]


def expand(patterns: Sequence[str]) -> list[str]:
    """`submissions/*.py` as files, for shells that leave it as it is."""
    found = [sorted(glob.glob(pattern)) if glob.has_magic(pattern) else [] for pattern in patterns]
    return [name for pattern, names in zip(patterns, found) for name in names or [pattern]]


class _Silent:
    """A progress bar where there is none to see."""

    def update(self) -> None:
        """Do nothing."""

    def __enter__(self) -> _Silent:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _bar(total: int, unit: str, wanted: bool) -> Any:
    try:
        from tqdm import tqdm
    except ImportError:
        return _Silent()
    return tqdm(total=total, unit=f" {unit}", leave=False, file=sys.stderr, disable=None if wanted else True)
