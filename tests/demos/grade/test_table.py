"""Mistakes alone and in pairs, in engines of four designs: named right or not at all, never wrong."""

import pytest

from demos.grade.trials.models import changed
from demos.mistakes import MISTAKES, Value
from demos.mistakes.passes import Overwrites
from tests.demos.grade.designs import DESIGNS, MAKE, names, pairs, write
from tests.demos.grade.here import graded

CONVENTIONS = {mistake.name for mistake in MISTAKES if mistake.convention}


def verdict(text, made, folder):
    """How well the report on an engine names the mistakes that were made, and the report."""
    report, made = graded(text, folder), names(made) - CONVENTIONS
    true = made | {"kept-interiors"} if keeps_interiors(text) else made
    named = set(report.mistakes)
    if named - true:
        return f"wrong: {', '.join(sorted(named - true))}", report
    if named:
        return "all named" if named >= made else "one named", report
    shown = [finding for stage in report.counted for finding in stage.findings]
    assert all(finding.code for finding in shown)  # the smallest expression
    return "unknown" if shown else "nothing shows", report


def keeps_interiors(text):
    """Whether a pass starts with what was in an interior gradient before: some walks set none to 0."""
    return _interior_after(text, 0.0) != _interior_after(text, 100.0)


def _interior_after(text, before):
    engine = {}
    exec(text, engine)
    Value = engine["Value"]
    b = Value(3.0) + Value(5.0)
    c = b + Value(7.0)
    b.grad = before
    c.backward()
    return b.grad


def test_every_mistake_of_the_library_is_made():
    """The names of the library, and no others; each in some design."""
    assert {name for made in MAKE for name in names((made,))} == {mistake.name for mistake in MISTAKES}
    for made in MAKE:
        assert any(write(design, made) for design in DESIGNS)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_right_engine_of_each_design_is_not_accused(design, tmp_path):
    """The engines that mistakes are put into are right; to divide by a power rounds twice: that is advice."""
    said, report = verdict(write(design), (), tmp_path)
    assert said == "nothing shows"
    assert [stage.name for stage in report.stages if stage.state == "advice"] == (
        ["exact"] if design == "composed" else []
    )


@pytest.mark.parametrize(
    ("design", "made"),
    [
        ("closures", ("not-reversed",)),
        ("composed", ("not-reversed",)),
        ("composed", ("forgotten-upstream __pow__",)),
        ("partials", ("equal-data",)),
        pytest.param("tape", ("overwrite", "tanh-of-input"), marks=pytest.mark.slow),
        pytest.param("closures", ("sub-sign", "relu-unmasked"), marks=pytest.mark.slow),
        pytest.param("closures", ("cut-off __mul__", "seed-everywhere"), marks=pytest.mark.slow),
        pytest.param("partials", ("cut-off __mul__", "seed-everywhere"), marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_what_students_do_is_named(design, made, tmp_path):
    """A few of the table below: `reversed` forgotten where - is composed, a product cut off from its walk."""
    said, report = verdict(write(design, *made), made, tmp_path)
    assert said == "all named"
    assert set(report.first.mistakes) <= names(made)


@pytest.mark.slow
@pytest.mark.parametrize("made", MAKE)
@pytest.mark.parametrize("design", DESIGNS)
def test_a_mistake_alone_is_named(design, made, tmp_path):
    """Each in each design in which it can be made; a convention is no mistake."""
    if text := write(design, made):
        expected = "nothing shows" if made in CONVENTIONS else "all named"
        assert verdict(text, (made,), tmp_path)[0] == expected


def test_what_python_puts_into_every_class_is_no_part_of_an_engine(monkeypatch):
    """Versions differ in it; 3.13 added these two. Another local step is the only difference here."""
    for engine in (Value, Overwrites):
        for name in ("__firstlineno__", "__static_attributes__"):
            monkeypatch.setattr(engine, name, (), raising=False)
    assert changed(Overwrites) == {"_backward"}


def in_some_design(at, made):
    """An engine with both mistakes, in each design in turn; None where they cannot be made together."""
    turned = [DESIGNS[(at + number) % len(DESIGNS)] for number in range(len(DESIGNS))]
    return next(filter(None, (write(design, *made) for design in turned)), None)


@pytest.mark.slow
def test_a_walk_that_goes_wrong_over_sets_is_not_taken_for_one_that_is_cut_off(tmp_path):
    """Chance orders the operands, and no operand passes anything on: both are named."""
    made = ("not-reversed", "operands-in-set")
    assert verdict(write("partials", *made), made, tmp_path)[0] == "all named"


@pytest.mark.slow
def test_of_two_mistakes_none_is_named_wrong(tmp_path):
    """Every ninth pair, in one design each: what is named was made, and what is not named is shown."""
    tried = [(made, in_some_design(at, made)) for at, made in enumerate(pairs())][::9]
    found = {made: verdict(text, made, tmp_path)[0] for made, text in tried if text}
    assert found
    assert {
        made: said for made, said in found.items() if said not in ("all named", "one named", "unknown")
    } == {}
