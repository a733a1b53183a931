"""What numpy programs call besides numpy."""

import numpy as np
import pytest

from autograd.compiler.backends.numpy.runtime import chosen, has_nan, products, stack


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
