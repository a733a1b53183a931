"""checkpoint: the interior is not stored, and no gradient changes."""

import pytest

import autograd
from autograd import Value, checkpoint, grad, hvp, jvp, tanh


def near(expected):
    """The replay adds in its own order: rounding."""
    return pytest.approx(expected, rel=1e-13, abs=1e-13)


def gradients(build, *numbers):
    """The gradients that backward() leaves on leaves at these numbers."""
    leaves = [Value(number) for number in numbers]
    build(*leaves).backward()
    return [leaf.grad for leaf in leaves]


def plain(f, *xs):
    return f(*xs)


def with_results(r, then):
    """Several results, put to use."""
    return then(*r)


# fmt: off
# ruff: noqa: E501 (one case a line)
CASES = {
    "one argument":       lambda cp: lambda w, x, b: cp(lambda x: tanh(x * x), x) * w + b,
    "closed-over leaf":   lambda cp: lambda w, x, b: cp(lambda x: tanh(w * x + b), x),
    "closed-over interior": lambda cp: lambda w, x, b: (h := w * b, cp(lambda x: tanh(h * x + h), x) * h)[1],
    "interior returned as it is": lambda cp: lambda w, x, b: (h := w * b, cp(lambda x: h, x) * h)[1],
    "leaf returned as it is": lambda cp: lambda w, x, b: cp(lambda x: w, x) * x * b,
    "argument returned as it is": lambda cp: lambda w, x, b: cp(lambda x: x, x) * w * b,
    "argument also closed over": lambda cp: lambda w, x, b: cp(lambda y: y * x * w, x) + b,
    "same argument twice": lambda cp: lambda w, x, b: cp(lambda p, q: p * p * q + w, x, x) * b,
    "several results":    lambda cp: lambda w, x, b: with_results(cp(lambda x: (x * w, x + b, tanh(x)), x), lambda p, q, r: p * q + r * p),
    "a result unused":    lambda cp: lambda w, x, b: cp(lambda x: (x * w, x + b), x)[0] + b,
    "a result twice":     lambda cp: lambda w, x, b: with_results(cp(lambda x: [y := x * w, y], x), lambda p, q: p * q * b),
    "a number among the results": lambda cp: lambda w, x, b: with_results(cp(lambda x: (x * w, 3.0), x), lambda p, q: p * q + b),
    "structures":         lambda cp: lambda w, x, b: cp(lambda p: autograd.dot(p["a"], [p["b"][0], w, 2.0]), {"a": [x, b, x], "b": (w,)}),
    "a number as argument": lambda cp: lambda w, x, b: cp(lambda x, n: x**n * w, x, 3.0) + b,
    "nested":             lambda cp: lambda w, x, b: cp(lambda x: cp(lambda y: tanh(y * w) * b, x * x) + x * w, x),
    "nested, over the outer's interior": lambda cp: lambda w, x, b: cp(lambda x: (h := x * w, cp(lambda y: y * h + b, x) * h)[1], x),
    "nested in a closed-over interior": lambda cp: lambda w, x, b: (h := cp(lambda y: y * b, w), cp(lambda x: x * h + h, x))[1],
    "nested, returning a leaf as it is": lambda cp: lambda w, x, b: cp(lambda x: cp(lambda y: b, x * w) * x, x),
    "chained":            lambda cp: lambda w, x, b: cp(lambda h: tanh(h * w), cp(lambda h: h * b + w, cp(lambda h: h * h, x))),
    "used twice":         lambda cp: lambda w, x, b: (h := cp(lambda x: x * w, x), h * h + h * b)[1],
    "Value made inside":  lambda cp: lambda w, x, b: cp(lambda x: x * Value(3.0) * w + Value(1.0), x) * b,
    "a transform inside": lambda cp: lambda w, x, b: cp(lambda x: grad(lambda y: y**3 * w)(x) * x, x) + b,
}
# fmt: on
cases = pytest.mark.parametrize("build", CASES.values(), ids=CASES)
START = (0.7, -1.3, 0.4)


@cases
def test_gradients_are_those_without_it(build):
    """Arguments, and all that f closes over: leaves and interiors."""
    assert gradients(build(checkpoint), *START) == near(gradients(build(plain), *START))


@cases
def test_value_is_that_without_it(build):
    """Bit for bit."""
    assert build(checkpoint)(*map(Value, START)).data == build(plain)(*map(Value, START)).data


@cases
def test_works_under_grad_to_third_order(build):
    """Along each argument in turn."""
    for at in range(3):

        def along(f, at=at):
            return lambda x: f(*(x if at == place else START[place] for place in range(3)))

        with_it, without = along(build(checkpoint)), along(build(plain))
        for _ in range(3):
            with_it, without = grad(with_it), grad(without)
            assert with_it(START[at]) == near(without(START[at]))


@cases
def test_works_under_jvp_and_hvp(build):
    """Forward mode, and forward over reverse, along a direction."""
    direction = (1.0, -0.5, 2.0)
    value, tangent = jvp(build(checkpoint), START, direction)
    assert (value, tangent) == near(jvp(build(plain), START, direction))
    assert hvp(build(checkpoint), START, direction) == near(hvp(build(plain), START, direction))
    inner = jvp(lambda x: jvp(lambda y: build(checkpoint)(y, x, y), (x,), (1.0,))[1], (0.5,), (1.0,))
    assert inner == near(jvp(lambda x: jvp(lambda y: build(plain)(y, x, y), (x,), (1.0,))[1], (0.5,), (1.0,)))


@cases
def test_gradient_of_values_is_a_graph(build):
    """grad at Values gives Values, to be swept by backward()."""
    found = []
    for cp in (checkpoint, plain):
        leaves = [Value(number) for number in START]
        autograd.dot(grad(build(cp), (0, 1, 2))(*leaves), [1.0, 2.0, 3.0]).backward()
        found.append([leaf.grad for leaf in leaves])
    assert found[0] == near(found[1])
