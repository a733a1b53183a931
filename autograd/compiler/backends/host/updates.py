"""Updates: an optimiser's formula, for all parameters at once, from one of two tables to the other.

The formula is that of one parameter: `update(parameter, gradient, state, lr, step)`. It branches on no
data, so it reads on arrays as it stands; or it is recorded, as any function of one sample is, and becomes
machine code whose samples are the parameters.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np

from autograd.compiler.backends.host.tables import EVERY, Tables
from autograd.compiler.lowering.simplifying import simplify
from autograd.compiler.lowering.tracing import Shape, trace
from autograd.engine.value import Value
from autograd.trees import leaves

Update = Callable[[int, float, int], None]
"""From the table of that number, and the gradient in the other, to the other; with the rate and the step."""

FORMULAS_FOR_A_BLOCK = 4
"""Changes of the optimiser's options that machine code follows: each makes another formula."""


def on_arrays(tables: Tables) -> Update:
    """The formula on arrays, as it stands."""
    optimizer, pair, moving = tables.optimizer, tables.pair, tables.moving
    names = tables.layout.entries
    formula = np.errstate(all="ignore")(optimizer.update)
    taken: Callable[[Any], Any] = (lambda row: row[moving]) if is_pure(optimizer) else _copy_of(moving)

    def update(here: int, lr: float, step: int) -> None:
        there = pair[1 - here]
        p, *entries = pair[here][1:]
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


def is_pure(optimizer: Any) -> bool:
    """Whether its formula is marked as one that depends on its arguments and options alone."""
    return bool(optimizer.is_pure)


def can_be_recorded(tables: Tables) -> bool:
    """Whether the formula may be machine code."""
    installed = importlib.util.find_spec("llvmlite") is not None
    return bool(tables.values) and tables.moving is EVERY and is_pure(tables.optimizer) and installed


def recorded(optimizer: Any, dtype: Any, formulas: dict[Any, Any]) -> Any:
    """The formula as machine code, kept in `formulas` for as long as the optimiser's options stay."""
    options = tuple(getattr(optimizer, option) for option in optimizer.options)
    key = type(optimizer), options, tuple(optimizer.entries), dtype
    if key not in formulas:
        from autograd.compiler.backends.llvm.straight import straight_line

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

    def __init__(self, tables: Tables, formulas: dict[Any, Any]) -> None:
        self.optimizer, self.tables, self.formulas = tables.optimizer, tables, formulas
        self.rates = np.zeros(2)
        self.read = attrgetter(*self.optimizer.options) if self.optimizer.options else type
        self.options: Any = None
        self.changes = 0
        self.otherwise = on_arrays(tables)

    def __call__(self, here: int, lr: float, step: int) -> None:
        """One step; see `Update`."""
        if self.read(self.optimizer) != self.options:
            self.changes += 1
            if self.changes > FORMULAS_FOR_A_BLOCK:
                self.otherwise(here, lr, step)
                return
            self._prepare()
        self.rates[0] = lr
        self.rates[1] = step
        self.calls[here]()

    def _prepare(self) -> None:
        pair = self.tables.pair
        code = recorded(self.optimizer, pair[0].dtype, self.formulas)
        self.calls = [
            code.prepared(self.rates, there[0], here[1:], there[1:], here.shape[1])
            for here, there in zip(pair, reversed(pair))
        ]
        self.options = self.read(self.optimizer)
