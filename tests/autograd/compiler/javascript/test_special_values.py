"""The whole table as JavaScript at zeros, infinities, NaN, huge and tiny numbers: the rule's own limits."""

import numpy as np
import pytest

import autograd
from autograd import Value, primitive
from autograd.compiler.backends.javascript.text import javascript_program
from autograd.rules.table import TABLE
from autograd.symbols import equal, where, x, y
from tests.autograd.compiler.javascript.running import Case, run
from tests.autograd.compiler.programs import lowered
from tests.autograd.compiler.test_special_values import (
    HUGE,
    ROWS,
    SPECIAL,
    ZERO,
    assert_limit,
    limit,
    limits,
    points,
    size,
)

pytestmark = pytest.mark.browser


def text_of(results, parameters):
    """The text of the sum of some results of a sample, and of each of them: the sum is differentiated."""
    found = lowered(
        lambda sample: [autograd.sum(results(sample)), *results(sample)], parameters, (), apart=True
    )
    return javascript_program(found)


def test_values_and_partials_at_the_points_of_each_row_are_the_rules(browser):
    """Each row at each of the points that it states, on floats."""
    stated = [(row, [*map(float, point)]) for row in TABLE.values() for point in row.samples]
    parameters = [[Value(number) for number in point] for _, point in stated]

    def results(sample):
        operands = [[p + sample for p in own] for own in parameters]
        return [row(*row.arrange(given)) for (row, _), given in zip(stated, operands)]

    text = text_of(results, [p for own in parameters for p in own])
    (found,) = run(browser, [Case("", text, np.concatenate([point for _, point in stated]), ZERO[None])])
    gradient = iter(found.gradient)
    for (row, point), result in zip(stated, found.results[1:], strict=True):
        value = row.evaluate(point)
        assert_limit(float(result[0]), value, "float64", row, point)
        for partial in row.local_derivatives(point, value, [True] * len(point)):
            assert_limit(float(next(gradient)), partial, "float64", row, point)


@pytest.mark.parametrize("uniform", [True, False])
def test_values_and_partials_at_special_numbers_are_the_limits_of_the_rule(browser, uniform):
    """Each row at all pairs of numbers, its operands parameters alone or beside samples."""
    parameters = [[Value(1.0) for _ in range(size(row))] for row in ROWS]

    def results(sample):
        operands = [[p if uniform else p + sample for p in own] for own in parameters]
        return [row(*row.arrange(given)) for row, given in zip(ROWS, operands)]

    text = text_of(results, [p for own in parameters for p in own])
    at_once = list(zip(*[points(size(row), "float64") for row in ROWS]))
    cases = [Case(at, text, np.concatenate(given), ZERO[None]) for at, given in enumerate(at_once)]
    for at, found in enumerate(run(browser, cases)):
        gradient = iter(found.gradient)
        for row, given, result in zip(ROWS, at_once[at], found.results[1:], strict=True):
            value, partials = limits(row, "float64")[at]
            assert_limit(float(result[0]), value, "float64", row, given)
            for partial in partials:
                assert_limit(float(next(gradient)), partial, "float64", row, given)


@pytest.mark.parametrize("slot", [0, 1])
def test_plain_numbers_among_the_operands_are_the_rule_all_the_same(browser, slot):
    """A number in the text, folded into the rule: the values, and the partials of the other operand."""
    numbers = SPECIAL + HUGE["float64"]
    rows = [row for row in ROWS if len(row.operands) == 2 and not row.families]
    pairs = [(row, number) for row in rows for number in numbers]
    w = [Value(0.0) for _ in pairs]

    def results(sample):
        others = [parameter + sample for parameter in w]
        return [row(*((n, v) if slot == 0 else (v, n))) for (row, n), v in zip(pairs, others)]

    text = text_of(results, w)
    cases = [Case(other, text, np.full(len(w), other), ZERO[None]) for other in numbers]
    for other, found in zip(numbers, run(browser, cases), strict=True):
        for (row, number), result, slope in zip(pairs, found.results[1:], found.gradient, strict=True):
            point = (number, other) if slot == 0 else (other, number)
            value, partials = limit(row, point)
            assert_limit(float(result[0]), value, "float64", row, point)
            assert_limit(float(slope), partials[1 - slot], "float64", row, point)


def test_conditions_are_numbers_and_numbers_conditions(browser):
    """Compared, added, returned: 1 and 0; NaN as a condition holds, as on floats and arrays."""
    both = primitive("both_positive", (x > 0) + (y > 0), 0.0, 0.0)
    is_one = primitive("is_one", equal(x > 0, 1), 0.0)
    chosen = primitive("chosen_by", where(x * 0, 2, 3), 0.0)
    w = Value(2.0)

    def results(a):
        return [both(a, w), is_one(a), chosen(a), a < w, (a >= w) + (a <= w), autograd.where(a, 1.0, 0.0)]

    text = text_of(results, [w])
    samples = np.array([[-1.0, 3.0, np.nan, np.inf, 0.0]])
    _, *found = run(browser, [Case("", text, [2.0], samples)])[0].results
    assert [row.tolist() for row in found] == [
        [1.0, 2.0, 1.0, 2.0, 1.0],
        [0.0, 1.0, 0.0, 1.0, 0.0],
        [3.0, 3.0, 2.0, 2.0, 3.0],
        [1.0, 0.0, 0.0, 0.0, 1.0],
        [1.0, 1.0, 0.0, 1.0, 1.0],
        [1.0, 1.0, 1.0, 1.0, 0.0],
    ]
