"""Views: rows of an array by slices, reshapes and broadcasts where an index would gather them; and back.

To read is a linear map from the rows of an array to the entries of a selection, and its transpose adds the
cotangents of the entries to those of the rows. Both are written here without scatter, whose order of adding
is a device's own: what is no view is a gather, whose transpose is one, too.
"""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from autograd.compiler.program.rows import regular_strides

GAP = 32
"""Rows in turn that are not read, beyond which those after them are added by themselves."""


class View(NamedTuple):
    """Rows as nested blocks: `strides` (descending) and `lengths` of the axes in `order`, from `first` on.

    Each block lies in one stride of the axis before it. Axes along which all rows are the same are not
    among them.
    """

    first: int
    lengths: tuple[int, ...]
    strides: tuple[int, ...]
    order: tuple[int, ...]

    @property
    def extent(self) -> int:
        """How many rows the blocks cover, gaps included."""
        return self.lengths[0] * self.strides[0] if self.lengths else 1


def view_of(rows: Any) -> View | None:
    """How rows (...) are nested blocks; None if they are not."""
    strides = regular_strides(rows)
    if strides is None:
        return None
    order = tuple(sorted((axis for axis in range(rows.ndim) if strides[axis]), key=lambda at: -strides[at]))
    lengths, steps = [rows.shape[axis] for axis in order], [strides[axis] for axis in order]
    if any(step < 0 for step in steps):
        return None
    for outer, inner, length in zip(steps, steps[1:], lengths[1:]):
        if outer < inner * length:
            return None
    return View(int(rows.flat[0]), tuple(lengths), tuple(steps), order)


def grid_of(rows: Any) -> tuple[tuple[int, ...], View] | None:
    """Lengths of axes in which rows (...), one after another, are nested blocks; None if there are none.

    They are those of the rows, or these cut in two or more: so a block that comes again and again along an
    axis, or each row several times in turn, is a grid.
    """
    view = view_of(rows)
    if view is not None:
        return rows.shape, view
    lines = [np.moveaxis(rows, axis, 0).reshape(size, -1)[:, 0] for axis, size in enumerate(rows.shape)]
    lengths = tuple(length for line in lines for length in _lengths_along(line))
    view = view_of(rows.reshape(lengths))
    return None if view is None else (lengths, view)


def _lengths_along(line: Any) -> list[int]:
    """Lengths (outer, ..., inner) such that the rows of a line, cut into them, grow evenly along each."""
    steps = np.diff(line)
    uneven = np.flatnonzero(steps != steps[:1])
    inner = int(uneven[0]) + 1 if len(uneven) else len(line)
    if inner == len(line) or len(line) % inner or inner == 1:
        return [len(line)]
    return [*_lengths_along(line[::inner]), inner]


def read(array: Any, rows: Any) -> Any:
    """Rows (...) of an array (size, batch), as an array (..., batch)."""
    grid = grid_of(rows)
    if grid is None:
        return jnp.take(array, rows, axis=0, mode="clip")
    return _read_view(array, *grid).reshape(*rows.shape, array.shape[1])


def _read_view(array: Any, shape: tuple[int, ...], view: View) -> Any:
    batch = array.shape[1]
    found = array[view.first : view.first + view.extent]
    short = view.extent - len(found)
    if short:
        found = jnp.pad(found, ((0, short), (0, 0)))
    used = [*map(operator.mul, view.lengths[1:], view.strides[1:]), 1]
    for axis, (stride, inside) in enumerate(zip(view.strides, used), 1):
        found = found.reshape(*view.lengths[:axis], stride, batch)
        found = lax.slice_in_dim(found, 0, inside, axis=axis)
    found = found.reshape(*view.lengths, batch)
    kept = sorted(view.order)
    found = found.transpose(*[view.order.index(axis) for axis in kept], len(kept))
    found = found.reshape(*[size if axis in kept else 1 for axis, size in enumerate(shape)], batch)
    return jnp.broadcast_to(found, (*shape, batch))


class Addition(NamedTuple):
    """Cotangents (stop - start, batch) of the rows from `start` to `stop`."""

    start: int
    stop: int
    cotangent: Any


def transposed(rows: Any, cotangent: Any) -> list[Addition]:
    """What cotangents (..., batch) of entries that were read from rows (...) add to those of the rows."""
    grid, batch = grid_of(rows), cotangent.shape[-1]
    if grid is None:
        return _gathered(rows.ravel(), cotangent.reshape(rows.size, batch))
    lengths, view = grid
    return [_transposed_view(view, cotangent.reshape(*lengths, batch))]


def _transposed_view(view: View, cotangent: Any) -> Addition:
    *axes, batch = cotangent.shape
    same = tuple(axis for axis in range(len(axes)) if axis not in view.order)
    if same:
        cotangent = jnp.sum(cotangent, axis=same)
    kept = sorted(view.order)
    cotangent = cotangent.transpose(*[kept.index(axis) for axis in view.order], len(kept))
    inner = 1
    for length, stride in zip(reversed(view.lengths), reversed(view.strides)):
        found = cotangent.reshape(-1, inner, batch)
        found = jnp.pad(found, ((0, 0), (0, stride - inner), (0, 0)))
        inner, cotangent = length * stride, found
    cotangent = cotangent.reshape(view.extent, batch)
    used = 1 + sum((length - 1) * stride for length, stride in zip(view.lengths, view.strides))
    return Addition(view.first, view.first + used, cotangent[:used])


def _gathered(rows: Any, cotangent: Any) -> list[Addition]:
    """The transpose of a gather, in parts between which no row is read."""
    entries = np.argsort(rows, kind="stable")
    ordered, padded = rows[entries], jnp.pad(cotangent, ((0, 1), (0, 0)))
    cuts = np.flatnonzero(np.diff(ordered) > GAP) + 1
    parts = zip(np.split(ordered, cuts), np.split(entries, cuts))
    return [_gathered_part(part, among, padded) for part, among in parts]


def _gathered_part(rows: Any, entries: Any, padded: Any) -> Addition:
    """For each row the cotangents of its entries, and zeros, side by side: `rows` are in order.

    The last of the `padded` cotangents is 0. Rows that are read about equally often, up to a power of two,
    are gathered together.
    """
    start, stop, absent = int(rows[0]), int(rows[-1]) + 1, len(padded) - 1
    counts = np.bincount(rows - start, minlength=stop - start)
    firsts = np.cumsum(counts) - counts
    by_row = np.append(entries, absent)
    sizes = 1 << np.ceil(np.log2(np.maximum(counts, 1))).astype(int)
    found, places = [], []
    for size in np.unique(sizes).tolist():
        of_size = np.flatnonzero(sizes == size)
        at = firsts[of_size, None] + np.arange(size)
        at = by_row[np.where(np.arange(size) < counts[of_size, None], at, len(entries))]
        found.append(jnp.sum(jnp.take(padded, at, axis=0, mode="clip"), axis=1))
        places.append(of_size)
    if len(found) == 1:
        return Addition(start, stop, found[0])
    order = np.argsort(np.concatenate(places))
    return Addition(start, stop, jnp.take(jnp.concatenate(found), order, axis=0, mode="clip"))


def added_up(additions: list[Addition], size: int, batch: int, dtype: Any) -> Any:
    """All additions to the cotangent of an array (size, batch)."""
    parts, at = [], 0
    for cluster in _clusters(additions):
        start, stop = cluster[0].start, max(addition.stop for addition in cluster)
        if start > at:
            parts.append(jnp.zeros((start - at, batch), dtype))
        padded = [
            jnp.pad(cotangent, ((first - start, stop - last), (0, 0))) for first, last, cotangent in cluster
        ]
        total = padded[0]
        for more in padded[1:]:
            total = total + more
        parts.append(jnp.broadcast_to(total, (stop - start, batch)))
        at = stop
    if at < size or not parts:
        parts.append(jnp.zeros((size - at, batch), dtype))
    return parts[0] if len(parts) == 1 else jnp.concatenate(parts)


def _clusters(additions: list[Addition]) -> list[list[Addition]]:
    """Those that overlap together, in order of the rows."""
    clusters: list[list[Addition]] = []
    stop = -math.inf
    for addition in sorted(additions, key=lambda found: found[:2]):
        if addition.start >= stop:
            clusters.append([])
        clusters[-1].append(addition)
        stop = max(stop, addition.stop)
    return clusters
