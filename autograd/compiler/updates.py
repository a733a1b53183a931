"""Updates: an optimiser's formula, for all parameters at once.

The formula is that of one parameter: `update(parameter, gradient, state, lr, step)`. It branches on no
data, so it reads on arrays as it stands; or it is recorded, as any function of one sample is, and becomes
machine code whose samples are the parameters.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from autograd.compiler.simplify import simplify
from autograd.compiler.tracing import Shape, trace
from autograd.errors import TraceError
from autograd.trees import leaves
from autograd.value import Value


class ArrayUpdate:
    """The formula on arrays: parameters `p`, and `state`, an array for each of its entries."""

    def __init__(self, optimizer: Any, p: Any, state: dict[str, Any]) -> None:
        self.optimizer, self.p, self.state = optimizer, p, state

    def __call__(self, gradient: Any, lr: float, step: int) -> None:
        """Move all parameters once."""
        with np.errstate(all="ignore"):
            self.p, self.state = self.optimizer.update(self.p, gradient, self.state, lr, step)


class MachineUpdate:
    """The formula as machine code, from one table of rows to another: gradient, parameters, state."""

    def __init__(self, optimizer: Any, p: Any, state: dict[str, Any]) -> None:
        from autograd.compiler.llvm_straight import straight_line

        self.optimizer, self.entries = optimizer, list(state)
        rows = np.array([np.zeros_like(p), p, *state.values()])
        self.tables = rows, np.zeros_like(rows)
        self.current = 0
        self.rates = np.zeros(2, p.dtype)
        self.addresses = [
            (self.rates.ctypes.data, here.ctypes.data, there[1:].ctypes.data)
            for here, there in (self.tables, self.tables[::-1])
        ]
        lr, step = Value(1.0), Value(1.0)

        def formula(gradient: Any, parameter: Any, *entries: Any) -> list[Any]:
            new, found = optimizer.update(parameter, gradient, dict(zip(self.entries, entries)), lr, step)
            return [new, *(found[entry] for entry in self.entries)]

        tracer, results = trace(formula, [Shape(()) for _ in rows], {lr: 0, step: 1})
        tape, roots = simplify(tracer.tape, leaves(results))
        self.program = straight_line(tape, roots, p.dtype)

    @property
    def p(self) -> Any:
        """The parameters."""
        return self.tables[self.current][1]

    @property
    def state(self) -> dict[str, Any]:
        """An array for each entry of the optimiser's state."""
        return dict(zip(self.entries, self.tables[self.current][2:]))

    def __call__(self, gradient: Any, lr: float, step: int) -> None:
        """Move all parameters once."""
        self.tables[self.current][0] = gradient
        self.rates[:] = lr, step
        self.program(*self.addresses[self.current], len(gradient))
        self.current = 1 - self.current  # at once: whatever interrupts finds a whole table


Update = ArrayUpdate | MachineUpdate


def as_machine_code(update: Update) -> Update:
    """The same update, to go on with, as machine code where that is to be had."""
    if importlib.util.find_spec("llvmlite") is None or not len(update.p):
        return update
    try:
        return MachineUpdate(update.optimizer, update.p, update.state)
    except (TraceError, TypeError):  # a formula of the user's own that reads on arrays, but not on Values
        return update
