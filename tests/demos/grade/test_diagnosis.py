"""Each classic mistake is named when a student makes it, and no right engine is accused."""

import re

import pytest

from demos.grade.grading import grade
from demos.grade.reports.formats import as_text
from demos.mistakes import MISTAKES
from tests.demos.grade.engines import MISTAKEN, RIGHT, UNKNOWN, changed
from tests.demos.grade.limits import GENEROUS

pytestmark = pytest.mark.slow
CASES = [(name, at) for name, texts in MISTAKEN.items() for at in range(len(texts))]
TWO = {
    ("sub-sign", "power-exponent"): changed(
        ("other.grad += -out.grad", "other.grad += out.grad"),
        ("n * self.data ** (n - 1)", "n * self.data**n"),
    ),
    ("kept-interiors", "tanh-of-input"): changed(
        ("            if node._prev:\n                node.grad = 0.0", "            pass"),
        ("1 - t**2", "1 - self.data**2"),
    ),
    ("overwrite", "relu-unmasked"): changed(("grad += ", "grad = "), ("(self.data > 0) * ", "")),
    ("own-factor", "sub-sign"): changed(
        ("self.grad += other.data * out.grad", "self.grad += self.data * out.grad "),
        ("other.grad += self.data * out.grad\n", "other.grad += other.data * out.grad\n"),
        ("other.grad += -out.grad", "other.grad += out.grad"),
    ),
}


@pytest.fixture(scope="module")
def mistaken(graded):
    files = {f"{name}-{at}.py": MISTAKEN[name][at] for name, at in CASES}
    files |= {"-and-".join(names) + ".py": text for names, text in TWO.items()}
    return graded(files, until="exact")


@pytest.fixture(scope="module")
def unknown(graded):
    return graded({f"{method}.py": text for method, text in UNKNOWN.items()})


@pytest.fixture(scope="module")
def right(graded):
    return graded({f"{name}.py": text for name, (text, _) in RIGHT.items()})


@pytest.mark.parametrize(("name", "at"), CASES)
def test_a_mistake_is_diagnosed_by_name(mistaken, name, at):
    """An otherwise right engine of another build than the library's: this mistake, and no other."""
    report = mistaken[f"{name}-{at}.py"]
    if name == "relu-at-zero":
        assert report.stuck is None and report.mistakes == ()
        assert "exp, tanh, relu – convention: relu'(0) = 1, where PyTorch" in as_text(report)
        return
    assert report.mistakes == (name,)
    [words] = [mistake.words for mistake in MISTAKES if mistake.name == name]
    assert f"this is what {words} gives; look at" in re.sub(r"\s+", " ", as_text(report))


@pytest.mark.parametrize("names", TWO, ids="-and-".join)
def test_two_mistakes_in_one_engine_are_both_named(mistaken, names):
    """Both are found, and nothing that is not there."""
    assert set(mistaken["-and-".join(names) + ".py"].mistakes) == set(names)


def test_the_operation_that_overwrites_is_pointed_at(mistaken):
    """`=` in the product alone: look at `__mul__`, and sums are not blamed."""
    findings = [one for stage in mistaken["overwrite-2.py"].stages for one in stage.findings]
    assert "look at `__mul__`" in findings[0].says
    assert not any("__add__" in finding.says for finding in findings)


def test_a_diagnosis_shows_the_smallest_expression(mistaken):
    """What to type, what came out, what is right, the cause, the place."""
    reuse = next(stage for stage in mistaken["overwrite-0.py"].stages if stage.name == "reuse")
    [finding] = reuse.findings
    assert finding.code == "a = Value(3.0)\nc = a + a\nc.backward()"
    assert (
        finding.says
        == "Your a.grad is 1 where 2 is right: this is what `=` in place of `+=` gives; look at `__add__`."
    )


@pytest.mark.parametrize("method", UNKNOWN)
def test_an_unknown_mistake_is_shown_and_no_cause_is_guessed(unknown, method):
    """The smallest expression with the method to look at; what fails after it may be the same mistake."""
    report = unknown[f"{method}.py"]
    findings = [
        finding.says for stage in report.stages for finding in stage.findings if stage.name != "exact"
    ]
    assert report.mistakes == () and "in place of" not in as_text(report)
    assert f"is right; look at `{method}`." in findings[0]
    assert set(re.findall(r"right; look at `(\w+)`", " ".join(findings))) == {method}


def test_a_gradient_that_does_not_arrive_is_told(mistaken):
    """A new leaf where the operand was meant: the first thing that is said, and the only one."""
    report = mistaken["cut-off-0.py"]
    assert report.first.code == "a = Value(3.0)\nc = -a\nc.backward()"
    assert report.first.says == (
        "Your a.grad is 0 where -1 is right: this is what a result without its operands in place of one that "
        "leads back to them gives; look at `__neg__`."
    )
    assert as_text(report).count("look at `") == 1


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_engine_is_not_accused(right, name):
    """Whatever its design; it fails at most where its design has a limit, and is told of no mistake."""
    report, (_, limits) = right[f"{name}.py"], RIGHT[name]
    assert report.problem == ""
    assert [stage.name for stage in report.stages if stage.state == "advice"] == limits
    assert report.stuck is None
    assert "in place of" not in as_text(report)


def test_gradients_that_start_anew_are_remarked_on(right):
    """Not adding up over passes is another convention, not a mistake."""
    [again] = [stage for stage in right["gradients anew.py"].stages if stage.name == "again"]
    assert again.state == "passed"
    assert "starts the gradients anew, where PyTorch, micrograd and seegrad add them up" in again.remark


def test_this_projects_own_engine_is_all_right():
    """autograd:Value passes every stage, those beyond as well."""
    [report] = grade(["autograd:Value"], limits=GENEROUS, strict=True)
    assert (report.stuck, report.passed) == (None, len(report.stages))


@pytest.mark.peer("micrograd")
def test_micrograd_comes_out_as_it_should():
    """exp and tanh are not written; repeated backward, exact division and depth fail; it learns XOR."""
    [report] = grade(["micrograd.engine:Value"], limits=GENEROUS)
    states = {stage.name: stage.state for stage in report.stages if stage.state != "passed"}
    assert states == {"functions": "not written yet", "again": "advice", "exact": "advice", "depth": "advice"}
    text = re.sub(r"\s+", " ", as_text(report))
    assert "not written yet: `exp`, `tanh`" in text
    assert "micrograd does so too; no harm is done while each graph is passed over once" in text
    assert (
        "Your c.data is 0.9999999999999999 where 1 is right; look at `__truediv__`. a * b**-1 rounds twice"
        in text
    )
    assert "RecursionError" in text
    assert report.mistakes == ("kept-interiors",)
