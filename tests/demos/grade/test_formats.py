"""JUnit XML, CSV and JSON are what programs that read them ask for."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from demos.grade.reports.formats import as_csv, as_json, as_junit
from tests.demos.grade.test_pages import NASTY, report

SUITE = {"name", "timestamp", "hostname", "tests", "failures", "errors", "time", "package", "id"}
"""The attributes of a suite that Ant's schema requires; `skipped` is optional there."""


@pytest.mark.parametrize(
    "reports",
    [[report()], [report(), report("Ben", problem="is empty")], [report(NASTY, printed=NASTY, target="")]],
    ids=["one", "two", "nasty"],
)
def test_junit_is_as_the_schemas_of_ant_and_jenkins_have_it(reports):
    """Every required attribute, the elements in their order, numbers and a time where these are asked for."""
    root = ElementTree.fromstring(as_junit(reports))
    assert (root.tag, root.attrib, len(root)) == ("testsuites", {}, len(reports))
    for at, suite in enumerate(root):
        assert set(suite.keys()) - {"skipped"} == SUITE and suite.get("id") == str(at)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp"))
        assert suite.get("name").strip() and suite.get("hostname")
        first, *cases, out, err = suite
        assert [part.tag for part in (first, out, err)] == ["properties", "system-out", "system-err"]
        assert len(cases) == int(suite.get("tests"))
        for case in cases:
            assert (case.tag, set(case.keys())) == ("testcase", {"name", "classname", "time"})
            assert len(case) <= 1 and all(part.get("type") for part in case if part.tag != "skipped")
        for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(kind)) == len(suite.findall(f"testcase/{tag}"))


def test_csv_names_the_student_beside_the_file():
    """A line for each, and no cell that a spreadsheet would compute."""
    [row] = csv.DictReader(io.StringIO(as_csv([report("=1+1")])))
    assert (row["file"], row["student"], row["passed"]) == ("secret/folder/engine.py", "'=1+1", "2")


def test_json_holds_no_number_that_json_has_not():
    """A gradient that is nan is text there: JavaScript and jq read the file."""
    one = report()
    [finding] = one.stages[2].findings
    odd = replace(finding, seen={"a.grad": float("nan")})
    text = as_json([replace(one, stages=(replace(one.stages[2], findings=(odd,)),))])

    def refuse(constant):
        raise AssertionError(constant)

    [submission] = json.loads(text, parse_constant=refuse)["submissions"]
    assert submission["student"] == "Ada Lovelace"
    assert submission["stages"][0]["findings"][0]["numbers"] == {"a.grad": {"seen": "nan", "right": 2.0}}
