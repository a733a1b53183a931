"""Rows of selections: what they are, and as which slices of an array they are read."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograd.compiler.backends.numpy.pieces import name
from autograd.compiler.backends.numpy.slices import matrix_of, sliced
from autograd.compiler.program.program import PARAMETERS, Selection
from autograd.compiler.program.rows import (
    axes_in_order,
    is_contiguous,
    is_injective,
    parameter_block,
    repeats_among,
    runs,
    transposed_grid,
)

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@given(shape=SHAPES, first=st.integers(0, 3), rest=st.integers(0, 3), data=st.data())
def test_rows_that_follow_one_another_are_read_by_a_slice(shape, first, rest, data):
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
    assert is_contiguous(rows.transpose(axes_in_order(rows)))


@given(a=st.integers(2, 5), b=st.integers(2, 5), first=st.integers(0, 7))
def test_rows_that_are_contiguous_column_by_column_are_a_grid(a, b, first):
    """A contiguous block, transposed and written as one line; and no other rows."""
    grid = (first + np.arange(a * b)).reshape(b, a).T
    assert np.array_equal(transposed_grid(grid.ravel()), grid)
    assert transposed_grid(2 * grid.ravel()) is None
    for other in ([0, 1, 2, 7, 8], [0, 2, 4, 100, 102, 104], [3]):
        assert transposed_grid(np.array(other)) is None


@given(k=st.integers(1, 4), n=st.integers(1, 4), extra=st.integers(0, 2), first=st.integers(0, 2))
def test_a_block_of_parameters_is_read_by_rows_or_by_columns(k, n, extra, first):
    """A matrix whose rows, or columns, are at equal distances in the vector of parameters."""
    rows = first + (n + extra) * np.arange(k)[:, None] + np.arange(n)
    p = np.arange(50.0)
    for matrix in (rows, rows.T):
        selection = Selection(np.full(matrix.shape, PARAMETERS), matrix, True)
        assert np.array_equal(eval(matrix_of(name("p"), parameter_block(selection, 50)), {"p": p}), matrix)


@given(k=st.integers(1, 4), n=st.integers(1, 4), extra=st.integers(0, 2), rest=st.integers(0, 2))
def test_a_block_of_parameters_ends_within_them(k, n, extra, rest):
    """What lies between its rows is read, too, after the last one as well: else there is no block."""
    rows = 1 + (n + extra) * np.arange(k)[:, None] + np.arange(n)
    p = np.arange(rows[-1, -1] + 1.0 + rest)
    block = parameter_block(Selection(np.full(rows.shape, PARAMETERS), rows, True), p.size)
    if block is None:
        assert rest < extra
    else:
        assert np.array_equal(eval(matrix_of(name("p"), block), {"p": p}), rows)


@given(
    rows=st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=1, max_size=4),
    flat=st.booleans(),
)
def test_rows_as_a_slice_are_all_of_them(rows, flat):
    """What a slice gives has a place for each row, equal ones included; no slice says so by None."""
    rows = np.array(rows)[:, 0] if flat else np.array(rows)
    v = np.arange(8.0).reshape(4, 2)
    text = sliced(name("v"), rows, 4)
    if text is not None:
        assert np.array_equal(eval(text, {"v": v}), v[rows])


@given(rows=st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_injective_rows_are_those_of_which_none_comes_twice(rows):
    """In whichever order they stand."""
    assert is_injective(np.array(rows)) == (len(set(rows)) == len(rows))


@given(places=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5)), min_size=1, max_size=9))
def test_runs_one_after_another_are_the_selection(places):
    """Each is of one array, and the next of another."""
    arrays, rows = np.array(places).T
    found = list(runs(Selection(arrays, rows, False)))
    assert [(at, row) for at, part in found for row in part.tolist()] == places
    assert all(at != after for (at, _), (after, _) in pairwise(found))


@given(lead=st.integers(1, 3), count=st.integers(1, 4), times=st.integers(1, 3), in_turn=st.booleans())
def test_sums_over_repeats_add_up_the_entries_of_equal_rows(lead, count, times, in_turn):
    """Blocks that come again, or each row several times: summed over one axis, each row is there once."""
    once = np.arange(lead * count).reshape(lead, count)
    rows = once.repeat(times, axis=1) if in_turn else np.tile(once, times)
    entries = np.random.default_rng(0).normal(size=rows.shape)
    repeats = repeats_among(rows)
    assert (repeats is None) == (times == 1)
    found, grid, axis = repeats or (rows, rows.shape, ())
    assert np.array_equal(found, once)
    summed = entries.reshape(grid).sum(axis)
    expected = np.bincount(rows.ravel(), entries.ravel()).reshape(once.shape)
    np.testing.assert_allclose(summed, expected, rtol=1e-12)
