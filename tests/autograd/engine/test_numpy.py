"""Values among numpy's arrays: no code of ours in between, and the graph is kept."""

import copy

import numpy as np
import pytest

import autograd
from autograd import Value, topological_order


@pytest.fixture
def values():
    return [Value(number) for number in (0.5, -0.25, 0.75)]


@pytest.mark.parametrize("operation", [np.add, np.subtract, np.multiply, np.divide, np.power])
def test_array_with_a_value_in_either_order_is_an_object_array_of_values(operation):
    """array op v and v op array hold one node per element, each leading back to v."""
    array, v = np.array([[1.0, 2.0], [3.0, 4.0]]), Value(1.5)
    for result, expected in [
        (operation(array, v), operation(array, 1.5)),
        (operation(v, array), operation(1.5, array)),
    ]:
        assert result.dtype == object and result.shape == (2, 2)
        assert [node.data for node in result.ravel()] == expected.ravel().tolist()
        assert all(node.parents == (v,) for node in result.ravel())


def test_operator_with_an_array_is_the_ufunc():
    """v * array goes through Value.__mul__ first, which leaves its turn to numpy."""
    v, array = Value(2.0), np.arange(3.0)
    for result in (v * array, array * v, v + array, array - v, array**v, v / (array + 1)):
        assert isinstance(result, np.ndarray) and result.dtype == object and result.shape == (3,)
        assert all(isinstance(node, Value) for node in result)


SAME_NAME = "exp expm1 log log1p sqrt sin cos tan sinh cosh tanh"
UNARY = {name: name for name in SAME_NAME.split()}
UNARY |= {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "absolute": "abs", "negative": "neg"}


@pytest.mark.parametrize(("ufunc", "row"), UNARY.items())
def test_ufunc_of_a_value_keeps_the_graph(ufunc, row):
    """np.tanh(v) is v.tanh(): a node, on a Value and on each element of an object array."""
    v = Value(0.5)
    node = getattr(np, ufunc)(v)
    assert isinstance(node, Value) and node.primitive.name == row and node.parents == (v,)
    (element,) = getattr(np, ufunc)(np.array([v]))
    assert element.data == node.data and element.parents == (v,)


def test_ufuncs_of_two_values():
    """np.hypot and np.arctan2 find the methods of their names; np.maximum compares."""
    x, y = np.array([Value(0.5)]), np.array([Value(-2.0)])
    assert np.hypot(x, y)[0].primitive.name == "hypot"
    assert np.arctan2(x, y)[0].primitive.name == "atan2"
    assert np.maximum(x, y)[0] is x[0]
    assert np.square(x)[0].data == 0.25


@pytest.mark.parametrize(
    "reduce",
    [
        lambda a, b: np.dot(a, b),
        lambda a, b: a @ b,
        lambda a, b: np.sum(a * b),
        lambda a, b: (a * b).sum(),
        lambda a, b: np.mean(a * b) * 3,
        lambda a, b: np.inner(a, b),
        lambda a, b: np.einsum("i,i->", a, b),
    ],
)
def test_reductions_of_object_arrays_keep_the_graph(reduce, values):
    """np.dot, @, np.sum and their like: the gradients flow back to every element."""
    root = reduce(np.array(values), np.array([1.0, 2.0, 3.0]))
    assert isinstance(root, Value)
    root.backward()
    assert [v.grad for v in values] == pytest.approx([1.0, 2.0, 3.0])


def test_matrix_product_of_values():
    """A weight matrix of Values times a float vector: shapes are numpy's, gradients the engine's."""
    W = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    x = np.array([0.5, -1.0])
    h = W @ x
    assert h.shape == (2,)
    np.sum(h**2).backward()
    expected = np.outer(2 * np.array([-1.5, -2.5]), x)
    assert [w.grad for w in W.ravel()] == expected.ravel().tolist()


def test_adding_values_in_place_to_a_float_array_is_refused_by_numpy():
    """A += v would detach: numpy's own casting error says so."""
    A = np.zeros(2)
    with pytest.raises(
        TypeError, match=r"Cannot cast ufunc 'add' output from dtype\('O'\) to dtype\('float64'\)"
    ):
        A += Value(1.0)
    with pytest.raises(
        TypeError, match=r"use v.data for the number.* an array that holds Values has dtype=object"
    ):
        A[0] = Value(1.0)
    assert A.tolist() == [0.0, 0.0]


def test_numpy_array_of_values_sorts_and_compares_by_data(values):
    """np.sort, argmax and comparisons read the numbers."""
    array = np.array(values)
    assert array.argmax() == 2
    assert [v.data for v in np.sort(array)] == [-0.25, 0.5, 0.75]
    assert (array > 0).tolist() == [True, False, True]
    assert (np.array([0.6, 0.6, 0.6]) < values[2]).tolist() == [True] * 3


def test_numpy_scalar_data_never_stays_in_the_graph():
    """data, grad, operands and partials are Python floats, whatever came in: so is their arithmetic."""
    v = Value(np.float32(0.1))
    loss = autograd.dot([v, np.float64(2.0)], [np.array(3.0), v]) + np.int64(2) * v ** np.float32(2)
    loss.backward(np.float32(0.5))
    for node in topological_order(loss):
        numbers = [node.data, node.grad, *(o for o in node.operands if not isinstance(o, Value))]
        assert all(
            type(number) is float for number in [*numbers, *(p for p in node.partials if p is not None)]
        )


def test_changing_an_array_of_no_dimensions_later_changes_nothing():
    """A 0-d array is taken by value: what the graph saw is what it keeps."""
    number, v = np.array(2.0), Value(3.0)
    node = autograd.dot([v], [number]) + v * number
    kept = copy.deepcopy(node)
    number[()] = 100.0
    node.backward()
    assert v.grad == 4.0
    assert kept.data == 12.0
