"""`--tests`: which mistakes would a student's tests catch?"""

import sys
import threading

import pytest

from demos.grade.__main__ import main
from demos.grade.grading import grade
from demos.grade.inside.tests_worker import engine_of, install, modules_of
from demos.grade.judging.verdicts_on_tests import judge_tests
from demos.grade.reports.classroom import groups_of
from demos.grade.reports.formats import as_text
from demos.grade.running.engines import Run
from demos.grade.running.isolation import Limits
from demos.grade.running.sessions import Classroom, Session
from demos.grade.running.tests import run_tests
from demos.grade.submissions.targets import Target
from demos.mistakes import MISTAKES
from tests.demos.grade.limits import GENEROUS

pytestmark = pytest.mark.slow

WEAK = """
import unittest
from my.own.engine import Value

def test_sum():
    a, b = Value(2.0), Value(3.0)
    (a + b).backward()
    assert (a.grad, b.grad) == (1.0, 1.0)

def test_reuse():
    a = Value(3.0)
    (a + a).backward()
    assert a.grad == 2.0

def test_that_is_wrong_itself():
    assert Value(0.5).tanh().data == 0.5

class TestData(unittest.TestCase):
    def test_it_holds_data(self):
        self.assertEqual(Value(2.0).data, 2.0)
"""
# A test for each mistake, from the expressions of the library itself.
THOROUGH = "import micrograd.engine as engine, pytest\nValue = engine.Value\n" + "\n".join(
    f"def test_{mistake.name.replace('-', '_')}():\n"
    + "".join(f"    {line}\n" for line in mistake.telling.lines)
    + "".join(f"    assert {name} == pytest.approx({number!r})\n" for name, number in mistake.right.items())
    for mistake in MISTAKES
)
CASES = {
    "weak.py": WEAK,
    "thorough.py": THOROUGH,
    "endless.py": "import time\nfrom engine import Value\ndef test_learns():\n    a = Value(3.0)\n"
    "    (a * Value(7.0)).backward()\n"
    "    while a.grad == 3.0: time.sleep(0.01)\n",
    "no_tests.py": "from engine import Value\n",
    "no_value.py": "def test_nothing(): pass\n",
    "broken.py": "from engine import Value, Neuron\ndef test_it(): pass\n",
    "syntax.py": "def test_(:",
    "exits.py": "from engine import Value\nimport os\nos._exit(0)\n",
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tests")
    for name, text in CASES.items():
        (folder / name).write_text(text)
    ending = [name for name in CASES if name != "endless.py"]
    found = grade([str(folder / name) for name in ending], limits=GENEROUS, tests=True)
    found += grade([str(folder / "endless.py")], limits=Limits(40.0), tests=True)  # it loads pytest first
    return dict(zip([*ending, "endless.py"], found))


def states(report):
    return {stage.name: stage.state for stage in report.stages}


def test_a_thorough_suite_catches_every_mistake(reports):
    """The smallest expressions of the library, as tests, catch all, and the right engine passes."""
    assert set(states(reports["thorough.py"]).values()) == {"passed"}


def test_a_weak_suite_is_told_what_it_misses(reports):
    """Caught are those that show in a sum and a + a; each miss comes with the expression that would tell."""
    found = states(reports["weak.py"])
    assert {name for name, state in found.items() if state == "passed"} == {
        "overwrite", "forgotten-path", "no-seed", "seed-everywhere", "operands-in-set", "reused-order",
        "cut-off", "stops-at-shared",
    }  # fmt: skip
    stages = {stage.name: stage for stage in reports["weak.py"].stages}
    assert stages["overwrite"].remark == "caught by test_reuse"
    [missed] = stages["sub-sign"].findings
    assert missed.says == "No test fails. This would tell: b.grad is -1, and 1 with this mistake."
    assert missed.code.endswith("c = a - b\nc.backward()")


def test_a_test_that_fails_on_the_right_engine_counts_for_nothing(reports):
    """It is named as wrong itself, and catches no mistake."""
    right = reports["weak.py"].stages[0]
    assert (right.state, right.remark) == ("failed", "3 tests pass")
    assert right.findings[0].says.endswith("count for nothing below: test_that_is_wrong_itself.")
    assert "test_that_is_wrong_itself" not in str(reports["weak.py"].stages[1:])


def test_tests_that_never_end_on_a_broken_engine_have_caught_it(reports):
    """And the next engine is tried in a new process."""
    stages = {stage.name: stage for stage in reports["endless.py"].stages}
    assert stages["right"].state == "passed"
    assert stages["own-factor"].remark == "caught by the tests with it: did not end within 40 s"
    assert stages["tanh-of-input"].state == "failed"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("no_tests.py", "has no test: pytest looks for functions whose names begin with test"),
        ("no_value.py", "imports no `Value`; it needs a line such as: from engine import Value"),
        ("broken.py", "ImportError: cannot import name 'Neuron' from 'engine'"),
        ("syntax.py", "cannot be read: SyntaxError"),
        ("exits.py", "ends the process (exit code 0)"),
    ],
)
def test_tests_that_cannot_be_run_say_why(reports, name, problem):
    """One clear line."""
    assert problem in reports[name].problem


def test_the_screen_counts_checks(reports):
    """One file in full."""
    text = as_text(reports["weak.py"])
    assert "8 of 31 checks; first to look at: the right engine" in text
    assert "✓ `=` in place of `+=` – caught by test_reuse" in text


def test_several_files_are_counted_by_what_they_miss(reports):
    """For each mistake, how many of the files would not catch it."""
    [missed] = groups_of(list(reports.values())).values()
    assert len(missed["+1 in place of -1 for what is subtracted"]) == 2
    assert len(missed["`=` in place of `+=`"]) == 1
    assert len(missed["nothing to grade"]) == 5


def test_the_command_line_takes_tests(tmp_path, capsys):
    """--tests, and the exit status."""
    (tmp_path / "syntax.py").write_text("def test_(:")
    assert main(["--tests", str(tmp_path / "syntax.py")]) == 1
    assert "cannot be read: SyntaxError" in capsys.readouterr().out
    (tmp_path / "tests.ipynb").write_text("{}")
    assert main(["--tests", str(tmp_path / "tests.ipynb")]) == 1
    assert "is a notebook, which pytest does not run" in capsys.readouterr().out


def test_modules_that_value_comes_from_are_found():
    """Every form of import that gives the class."""
    import ast

    source = "import a\nimport b.c as d\nfrom e import Value as V\nfrom f import other\na.Value; d.Value"
    source += "\nfrom g import *"
    assert modules_of(ast.parse(source), "Value") == ["e", "g", "a", "b.c"]


def test_a_library_is_not_taken_for_the_engine(tmp_path, monkeypatch):
    """`from math import *` brings no class; a module of the student's may, and one that is not there."""
    import ast

    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("raise SystemExit  # is not run")
    stars = [f"from {module} import *" for module in ("math", "os.path", "mine", "engine", "demos.mistakes")]
    assert modules_of(ast.parse("\n".join(stars)), "Value") == ["mine", "engine", "demos.mistakes"]
    assert modules_of(ast.parse("from math import Value"), "Value") == ["math"]


def counted(fails, on_right, on_wrong):
    """Outcomes of tests that pass the first time, and afterwards are `fails` where it is said."""
    passes = {"passed": ["test_it"], "failed": [], "problem": ""}
    mistaken = {(at, 0): fails if on_wrong else passes for at in range(1, len(MISTAKES) + 1)}
    return Run({(0, 0): passes, **mistaken, (0, 1): fails if on_right else passes})


@pytest.mark.parametrize("fails", [{"passed": [], "failed": ["test_it"]}, {"stopped": "ends the process"}])
def test_tests_that_only_count_their_runs_catch_nothing(fails):
    """The right engine comes again among the others: what fails there, too, counts for nothing."""
    assert judge_tests("t.py", counted(fails, on_right=False, on_wrong=True)).stuck is None
    first, *others = judge_tests("t.py", counted(fails, on_right=True, on_wrong=True)).stages
    assert first.state == "failed" and "nothing below" in first.findings[0].says
    assert {stage.state for stage in others} <= {"failed", "advice"}


def test_each_engine_is_counted_once_in_the_progress(tmp_path, monkeypatch):
    """The right one, tried again among the others, does not take the bar beyond its end."""
    monkeypatch.setattr(Session, "ask", lambda *_, **__: {"passed": ["test_it"], "failed": []})
    (tmp_path / "t.py").write_text("from engine import Value")
    counted = []
    target = Target.parse(str(tmp_path / "t.py"))
    run = run_tests(Classroom(None, GENEROUS, threading.Event()), target, lambda: counted.append(1))
    assert len(counted) == 1 + len(MISTAKES) < len(run.outcomes)


@pytest.mark.parametrize("stops", [{"problem": "MemoryError"}, "ends the process (exit code 1)"])
@pytest.mark.parametrize("once", [True, False])
def test_what_stops_in_a_new_process_too_has_caught_the_mistake(tmp_path, monkeypatch, stops, once):
    """What stops only where others ran before, as they have left no memory, has caught nothing."""
    ran = []

    def ask(session, do, engine, again):
        ran.append(engine)
        left = len(ran) > 1 or not once
        return stops if engine == 3 and left else {"passed": ["test_it"], "failed": []}

    monkeypatch.setattr(Session, "ask", ask)
    monkeypatch.setattr(Session, "end", lambda session: ran.clear())
    (tmp_path / "t.py").write_text("from engine import Value")
    classroom = Classroom(None, GENEROUS, threading.Event())
    run = run_tests(classroom, Target.parse(str(tmp_path / "t.py")), lambda: None)
    stages = judge_tests("t.py", run).stages
    assert stages[0].state == "passed"
    assert [at for at, stage in enumerate(stages) if stage.state == "passed"] == ([0] if once else [0, 3])


TELLS = {
    "name": lambda engine: engine.__name__,
    "module": lambda engine: engine.__module__,
    "ancestors": lambda engine: len(engine.__mro__),
    "their names": lambda engine: [one.__name__ for one in engine.__mro__[1:]],
    "code": lambda engine: [getattr(engine, method).__code__ for method in ("__mul__", "_backward", "start")],
}


@pytest.fixture
def installed():
    """The class that tests would import from a module of that name."""

    def installed(number, again=0):
        install("an_engine", "Value", engine_of(number, again))
        return sys.modules["an_engine"].Value

    yield installed
    sys.modules.pop("an_engine", None)


@pytest.mark.parametrize("tell", TELLS.values(), ids=TELLS)
def test_what_tells_a_mistaken_engine_without_trying_it_tells_the_right_one_when_it_comes_again(
    installed, tell
):
    """By its name, its ancestors or its code: a test that fails so counts for nothing."""
    right = tell(installed(0))
    told = [at for at in range(1, len(MISTAKES) + 1) if tell(installed(at)) != right]
    assert not told or tell(installed(0, again=1)) != right


def test_the_right_engine_is_right_when_it_comes_again(installed):
    """It gives all that tells the mistakes, and is made of a number and a label."""
    for mistake in MISTAKES:
        assert mistake.telling.attempt(installed(0, again=1)) == mistake.right
    assert installed(0, again=1)(2.0, label="a").label == "a"


def test_the_right_engine_is_tried_again_among_the_mistaken(tmp_path):
    """A file that counts how often it was imported has failed on it; which engine comes, it is not told."""
    (tmp_path / "counts.py").write_text(
        "import sys\nfrom engine import Value\nsys.runs = getattr(sys, 'runs', 0) + 1\n"
        "def test_nothing(): assert sys.runs == 1\n"
        "def test_the_number():\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n"
        "        assert not frame.f_locals.get('question', {}).get('engine')\n"
        "        frame = frame.f_back\n"
    )
    [report] = grade([str(tmp_path / "counts.py")], limits=GENEROUS, tests=True)
    first, *others = report.stages
    assert "count for nothing below: test_nothing." in first.findings[0].says
    assert {stage.state for stage in others} <= {"failed", "advice"}
