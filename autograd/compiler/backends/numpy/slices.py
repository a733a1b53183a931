"""Slices: rows of an array as views, which cost nothing, where an index would copy them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.backends.numpy.pieces import Piece
from autograd.compiler.program.rows import Block, axes_in_order


def sliced(array: Piece, rows: Any, size: int) -> Piece | None:
    """Rows (…) of an array (size, batch) as a view (…, batch); the array itself where that is all of it.

    None where no slice gives them.
    """
    if rows.ndim == 2 and rows.shape[1] == 1:
        inner = sliced(array, rows[:, 0], size)
        return None if inner is None else inner.with_axis()
    if rows.ndim > 1:
        return _grid(array, rows, size)
    first, count = int(rows[0]), len(rows)
    step = int(rows[1]) - first if count > 1 else 1
    if step <= 0 or not (rows[1:] - rows[:-1] == step).all():
        return None
    if step == 1:
        return _contiguous(array, first, count, size)
    return array.slice(first, int(rows[-1]) + 1, step)


def _grid(array: Piece, rows: Any, size: int) -> Piece | None:
    """Rows that are contiguous in some order of the axes."""
    order = axes_in_order(rows)
    if order is None:
        return None
    rows_in_order = _contiguous(array, int(rows.flat[0]), rows.size, size)
    grid = rows_in_order.reshape(*[rows.shape[axis] for axis in order], -1)
    return grid if order == tuple(range(rows.ndim)) else grid.transpose(*np.argsort(order), rows.ndim)


def _contiguous(array: Piece, first: int, count: int, size: int) -> Piece:
    return array if first == 0 and count == size else array.slice(first, first + count)


def matrix_of(vector: Piece, block: Block) -> Piece:
    """A block of a flat vector as a matrix (rows, columns)."""
    rows = vector.slice(block.first, block.first + block.rows * block.stride)
    matrix = rows.reshape(block.rows, block.stride)
    if block.columns < block.stride:
        matrix = matrix.at(f":, :{block.columns}")
    return matrix.T if block.is_transposed else matrix
