"""Parts of numpy programs: rows as slices, parameters as matrices, and what programs call."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.compiler.backends.numpy.pieces import name
from autograd.compiler.backends.numpy.runtime import chosen, has_nan, products, stack
from autograd.compiler.backends.numpy.slices import matrix_of, sliced
from autograd.compiler.program.program import PARAMETERS, Selection
from autograd.compiler.program.rows import axes_in_order, equal_stretches, is_stretch, parameter_block

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@given(shape=SHAPES, first=st.integers(0, 3), rest=st.integers(0, 3), data=st.data())
def test_rows_in_turn_are_read_by_a_slice(shape, first, rest, data):
    """Rows that follow one another, in whichever order of the axes, as a view that an index would copy."""
    axes = data.draw(st.permutations(range(len(shape))))
    size = first + math.prod(shape) + rest
    rows = (first + np.arange(math.prod(shape))).reshape(shape).transpose(axes)
    v = np.arange(2.0 * size).reshape(size, 2)
    text = sliced(name("v"), rows, size)
    if text is None:  # one axis backwards, or a grid read as one
        assert rows.ndim == 1
    else:
        found = eval(text, {"v": v})
        assert np.array_equal(found, v[rows])
        assert np.shares_memory(found, v)
    assert is_stretch(rows.transpose(axes_in_order(rows)))


@given(a=st.integers(1, 5), b=st.integers(2, 5), step=st.integers(1, 7))
def test_equal_stretches_are_a_grid(a, b, step):
    """Stretches of one length with equal steps inside, and no other rows."""
    grid = 100 * np.arange(a)[:, None] + step * np.arange(b)
    found = equal_stretches(grid.ravel())
    assert found is None if a == 1 else np.array_equal(found, grid)
    assert equal_stretches(np.array([0, 1, 2, 7, 8])) is None
    assert equal_stretches(np.array([3])) is None


@given(k=st.integers(1, 4), n=st.integers(1, 4), extra=st.integers(0, 2), first=st.integers(0, 2))
def test_a_block_of_parameters_is_read_by_rows_or_by_columns(k, n, extra, first):
    """A matrix whose rows, or columns, are at equal distances in the vector of parameters."""
    rows = first + (n + extra) * np.arange(k)[:, None] + np.arange(n)
    p = np.arange(50.0)
    for matrix in (rows, rows.T):
        selection = Selection(np.full(matrix.shape, PARAMETERS), matrix, True)
        assert np.array_equal(eval(matrix_of(name("p"), parameter_block(selection, 50)), {"p": p}), matrix)


@pytest.mark.parametrize("number", [0.0, 1e300, np.inf, -np.inf, np.nan])
def test_has_nan_tells_nan_from_what_overflows(number):
    """Squares that overflow are infinite, not NaN."""
    with np.errstate(all="ignore"):
        assert has_nan(np.array([[1.0, number], [np.inf, -1e300]])) == np.isnan(number)


@pytest.mark.parametrize("batch", [(1, 1), (3, 1), (1, 3), (3, 3)])
def test_products_are_sums_of_the_terms_that_count(batch):
    """As einsum has them; and, with a factor that is infinite, without the terms that are no terms."""
    drawn = np.random.default_rng(0)
    left, right = drawn.normal(size=(2, 3, 4, batch[0])), drawn.normal(size=(2, 4, 5, batch[1]))
    terms = drawn.random((2, 3, 4, 1, 1)) < 0.7
    left = np.where(terms[..., 0], left, 0.0)
    np.testing.assert_allclose(products(left, right), np.einsum("sanx,snbx->sabx", left, right))
    right[0, 2, 1] = np.inf
    with np.errstate(all="ignore"):
        expected = np.where(terms, left[:, :, :, None] * right[:, None], 0.0).sum(axis=2)
        np.testing.assert_allclose(products(left, right, terms), expected)


def test_what_is_not_chosen_may_be_infinite():
    """A zero of the choice leaves a value out."""
    values, which = np.array([[1.0, np.inf], [2.0, 3.0]]), np.array([[True, False], [False, False]])
    with np.errstate(all="ignore"):
        assert chosen(values, which).tolist() == [[1.0, 0.0], [2.0, 0.0]]


def test_stacked_columns_are_repeated_for_every_sample():
    """Arrays of one column beside others of several."""
    column, array = np.array([[1.0], [2.0]]), np.array([[3.0, 4.0]])
    assert stack(column, array).tolist() == [[1.0, 1.0], [2.0, 2.0], [3.0, 4.0]]
    assert stack(column, column).shape == (4, 1)
