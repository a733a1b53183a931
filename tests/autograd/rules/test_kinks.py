"""Kinks and limits of derivatives: each row as it is pinned."""

import math

import pytest

import autograd
from autograd import Value, grad

inf, nan = math.inf, math.nan


def partials(function, *numbers):
    """The partials of one node, at Values."""
    return function(*map(Value, numbers)).partials


def gradients(function, *numbers):
    """What backward() leaves at each operand."""
    values = [Value(number) for number in numbers]
    function(*values).backward()
    return tuple(value.grad for value in values)


def power(x, y):
    return x**y


# fmt: off
PINNED = [
    # at                                              derivatives
    ("relu at 0",             autograd.relu,       (0.0,),          (0.0,)),
    ("relu at -0.0",          autograd.relu,       (-0.0,),         (0.0,)),
    ("relu above 0",          autograd.relu,       (5e-324,),       (1.0,)),
    ("abs at 0",              autograd.abs,        (0.0,),          (0.0,)),
    ("abs at -0.0",           autograd.abs,        (-0.0,),         (0.0,)),
    ("leaky_relu at 0",       autograd.leaky_relu, (0.0, 0.25),     (0.25, 0.0)),
    ("leaky_relu at -0.0",    autograd.leaky_relu, (-0.0, 0.25),    (0.25, 0.0)),
    ("elu at 0",              autograd.elu,        (0.0, 1.5),      (1.5, 0.0)),
    ("maximum at a tie",      autograd.maximum,    (2.0, 2.0),      (1.0, 0.0)),
    ("minimum at a tie",      autograd.minimum,    (2.0, 2.0),      (1.0, 0.0)),
    ("maximum of zeros",      autograd.maximum,    (-0.0, 0.0),     (1.0, 0.0)),
    ("minimum of zeros",      autograd.minimum,    (0.0, -0.0),     (1.0, 0.0)),
    ("clamp at its low",      autograd.clamp,      (-1.0, -1.0, 1.0), (1.0, 0.0, 0.0)),
    ("clamp at its high",     autograd.clamp,      (1.0, -1.0, 1.0),  (1.0, 0.0, 0.0)),
    ("clamp below",           autograd.clamp,      (-2.0, -1.0, 1.0), (0.0, 1.0, 0.0)),
    ("clamp above",           autograd.clamp,      (2.0, -1.0, 1.0),  (0.0, 0.0, 1.0)),
    ("clamp to one point",    autograd.clamp,      (1.0, 1.0, 1.0),   (1.0, 0.0, 0.0)),
    ("sqrt at 0",             autograd.sqrt,       (0.0,),          (inf,)),
    ("asin at 1",             autograd.asin,       (1.0,),          (inf,)),
    ("asin at -1",            autograd.asin,       (-1.0,),         (inf,)),
    ("acos at 1",             autograd.acos,       (1.0,),          (-inf,)),
    ("acos at -1",            autograd.acos,       (-1.0,),         (-inf,)),
    ("cbrt at 0",             autograd.cbrt,       (0.0,),          (inf,)),
    ("cbrt at -0.0",          autograd.cbrt,       (-0.0,),         (inf,)),
    ("acosh at 1",            autograd.acosh,      (1.0,),          (inf,)),
    ("hypot at 0",            autograd.hypot,      (0.0, 0.0),      (0.0, 0.0)),
    ("hypot at -0.0",         autograd.hypot,      (-0.0, 0.0),     (0.0, 0.0)),
    ("atan2 at (0, 0)",       autograd.atan2,      (0.0, 0.0),      (0.0, 0.0)),
    ("atan2 at (-0.0, -0.0)", autograd.atan2,      (-0.0, -0.0),    (0.0, 0.0)),
    ("x**1 at 0",             power,               (0.0, 1.0),      (1.0, 0.0)),
    ("x**2 at 0",             power,               (0.0, 2.0),      (0.0, 0.0)),
    ("x**0.5 at 0",           power,               (0.0, 0.5),      (inf, 0.0)),
    ("x**y at (0, 0)",        power,               (0.0, 0.0),      (0.0, 0.0)),
    ("x**y at x < 0",         power,               (-2.0, 3.0),     (12.0, nan)),
    ("x**y at x < 0, y < 0",  power,               (-2.0, -1.0),    (-0.25, nan)),
]
# fmt: on


@pytest.mark.parametrize(
    ("function", "numbers", "expected"), [p[1:] for p in PINNED], ids=[p[0] for p in PINNED]
)
def test_derivative_at_a_kink_or_limit_is_as_pinned(function, numbers, expected):
    """The table of semantics, row by row, as partials of the node and as gradients of a backward pass."""
    assert partials(function, *numbers) == pytest.approx(expected, nan_ok=True, abs=0.0)
    assert gradients(function, *numbers) == pytest.approx(expected, nan_ok=True, abs=0.0)


@pytest.mark.parametrize("base", [0.0, -0.0, 2.0, -2.0, inf, -inf, nan])
def test_zeroth_power_has_derivative_zero(base):
    """d(x**0)/dx = 0 at every base, infinities and NaN included; and x**0 is 1."""
    x = Value(base)
    y = x**0
    y.backward()
    assert (y.data, x.grad) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("base", "expected"), [(2.0, 0.5), (0.0, 0.0), (5e-324, 0.0), (inf, 0.0), (-inf, 0.0), (nan, 0.0)]
)
def test_derivative_of_a_power_changes_along_the_exponent_by_one_over_the_base(base, expected):
    """At exponent 0, where d(x**y)/dx = y x**(y - 1) is 0; and not at all where 1/x is 0 or undefined."""
    assert grad(lambda y: grad(lambda x: x**y)(base))(0.0) == expected


@pytest.mark.parametrize("exponent", [2, 3, -1, 2.0, -3.0])
def test_negative_base_with_a_plain_exponent_has_no_logarithm(exponent):
    """The partial for the exponent is evaluated only where the exponent is itself a Value."""
    x = Value(-3.0)
    y = x**exponent
    assert y.partials == (pytest.approx(exponent * (-3.0) ** (exponent - 1)), None)


@pytest.mark.parametrize("choose", [autograd.maximum, autograd.minimum])
@pytest.mark.parametrize("number", [2.0, 0.0, -1.5])
def test_maximum_of_x_and_x_totals_one(choose, number):
    """maximum(x, x) is x: its derivative is 1, not 2 and not 1/2."""
    x = Value(number)
    choose(x, x).backward()
    assert x.grad == 1.0


@pytest.mark.parametrize("count", [1, 2, 5])
def test_norm_at_zero_has_gradient_zero(count):
    """norm of zeros: the gradient is 0 and finite, which sqrt(dot(x, x)) would not give."""
    values = [Value(0.0) for _ in range(count)]
    autograd.norm(values).backward()
    assert [value.grad for value in values] == [0.0] * count


@pytest.mark.parametrize("name", ["leaky_relu", "elu"])
def test_default_slope_counts_at_zero(name):
    """With the default slope, too, the negative side counts at 0."""
    expected = {"leaky_relu": 0.01, "elu": 1.0}[name]
    assert grad(getattr(autograd, name))(0.0) == expected


SATURATED = {
    # name: (value, derivative) at 1000, then at -1000
    "tanh": ((1.0, 0.0), (-1.0, 0.0)),
    "sigmoid": ((1.0, 0.0), (0.0, 0.0)),
    "softplus": ((1000.0, 1.0), (0.0, 0.0)),
    "silu": ((1000.0, 1.0), (0.0, 0.0)),
    "gelu": ((1000.0, 1.0), (0.0, 0.0)),
}


@pytest.mark.parametrize("name", SATURATED)
@pytest.mark.parametrize("sign", [1, -1])
def test_saturated_activation_is_finite(name, sign):
    """At ±1000 the activations and their gradients have their limits: no warning, no overflow."""
    value, derivative = SATURATED[name][sign < 0]
    x = Value(sign * 1000.0)
    y = getattr(autograd, name)(x)
    y.backward()
    assert (y.data, x.grad) == (value, derivative)
    assert math.isfinite(grad(grad(getattr(autograd, name)))(sign * 1000.0))


@pytest.mark.parametrize(
    ("numbers", "value", "expected"),
    [
        ((1000.0, 0.0), 1000.0, (1.0, 0.0)),
        ((-1000.0, -1001.0), -1000 + math.log1p(math.exp(-1)), None),
        ((1000.0, 1000.0), 1000 + math.log(2), (0.5, 0.5)),
        ((-1000.0,), -1000.0, (1.0,)),
        ((-inf, 0.0), 0.0, (0.0, 1.0)),
    ],
)
def test_logsumexp_neither_overflows_nor_underflows(numbers, value, expected):
    """logsumexp at ±1000 is finite, and its gradient is the softmax."""
    xs = [Value(number) for number in numbers]
    y = autograd.logsumexp(xs)
    y.backward()
    assert y.data == pytest.approx(value, rel=1e-15)
    expected = expected or tuple(1 / (1 + math.exp(s)) for s in (-1.0, 1.0))
    assert [x.grad for x in xs] == pytest.approx(expected, rel=1e-12)


def test_gelu_is_the_exact_erf_form():
    """gelu(1) = Phi(1) = 0.8413447460685429; the tanh approximation would give 0.84119."""
    assert autograd.gelu(1.0) == pytest.approx(0.8413447460685429, rel=1e-15)


@pytest.mark.parametrize("target", [0, 1, 2])
def test_gradient_of_cross_entropy_is_softmax_minus_one_hot(target):
    """-log_softmax(logits)[target] has the gradient softmax - one-hot."""
    logits = [Value(0.5), Value(-1.0), Value(2.0)]
    (-autograd.log_softmax(logits)[target]).backward()
    total = sum(math.exp(logit.data) for logit in logits)
    expected = [math.exp(logit.data) / total - (at == target) for at, logit in enumerate(logits)]
    assert [logit.grad for logit in logits] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("target", [-1, 3, 10])
def test_class_out_of_range_is_an_error(target):
    """A position is counted from 0; a negative one does not count from the end."""
    with pytest.raises(IndexError, match=rf"select needs an index from 0 to 2, got {target}"):
        autograd.select(target, [Value(1.0), Value(2.0), 3.0])


@pytest.mark.parametrize("z", [1 - 2.0**-53, 1 - 2.0**-40])
def test_derivative_of_tanh_keeps_its_digits_near_one(z):
    """(1 + z)(1 - z) is exact to rounding where 1 - z**2 cancels."""
    x = Value(math.atanh(z))
    y = x.tanh()
    assert y.partials[0] == (1 + y.data) * (1 - y.data)
