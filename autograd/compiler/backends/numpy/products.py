"""Dots and matrix products: sums of products along a family, and the plain terms that they add.

Dots whose vectors recur are cells of small matrix products (see `program.products`); others are
elementwise products and their sums.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.backends.numpy.cotangents import Cotangents
from autograd.compiler.backends.numpy.pieces import PLUS, TIMES, Piece, called, operation
from autograd.compiler.backends.numpy.writer import Writer, array_name
from autograd.compiler.program.products import Products, as_products
from autograd.compiler.program.program import Selection, Step
from autograd.compiler.program.rows import flat, is_contiguous


class Factors(NamedTuple):
    """What was multiplied: two families; a matrix and vectors; or the two sides of `matrices`."""

    left: Piece
    right: Piece
    matrices: Products | None = None


def forward(writer: Writer, step: Step) -> None:
    """Write the products, with the plain terms added, and keep the factors."""
    write = _forward_matmul if step.kind == "matmul" else _forward_dots
    writer.assign(array_name(step.out.at), write(writer, step))


def reverse(writer: Writer, cotangents: Cotangents, step: Step) -> None:
    """Add to the cotangents of both factors, and of the plain terms."""
    add = _reverse_matmul if step.kind == "matmul" else _reverse_dots
    add(writer, cotangents, step)


# ---- forward --------------------------------------------------------------------------------------


def _forward_dots(writer: Writer, step: Step) -> Piece:
    matrices = as_products(step, writer.program.numbers)
    if matrices is not None:
        return _with_plain(writer, step, _forward_matrices(writer, step, matrices))
    if step.out.rows == 1:
        left, right = [writer.named(flat(selection)) for selection in step.operands]
    else:
        left, right = writer.operands(step)
    writer.kept[step.out.at] = Factors(left, right)
    product = operation("{0} * {1}", left, right, power=TIMES)
    return _with_plain(writer, step, product.total("keepdims=True" if step.out.rows == 1 else ""))


def _forward_matrices(writer: Writer, step: Step, matrices: Products) -> Piece:
    """The dots (dots, batch), as cells of matrix products."""
    left, right = writer.assigned(writer.read(matrices.left)), writer.assigned(writer.read(matrices.right))
    writer.kept[step.out.at] = Factors(left, right, matrices)
    dots = called("products", left, right, *_terms(writer, matrices.terms))
    dots = dots.reshape(math.prod(matrices.shape), -1)
    return dots if matrices.are_in_order else dots.take(writer.constant(matrices.cells))


def _forward_matmul(writer: Writer, step: Step) -> Piece:
    """A matrix (k, n) times m vectors (n, m) for each sample: (k * m, batch)."""
    matrix, vectors = writer.matrix(step.operands[0]), _vectors(writer, step.operands[1])
    writer.kept[step.out.at] = Factors(matrix, vectors)
    rows, columns = step.operands[0].shape[0], step.operands[1].shape[1]
    product = operation("{0} @ {1}", matrix, vectors, power=TIMES)
    if columns == 1:
        return _with_plain(writer, step, product)
    if step.plain:
        product = product.reshape(rows, columns, -1)
    return _with_plain(writer, step, product, "[:, None]").reshape(step.out.rows, -1)


def _vectors(writer: Writer, selection: Selection) -> Piece:
    """A family of vectors (n, m) as an array (n, m * batch)."""
    if selection.shape[1] == 1:
        return writer.named(flat(selection))
    vectors = writer.read(_raveled(selection) or selection)
    return writer.assigned(vectors.reshape(selection.shape[0], -1))


def _with_plain(writer: Writer, step: Step, value: Piece, axes: str = "") -> Piece:
    """The value plus the plain terms (p, k) of a step; `axes` is the index that gives them one axis more."""
    terms = step.plain
    if terms is None:
        return value
    if terms.shape[0] == 1:
        added = writer.read(Selection(terms.arrays[0], terms.rows[0], terms.uniform))
    else:
        added = writer.read(terms, broadcasts=True).total()
    return operation(f"{{0}} + {{1}}{axes}", value, added, power=PLUS)


# ---- reverse --------------------------------------------------------------------------------------


def _reverse_dots(writer: Writer, cotangents: Cotangents, step: Step) -> None:
    factors, d, uniform = writer.kept[step.out.at], cotangents.of(step.out.at), step.out.uniform
    left, right, matrices = factors
    if matrices is not None:
        _reverse_matrices(writer, cotangents, factors, d, uniform)
    elif left == right:
        if writer.program.has_gradient(step.operands[0]):
            twice = operation("2.0 * {0} * {1}", d, left, power=TIMES)
            cotangents.add(flat(step.operands[0]), twice, uniform)
    else:
        for selection, other in zip(step.operands, (right, left)):
            if writer.program.has_gradient(selection):
                cotangents.add(flat(selection), operation("{0} * {1}", d, other, power=TIMES), uniform)
    _reverse_plain(cotangents, step, d)


def _reverse_matrices(
    writer: Writer, cotangents: Cotangents, factors: Factors, d: Piece, uniform: bool
) -> None:
    """Add to both matrices: G rightᵀ and leftᵀ G, where G has the cotangents of the dots in its cells."""
    left, right, matrices = factors
    assert matrices is not None
    terms = matrices.terms
    if matrices.are_in_order:
        grid = d.reshape(*matrices.shape, -1)
    else:
        zero, places = writer.constant(np.zeros((1, 1))), writer.constant(matrices.places())
        grid = called("stack", zero, d).take(places)
        terms = terms & (matrices.places() > 0)[:, :, None, :]
    grid = cotangents.temporary(grid)
    if writer.program.has_gradient(matrices.left):
        counts = _terms(writer, terms.swapaxes(2, 3))
        cotangents.add(matrices.left, called("products", grid, right.swapaxes(1, 2), *counts), uniform)
    if writer.program.has_gradient(matrices.right):
        counts = _terms(writer, terms.swapaxes(1, 2))
        cotangents.add(matrices.right, called("products", left.swapaxes(1, 2), grid, *counts), uniform)


def _reverse_matmul(writer: Writer, cotangents: Cotangents, step: Step) -> None:
    matrix, vectors, _ = writer.kept[step.out.at]
    (rows, size), columns = step.operands[0].shape, step.operands[1].shape[1]
    d = cotangents.of(step.out.at)
    grid = cotangents.temporary(d.reshape(rows, -1)) if columns > 1 else d
    if writer.program.has_gradient(step.operands[0]):
        cotangents.add_product(step.operands[0], grid, vectors.T)
    if writer.program.has_gradient(step.operands[1]):
        times = "@" if rows > 1 else "*"  # of one row, elementwise is faster
        found = operation(f"{{0}} {times} {{1}}", matrix.T, grid, power=TIMES)
        raveled = _raveled(step.operands[1])
        if columns == 1:
            cotangents.add(flat(step.operands[1]), found, False)
        elif raveled is not None:
            cotangents.add(raveled, found.reshape(size * columns, -1), False)
        else:
            cotangents.add(step.operands[1], found.reshape(size, columns, -1), False)
    if columns > 1:
        d = d.reshape(rows, columns, -1).total("axis=1")
    _reverse_plain(cotangents, step, d)


def _reverse_plain(cotangents: Cotangents, step: Step, cotangent: Piece) -> None:
    if step.plain is None:
        return
    for arrays, rows in zip(step.plain.arrays, step.plain.rows):
        selection = Selection(arrays, rows, step.plain.uniform)
        if cotangents.program.has_gradient(selection):
            cotangents.add(selection, cotangent, step.out.uniform)


def _terms(writer: Writer, terms: Any) -> list[Piece]:
    """Which terms (sets, a, n, b) count, where that is not all of them along n, which is summed."""
    return [] if terms.all() or terms.shape[2] == 1 else [writer.constant(terms[..., None])]


def _raveled(family: Selection) -> Selection | None:
    """A family (n, m) as a selection (n * m,), where its rows are contiguous in one array; else None."""
    if len(family.sources) > 1 or not is_contiguous(family.rows):
        return None
    return Selection(family.arrays.ravel(), family.rows.ravel(), family.uniform)
