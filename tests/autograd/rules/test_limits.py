"""A partial never raises: where its limit is infinite, or no float can hold it, it is infinite."""

import math

import pytest

import autograd
from autograd import Value, grad
from autograd.rules.table import TABLE
from tests.autograd.rules.points import hard_points

inf = math.inf


def power(x, y):
    return x**y


@pytest.mark.parametrize(
    ("function", "numbers", "expected"),
    [
        (autograd.sqrt, (5e-324,), (0.5 / math.sqrt(5e-324),)),
        (autograd.log, (5e-324,), (inf,)),
        (autograd.tan, (math.pi / 2,), (1 + math.tan(math.pi / 2) ** 2,)),
        (power, (1e-300, 0.5), (0.5e150, None)),
        (power, (1e-300, -1.0), (-inf, None)),
        (autograd.div, (1.0, 1e-300), (1e300, -inf)),
        (autograd.div, (1e308, 1e-1), (10.0, -inf)),
        (autograd.sinh, (710.4,), (math.cosh(710.4),)),
        (autograd.atan, (1e200,), (0.0,)),
        (autograd.exp, (-1000.0,), (0.0,)),
    ],
)
def test_partial_never_raises(function, numbers, expected):
    """A legal forward pass never fails because of a derivative: it is ±inf where a float cannot hold it."""
    assert type(function(*numbers)) is float
    found = function(*map(Value, numbers)).partials
    for actual, wanted in zip(found, expected, strict=True):
        assert wanted is None or actual == pytest.approx(wanted, rel=1e-12)


def test_limits_hold_in_the_second_derivative():
    """Derivatives of derivatives take limits, too, instead of raising."""
    assert grad(grad(autograd.sqrt))(0.0) == -inf
    assert grad(grad(autograd.relu))(0.0) == 0.0
    assert grad(grad(lambda x: x**2))(0.0) == 2.0
    assert grad(grad(lambda x: x**1))(0.0) == 0.0
    assert grad(grad(lambda x: x**0))(0.0) == 0.0
    assert grad(grad(grad(lambda x: x**3)))(0.0) == 6.0


@pytest.mark.parametrize("name", [name for name in TABLE if not TABLE[name].families])
def test_no_derivative_of_a_legal_value_raises(name):
    """At kinks, bounds, infinities and NaN: where z exists, its derivatives do, to second order."""
    row = TABLE[name]
    for point in hard_points(min(len(row.operands), 2)):
        operands = (*point, 0.5)[: len(row.operands)]
        try:
            row.operator(*operands)
        except (ValueError, ArithmeticError):
            continue
        for at in range(len(operands)):

            def along(x, at=at, operands=operands):
                return row.operator(*operands[:at], x, *operands[at + 1 :])

            assert type(grad(along)(operands[at])) is float
            assert type(grad(grad(along))(operands[at])) is float
