"""Transforms of arrays: numpy in, numpy out. An array is one place in a structure."""

import math

import numpy as np
import pytest

from autograd import (
    Value,
    check_gradients,
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    topological_order,
    value_and_grad,
)
from autograd.trees import leaves

X = np.array([[0.5, -1.0, 2.0], [0.25, 1.5, -0.75]])
SHAPES = [(), (1,), (3,), (2, 3), (1, 1, 2), (0,)]


def entries(shape):
    return (np.arange(math.prod(shape)) / 4 + 0.5).reshape(shape)


def of_numbers(f, shape):
    """The same function of a flat list of numbers: lists in, lists out."""
    return lambda xs: leaves(np.asarray(f(np.array([*xs, None])[:-1].reshape(shape))).tolist())


FUNCTIONS = {
    "an array": lambda x: np.tanh(x) * x,
    "an array of other shape": lambda x: np.outer(x, np.append(x, 2.0)),
    "a Value": lambda x: np.sum(x * x * x),
    "an array without dimensions": lambda x: np.asarray(np.sum(x * x * x)),
    "an array of constants": lambda x: np.array([1.0, 2.0]),
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_jacobian_of_an_array_has_the_axes_of_the_result_and_then_those_of_the_argument(name, shape):
    """As of lists, number by number; an array of floats."""
    f, x = FUNCTIONS[name], entries(shape)
    if shape == ():
        x = np.array(0.5)
    expected = np.array(jacobian(of_numbers(f, shape))(x.ravel().tolist()), dtype=float)
    found = jacobian(f)(x)
    assert np.shape(found) == np.shape(f(x)) + shape
    assert np.asarray(found).dtype == float
    assert np.ravel(found).tolist() == expected.ravel().tolist()


@pytest.mark.parametrize("shape", SHAPES[1:], ids=str)
def test_gradients_of_an_array_are_an_array_of_its_shape(shape):
    """grad, value_and_grad, elementwise_grad, jvp and hvp of sum x^3, against 3 x^2 and 6 x."""
    x, f = entries(shape), lambda x: np.sum(x**3)
    for found, expected in [
        (grad(f)(x), 3 * x**2),
        (value_and_grad(f)(x)[1], 3 * x**2),
        (elementwise_grad(lambda x: x**3)(x), 3 * x**2),
        (elementwise_grad(elementwise_grad(lambda x: x**3))(x), 6 * x),
        (jvp(lambda x: x**3, (x,), (x + 1,))[0], x**3),
        (jvp(lambda x: x**3, (x,), (x + 1,))[1], 3 * x**2 * (x + 1)),
        (hvp(f, (x,), (x + 1,)), 6 * x * (x + 1)),
        (hessian(f)(x).sum(axis=tuple(range(len(shape)))), 6 * x),
    ]:
        assert isinstance(found, np.ndarray) and found.dtype == float and found.shape == shape
        assert found == pytest.approx(expected, rel=1e-14)


def test_result_that_is_an_array_of_one_number_has_a_gradient():
    """Of no dimensions, as np.array(v) is, or of some."""
    for shape in [(), (1,), (1, 1)]:
        value, gradient = value_and_grad(lambda x, shape=shape: np.array([x * x])[0:1].reshape(shape))(3.0)
        assert (value, gradient) == (9.0, 6.0)


def test_lone_array_of_a_value_is_that_value():
    """An argument without dimensions: f gets a Value, and so does the caller."""
    x = Value(3.0)
    found = grad(lambda v: v.exp() * 0 + v * v)(np.array(x))
    found.backward()
    assert (found.data, x.grad) == (6.0, 2.0)


def test_array_of_values_gives_arrays_of_values():
    """Their graphs lead to the Values that came in; an array of numbers beside them changes nothing."""
    xs = [Value(2.0), Value(3.0)]
    found = grad(lambda x, y: np.sum(x**2 * y))(np.array(xs), np.array([1.0, 10.0]))
    assert found.dtype == object and [value.data for value in found] == [4.0, 60.0]
    np.sum(found).backward()
    assert [x.grad for x in xs] == [2.0, 20.0]
    assert xs[0] in topological_order(jacobian(lambda x: x**2)(np.array(xs))[0, 0])


def test_arrays_stand_in_structures():
    """Lists and dicts of arrays and numbers, several arguments, integers: the same structure comes out."""
    parameters = {"w": np.array([[1, 2], [3, 4]]), "b": [np.array([0.5]), 2.0]}
    found = grad(lambda p, x: np.sum(p["w"] @ x) * p["b"][0][0] * p["b"][1])(parameters, np.array([1.0, 2.0]))
    assert found["w"].tolist() == [[1.0, 2.0], [1.0, 2.0]]
    assert found["b"][0].tolist() == [32.0] and found["b"][1] == 8.0
    first, second = jacobian(lambda x, y: {"product": x * y, "sum": np.sum(x)}, (0, 1))(X, X)["product"]
    assert first.shape == second.shape == (2, 3, 2, 3)
    assert first.reshape(6, 6).tolist() == np.diag(X.ravel()).tolist()
    by_number = jacobian(lambda x: np.array([x[0] * x[1], x[0]]))([2.0, 3.0])
    assert [column.tolist() for column in by_number] == [[3.0, 1.0], [2.0, 0.0]]


def test_results_may_be_put_into_an_array_of_objects():
    """One of floats refuses them, and the error says which one takes them."""

    def products(x, kind):
        result = np.zeros(2, dtype=kind)
        result[0] = x[0] * x[1]
        return result

    assert jacobian(products)(np.array([2.0, 3.0]), object).tolist() == [[3.0, 2.0], [0.0, 0.0]]
    with pytest.raises(TypeError, match="an array that holds Values has dtype=object"):
        jacobian(products)(np.array([2.0, 3.0]), float)


def test_hessian_of_two_arrays_is_blocks():
    """((f_xx, f_xy), (f_yx, f_yy)), each with the axes of both."""
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])
    blocks = hessian(lambda x, y: np.sum(x) ** 2 * np.sum(y), (0, 1))(x, y)
    assert [[block.shape for block in row] for row in blocks] == [[(2, 2), (2, 3)], [(3, 2), (3, 3)]]
    assert blocks[0][1].tolist() == [[6.0] * 3] * 2 and blocks[0][0].tolist() == [[24.0] * 2] * 2


def test_elementwise_gradient_is_that_of_the_sum():
    """Sums of the columns of the Jacobian: a result that stands twice counts twice, constants nothing."""
    mixed = lambda x: np.array([x[0] * x[1], x[0], x[0], 5.0])
    assert elementwise_grad(mixed)(np.array([2.0, 3.0])).tolist() == [3.0 + 1.0 + 1.0, 2.0]
    assert elementwise_grad(lambda x, y: [x * y, y], 1)(2.0, 3.0) == 3.0
    assert elementwise_grad(lambda x: 4.0)(2.0) == 0.0


def test_argnum_is_argnums():
    """HIPS autograd's word, in every transform that chooses arguments."""
    f = lambda x, y: x * y**2
    for transform in (grad, value_and_grad, elementwise_grad, jacobian, hessian):
        for places in (0, 1, (0, 1), -1):
            assert transform(f, argnum=places)(2.0, 3.0) == transform(f, places)(2.0, 3.0)


def test_gradients_of_functions_of_arrays_can_be_checked():
    """check_gradients names the entries of an array by their places."""
    report = check_gradients(lambda x, b: np.tanh(x) @ np.ones(3) + b, X, 0.5)
    assert "d/dx0[1, 2], central difference" in str(report)


@pytest.mark.parametrize("derive", [grad, jacobian, elementwise_grad, hessian, value_and_grad])
@pytest.mark.parametrize(
    "x",
    [np.ma.array([1.0, 2.0], mask=[False, True]), np.zeros(2).view(np.recarray)],
    ids=["masked", "record"],
)
def test_arrays_of_other_classes_are_refused(derive, x):
    """Arrays of Values would lose what these classes add, as a mask: the gradient would be another."""
    with pytest.raises(TypeError, match=r"numpy's own class, got \w+ of shape \(2,\).*np\.asarray\(x\)"):
        derive(lambda x: x.sum())(x)
    with pytest.raises(TypeError, match=r"numpy's own class"):
        derive(lambda y: x * y)(1.0)
    assert np.all(grad(lambda w: np.sum(w * np.asarray(x)))(np.ones(2)) == np.asarray(x))
