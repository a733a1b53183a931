"""The library of mistakes: one right engine, and engines that each differ from it as they say."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from demos.grade.trials.stages import STAGES
from demos.mistakes import MISTAKES, Expression, Value
from demos.mistakes.catalogue import afresh

BY_NAME = pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
BY_PYTHON = {"__module__", "__doc__", "__annotations__"}
BY_PYTHON |= {"__firstlineno__", "__static_attributes__"}  # from 3.13 on
TRIALS = [trial for stage in STAGES for trial in stage.trials if not trial.answer]

STEPS = ["{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} / {1}", "3.0 - {0}", "2.0 / {0}", "-{0}", "{0} + 7"]
STEPS += ["{0}**2", "{0}**-1", "{0}**0", "{0}.tanh()", "({0} * 0.01).exp()", "{0}.relu()"]


@given(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=12
    )
)
def test_the_right_engine_agrees_with_autograd(steps):
    """On random graphs with shared nodes, backward run twice: the same numbers as this project's engine."""
    lines = ["v0 = Value(1.5)", "v1 = Value(-2.25)"]
    for at, (step, first, second) in enumerate(steps, 2):
        lines.append(f"v{at} = " + step.format(f"v{first % at}", f"v{second % at}"))
    last = len(lines) - 1
    shows = (f"v{last}.data", "v0.grad", "v1.grad", f"v{last}.grad")
    expression = Expression("\n".join([*lines, f"v{last}.backward()", f"v{last}.backward()"]), shows)
    try:
        expected = expression.numbers(autograd.Value)
        numbers = expression.numbers(Value)
    except ArithmeticError:  # 0**-1, and too large a number: either engine says so in its own way
        return
    assert numbers == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


@BY_NAME
def test_the_telling_expression_tells(mistake):
    """On its smallest expression the mistaken engine and the right one differ; autograd is right."""
    assert mistake.right != mistake.wrong
    assert mistake.telling.numbers(autograd.Value) == pytest.approx(mistake.right, rel=1e-15)


@BY_NAME
def test_every_way_to_make_it_shows_somewhere(mistake):
    """Each engine of a mistake goes wrong in some trial of the grader."""
    for engine in mistake.engines:
        assert any(trial.attempt(afresh(engine)) != trial.numbers(Value) for trial in TRIALS)


@BY_NAME
def test_a_mistake_differs_from_the_right_engine_in_few_lines(mistake):
    """An engine changes at most three methods: one can read what is wrong with it."""
    for engine in mistake.engines:
        between = engine.__mro__[: engine.__mro__.index(Value)]
        changed = {name for made in between for name in vars(made)} & {*dir(Value), "grad"}
        assert 1 <= len(changed - BY_PYTHON) <= 3


def test_no_two_mistakes_give_the_same_numbers_throughout():
    """The grader's trials tell any two engines apart, except ways to make the same mistake."""
    seen = {}
    for mistake in MISTAKES:
        for engine in mistake.engines:
            numbers = tuple(str(trial.attempt(afresh(engine))) for trial in TRIALS)
            assert seen.setdefault(numbers, mistake.name) == mistake.name


def test_names_and_words():
    """Names are unique and short; the words say what was done in place of what."""
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)
    for mistake in MISTAKES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", mistake.name)
        assert mistake.words.count(" in place of ") == 1


def test_a_convention_is_marked_as_one_and_lies_between_the_slopes_of_the_two_sides():
    """Of the library, relu's derivative at 0 alone: the other choice is a subgradient, too."""
    [convention] = [mistake for mistake in MISTAKES if mistake.convention]
    assert convention.name == "relu-at-zero"
    assert 0.0 <= convention.right["a.grad"] < convention.wrong["a.grad"] <= 1.0
    assert "convention" in convention.remark


def test_what_an_engine_keeps_starts_empty_in_a_new_class():
    """A mistake that lives from pass to pass does not leak from one use of the library into the next."""
    [reused] = [mistake for mistake in MISTAKES if mistake.name == "reused-order"]
    assert reused.wrong == reused.wrong


def test_the_player_names_its_mistakes_as_the_library_does():
    """The mistakes of the player's "predict first" are in the library, by the same names and words."""
    script = (Path(__file__).parents[3] / "viz" / "player" / "predicting.js").read_text(encoding="utf-8")
    table = script[script.index("const MISTAKES = [") :]
    named = re.findall(r'\["([a-z-]+)", "([^"]+)"', table[: table.index("];")])
    library = {mistake.name: mistake.words for mistake in MISTAKES}
    assert [name for name, _ in named] == [
        "overwrite",
        "forgotten-path",
        "forgotten-upstream",
        "forgotten-local",
    ]
    assert dict(named) == {name: library[name] for name, _ in named}
