"""Updates: an optimiser's formula, for all parameters at once.

The formula is that of one parameter: `update(parameter, gradient, state, lr, step)`. It branches on no
data, so it reads on arrays as it stands; or it is recorded, as any function of one sample is, and becomes
machine code whose samples are the parameters.

Either goes from one *table* to another. The rows of a table are a gradient, the parameters after the step
that used it, and the entries of the optimiser's state.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np

from autograd.compiler.simplify import simplify
from autograd.compiler.tracing import Shape, trace
from autograd.trees import leaves
from autograd.value import Value

EVERY = slice(None)
"""The places of all parameters."""

Update = Callable[[int, float, int], None]
"""From the table of that number, and the gradient in the other, to the other; with the rate and the step."""


def on_arrays(optimizer: Any, tables: list[Any], moving: Any) -> Update:
    """The formula on arrays, as it stands, for the parameters at the places `moving`; the others stay."""
    names = list(optimizer.entries)
    formula = np.errstate(all="ignore")(optimizer.update)

    def update(here: int, lr: float, step: int) -> None:
        there = tables[1 - here]
        p, *entries = tables[here][1:]
        if moving is not EVERY:
            there[1] = p
        state = {name: entry[moving] for name, entry in zip(names, entries)}
        there[1][moving], state = formula(p[moving], there[0][moving], state, lr, step)
        for name, row in zip(names, there[2:]):
            row[moving] = state[name]

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

        inputs = ["gradient", *["here"] * (1 + len(names))]
        tracer, results = trace(formula, [Shape(())] * len(inputs), {lr: 0, step: 1})
        formulas[key] = straight_line(*simplify(tracer.tape, leaves(results)), inputs, dtype)
    return formulas[key]


class MachineUpdate:
    """The formula as machine code, for all parameters of the tables."""

    def __init__(self, optimizer: Any, tables: list[Any], formulas: dict[Any, Any]) -> None:
        self.optimizer, self.tables, self.formulas = optimizer, tables, formulas
        self.rates = np.zeros(2, tables[0].dtype)
        self.options: Any = None
        self.read = attrgetter(*optimizer.options) if optimizer.options else type

    def __call__(self, here: int, lr: float, step: int) -> None:
        """One step; see `Update`."""
        options = self.read(self.optimizer)
        if options != self.options:
            self._prepare()
            self.options = options
        self.rates[0] = lr
        self.rates[1] = step
        self.calls[here]()

    def _prepare(self) -> None:
        code = recorded(self.optimizer, self.rates.dtype, self.formulas)
        ends = zip(self.tables, reversed(self.tables))
        self.calls = [
            code.prepared(self.rates, there[0], here[1:], there[1:], here.shape[1]) for here, there in ends
        ]
