"""A language that the package does not know: numpy, as a dictionary from heads to functions of arrays."""

import math
import operator
from functools import cache

import numpy as np

from autograd.rules.notation import FUNCTIONS
from autograd.rules.readings import BY_OPERATOR, Functions


def _positions(family):
    return np.arange(len(family)).reshape(-1, *[1] * (family.ndim - 1))


ARRAYS = Functions(
    BY_OPERATOR
    | {name: getattr(np, name, None) for name in FUNCTIONS.split()}
    | {
        "asin": np.arcsin,
        "acos": np.arccos,
        "atan": np.arctan,
        "atan2": np.arctan2,
        "erf": np.vectorize(math.erf, otypes=[float]),
        "erfc": np.vectorize(math.erfc, otypes=[float]),
        "abs": operator.abs,
        "where": np.where,
        "maximum": np.maximum,
        "minimum": np.minimum,
        "total": lambda terms: np.sum(terms, axis=0),
        "largest": lambda terms: np.max(terms, axis=0),
        "position": _positions,
    },
    form="arrays",
    stacked=True,
)


@cache
def on_arrays(row):
    """The rule in numpy: families are arrays, stacked along axis 0."""
    return row.read(ARRAYS)
