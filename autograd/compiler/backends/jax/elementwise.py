"""Elementwise steps, and reductions: the rule of the table, on all rows at once."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from autograd.compiler.backends.jax.arrays import Arrays
from autograd.compiler.backends.jax.language import reading
from autograd.compiler.program.program import Step


def forward(arrays: Arrays, step: Step) -> None:
    """Compute the value of the rule, and keep the operands."""
    operands = arrays.operands(step)
    rule = reading(step.primitive, arrays.dtype)
    found = jnp.asarray(rule.value(*operands)).astype(arrays.dtype)
    samples = 1 if step.out.uniform else arrays.batch
    arrays.values[step.out.at] = jnp.broadcast_to(found, (step.out.rows, samples))
    arrays.kept[step.out.at] = operands


def reverse(arrays: Arrays, step: Step, d: Any) -> None:
    """Add the cotangent times each partial to the cotangents of the operands."""
    operands, primitive = arrays.kept[step.out.at], step.primitive
    z = arrays.values[step.out.at]
    if primitive.families:
        count = step.operands[-1].shape[0]
        operands = [*operands, jnp.arange(count, dtype=arrays.dtype)[:, None, None]]
    for partial, nonzero, selection in zip(
        reading(primitive, arrays.dtype).partials, primitive.nonzero_partials, step.operands
    ):
        if nonzero and arrays.program.has_gradient(selection):
            arrays.add(selection, (d * partial(*operands, z)).astype(arrays.dtype))
