"""Updates: an optimiser's formula, for all parameters at once.

The formula is that of one parameter: `update(parameter, gradient, state, lr, step)`. It branches on no
data, so it reads on arrays as it stands; or it is recorded, as any function of one sample is, and becomes
machine code whose samples are the parameters.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.simplify import simplify
from autograd.compiler.tracing import Shape, trace
from autograd.trees import leaves
from autograd.value import Value

State = dict[str, Any]
Update = Callable[[Any, Any, State, float, int], tuple[Any, State]]
"""New parameters and state, from parameters, gradient, state, learning rate and step."""


def on_arrays(optimizer: Any) -> Update:
    """The formula on arrays, as it stands."""

    def update(p: Any, gradient: Any, state: State, lr: float, step: int) -> tuple[Any, State]:
        with np.errstate(all="ignore"):
            new, state = optimizer.update(p, gradient, state, lr, step)
        return np.asarray(new, p.dtype), state

    return update


def can_be_recorded(optimizer: Any) -> bool:
    """Whether the class that wrote the formula says that it is pure: of its arguments and options alone."""
    writer = next((made for made in type(optimizer).__mro__ if "update" in vars(made)), None)
    return bool(writer and vars(writer).get("pure")) and importlib.util.find_spec("llvmlite") is not None


def recorded(optimizer: Any, dtype: Any, formulas: dict[Any, Any]) -> Any:
    """The formula as machine code, kept in `formulas` for as long as the optimiser's options stay."""
    options = tuple(getattr(optimizer, option) for option in optimizer.options)
    key = type(optimizer), options, tuple(optimizer.entries), dtype
    if key not in formulas:
        from autograd.compiler.llvm_straight import straight_line

        names = list(optimizer.entries)
        lr, step = Value(1.0), Value(1.0)

        def formula(gradient: Any, parameter: Any, *entries: Any) -> list[Any]:
            new, found = optimizer.update(parameter, gradient, dict(zip(names, entries)), lr, step)
            return [new, *(found[name] for name in names)]

        tracer, results = trace(formula, [Shape(())] * (2 + len(names)), {lr: 0, step: 1})
        formulas[key] = straight_line(*simplify(tracer.tape, leaves(results)), dtype)
    return formulas[key]


class MachineUpdate:
    """The formula as machine code, from one table to another and back: gradient, parameters, state."""

    def __init__(self, optimizer: Any, p: Any, state: State, formulas: dict[Any, Any]) -> None:
        self.optimizer, self.formulas = optimizer, formulas
        self.options: Any = None
        self.tables = [np.array([np.zeros_like(p), p, *state.values()], p.dtype) for _ in range(2)]
        self.views = [(table[1], dict(zip(state, table[2:]))) for table in self.tables]
        self.rates = np.zeros(2, p.dtype)
        ends = self.tables, self.tables[::-1]
        self.addresses = [
            (self.rates.ctypes.data, here.ctypes.data, there[1:].ctypes.data) for here, there in zip(*ends)
        ]

    def __call__(self, p: Any, gradient: Any, state: State, lr: float, step: int) -> tuple[Any, State]:
        """New parameters and state: views of the table that does not hold p."""
        here = 1 if p is self.views[1][0] else 0
        table = self.tables[here]
        if p is not self.views[here][0]:
            table[1:] = [p, *state.values()]
        table[0] = gradient
        self.rates[:] = lr, step
        options = [getattr(self.optimizer, option) for option in self.optimizer.options]
        if options != self.options:
            self.program, self.options = recorded(self.optimizer, table.dtype, self.formulas), options
        self.program(*self.addresses[here], len(gradient))
        return self.views[1 - here]
