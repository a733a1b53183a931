"""Right engines of unusual designs and names are not accused, and are graded on what they have."""

import pytest

from demos.grade.__main__ import main
from demos.grade.inside.names import KNOWN, Names, find, parse
from demos.grade.inside.observing import plain
from demos.grade.judging.verdicts import judge
from demos.grade.reports.formats import as_text
from demos.grade.running.engines import Run
from demos.grade.trials.stages import STAGES
from tests.demos.grade.designs import write
from tests.demos.grade.here import graded

SMALL = '''
import math


class Scalar:
    """Only + and *, between Scalars; other names, and no room for more."""

    __slots__ = ("value", "gradient", "parents")

    def __init__(self, value, parents=()):
        self.value, self.gradient, self.parents = value, 0.0, parents

    def __add__(self, other):
        return Scalar(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Scalar(self.value * other.value, ((self, other.value), (other, self.value)))


def backprop(root):
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    for node in order:
        if node.parents:
            node.gradient = 0.0
    root.gradient = 1.0
    for node in reversed(order):
        for parent, partial in node.parents:
            parent.gradient += partial * node.gradient


def tanh(v):
    t = math.tanh(v.value)
    return Scalar(t, ((v, 1 - t * t),))
'''


@pytest.fixture
def small(tmp_path):
    """The report on it."""
    return graded(SMALL, tmp_path)


def states(report):
    return {stage.name: stage.state for stage in report.stages}


def test_an_engine_of_two_operations_shows_its_topological_order(small):
    """Each stage asks for what it is about; what is not written is said in one stage, and is no failure."""
    assert {name for name, state in states(small).items() if state == "passed"} >= {
        "data", "arithmetic", "backward", "reuse", "non-leaf", "neuron", "again", "between",
    }  # fmt: skip
    assert "failed" not in states(small).values() and small.mistakes == ()
    numbers = next(stage for stage in small.stages if stage.name == "numbers")
    assert numbers.state == "not written yet" and numbers.remark.startswith(
        "plain numbers (`c = a + 10.0`), "
    )


def test_other_names_are_found_and_said(small):
    """Attributes, methods and functions of the file, in every sentence and every line of code."""
    said = "read as the file names them: `.value` for `.data`, `.gradient` for `.grad`, "
    assert small.remarks == (said + "`backprop(v)` for `.backward()`, `tanh(v)` for `.tanh()`",)


def test_a_finding_speaks_with_the_names_of_the_file(tmp_path):
    """The code can be pasted below the student's class as it is, but for the class's own name."""
    report = graded(SMALL.replace("gradient += partial", "gradient = partial"), tmp_path)
    assert report.mistakes == ("overwrite",)
    assert report.first.code == "a = Value(3.0)\nc = a + a\nbackprop(c)"
    assert report.first.says.startswith("Your a.gradient is 1 where 2 is right: this is what `=` in place of")


def test_names_are_read_off_a_value():
    """`.d` is the data where it holds the number, and the gradient where it holds 0."""

    class Dual:
        def __init__(self):
            self.v, self.d = 2.0, 0.0

    class Single:
        def __init__(self):
            self.d, self.g = 2.0, None

    assert find(Dual(), 2.0, {}, {}, plain).spelled == {"data": "v", "grad": "d"}
    assert find(Single(), 2.0, {}, {}, plain).spelled == {"data": "d", "grad": "g"}


def test_every_trial_is_written_with_the_names():
    """No usual name is left in any expression, however the brackets nest."""
    names = Names(dict.fromkeys(KNOWN, "other"), frozenset({"backward", "exp", "tanh", "relu"}))
    for stage in STAGES:
        for trial in stage.trials:
            for at in range(4):
                spelled = "\n".join(map(names.spell, trial.instead(at).lines))
                assert not any(f".{usual}" in spelled for usual in KNOWN)
                compile(spelled, "trial", "exec")


@pytest.mark.parametrize("given", ["datum=value", "data", "data=not a name", ""])
def test_names_that_are_not_understood_are_refused(given, capsys):
    """The message says what is allowed."""
    with pytest.raises(SystemExit, match="2"):
        main(["ada.py", "--names", given])
    assert "write data=value,grad=gradient with any of: data, grad, backward" in capsys.readouterr().err
    with pytest.raises(ValueError, match="is not understood"):
        parse(given)


@pytest.mark.slow
def test_a_name_that_is_not_there_is_told(tmp_path, capsys):
    """What there is, is listed."""
    (tmp_path / "ada.py").write_text(SMALL.replace("value", "wert"))
    assert main([str(tmp_path / "ada.py"), "--names", "data=worth"]) == 1
    out = capsys.readouterr().out
    assert (
        "has no `worth`, which --names gives for `data`; it has gradient, parents, wert, backprop(v)" in out
    )
    assert main([str(tmp_path / "ada.py"), "--names", "data=wert", "--until", "arithmetic"]) == 0


@pytest.mark.parametrize(("value", "said"), [("float(x >= 0)", "1"), ("(x > 0) + 0.5 * (x == 0)", "1/2")])
def test_a_convention_is_named_and_is_no_failure(value, said, tmp_path):
    """relu'(0) may be any number from 0 to 1."""
    text = write("closures").replace("float(self.data > 0)", value.replace("x", "self.data"))
    report = graded(text, tmp_path)
    assert report.first is None and states(report)["functions"] == "passed"
    assert f"convention: relu'(0) = {said}, where PyTorch, JAX and micrograd take 0" in as_text(report, 200)


def test_what_goes_beyond_counts_only_when_it_is_asked_to():
    """Advice neither stops nor counts; strictly, it does both."""
    at = next(number for number, stage in enumerate(STAGES) if stage.beyond)
    run = Run({(at, 0): {"numbers": {"a.grad": 5.0}}})
    for strict, state, counted in ((False, "advice", False), (True, "failed", True)):
        report = judge("ada.py", run, strict=strict)
        assert report.stages[at].state == state
        assert (report.stages[at] in report.counted) is counted


def test_the_first_cause_is_shown_alone_where_it_explains_the_rest(tmp_path):
    """`reversed` forgotten, where - is made of + and -: nothing points elsewhere."""
    report = graded(write("composed", "not-reversed"), tmp_path)
    text = as_text(report, 200)
    assert text.count("look at `") == 1 and "look at `backward`" in text


def test_a_comparison_that_breaks_sets_is_named(tmp_path):
    """`__eq__` without `__hash__`: Python says that a Value is unhashable, and the report says why."""
    by_data = "\n    def __eq__(self, other):\n        return self.data == other.data\n"
    report = graded(write("closures") + by_data, tmp_path)
    assert report.mistakes == ("equal-data",)
    assert "unhashable type: 'Value'" in report.first.says and "look at `__eq__`" in report.first.says
