"""What numpy programs call besides numpy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.rules import elementwise


def stack(*parts: Any) -> Any:
    """Arrays (rows, batch) below one another, those of one column repeated for every sample."""
    batch = max([part.shape[-1] for part in parts])
    if batch == 1:
        return np.concatenate(parts)
    return np.concatenate([np.broadcast_to(part, (*part.shape[:-1], batch)) for part in parts])


def chosen(table: Any, index: Any) -> tuple[Any, Any]:
    """The row that each index (k, batch) chooses from its column of a table (n, k), and whether it can.

    An index that is no whole number from 0 to n - 1 chooses nothing.
    """
    at = np.fmin(np.fmax(index, 0.0), len(table) - 1.0).astype(np.intp)
    return table[at, np.arange(table.shape[1])[:, None]], at == index


NAMES: dict[str, Any] = {
    "np": np,
    "total": np.add.reduce,
    "largest": np.maximum.reduce,
    "stack": stack,
    "chosen": chosen,
    "inf": math.inf,
    "nan": math.nan,
    "erf": elementwise(math.erf),
    "erfc": elementwise(math.erfc),
}
"""The global names of a numpy program."""
