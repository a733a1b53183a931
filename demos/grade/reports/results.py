"""One report as results.json, which Gradescope reads, and which otter-grader writes for it, too.

Of the documented fields these are written: `score`, `output`, `visibility`, `stdout_visibility` and `tests`;
of each test `name`, `score`, `max_score`, `status`, `output`, `output_format` and `visibility`. Documented at
https://gradescope-autograders.readthedocs.io/en/latest/specs/ ("Output format").
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from demos.grade.judging.verdicts import OTHER, PASSED, Report, StageReport
from demos.grade.reports.classroom import file_names
from demos.grade.reports.formats import summary


def as_results(report: Report) -> str:
    """A point for each stage that counts. What goes beyond is shown, and has no points."""
    problem = f"Nothing could be tried: it {report.problem}" if report.problem else summary(report)
    results = {
        "score": report.passed,
        "output": "\n".join([problem, *report.remarks]),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(stage, report) for stage in report.stages],
    }
    return json.dumps(results, indent=2) + "\n"


def _test(stage: StageReport, report: Report) -> dict[str, Any]:
    is_passed = stage.state in (PASSED, OTHER)
    said = [part for finding in stage.findings for part in (finding.code, finding.says) if part]
    state = [] if stage.state == PASSED else [stage.state]
    output = "\n".join([": ".join(filter(None, [*state, stage.remark])), *said]).strip()
    points = {"score": int(is_passed), "max_score": 1, "status": "passed" if is_passed else "failed"}
    return {
        "name": stage.title,
        **(points if stage in report.counted else {}),
        "output": output,
        "output_format": "text",
        "visibility": "visible",
    }


def write_results(reports: Sequence[Report], path: Path) -> None:
    """Writes results.json for one report; for several, a folder with a file for each student."""
    if len(reports) == 1:
        path.write_text(as_results(reports[0]), encoding="utf-8")
        return
    path.mkdir(parents=True, exist_ok=True)
    for report, name in zip(reports, file_names(reports)):
        (path / f"{name}.json").write_text(as_results(report), encoding="utf-8")
