"""A report for people, for autograders (JSON), for course platforms (JUnit XML), for spreadsheets (CSV)."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from datetime import datetime
from textwrap import indent, wrap
from typing import Any

from demos.grade.escapes import cell, visible
from demos.grade.judging.verdicts import (
    ADVICE,
    FAILED,
    MISSING,
    NOT_RUN,
    OTHER,
    PASSED,
    Finding,
    Report,
    StageReport,
)

MARKS = {PASSED: "✓", FAILED: "✗", MISSING: "·", OTHER: "○", ADVICE: "›", NOT_RUN: " "}
LEGEND = [f"{mark} {state}" for state, mark in MARKS.items() if mark.strip()]
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_text(report: Report, width: int = 100) -> str:
    """One submission on the screen: a line for each stage, and below it what was found."""
    lines = [visible(report.target)]
    if report.problem:
        return f"{lines[0]}\n  {MARKS[FAILED]} {report.problem}"
    for stage, remark, shown in told(report):
        line = f"{MARKS[stage.state]} {stage.title}{' – ' if remark else ''}{remark}"
        lines += wrap(line, width, initial_indent="  ", subsequent_indent=" " * 6)
        for finding in shown:
            lines += [indent(finding.code, " " * 8)] if finding.code else []
            lines += wrap(finding.says, width, initial_indent=" " * 6, subsequent_indent=" " * 6)
    for remark in report.remarks:
        lines += wrap(remark, width, initial_indent="  ", subsequent_indent=" " * 6)
    lines += [f"  {summary(report)}"]
    return "\n".join(lines)


def told(report: Report) -> Iterator[tuple[StageReport, str, list[Finding]]]:
    """Each stage, a remark on it, and what is to be shown of it: each cause once, where it comes first."""
    said: set[str] = set()
    for stage in report.stages:
        again = [f"again {_briefly(finding)}" for finding in stage.findings if finding.cause in said]
        shown = [finding for finding in stage.findings if _is_new(finding, said, stage, report)]
        said |= {finding.cause for finding in shown} - {""}
        untold = stage.state == FAILED and stage.findings and not shown and not again
        after = ["mend what is wrong above first"] if untold else []
        state = [] if stage.state in (PASSED, FAILED) else [stage.state]
        yield (
            stage,
            ": ".join([*state, *dict.fromkeys([*again, *after]), *filter(None, [stage.remark])]),
            shown,
        )


def _is_new(finding: Finding, said: set[str], stage: StageReport, report: Report) -> bool:
    """Whether it says what was not said above, and what above is wrong may not be the reason of it."""
    later = report.first is not None and stage.state == ADVICE
    return finding.cause not in said and not finding.after and not later


def _briefly(finding: Finding) -> str:
    """What was said in full, recalled: the mistakes, or the kind of error."""
    return finding.cause if finding.mistakes else finding.error.partition(":")[0]


def summary(report: Report) -> str:
    """How far it got, in one line."""
    count = f"{report.passed} of {len(report.counted)} {report.unit}"
    beyond = [stage for stage in report.stages if stage not in report.counted]
    more = f"; beyond, {sum(stage.state == PASSED for stage in beyond)} of {len(beyond)}" if beyond else ""
    looks = f"; first to look at: {report.stuck.title}" if report.stuck else ": all is right"
    return f"{count}{looks}{more}"


def as_dict(report: Report) -> dict[str, Any]:
    """A report as plain data; `passed`, `of`, `stuck` and `mistakes` sum it up."""
    return {
        "target": report.target,
        "student": report.student,
        "problem": report.problem,
        "passed": report.passed,
        "of": len(report.counted),
        "stuck": "" if report.stuck is None else report.stuck.name,
        "mistakes": list(report.mistakes),
        "remarks": list(report.remarks),
        "printed": report.printed,
        "stages": [_stage_as_dict(stage) for stage in report.stages],
    }


def _stage_as_dict(stage: StageReport) -> dict[str, Any]:
    findings = [
        {
            "code": finding.code,
            "says": finding.says,
            "mistakes": list(finding.mistakes),
            "error": finding.error,
            "numbers": {
                name: {"seen": _as_json_has_it(finding.seen[name]), "right": right}
                for name, right in finding.right.items()
            },
        }
        for finding in stage.findings
    ]
    kept = {name: getattr(stage, name) for name in ("name", "title", "state", "remark", "beyond")}
    return {**kept, "findings": findings}


def _as_json_has_it(value: Any) -> Any:
    """JSON has no number for what is infinite or none: "inf", "-inf", "nan"."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def as_json(reports: Sequence[Report]) -> str:
    """{"submissions": [...]}."""
    return json.dumps({"submissions": [as_dict(report) for report in reports]}, indent=2) + "\n"


def as_csv(reports: Sequence[Report]) -> str:
    """A line for each submission, a column for each stage."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    stages = [stage.name for stage in reports[0].stages]
    table.writerow(["file", "student", "passed", "of", "stuck", "mistakes", "problem", *stages])
    for report in reports:
        whose = [cell(report.target), cell(report.student)]
        reached = [report.passed, len(report.counted), report.stuck.name if report.stuck else ""]
        why = [" ".join(report.mistakes), cell(report.problem)]
        table.writerow([*whose, *reached, *why, *(stage.state for stage in report.stages)])
    return text.getvalue()


def as_junit(reports: Sequence[Report]) -> str:
    """A test suite for each submission, a test case for each stage.

    Valid by the schema of Ant's reports (windyroad's JUnit.xsd) and by that of Jenkins (junit-10.xsd). What
    they ask for and is not known here is empty: how long a stage took, and where it ran.
    """
    root = ElementTree.Element("testsuites")
    when = datetime.now().isoformat(timespec="seconds")
    for at, report in enumerate(reports):
        states = [stage.state for stage in report.stages]
        errors = len(states) if report.problem else 0
        failures = 0 if errors else states.count(FAILED) + states.count(MISSING)
        skipped = 0 if errors else sum(map(states.count, (OTHER, NOT_RUN, ADVICE)))
        counts = {"tests": len(states), "failures": failures, "errors": errors, "skipped": skipped}
        counted = {key: str(count) for key, count in counts.items()}
        name = _clean(report.name) or "submission"
        where = {"package": "demos.grade", "id": str(at), "hostname": "localhost", "timestamp": when}
        suite = ElementTree.SubElement(root, "testsuite", name=name, time="0", **where, **counted)
        properties = ElementTree.SubElement(suite, "properties")
        ElementTree.SubElement(properties, "property", name="file", value=_clean(report.target))
        for stage in report.stages:
            _case(suite, report, stage)
        ElementTree.SubElement(suite, "system-out").text = _clean(report.printed)
        ElementTree.SubElement(suite, "system-err").text = _clean("\n".join(report.remarks))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, report: Report, stage: StageReport) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=_clean(report.target), name=_clean(stage.title), time="0"
    )
    text = "\n\n".join("\n".join(filter(None, [finding.code, finding.says])) for finding in stage.findings)
    if report.problem:
        ElementTree.SubElement(case, "error", type="unusable", message=_clean(report.problem))
    elif stage.state in (FAILED, MISSING):
        says = stage.findings[0].says if stage.findings else f"{stage.state}: {stage.remark}"
        failure = ElementTree.SubElement(case, "failure", type=stage.state, message=_clean(says))
        failure.text = _clean(text or says)
    elif stage.state in (OTHER, NOT_RUN, ADVICE):
        note = [stage.state] * (stage.state == ADVICE) + [finding.says for finding in stage.findings]
        says = ": ".join(filter(None, [*note, stage.remark])) or stage.state
        ElementTree.SubElement(case, "skipped", message=_clean(says)).text = _clean(text)


def _clean(text: str) -> str:
    """The text, with U+FFFD for what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", visible(text))
