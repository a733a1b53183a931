"""Transforms: grad, value_and_grad, jacobian, hessian, jvp, hvp: what they return, and nesting."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, hessian, hvp, jacobian, jvp, no_grad, value_and_grad

points = st.floats(-2.0, 2.0)


# ---- one argument, any order ---------------------------------------------------------------------


@given(points)
def test_derivatives_of_a_polynomial_to_fourth_order(a):
    """x**4 - 2 x**3 + x has 4x³ - 6x² + 1, 12x² - 12x, 24x - 12, 24."""
    f = lambda x: x**4 - 2 * x**3 + x
    expected = [4 * a**3 - 6 * a**2 + 1, 12 * a**2 - 12 * a, 24 * a - 12, 24.0]
    for derivative in expected:
        f = grad(f)
        assert f(a) == pytest.approx(derivative, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("order", range(5))
def test_derivatives_of_sine_and_exponential_to_fifth_order(order):
    """sin cycles, e^x stays."""
    f, g = autograd.sin, autograd.exp
    for _ in range(order + 1):
        f, g = grad(f), grad(g)
    assert f(0.7) == pytest.approx(math.sin(0.7 + (order + 1) * math.pi / 2), rel=1e-14)
    assert g(0.7) == pytest.approx(math.exp(0.7), rel=1e-15)


@given(points)
def test_third_derivative_of_tanh(a):
    """d³tanh/dx³ = -2 (1 - t²)(1 - 3t²)."""
    t = math.tanh(a)
    found = grad(grad(grad(autograd.tanh)))(a)
    assert found == pytest.approx(-2 * (1 - t * t) * (1 - 3 * t * t), rel=1e-9, abs=1e-12)


@given(points)
def test_every_mix_of_modes_gives_the_same_third_derivative(a):
    """Reverse and forward in every order of nesting."""

    def forward(f):
        return lambda x: jvp(f, (x,), (1.0,))[1]

    f = lambda x: (x * x).tanh() * x
    expected = grad(grad(grad(f)))(a)
    for first in (grad, forward):
        for second in (grad, forward):
            for third in (grad, forward):
                assert third(second(first(f)))(a) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert hvp(grad(f), (a,), (1.0,)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


# ---- what they return ----------------------------------------------------------------------------


def test_gradient_of_numbers_is_a_float():
    """For numbers of every kind."""
    for number in (3, 3.0, True, np.float32(3), np.array(3.0)):
        found = grad(lambda x: x * x)(number)
        assert type(found) is float and found == 2 * float(number)


@pytest.mark.parametrize("arguments", [(Value(3.0), 2.0), (3.0, Value(2.0)), (Value(3.0), Value(2.0))])
def test_gradient_is_a_value_when_an_argument_is(arguments):
    """And it is a graph on that argument: backward() through it reaches it, chosen by argnums or not."""
    found = grad(lambda x, y: x**2 * y**3)(*arguments)
    assert isinstance(found, Value) and found.data == 2 * 3.0 * 8.0
    found.backward()
    x, y = arguments
    if isinstance(x, Value):
        assert x.grad == 2 * 8.0
        x.zero_grad()
    if isinstance(y, Value):
        assert y.grad == 2 * 3.0 * 3 * 4.0
        y.zero_grad()


def test_closed_over_values_are_constants():
    """grad(f)(3.0) is a float though f uses a Value of its own: the Value is a number to it."""
    w = Value(2.0)
    found = grad(lambda x: w * x * x)(3.0)
    assert type(found) is float and found == 12.0
    value, gradient = value_and_grad(lambda x: w * x * x)(3.0)
    assert type(value) is float and (value, gradient) == (18.0, 12.0)


def test_transforms_never_touch_grad():
    """Not of arguments, not of Values closed over, whatever they held."""
    x, w = Value(3.0), Value(2.0)
    w.grad = 7.0
    f = lambda a: w * a**3
    for transform in (grad(f), grad(grad(f)), value_and_grad(f), jacobian(f), hessian(f)):
        transform(x)
        transform(1.0)
    hvp(f, (x,), (1.0,))
    jvp(f, (x,), (w,))
    assert (x.grad, x.reached, w.grad) == (0.0, False, 7.0)


def test_nothing_remains_on_the_values_that_went_through():
    """After a transform its variables are ordinary nodes; a Value argument has no notes."""
    seen = []
    x = Value(3.0)
    grad(lambda a: (seen.append(a), a * a)[1])(x)
    assert x.notes == {} and seen[0].notes == {}
    assert type(grad(lambda y: y * seen[0])(2.0)) is float


def test_variables_of_a_failed_transform_are_ordinary_again():
    """An exception in f leaves no variable behind that would make later gradients Values."""
    seen = []

    def f(x):
        seen.append(x)
        raise RuntimeError("in f")

    with pytest.raises(RuntimeError, match="in f"):
        grad(f)(1.0)
    assert type(grad(lambda y: y * seen[0])(2.0)) is float


# ---- nesting -------------------------------------------------------------------------------------


def test_perturbations_are_not_confused_in_reverse_mode():
    """d/dx (x * d/dy (x + y)) = d/dx x = 1, and its like."""
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(1.0))(3.0) == 6.0
    assert grad(lambda x: x * grad(lambda y: x * y * y)(x))(3.0) == 3 * 2 * 9.0
    assert grad(lambda x: x * grad(lambda y: x * x)(1.0))(3.0) == 0.0


def test_perturbations_are_not_confused_in_forward_mode():
    """The same with jvp inside jvp, jvp inside grad, and grad inside jvp."""

    def d(f, x):
        return jvp(f, (x,), (1.0,))[1]

    assert d(lambda x: x * d(lambda y: x + y, 1.0), 1.0) == 1.0
    assert grad(lambda x: x * d(lambda y: x + y, 1.0))(1.0) == 1.0
    assert d(lambda x: x * grad(lambda y: x + y)(1.0), 1.0) == 1.0
    assert d(lambda x: x * d(lambda y: x * y * y, x), 3.0) == 54.0


def test_inner_gradient_depends_on_the_outer_variable():
    """f closes over an enclosing transform's variable: the inner gradient is a Value on it."""
    inner = []

    def outer(x):
        inner.append(grad(lambda y: x * y**2)(3.0))
        return inner[0] * x

    assert grad(outer)(2.0) == 2 * 2.0 * 3.0 * 2.0
    assert isinstance(inner[0], Value)


def test_inner_value_depends_on_the_outer_variable():
    """value_and_grad inside grad gives both as graphs."""

    def outer(x):
        value, gradient = value_and_grad(lambda y: x * y**2)(3.0)
        return value * gradient

    assert grad(outer)(2.0) == 2 * 2.0 * 9.0 * 6.0  # d/dx (9x * 6x) = 108x


def test_inner_gradient_without_the_outer_variable_is_a_float():
    """Nesting alone does not make graphs."""
    kinds = []

    def outer(x):
        inner = grad(lambda y: y**3)(2.0)
        kinds.append(type(inner))
        return inner * x

    assert grad(outer)(1.0) == 12.0
    assert kinds == [float]


def test_three_levels_of_closures():
    """d/dx of d/dy of d/dz x y² z³ at (1, 2, 3): 2 y * 3 z² = 108."""
    found = grad(lambda x: grad(lambda y: grad(lambda z: x * y**2 * z**3)(3.0))(2.0))(1.0)
    assert found == pytest.approx(2 * 2.0 * 3 * 9.0)


def test_gradient_descent_inside_a_gradient():
    """Differentiating through a training loop: d(x after steps)/d(learning rate), against the closed form."""

    def trained(rate):
        x = 1.0
        for _ in range(3):
            x = x - rate * grad(lambda v: v * v)(x)
        return x

    assert grad(trained)(0.1) == pytest.approx(3 * (1 - 0.2) ** 2 * -2, rel=1e-14)
    assert grad(grad(trained))(0.1) == pytest.approx(6 * (1 - 0.2) * 4, rel=1e-14)


def test_backward_inside_a_differentiated_function():
    """A user's own backward() inside f touches its leaves alone."""
    w = Value(2.0)

    def f(x):
        (w * 3.0).backward()
        return x * x

    assert grad(f)(5.0) == 10.0
    assert w.grad == 3.0


def test_transforms_inside_no_grad():
    """They record for themselves, to any order, with results as outside."""
    with no_grad():
        assert grad(grad(lambda x: x**3))(2.0) == 12.0
        assert hessian(lambda x: x[0] * x[1])([1.0, 2.0]) == [[0.0, 1.0], [1.0, 0.0]]
        assert hvp(lambda x: x**3, (2.0,), (1.0,)) == 12.0
        w = Value(2.0)
        assert isinstance(grad(lambda x: x * x)(w), Value)
