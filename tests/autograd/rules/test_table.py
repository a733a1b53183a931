"""Every row of the table, against references to 80 digits that share nothing with the engine."""

import math
from pathlib import Path

import pytest

import autograd
from autograd import Value, grad
from autograd.rules import table
from autograd.rules.notation import TEXT
from autograd.rules.table import TABLE, with_parts
from autograd.rules.words import WORDS
from autograd.symbols import subterms, z
from tests.autograd.rules import decimals
from tests.autograd.rules.points import CONSTANT, EVERY_POINT, points

rows = pytest.mark.parametrize("name", TABLE)
everywhere = pytest.mark.parametrize(("name", "point"), EVERY_POINT)


def call(name, operands):
    """A row, applied to flat operands."""
    row = TABLE[name]
    return row.operator(*row.arrange(operands))


def differentiable(name, point):
    return [at for at in range(len(point)) if at not in CONSTANT.get(name, ())]


def close(actual, expected, ulps=16):
    """Within a few units in the last place: each reading is a handful of float operations."""
    return math.isclose(actual, expected, rel_tol=ulps * 2.0**-52, abs_tol=1e-300)


def test_references_cover_the_table():
    """A new row needs a reference of its own: the suite says so."""
    assert set(decimals.FUNCTIONS) == set(TABLE)


@rows
def test_row_is_complete(name):
    """A row has a name, a symbol, a sentence, one partial per operand, and samples in its domain."""
    row = TABLE[name]
    assert row.name == name and name.isidentifier() and row.symbol
    assert row.says.endswith(".")
    assert len(row.partials) == len(row.operands)
    assert len(points(name)) > len(row.samples) >= 1
    assert all(row.in_domain(sample) for sample in row.samples)
    assert all(len(sample) >= len(row.operands) for sample in row.samples)


@rows
def test_row_that_can_fail_says_what_to_do(name):
    """A row with a domain words it and gives a hint."""
    row = TABLE[name]
    assert row.domain is None or (row.requirement and row.hint)


@rows
def test_operator_documents_its_rule(name):
    """help(autograd.tanh) shows the row's sentence, its value and its partials."""
    row = TABLE[name]
    text, (value, *partials) = row.operator.__doc__, row.stated
    assert row.says in text
    assert f"z = {TEXT.write(value)}" in text
    for partial in partials:
        assert f"= {TEXT.write(partial)}" in text
    for part, meaning in row.parts.items():
        assert f"{part} = {TEXT.write(meaning)}" in text


@rows
def test_rule_is_what_the_row_states(name):
    """Value and partials have the meaning of each part where the row has its name, and no other symbol."""
    row = TABLE[name]
    for stated, meant in zip(row.stated, (row.value, *row.partials), strict=True):
        assert repr(with_parts(stated, row.parts)) == repr(meant)
        symbols = {part.head for part in subterms(meant) if not part.operands}
        assert symbols <= {*row.operands, "z", "position"}


def test_a_misspelt_word_of_a_row_is_no_operand():
    """Every keyword that is not the row's own is a partial, and is called so."""
    with pytest.raises(AssertionError, match=r"^norm: a partial is called d and its operand$"):
        table.op("norm", z=z, dx=1, families_=1)


def test_words_and_rows_name_each_other():
    """No row without words, no words without a row, in one order."""
    assert list(WORDS) == list(TABLE)


def test_table_reads_as_a_table():
    """A line of the table fits a screen, without an exception for it."""
    text = Path(table.__file__).read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 110
    assert "noqa" not in text


@everywhere
def test_value_is_right_to_the_last_digits(name, point):
    """A row's value agrees with 80 digits to a few units in the last place."""
    assert close(call(name, point), decimals.value(name, point))


@everywhere
def test_partials_are_right_to_the_last_digits(name, point):
    """Each partial agrees with an 80-digit difference quotient, except where it crosses zero."""
    node = call(name, [Value(number) for number in point])
    for at in differentiable(name, point):
        expected = decimals.partial(name, point, at)
        # gelu, silu: sums whose terms cancel near their minimum; tanh: 1 - z carries z's own half ulp
        scale = 1e-16 if name in ("gelu", "silu", "tanh", "sigmoid", "erfc") else 0.0
        assert close(node.partials[at], expected, 64) or abs(node.partials[at] - expected) <= scale


@pytest.mark.parametrize(
    ("name", "bound"),
    [(name, side) for name in ("asin", "acos", "atanh") for side in (1, -1)] + [("acosh", 1)],
)
@pytest.mark.parametrize("gap", [2.0**-20, 2.0**-40, 2.0**-52])
def test_partials_near_a_bound_of_the_domain_keep_their_digits(name, bound, gap):
    """Where they are steepest, asin and its kin are as right as elsewhere: (1 - x)(1 + x) does not cancel."""
    x = bound * (1.0 + gap if name == "acosh" else 1.0 - gap)
    assert close(call(name, [Value(x)]).partials[0], decimals.partial(name, [x], 0))


@everywhere
def test_partials_agree_with_central_differences(name, point):
    """Each partial agrees with a difference of the row's own values."""
    node = call(name, [Value(number) for number in point])
    for at in differentiable(name, point):
        step = 2.0**-18 * max(abs(point[at]), 2.0**-10)
        around = [call(name, [*point[:at], point[at] + s * step, *point[at + 1 :]]) for s in (1, -1)]
        # error: third derivative * step^2, and rounding of the values divided by the step
        assert (around[0] - around[1]) / (2 * step) == pytest.approx(node.partials[at], rel=1e-6, abs=1e-9)


@everywhere
def test_partials_agree_with_the_complex_step(name, point):
    """Im f(x + ih)/h has no subtraction: where the row reads on complex numbers it agrees to rounding."""
    row = TABLE[name]
    node = call(name, [Value(number) for number in point])
    for at in differentiable(name, point):
        numbers = [complex(number, 1e-30 * (at == place)) for place, number in enumerate(point)]
        for chooser in CONSTANT.get(name, ()):
            numbers[chooser] = point[chooser]
        try:
            result = row.on_complex.value(*row.arrange(numbers))
        except NameError:
            assert name in ("erf", "erfc", "gelu", "atan2", "select")  # cmath does not have them
            return
        # cmath's atan and log lose digits that the real functions keep
        assert result.imag / 1e-30 == pytest.approx(node.partials[at], rel=1e-12, abs=1e-15)


@everywhere
def test_second_derivatives_are_right(name, point):
    """Differentiating the partials on Values gives all second derivatives, mixed ones included."""
    scale = max(1.0, abs(decimals.value(name, point)))
    for at in differentiable(name, point):
        for by in differentiable(name, point):

            def first(x, at=at, by=by):
                def function(y):
                    operands = list(point)
                    operands[by] = x
                    operands[at] = y
                    return call(name, operands)

                return grad(function)(x if at == by else point[at])

            expected = decimals.second_partial(name, point, at, by)
            # absolute: second derivatives that are 0 come out as sums that cancel
            assert grad(first)(point[by]) == pytest.approx(expected, rel=1e-10, abs=1e-13 * scale)


@everywhere
def test_numbers_in_a_number_out(name, point):
    """Applied to plain numbers a row gives a float, with the bits of the node's data."""
    result = call(name, point)
    assert type(result) is float
    assert result == call(name, [Value(number) for number in point]).data


INSIDE = ("identity", "logsumexp")
"""The engine's own, and the row that the function `logsumexp` applies to shifted operands."""


@pytest.mark.parametrize("name", [name for name in TABLE if name not in INSIDE])
def test_row_is_public_as_function_and_method(name):
    """Each row is a function of `autograd`; one of one operand is a method of Value, too."""
    row = TABLE[name]
    sample = row.samples[0]
    function = getattr(autograd, name)
    assert function(*row.arrange(sample)) == call(name, sample)
    node = function(*row.arrange([Value(number) for number in sample]))
    assert (node.primitive, node.data) == (row, call(name, sample))
    if len(row.operands) == 1 and not row.families:
        assert getattr(Value(sample[0]), name)().data == node.data
