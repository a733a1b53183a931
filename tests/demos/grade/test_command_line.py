"""The command line: what a teacher and a script see."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest

from demos.grade.__main__ import main
from demos.grade.trials.stages import STAGES
from demos.mistakes import MISTAKES
from tests.demos.grade.engines import LECTURE, MISTAKEN
from tests.waiting import eventually

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]


@pytest.fixture
def submissions(tmp_path):
    """A class of four: right, two with a mistake, one that cannot be read."""
    texts = {
        "ada.py": LECTURE,
        "ben.py": MISTAKEN["overwrite"][0],
        "cy.py": MISTAKEN["power-exponent"][0],
        "dee.py": "class Value(",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_one_right_file(submissions, capsys):
    """A line for each stage, and exit status 0."""
    assert main([str(submissions / "ada.py"), "--until", "non-leaf"]) == 0
    out = capsys.readouterr().out
    assert out.count("✓") == 7 and "7 of 7 stages: all is right" in out


def test_one_wrong_file(submissions, capsys):
    """The mistake on the screen, once in full, and exit status 1."""
    assert main([str(submissions / "ben.py"), "--until", "non-leaf"]) == 1
    out = capsys.readouterr().out
    assert out.count("`=` in place of `+=`") == 1
    assert "an in-between node used twice – again overwrite" in out


@pytest.mark.needs("matplotlib")
def test_a_class_gives_a_table_a_histogram_and_files(submissions, capsys):
    """A pattern is a class: table and histograms on the screen, CSV, JUnit, JSON and a picture in files."""
    files = {name: submissions / f"class.{name}" for name in ("csv", "junit", "json")}
    options = [text for name, path in files.items() for text in (f"--{name}", str(path))]
    picture = submissions / "class.svg"
    assert main([str(submissions / "*.py"), "--until", "powers", *options, "--histogram", str(picture)]) == 1
    out = capsys.readouterr().out
    assert "ben.py   ✓  ✓  ✓  ✓  ✓  ✗  ✗  ✗   a node used twice: overwrite" in out
    assert re.search(r"^dee\.py +cannot be imported: SyntaxError", out, re.MULTILINE)
    assert "nothing to grade                     ████████████████████████████████████████ 1" in out
    assert "power-exponent: n·xⁿ in place of n·xⁿ⁻¹" in out
    rows = list(csv.DictReader(files["csv"].read_text(encoding="utf-8").splitlines()))
    assert [(Path(row["file"]).name, row["stuck"], row["mistakes"]) for row in rows] == [
        ("ada.py", "", ""),
        ("ben.py", "reuse", "overwrite"),
        ("cy.py", "powers", "power-exponent"),
        ("dee.py", "data", ""),
    ]
    suites = ElementTree.parse(files["junit"]).getroot()
    assert [(suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in suites] == [
        ("8", "0", "0"),
        ("8", "3", "0"),
        ("8", "1", "0"),
        ("8", "0", "8"),
    ]
    assert json.loads(files["json"].read_text())["submissions"][2]["mistakes"] == ["power-exponent"]
    assert picture.read_text().startswith("<?xml")


def test_json_on_the_screen_is_json_alone(submissions, capsys):
    """An autograder reads standard output as it is."""
    assert main([str(submissions / "cy.py"), "--json", "--until", "powers"]) == 1
    [submission] = json.loads(capsys.readouterr().out)["submissions"]
    assert (submission["passed"], submission["of"], submission["stuck"]) == (7, 8, "powers")
    [finding] = submission["stages"][7]["findings"]
    assert finding["mistakes"] == ["power-exponent"] and finding["code"].startswith(
        "a = Value(3.0)\nc = a**2"
    )


def test_a_class_gives_pages_and_results(submissions, capsys):
    """A page for each student and the teacher's; results.json for one, a folder of them for several."""
    pages, results = submissions / "new" / "pages", submissions / "results"
    with zipfile.ZipFile(submissions / "class.zip", "w") as archive:
        for path in submissions.glob("*.py"):
            archive.write(path, path.name)
    options = ["--until", "reuse", "--results", str(results)]
    assert main([str(submissions / "class.zip"), "--html", str(pages), *options]) == 1
    assert capsys.readouterr().err.endswith(f"pages: {pages / 'index.html'}\n")
    students = ["ada", "ben", "cy", "dee"]
    assert sorted(path.stem for path in pages.iterdir()) == [*students, "index"]
    assert sorted(path.stem for path in results.iterdir()) == students
    assert "! yours 1" in re.sub(r"<[^>]+>", "", (pages / "ben.html").read_text(encoding="utf-8"))
    one = submissions / "results.json"
    assert main([str(submissions / "ada.py"), "--until", "reuse", "--results", str(one)]) == 0
    assert json.loads(one.read_text(encoding="utf-8"))["score"] == 6
    capsys.readouterr()


def test_help_tells_all(capsys):
    """Every stage, every mistake, the contract, safety, and the exit status are in --help."""
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    out = capsys.readouterr().out
    for stage in STAGES:
        assert f"  {stage.name} " in out and stage.title in out
    for mistake in MISTAKES:
        assert f"  {mistake.name} " in out and mistake.words in out
    for said in (
        "with `.data` and `.grad`, which are numbers",
        "Not promised:",
        "exit status",
        "submissions/*.py",
    ):
        assert said in out
    assert max(map(len, out.split("examples")[1].splitlines())) <= 115


def test_the_essentials_of_help_are_one_screen(capsys, monkeypatch):
    """Examples and every option stand in the first forty lines; details come after."""
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    essentials = "\n".join(capsys.readouterr().out.splitlines()[:40])
    assert "class.zip --html pages" in essentials and "--jobs N" in essentials


@pytest.mark.parametrize(
    "options", [[], ["x.py", "--until", "tuesday"], ["x.py", "--time", "0"], ["x.py", "--jobs", "two"]]
)
def test_what_is_not_understood_is_status_2(options, capsys):
    """argparse says what is allowed."""
    with pytest.raises(SystemExit, match="2"):
        main(options)
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--json", "--junit", "--csv", "--histogram", "--html", "--results"])
@pytest.mark.parametrize("name", ["ada.py", "ada.py:Value", "class.zip"])
def test_a_submission_is_never_written_over(submissions, option, name, capsys):
    """An option that swallows the first submission as its file is refused, and the file is as it was."""
    with pytest.raises(SystemExit, match="2"):
        main([option, str(submissions / name), str(submissions / "ben.py")])
    assert "would be written over; name the submissions first" in capsys.readouterr().err
    assert (submissions / "ada.py").read_text() == LECTURE


def test_a_file_that_cannot_be_written_says_so(submissions, capsys):
    """The report is on the screen all the same; the status is 2."""
    options = ["--until", "data", "--csv", str(submissions / "no" / "folder.csv")]
    assert main([str(submissions / "ada.py"), *options]) == 2
    out, err = capsys.readouterr()
    assert "✓ holds data" in out and "not written: " in err and "No such file or directory" in err


INTERRUPTIBLE = """
import signal
from demos.grade.__main__ import main
from autograd.commands import run_command
signal.signal(signal.SIGINT, signal.default_int_handler)
run_command(main)
"""
"""`python -m demos.grade` in the foreground, also where the tests run with Ctrl-C ignored."""


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal")
def test_ctrl_c_stops_at_once(tmp_path):
    """The processes of the submissions end too, and the status is that of an interrupt."""
    (tmp_path / "loop.py").write_text("open('begun', 'w')\nwhile True: pass")
    command = [sys.executable, "-c", INTERRUPTIBLE, str(tmp_path / "loop.py"), "--time", "1000"]
    grader = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert eventually(lambda: grader.poll() is not None or list(tmp_path.rglob("begun")))
    grader.send_signal(signal.SIGINT)
    assert grader.communicate(timeout=300)[1].strip().endswith("stopped")
    assert grader.returncode == 130
