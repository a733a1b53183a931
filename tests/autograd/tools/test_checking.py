"""check_gradients: what it compares, its report, and that it finds what is wrong."""

import dataclasses
import math

import pytest

import autograd
from autograd import GradientCheckError, Value, check_gradients
from autograd.engine.graph import make_node
from autograd.engine.recording import record
from autograd.rules.table import TABLE
from tests.autograd.rules.points import CONSTANT, points


def test_report_is_a_readable_table():
    """One row per comparison: the route, what was found, what was expected; true when all agree."""
    report = check_gradients(lambda x, y: (x * y).tanh() + autograd.exp(x), 0.5, -1.2)
    assert report
    lines = str(report).splitlines()
    assert "found" in lines[0] and "expected" in lines[0]
    for route in ("d/dx0, central difference", "d/dx1, complex step", "along a direction, forward mode"):
        assert any(line.startswith("ok") and route in line for line in lines)
    assert any("d2/dx1 along a direction" in line for line in lines)
    assert repr(report) == str(report)


def test_numbers_inside_a_structure_have_names():
    """By its path: x0['b'][0] is the first number of b in the first argument."""
    text = str(check_gradients(lambda p, q: p["a"] * p["b"][0] + q, {"a": 1.0, "b": [2.0]}, 3.0))
    assert "d/dx0['b'][0], central difference" in text and "d/dx1, central difference" in text


def test_order_one_checks_no_second_derivative():
    """order=1 leaves the second order out; another order is an error."""
    assert "d2/" not in str(check_gradients(lambda x: x * x, 0.5, order=1))
    assert "d2/" in str(check_gradients(lambda x: x * x, 0.5))
    with pytest.raises(ValueError, match=r"check_gradients checks order 1 or 2, got order=3"):
        check_gradients(lambda x: x, 0.5, order=3)


def detached(x):
    """A gradient that forgets a factor: the derivative is x², not 3x²."""
    return x * x.data * x.data


def kinked(x):
    """Right, but not smooth: at 0 the central difference is 1/2."""
    return x.relu()


def second_order_wrong(x):
    """Right to first order; the second derivative loses its half."""
    return 2 * x * x.data - x.data * x.data


def test_wrong_gradient_is_caught():
    """The error names the function, the place, and the rows that disagree, with both numbers."""
    with pytest.raises(
        GradientCheckError, match=r"the gradients of detached disagree at \(2\.0,\):"
    ) as caught:
        check_gradients(detached, 2.0)
    text = str(caught.value)
    assert "BAD d/dx0, central difference" in text
    assert "4.0000000000e+00" in text and "1.2000000000e+01" in text
    assert "ok " not in text


def test_wrong_second_derivative_is_caught():
    """First order agrees; the second does not, and order=1 does not see it."""
    assert check_gradients(second_order_wrong, 2.0, order=1)
    with pytest.raises(GradientCheckError, match=r"BAD d2/dx0 along a direction"):
        check_gradients(second_order_wrong, 2.0)


def test_kink_is_reported():
    """At a kink the routes disagree: the docstring says so."""
    with pytest.raises(GradientCheckError, match="BAD d/dx0, central difference"):
        check_gradients(kinked, 0.0)
    assert check_gradients(kinked, 1.0) and check_gradients(kinked, -1.0)


def test_error_is_an_assertion():
    """So that a test suite counts it as a failure."""
    assert issubclass(GradientCheckError, AssertionError)


def test_wrong_primitive_is_caught():
    """A graph whose partial was spoiled by hand is found."""

    def spoiled(x):
        return make_node(TABLE["exp"], (x,), math.exp(x.data), (1.01 * math.exp(x.data),))

    with pytest.raises(GradientCheckError, match="BAD"):
        check_gradients(spoiled, 3.0)


@pytest.mark.parametrize("bad", [1e-4, 1e-3])
def test_tolerance_is_relative_to_the_gradient(bad):
    """An error of 1e-4 passes at a tolerance of 1e-3, and not at 1e-5."""

    def nearly(x):
        return x * 1e6 + (x.data - 2.0) * 1e6 * bad

    with pytest.raises(GradientCheckError):
        check_gradients(nearly, 2.0, order=1)
    assert bad > 5e-4 or check_gradients(nearly, 2.0, order=1, tolerance=1e-3)


def test_several_results_are_checked_together():
    """A list of results is checked on a random combination: a wrong one among them is found."""
    assert check_gradients(lambda x: [x * x, {"s": x.sin()}], 0.7)
    for seed in range(5):
        with pytest.raises(GradientCheckError, match="BAD"):
            check_gradients(lambda x: [x * x, x * x.data], 0.7, seed=seed)


def test_complex_step_says_why_it_is_missing():
    """Where a primitive is not analytic, or cmath lacks it, the report says so and the rest is checked."""
    report = check_gradients(lambda x: autograd.erf(x), 0.5)
    assert report and "no complex step" in str(report)
    assert (
        "complex step" in str(check_gradients(lambda x: x.exp() * x.sin(), 0.5)).split("no complex step")[0]
    )


def test_values_may_be_given_and_are_left_alone():
    """Value arguments stand for their numbers; their gradients are not touched."""
    x = Value(0.5)
    assert check_gradients(lambda a: a**3, x)
    assert not x.reached


def test_checkpoint_and_closures_can_be_checked():
    """Users' functions as they come: with checkpoint, with Values closed over, with constants."""
    w = Value(0.3)
    assert check_gradients(lambda x: autograd.checkpoint(lambda a: (a * w).tanh() * a, x), 0.5)
    assert check_gradients(lambda x: 3.0, 0.5)
    assert check_gradients(lambda x: x, 0.5)


def test_nan_never_agrees():
    """A NaN in a gradient is a disagreement."""
    with pytest.raises(GradientCheckError, match="nan"):
        check_gradients(lambda x: x**2 + (x - 3.0) ** 2 * float("nan"), 1.0, order=1)


def wrong_for_good(slope):
    """A function of slope 1 away from 0, not analytic, with a partial of `slope`."""
    return lambda x: make_node(TABLE["abs"], (x,), abs(x.data), (slope,))


@pytest.mark.parametrize("slope", [math.inf, -math.inf])
def test_an_infinite_gradient_agrees_with_no_finite_one(slope):
    """However much a tolerance relative to an infinity allows."""
    with pytest.raises(GradientCheckError, match="BAD d/dx0, central difference"):
        check_gradients(wrong_for_good(slope), 3.0, order=1)


RIGHT = {
    "log":            (lambda x: x.log(), [1e-5, 1e-12, 1e-300, 7.0, 1e300]),
    "sqrt":           (lambda x: x.sqrt(), [1e-5, 1e-12, 1e-300, 1e300]),
    "1/x":            (lambda x: 1 / x, [1e-5, -1e-9, 1e-100, 1e300]),
    "steep tanh":     (lambda x: (1e5 * x).tanh(), [0.0, 1e-6, -3e-5, 0.1]),
    "exp":            (lambda x: x.exp(), [709.78, -745.0, 1e-300]),
    "asin":           (lambda x: x.asin(), [0.999999, -0.99999999, 1e-10]),
    "pow":            (lambda x: x**1.5, [1e-9, 1e-3, 1e100]),
    "sin, far":       (lambda x: (x * 1e-3).sin(), [1e3, 1e6]),
    "beside a kink":  (lambda x: x.relu() + abs(x - 1e-3), [1e-6, -1e-6, 0.5]),
    "constant beside":(lambda x: x + 1e6, [1e-20, 1e-8, 0.0, 1.0]),
    "log1p":          (lambda x: x.log1p(), [-0.9999999, 1e-12, 0.0]),
    "division":       (lambda x: x / (1 - x), [0.99999, 1e-7]),
    "inf at 1e-3":    (lambda x: (x * 1e106) * (x * 1e106) * (x * 1e106), [1e-12, -1e-12]),
}  # fmt: skip
"""Functions whose gradients are right, where their scale is not 1."""


@pytest.mark.parametrize(("name", "x"), [(name, x) for name, (_, xs) in RIGHT.items() for x in xs])
def test_right_gradients_pass_whatever_the_size_of_x_and_the_domain(name, x):
    """No false alarm for tiny and huge numbers, beside the edges of domains, and where f is steep."""
    assert check_gradients(RIGHT[name][0], x)


def test_numbers_of_several_sizes_are_checked_together():
    """Each coordinate has steps of its own size; the second derivative along a direction too."""
    assert check_gradients(lambda x: x[0].log() * x[1] + x[2] ** 2, [1e-8, 3.0, 1e6])
    assert check_gradients(lambda x, y: x / y, 1e-7, 1e-5)


def scaled(row, slot, factor):
    """The row with one partial multiplied."""
    partials = [partial * factor if at == slot else partial for at, partial in enumerate(row.partials)]
    return dataclasses.replace(row, partials=tuple(partials))


@pytest.mark.parametrize("factor", [1 + 1e-4, -1.0])
@pytest.mark.parametrize("name", TABLE)
def test_every_wrong_partial_of_the_table_is_caught(name, factor):
    """A partial that is off by 1e-4, or has the wrong sign, at points where it is not small."""
    row, tried = TABLE[name], 0
    for point in points(name):
        right = row.local_derivatives(point, row.evaluate(point), [True] * len(point))
        for at, (slot, _) in enumerate(row.elements(point)):
            if at in CONSTANT.get(name, ()) or abs(right[at]) < 0.2:
                continue
            wrong = scaled(row, slot, factor)
            fixed = point[: len(CONSTANT.get(name, ()))]
            f = lambda xs, wrong=wrong, fixed=fixed: record(wrong, *fixed, *xs)
            with pytest.raises(GradientCheckError, match="BAD d/d"):
                check_gradients(f, list(point[len(fixed) :]), order=1)
            tried += 1
    assert tried


def test_wrong_partials_are_caught_at_any_size():
    """Also where steps are small: the derivative of log at 1e-9, off by 1e-4."""
    for x in (1e-9, 1e-3, 5.0):
        with pytest.raises(GradientCheckError, match="BAD d/dx0, central difference"):
            check_gradients(lambda x: record(scaled(TABLE["log"], 0, 1 + 1e-4), x), x)


def test_a_smooth_function_is_run_a_few_times_only():
    """Two steps to each side, and the middle: no search where there is nothing to search."""
    runs = []
    check_gradients(lambda x: (runs.append(x), x.sin())[1], 0.7, order=1)
    assert len(runs) <= 5 + 3
