"""`select` by an index of the sample: short families, long ones, tables, and indices that name nothing."""

import numpy as np
import pytest

import autograd
from autograd import Value, compile, select
from tests.autograd.compiler.reference import BACKENDS, NUMPY_FIRST, assert_agrees, eagerly, leaves_of

WIDTH = 3


def total(values):
    return autograd.sum(list(values))


def embedding(table, x, indices):
    """The rows of a table that the indices name, one after another."""
    return [select(index, [row[j] for row in table]) for index in indices for j in range(WIDTH)]


def of_parameters(w, x, indices):
    return embedding(w, x, indices)


def column_by_column(w, x, indices):
    return [select(index, column) for column in zip(*w) for index in indices]


def turned(w, x, indices):
    """Rows of the table's transpose."""
    return embedding([list(row) for row in zip(*w)][:WIDTH] * 2, x, indices)


def of_computed_parameters(w, x, indices):
    return embedding([[entry.tanh() for entry in row] for row in w], x, indices)


def of_the_sample(w, x, indices):
    return embedding([[entry * factor for entry in row] for row, factor in zip(w, x)], x, indices)


def of_both(w, x, indices):
    return embedding([*w[:2], [x[0], w[0][0], 2.0], *w[2:]], x, indices)


def different_columns(w, x, indices):
    return [select(index, [row[at % WIDTH] for row in w]) for at, index in enumerate([*indices, *indices])]


SHAPES = [
    of_parameters,
    column_by_column,
    turned,
    of_computed_parameters,
    of_the_sample,
    of_both,
    different_columns,
]


def model(shape, size):
    drawn = np.random.default_rng(size).normal(size=(size, WIDTH))
    w = [[Value(number) for number in row] for row in drawn.tolist()]

    def loss(indices, x):
        chosen = shape(w, x, indices)
        return total(each.sin() * (at + 1) for at, each in enumerate(chosen))

    return loss, w


def samples(size, batch, count=4):
    drawn = np.random.default_rng(batch)
    return drawn.integers(0, min(size, WIDTH), (batch, count)), drawn.normal(size=(batch, size))


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("batch", [pytest.param(1, marks=pytest.mark.slow), 5])
@pytest.mark.parametrize("size", [5, 80])
@pytest.mark.parametrize("shape", SHAPES)
def test_choices_agree_with_eager(shape, size, batch, backend):
    """Whatever is chosen from, for one sample and for several."""
    loss, w = model(shape, size)
    assert_agrees(
        loss, samples(size, batch), leaves_of([entry for row in w for entry in row]), backend=backend
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_how_a_choice_is_written(shape):
    """A table as a matrix product, another short family by its rule, a long one by the number of the row."""
    for size in (5, 80):
        loss, _ = model(shape, size)
        fast = compile(loss, backend="numpy")
        fast(*samples(size, 2))
        is_table = shape in (of_parameters, column_by_column, turned, of_computed_parameters)
        assert ("chosen(" in fast.source) == (is_table and (size == 5 or shape is turned))
        assert ("picked(" in fast.source) == (size == 80 and shape is not of_both and shape is not turned)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("size", [5, 80])
@pytest.mark.parametrize("shape", [of_parameters, of_the_sample])
def test_an_index_that_names_nothing_gives_zero(shape, size, backend):
    """Fractions, numbers outside and NaN: as the rule of `select` has it."""
    loss, w = model(lambda w, x, indices: shape(w, x, indices)[:1], size)
    _, x = samples(size, 6)
    indices = np.array([[-1.0], [0.5], [float(size)], [np.nan], [np.inf], [1e300]])
    fast = compile(loss, backend=backend)
    assert fast(indices, x).tolist() == [0.0] * 6
    fast.backward(indices, x)
    assert all(entry.grad == 0.0 for row in w for entry in row)


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("size", [5, 80])
@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_not_chosen_does_not_count(shape, size, backend):
    """A row that is infinite or NaN changes only the samples that choose it."""
    loss, w = model(shape, size)
    indices, x = samples(size, 3)
    indices[0] = 0
    indices[1:] = 2
    fast = compile(loss, backend=backend)
    for number in (np.inf, -np.inf, np.nan):
        w[0][1].data = number
        with np.errstate(all="ignore"):
            expected, _ = eagerly_without_gradient(loss, (indices, x))
        np.testing.assert_allclose(fast(indices, x), expected, rtol=1e-9)


def eagerly_without_gradient(loss, arguments):
    """The losses; sin raises where they are infinite, and gives NaN."""

    def finite(*sample):
        try:
            return loss(*sample)
        except ArithmeticError:
            return Value(np.nan)

    return eagerly(finite, arguments, [])


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("size", [5, 80])
def test_a_table_may_be_a_matrix_as_well(size, batch, backend):
    """Tied parameters: gradients of choices and of products add up, whichever is handed back first."""
    drawn = np.random.default_rng(size).normal(size=(size, WIDTH))
    w = [[Value(number) for number in row] for row in drawn.tolist()]
    parameters = leaves_of([entry for row in w for entry in row])

    def product_last(indices, x):
        found = embedding(w, x, indices[:1])
        return total(autograd.dot(row, found).tanh() for row in w) + total(a * b for a, b in zip(w[1], x))

    def product_first(indices, x):
        found = [autograd.dot(row, x[:WIDTH]).tanh() for row in w]
        chosen = embedding(w, x, indices)
        return total(a * b for a, b in zip(chosen, found)) + total(entry**2 for row in w for entry in row)

    for loss in (product_last, product_first):
        assert_agrees(loss, samples(size, batch), parameters, backend=backend)
