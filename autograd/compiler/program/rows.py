"""Rows: how those of a selection lie, so that they can be read without an index: a slice, a grid, a block."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.program.program import PARAMETERS, Selection


def same_number(numbers: Any) -> bool:
    """Whether all are one number: 0.0 and -0.0 are two."""
    first = numbers.flat[0]
    return bool((numbers == first).all() and (np.signbit(numbers) == np.signbit(first)).all())


def is_contiguous(rows: Any) -> bool:
    """Whether each row is one more than the row before it, in the order of the axes."""
    return bool((rows == rows.flat[0] + np.arange(rows.size).reshape(rows.shape)).all())


def first_strides(rows: Any) -> tuple[int, ...]:
    """By how much the row grows along each axis, from the first one on; 0 along one of length 1."""
    return tuple(
        int(rows.take(1, axis).flat[0]) - int(rows.flat[0]) if rows.shape[axis] > 1 else 0
        for axis in range(rows.ndim)
    )


def regular_strides(rows: Any) -> tuple[int, ...] | None:
    """By how much the row grows along each axis, wherever on the others; None if it grows irregularly."""
    strides = first_strides(rows)
    steps = sum(stride * places for stride, places in zip(strides, np.indices(rows.shape, sparse=True)))
    return strides if (rows == rows.flat[0] + steps).all() else None


def axes_in_order(rows: Any) -> tuple[int, ...] | None:
    """The order of the axes in which the rows are contiguous; None if there is none."""
    strides = first_strides(rows)
    order = tuple(sorted(range(rows.ndim), key=lambda axis: -strides[axis]))
    return order if is_contiguous(rows.transpose(order)) else None


class Repeats(NamedTuple):
    """Rows of which each comes equally often along their last axis: as one axis of a grid."""

    once: Any
    """The rows without repeats."""

    grid: tuple[int, ...]
    """The shape of the rows with the last axis split in two."""

    axis: int
    """The axis of the grid along which rows are equal."""


def repeats_among(rows: Any) -> Repeats | None:
    """Rows as a block that comes again and again, or each of them several times in turn; else None.

    So a scale is read that is the same for every token.
    """
    *lead, size = rows.shape
    count = len(np.unique(rows.reshape(-1, size)[0]))
    times, rest = divmod(size, count)
    if times > 1 and not rest:
        blocks = rows.reshape(*lead, times, count)
        if (blocks == blocks[..., :1, :]).all():
            return Repeats(blocks[..., 0, :], blocks.shape, len(lead))
        turns = rows.reshape(*lead, count, times)
        if (turns == turns[..., :1]).all():
            return Repeats(turns[..., 0], turns.shape, len(lead) + 1)
    return None


class Block(NamedTuple):
    """A matrix in a flat vector, whose rows are at equal distances; or the transpose of one."""

    first: int
    rows: int
    stride: int
    columns: int
    is_transposed: bool = False


def parameter_block(selection: Selection, parameters: int) -> Block | None:
    """A matrix of parameters as a block of their vector: rows or columns at equal distances; else None."""
    if (selection.arrays != PARAMETERS).any():
        return None
    block = _block(selection.rows, parameters)
    transposed = _block(selection.rows.T, parameters) if block is None else None
    return block if transposed is None else transposed._replace(is_transposed=True)


def _block(rows: Any, parameters: int) -> Block | None:
    k, n = rows.shape
    first = int(rows[0, 0])
    stride = int(rows[1, 0]) - first if k > 1 else n
    if stride < n or first + k * stride > parameters:
        return None
    if not (rows == first + stride * np.arange(k)[:, None] + np.arange(n)).all():
        return None
    return Block(first, k, stride, n)


def transposed_grid(rows: Any) -> Any:
    """Rows (k,) as a grid (a, b) that is contiguous column by column; None if they are no such grid."""
    steps = np.diff(rows)
    length = int(np.argmax(steps != steps[0])) + 1 if len(steps) else 1
    if length == 1 or len(rows) % length:
        return None
    grid = rows.reshape(-1, length)
    return grid if is_contiguous(grid.T) else None


def is_injective(rows: Any) -> bool:
    """Whether no row comes twice."""
    rows = rows.ravel()
    return bool((rows[1:] > rows[:-1]).all() or len(np.unique(rows)) == rows.size)


def runs(selection: Selection) -> Iterable[tuple[int, Any]]:
    """Runs of elements from one array: the array, and the rows."""
    arrays, rows = selection.arrays.ravel(), selection.rows.ravel()
    cuts = (np.flatnonzero(arrays[1:] != arrays[:-1]) + 1).tolist()
    for start, end in pairwise([0, *cuts, arrays.size]):
        yield int(arrays[start]), rows[start:end]


def flat(selection: Selection) -> Selection:
    """A family (n, 1) of one entry as a selection (n,); any other as it is."""
    if selection.rows.ndim == 1 or selection.shape[1] > 1:
        return selection
    return Selection(selection.arrays[:, 0], selection.rows[:, 0], selection.uniform)
