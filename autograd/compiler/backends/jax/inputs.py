"""The inputs of a program: a batch's arrays as they are sent to a device, and there as the rows of one."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def flat(array: Any, lead: tuple[int, ...]) -> Any:
    """An array whose first axes have lengths `lead`, with one more axis for all others."""
    return array.reshape(*lead, math.prod(array.shape) // math.prod(lead))


def typed(array: Any, dtype: Any) -> Any:
    """An array whose floats are of the program's type. Whole numbers stay, which are often less to send.

    What is on a device stays there.
    """
    if isinstance(array, jax.Array) or array.dtype.kind != "f" or array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):  # what is too large becomes infinite
        return array.astype(dtype)


def as_rows(arrays: Any, batch: int, dtype: Any) -> Any:
    """Arrays (batch, ...) below one another, as (inputs, batch)."""
    if not arrays:
        return jnp.zeros((0, batch), dtype)
    return jnp.concatenate([flat(array, (batch,)).T.astype(dtype) for array in arrays])
