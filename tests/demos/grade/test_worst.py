"""The worst submissions one can think of all give a report that says what is the matter."""

import os
import re

import pytest

from demos.grade.grading import grade
from demos.grade.reports.formats import as_csv, as_json, as_junit, as_text
from demos.grade.trials.stages import STAGES
from tests.demos.grade.limits import ENDLESS
from tests.demos.grade.worst import FAULTY, ODD_BUT_RIGHT, UNUSABLE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="limits of memory, forks and signals are those of POSIX"),
]


def graded_as_they_end(graded, submissions, until):
    """What never ends is given little time, and all else as much as it may want."""
    texts = {name: text for name, (text, _) in submissions.items()}
    endless = {name: texts.pop(name) for name, (_, said) in submissions.items() if "did not end" in str(said)}
    return graded(texts, until) | graded(endless, until, ENDLESS)


@pytest.fixture(scope="module")
def unusable(graded):
    return graded_as_they_end(graded, UNUSABLE, "depth")


@pytest.fixture(scope="module")
def faulty(graded):
    return graded_as_they_end(graded, FAULTY, "backward")


@pytest.fixture(scope="module")
def odd(graded):
    return graded(ODD_BUT_RIGHT, until="neuron")


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_used_says_why(unusable, name):
    """One clear line, no stage tried, and no mistake accused."""
    report = unusable[name]
    assert re.search(UNUSABLE[name][1], report.problem)
    assert {stage.state for stage in report.stages} == {"not run"}
    assert len(as_text(report).splitlines()) == 2


@pytest.mark.parametrize("name", FAULTY)
def test_what_is_faulty_says_where_and_the_other_stages_still_run(faulty, name):
    """The report says what happened in which expression, and accuses of no mistake."""
    text = as_text(faulty[name], width=1000)
    for pattern in FAULTY[name][1]:
        assert re.search(pattern, text)
    assert "in place of" not in text
    assert all(stage.state != "not run" for stage in faulty[name].stages)


@pytest.mark.parametrize("name", ODD_BUT_RIGHT)
def test_what_is_odd_and_right_passes(odd, name):
    """Odd names, floods, forks, threads, patches: the engine is right, and the report says so."""
    report = odd[name]
    assert report.problem == ""
    assert {stage.state for stage in report.stages} <= {"passed", "not needed"}


def test_a_flood_is_counted_and_not_kept(odd):
    """The report holds the beginning of what was printed, and how much it was."""
    [remark] = odd["flood.py"].remarks
    assert re.fullmatch(r"printed \d+(,\d{3})+ characters, which were kept from the screen", remark)
    assert len(odd["flood.py"].printed) == 2000


def test_changed_built_ins_are_put_back_and_told(odd):
    """The grader in the student's process works on with Python's own."""
    [remark] = odd["builtins_changed.py"].remarks
    assert "replaces built-ins (" in remark and "isinstance" in remark and "they were put back" in remark


@pytest.mark.parametrize(
    "target", ["no_such_file.py", "no/such/folder.py", "no_such_module", "no_such.module:Value"]
)
def test_what_is_not_there_says_so(target):
    """Missing files and modules are findings too."""
    [report] = grade([target], 0)
    assert re.search("there is no such file|No module named 'no_such", report.problem)


def test_every_format_holds_every_report(unusable, faulty):
    """Whatever a submission did, its report can be written in every format and read again."""
    import csv
    import io
    import json
    import xml.etree.ElementTree as ElementTree

    for reports in (list(unusable.values()), list(faulty.values())):
        assert [one["target"] for one in json.loads(as_json(reports))["submissions"]] == [
            one.target for one in reports
        ]
        assert len(ElementTree.fromstring(as_junit(reports))) == len(reports)
        rows = list(csv.DictReader(io.StringIO(as_csv(reports))))
        assert [row["problem"] for row in rows] == [report.problem for report in reports]


def test_a_stage_without_end_costs_a_quarter_afterwards(graded):
    """An engine whose backward never ends is given a quarter of the limit, then of that."""
    report = graded({"loop.py": FAULTY["loop_in_backward.py"][0]}, "reuse", ENDLESS)["loop.py"]
    assert [stage.state for stage in report.stages] == ["passed"] * 4 + ["failed"] * 2
    assert "1.5 s" in report.stages[4].findings[0].says and "0.5 s" in report.stages[5].findings[0].says
    assert [stage.name for stage in STAGES][4:6] == ["backward", "reuse"]
