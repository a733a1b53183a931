"""Languages that the package does not know: array libraries, as dictionaries from heads to functions."""

import math
from functools import cache

import numpy as np

from autograd.rules.notation import CALLS, FUNCTIONS
from autograd.rules.readings import BY_OPERATOR, Language

RENAMED = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2"}
RENAMED |= {"asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}


def language_of(library, erf, erfc):
    """The language of a library with the functions of numpy; families are arrays, stacked along axis 0."""
    names = [*FUNCTIONS.split(), "abs", "where", "maximum", "minimum"]
    return Language(
        CALLS,
        BY_OPERATOR
        | {name: getattr(library, RENAMED.get(name, name)) for name in names if name not in ("erf", "erfc")}
        | {
            "erf": erf,
            "erfc": erfc,
            "total": lambda terms: library.sum(terms, axis=0),
            "largest": lambda terms: library.max(terms, axis=0),
            "positions": lambda family: library.arange(len(family)).reshape(-1, *[1] * (family.ndim - 1)),
        },
        form="arrays",
        stacked=True,
    )


ARRAYS = language_of(np, *(np.vectorize(function, otypes=[float]) for function in (math.erf, math.erfc)))


@cache
def on_arrays(row):
    """The rule in numpy."""
    return row.read(ARRAYS)
