"""Updates: an optimiser's formula on arrays, for all parameters at once, from one array to the other.

The formula is that of one parameter: `update(parameter, gradient, state, lr, step)`. It branches on no
data, so it reads on arrays as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.backends.host.trainer import Pair, Update
from autograd.compiler.backends.parameter_table import EVERY


def on_arrays(pair: Pair) -> Update:
    """The formula on arrays, as it stands."""
    table, arrays = pair.table, pair.arrays
    optimizer, moving, names = table.optimizer, table.moving, table.layout.entries
    formula = np.errstate(all="ignore")(optimizer.update)
    taken: Callable[[Any], Any] = (lambda row: row[moving]) if optimizer.is_pure else _copy_of(moving)

    def update(here: int, lr: float, step: int) -> None:
        there = arrays[1 - here]
        p, *entries = arrays[here][1:]
        if moving is not EVERY:
            there[1] = p
        state = {name: taken(entry) for name, entry in zip(names, entries)}
        new = formula(taken(p), taken(there[0]), state, lr, step)
        try:
            there[1][moving], state = new
            for name, row in zip(names, there[2:]):
                row[moving] = state[name]
        except (TypeError, ValueError, LookupError):
            optimizer.refuse(new)
            raise

    return update


def _copy_of(moving: Any) -> Callable[[Any], Any]:
    """Rows to be worked on in place."""
    return lambda row: np.array(row[moving])
