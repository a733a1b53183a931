"""Updates: an optimiser's formula on arrays, for all parameters at once, from one array to the other.

The formula is that of one parameter: `update(parameter, gradient, state, lr, step)`. It branches on no
data, so it reads on arrays as it stands, and can be recorded as a function of one sample: of one parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.backends.host.trainer import Pair, Update
from autograd.compiler.backends.parameter_table import EVERY
from autograd.compiler.lowering.tape import Tape
from autograd.compiler.lowering.tracing import Shape, trace
from autograd.engine.value import Value
from autograd.trees import leaves


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


class RecordedFormula(NamedTuple):
    """An optimiser's formula as a tape: its inputs are the gradient, the parameter and its state, in order.

    The tape's parameters are the rate, the step, and the numbers that were to be such.
    """

    tape: Tape

    roots: list[int]
    """The places of the new parameter, and of its new state."""


def recorded_formula(optimizer: Any, numbers: Sequence[Value] = ()) -> RecordedFormula | None:
    """The formula with the optimiser's options of now; None where recording fails.

    So it does where the formula branches on a number. `numbers` are options of the optimiser that are Values,
    and remain parameters of the formula.
    """
    names = list(optimizer.entries)
    lr, step = Value(1.0), Value(1.0)

    def formula(gradient: Any, parameter: Any, *entries: Any) -> list[Any]:
        state = dict(zip(names, entries))
        new, found = optimizer.update(parameter, gradient, state, lr.detach(), step.detach())
        return [new, *(found[name] for name in names)]

    rows = {value: row for row, value in enumerate([lr, step, *numbers])}
    try:
        tracer, results = trace(formula, [Shape(())] * (2 + len(names)), rows)
    except Exception:  # whatever the formula raises where it meets no numbers
        return None
    return RecordedFormula(tracer.tape, leaves(results))
