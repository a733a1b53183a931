"""Selecting: steps of `select`, by an index that differs from sample to sample.

A short family is compared with its positions, as the rule says; of a long one, rows are picked by number.
Nothing is multiplied by 0, so that what is not chosen may be infinite.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from autograd.compiler.backends.jax.arrays import Arrays
from autograd.compiler.program.program import Step

LONG = 64
"""Values from which it is faster to pick one than to look at all."""


def forward(arrays: Arrays, step: Step) -> None:
    """Compute what is chosen, and keep which that is."""
    index, values = arrays.read(step.operands[0]), arrays.read(step.operands[1])
    count = len(values)
    if count <= LONG:
        found = jnp.zeros((), arrays.dtype)
        for position, value in enumerate(values):  # one loop over the samples, which a sum is not
            found = jnp.where(index == position, value, found)
        arrays.kept[step.out.at] = jnp.arange(count, dtype=arrays.dtype)[:, None, None] == index
    else:
        at = jnp.clip(jnp.nan_to_num(index, nan=0.0), 0, count - 1).astype(int)
        valid = at == index
        found = jnp.where(valid, jnp.take_along_axis(values, at[None], axis=0, mode="clip")[0], 0.0)
        arrays.kept[step.out.at] = at, valid
    samples = 1 if step.out.uniform else arrays.batch
    arrays.values[step.out.at] = jnp.broadcast_to(found, (step.out.rows, samples))


def reverse(arrays: Arrays, step: Step, d: Any) -> None:
    """Add the cotangent to that of what was chosen; an index has none."""
    family, kept = step.operands[1], arrays.kept[step.out.at]
    if not arrays.program.has_gradient(family):
        return
    if len(family.rows) <= LONG:
        arrays.add(family, jnp.where(kept, d, 0.0))
        return
    at, valid = kept
    positions = jnp.arange(len(family.rows))[:, None, None]
    arrays.add(family, jnp.where((positions == at) & valid, d, 0.0))
