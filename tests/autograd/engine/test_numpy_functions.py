"""Ufuncs of numpy, and its usual functions, on arrays of Values: right, or refused; no gradient is lost."""

import math

import numpy as np
import pytest

from autograd import Value, grad, jacobian

UFUNCS = sorted(
    name for name, ufunc in vars(np).items() if isinstance(ufunc, np.ufunc) and ufunc.signature is None
)

POINTS = {"arccosh": ([1.5, 3.0],), "acosh": ([1.5, 3.0],)}
"""Where [0.25, -0.75] is outside of the domain, as [0.25, 0.75] is not."""

CHOICES = {"logical_and", "logical_or"}
"""Functions that give one of their operands, as Python's words do."""

FLAT = {
    "sign", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_not",
}  # fmt: skip
"""Functions that give plain numbers, or truth: constant but for jumps."""

INTEGERS = {
    "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not", "bitwise_invert", "invert", "left_shift",
    "right_shift", "bitwise_left_shift", "bitwise_right_shift", "bitwise_count", "gcd", "lcm",
}  # fmt: skip
"""Functions of whole numbers."""

NOT_OF_OBJECTS = {name for name in UFUNCS if not any("O" in types for types in getattr(np, name).types)}
"""Functions that numpy does not have for objects: it says so, before any Value is asked."""

ROUNDED = {"floor", "ceil", "trunc", "rint"}
"""Functions whose result is a whole number: use the data."""

REFUSED = INTEGERS | NOT_OF_OBJECTS | ROUNDED | {
    "floor_divide", "mod", "remainder", "fmod", "logical_xor",
}  # fmt: skip


def arrays(name):
    """Floats to try a ufunc at: an array for each of its operands."""
    given = POINTS.get(name, ([0.25, 0.75], [0.5, 0.125]))
    return [np.array(numbers) for numbers in given][: getattr(np, name).nin]


def of_values(array):
    return np.array([Value(number) for number in array.ravel()], dtype=object).reshape(array.shape)


def slope(f, x, at):
    """df/dx_at of a function of floats: (16 D(h / 4) - D(h)) / 15, of central differences D."""

    def difference(step):
        ends = []
        for sign in (1, -1):
            moved = x.copy()
            moved.flat[at] += sign * step
            ends.append(np.asarray(f(moved), dtype=float))
        return (ends[0] - ends[1]) / (2 * step)

    return (16 * difference(2.0**-11) - difference(2.0**-9)) / 15


def assert_jacobian_is_right(f, x):
    """Values as of floats, and derivatives as their differences."""
    found = jacobian(f)(x)
    for at in range(x.size):
        column = np.asarray(found).reshape((*np.shape(f(x)), x.size))[..., at]
        assert column == pytest.approx(slope(f, x, at), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("name", [name for name in UFUNCS if name not in REFUSED | FLAT | CHOICES])
def test_ufunc_of_values_has_the_value_and_the_derivatives_of_numbers(name):
    """Each of its elements is a Value, whose number is numpy's; by each operand, against differences."""
    ufunc, given = getattr(np, name), arrays(name)
    found = ufunc(*map(of_values, given))
    assert all(isinstance(element, Value) for element in found)
    assert [element.data for element in found] == pytest.approx(ufunc(*given), rel=1e-15)
    for place, x in enumerate(given):

        def along(x, place=place):
            others = map(of_values, given) if x.dtype == object else given
            return ufunc(*(x if at == place else other for at, other in enumerate(others)))

        assert_jacobian_is_right(along, x)


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_logic_of_values_gives_one_of_them(name):
    """a and b, a or b."""
    a, b = of_values(np.array([0.0, 2.0])), of_values(np.array([3.0, 4.0]))
    found = getattr(np, name)(a, b)
    assert found.tolist() == ([a[0], b[1]] if name == "logical_and" else [b[0], a[1]])


@pytest.mark.parametrize("name", sorted(FLAT & set(UFUNCS)))
def test_ufunc_that_is_constant_gives_plain_numbers(name):
    """Their derivative is 0, so nothing is lost."""
    found = getattr(np, name)(*map(of_values, arrays(name)))
    assert not any(isinstance(element, Value) for element in found)
    assert elements_of(found) <= {bool, int}


def elements_of(array):
    return set(map(type, array.ravel().tolist()))


@pytest.mark.parametrize("name", sorted(REFUSED & set(UFUNCS)))
def test_ufunc_that_has_no_derivative_here_is_refused(name):
    """By numpy, where it has no such function of objects; else by Python or by us, for want of a method."""
    ufunc = getattr(np, name)
    words = {
        **dict.fromkeys(NOT_OF_OBJECTS, "not supported for the input types|only defined for"),
        **dict.fromkeys(INTEGERS, "bad operand type|unsupported operand|use v.data|no callable bit_count"),
        **dict.fromkeys(ROUNDED, "its gradient would be lost; use v.data for the number"),
        "fmod": r"Value has no fmod: use v - y \* int\(v.data / y\)",
        "logical_xor": r"Value has no logical_xor: compare numbers",
    }
    with pytest.raises(
        (TypeError, AttributeError), match=words.get(name, r"unsupported operand type\(s\) for")
    ):
        ufunc(*map(of_values, arrays(name)))


def test_exact_results_stay_exact():
    """Powers of two and whole exponents, angles, cubes: the bits of math."""
    whole = np.array([float(n) for n in range(-60, 60)])
    powers = np.exp2(of_values(whole))
    assert [power.data for power in powers] == [2.0**n for n in range(-60, 60)]
    assert [number.data for number in np.log2(powers)] == whole.tolist()
    assert np.log10(Value(1000.0)).data == 3.0
    assert [np.cbrt(Value(x)).data for x in (-27.0, -8.0, 0.0)] == [math.cbrt(-27.0), -2.0, 0.0]
    for degrees in (30.0, 180.0, -7.3):
        assert np.deg2rad(Value(degrees)).data == np.radians(Value(degrees)).data == math.radians(degrees)
        assert np.rad2deg(Value(degrees)).data == np.degrees(Value(degrees)).data == math.degrees(degrees)


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1e-9, 1.0, 1e9, 1e200, 1e308])
def test_asinh_neither_cancels_nor_overflows(size):
    """At any size and of either sign: asinh is odd, its derivative 1 / sqrt(1 + x^2)."""
    for x in (size, -size):
        node = np.arcsinh(Value(x))
        assert node.data == math.asinh(x) == -np.arcsinh(Value(-x)).data
        assert node.partials == pytest.approx([1 / math.hypot(1, x)], rel=1e-15)


X = np.array([0.5, -0.25, 0.75])
# fmt: off
FUNCTIONS = {
    "sum": np.sum, "mean": np.mean, "var": np.var, "std": np.std, "prod": np.prod, "median": np.median,
    "ptp": np.ptp, "max": np.max, "min": np.min, "nansum": np.nansum, "nanmean": np.nanmean, "sort": np.sort,
    "cumsum": np.cumsum, "cumprod": np.cumprod, "diff": np.diff, "sinc": np.sinc, "real": np.real,
    "trapezoid": getattr(np, "trapezoid", None) or vars(np)["trapz"],
    "std with ddof":    lambda x: np.std(x, ddof=1),
    "average":          lambda x: np.average(x, weights=[1.0, 2.0, 3.0]),
    "quantile":         lambda x: np.quantile(x, 0.3),
    "dot":              lambda x: np.dot(x, x),
    "vdot":             lambda x: np.vdot(x, x),
    "inner":            lambda x: np.inner(x, x),
    "outer":            lambda x: np.outer(x, x),
    "kron":             lambda x: np.kron(x, x),
    "cross":            lambda x: np.cross(x, x * x),
    "matmul":           lambda x: np.outer(x, x) @ x,
    "einsum":           lambda x: np.einsum("i,j->ij", x, x),
    "tensordot":        lambda x: np.tensordot(x, x, 1),
    "trace":            lambda x: np.trace(np.outer(x, x)),
    "convolve":         lambda x: np.convolve(x, x),
    "polyval":          lambda x: np.polyval(x, 2.0),
    "matrix_power":     lambda x: np.linalg.matrix_power(np.outer(x, x), 2),
    "norm":             np.linalg.norm,
    "norm, 1":          lambda x: np.linalg.norm(x, 1),
    "norm, inf":        lambda x: np.linalg.norm(x, np.inf),
    "norm of a matrix": lambda x: np.linalg.norm(np.outer(x, x)),
    "norm by axis":     lambda x: np.linalg.norm(np.outer(x, x), axis=0),
    "clip":             lambda x: np.clip(x, -0.1, 0.6),
    "maximum":          lambda x: np.maximum(x, 0.1),
    "where":            lambda x: np.where(x > 0, x * x, -x),
    "tril":             lambda x: np.tril(np.outer(x, x)),
    "concatenate":      lambda x: np.concatenate([x, x * 2]),
    "stack":            lambda x: np.stack([x, x * x]).mean(axis=0),
    "linspace":         lambda x: np.linspace(x[0], x[1], 4),
    "roll":             lambda x: np.roll(x, 1) * x,
    "apply":            lambda x: np.apply_along_axis(np.sum, 0, np.outer(x, x)),
}
# fmt: on


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_of_an_array_of_values_has_the_derivatives_of_numbers(name):
    """numpy makes them of operators and methods; against differences of the same function of floats."""
    f = FUNCTIONS[name]
    found = np.asarray(f(of_values(X)))
    numbers = [element.data if isinstance(element, Value) else element for element in found.ravel()]
    assert numbers == pytest.approx(np.ravel(f(X)), rel=1e-14)
    assert_jacobian_is_right(f, X)


@pytest.mark.parametrize(
    "f",
    [np.isnan, np.round, np.linalg.inv, np.linalg.det, np.fft.fft, lambda x: np.interp(x[0], [0, 1], [0, 2]),
     lambda x: x.astype(float), lambda x: np.asarray(x, dtype=float), lambda x: np.logaddexp(x, x)],
)  # fmt: skip
def test_what_would_make_plain_numbers_of_values_is_refused(f):
    """Never a gradient that is 0 in silence."""
    with pytest.raises(TypeError):
        grad(lambda x: np.sum(f(np.outer(x, x))))(X)


def test_a_method_is_that_of_the_first_operand():
    """np.hypot and np.arctan2 ask it for one: a plain number has none, and numpy says so."""
    for ufunc, name in ((np.hypot, "hypot"), (np.arctan2, "arctan2")):
        assert elements_of(ufunc(of_values(X), 1.0)) == {Value}
        assert elements_of(ufunc(Value(1.0), of_values(X))) == {Value}
        with pytest.raises(AttributeError, match=f"'float' object has no attribute '{name}'"):
            ufunc(1.0, of_values(X))


def test_a_bound_that_is_a_value_keeps_an_array_of_values():
    """np.maximum picks one of two objects: where the other is a plain number, so may be what it picks."""
    x = of_values(X)
    assert elements_of(np.maximum(x, 0.0)) == {Value, float}
    assert elements_of(np.tanh(np.maximum(x, Value(0.0)))) == {Value}
