"""Dots and matrix products: sums of products along a family, and the plain terms that they add.

Dots whose vectors recur are cells of small matrix products (see `program.products`); others are
elementwise products and their sums. Both compute in the program's type: accelerators multiply matrices of
float32 in fewer digits, unless they are told not to.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import jax.numpy as jnp
from jax import lax

from autograd.compiler.backends.jax.arrays import Arrays
from autograd.compiler.backends.jax.views import read
from autograd.compiler.program.products import Products, as_products
from autograd.compiler.program.program import Step

_matmul = partial(jnp.matmul, precision=lax.Precision.HIGHEST)


def forward(arrays: Arrays, step: Step) -> None:
    """Compute the products, add the plain terms, and keep the factors."""
    compute = _forward_matmul if step.kind == "matmul" else _forward_dots
    arrays.values[step.out.at] = compute(arrays, step)


def reverse(arrays: Arrays, step: Step, d: Any) -> None:
    """Add to the cotangents of both factors, and of the plain terms."""
    if step.kind == "matmul":
        d = _reverse_matmul(arrays, step, d)
    elif arrays.kept[step.out.at][2] is not None:
        _reverse_matrices(arrays, step, d)
    else:
        for selection, other in zip(step.operands, reversed(arrays.kept[step.out.at][:2])):
            if arrays.program.has_gradient(selection):
                arrays.add(selection, d * other)
    if step.plain is not None and arrays.program.has_gradient(step.plain):
        arrays.add(step.plain, d[None])


# ---- forward --------------------------------------------------------------------------------------


def _forward_dots(arrays: Arrays, step: Step) -> Any:
    matrices = as_products(step, arrays.program.numbers)
    if matrices is None:
        left, right = arrays.operands(step)
        dots = jnp.sum(left * right, axis=0)
    else:
        left, right = arrays.read(matrices.left), arrays.read(matrices.right)
        cells = _products(left, right, matrices.terms)
        dots = cells.reshape(math.prod(matrices.shape), -1)
        if not matrices.are_in_order:
            dots = read(dots, matrices.cells)
    arrays.kept[step.out.at] = left, right, matrices
    found = dots + _plain(arrays, step)
    return jnp.broadcast_to(found, (step.out.rows, 1 if step.out.uniform else arrays.batch))


def _forward_matmul(arrays: Arrays, step: Step) -> Any:
    """A matrix (k, n) times m vectors (n, m) for each sample: (k * m, batch)."""
    matrix, vectors = arrays.read(step.operands[0])[..., 0], arrays.read(step.operands[1])
    vectors = jnp.broadcast_to(vectors, (*vectors.shape[:2], arrays.batch))
    arrays.kept[step.out.at] = matrix, vectors
    size, columns, batch = vectors.shape
    product = _matmul(matrix, vectors.reshape(size, -1)).reshape(len(matrix), columns, batch)
    if step.plain is not None:
        product = product + _plain(arrays, step)[:, None]
    return product.reshape(step.out.rows, batch)


def _plain(arrays: Arrays, step: Step) -> Any:
    """The sum of the plain terms (p, k) of a step, as an array (k, batch); 0 where there are none."""
    return 0.0 if step.plain is None else jnp.sum(arrays.read(step.plain, broadcasts=True), axis=0)


def _products(left: Any, right: Any, terms: Any) -> Any:
    """Matrix products: (sets, a, n, batch) times (sets, n, b, batch) is (sets, a, b, batch).

    `terms` says which of (sets, a, n, b) count; the others are products with a zero that stands for nothing.
    """
    found = left[:, :, :, None] * right[:, None]
    return jnp.sum(found if terms.all() else jnp.where(terms[..., None], found, 0.0), axis=2)


# ---- reverse --------------------------------------------------------------------------------------


def _reverse_matrices(arrays: Arrays, step: Step, d: Any) -> None:
    """Add to both matrices: G rightᵀ and leftᵀ G, where G has the cotangents of the dots in its cells."""
    matrices: Products
    left, right, matrices = arrays.kept[step.out.at]
    terms = matrices.terms
    if matrices.are_in_order:
        grid = d.reshape(*matrices.shape, -1)
    else:
        places = matrices.places()
        grid = jnp.take(jnp.pad(d, ((1, 0), (0, 0))), places, axis=0, mode="clip")
        terms = terms & (places > 0)[:, :, None, :]
    if arrays.program.has_gradient(matrices.left):
        arrays.add(matrices.left, _products(grid, right.swapaxes(1, 2), terms.swapaxes(2, 3)))
    if arrays.program.has_gradient(matrices.right):
        arrays.add(matrices.right, _products(left.swapaxes(1, 2), grid, terms.swapaxes(1, 2)))


def _reverse_matmul(arrays: Arrays, step: Step, d: Any) -> Any:
    """Add to both factors; the cotangent of the plain terms (k, batch)."""
    matrix, vectors = arrays.kept[step.out.at]
    size, columns, batch = vectors.shape
    grid = d.reshape(len(matrix), -1)
    if arrays.program.has_gradient(step.operands[0]):
        arrays.add(step.operands[0], _matmul(grid, vectors.reshape(size, -1).T)[..., None])
    if arrays.program.has_gradient(step.operands[1]):
        arrays.add(step.operands[1], _matmul(matrix.T, grid).reshape(size, columns, batch))
    return jnp.sum(d.reshape(len(matrix), columns, batch), axis=1)
