"""What numpy programs call besides numpy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.rules import elementwise


def stack(*parts: Any) -> Any:
    """Arrays (rows, batch) below one another, those of one column repeated for every sample."""
    batch = max(part.shape[-1] for part in parts)
    return np.concatenate([np.broadcast_to(part, (*part.shape[:-1], batch)) for part in parts])


NAMES: dict[str, Any] = {
    "np": np,
    "stack": stack,
    "inf": math.inf,
    "nan": math.nan,
    "erf": elementwise(math.erf),
    "erfc": elementwise(math.erfc),
}
"""The global names of a numpy program."""
