"""Updates as machine code: an optimiser's formula, recorded as a function of one sample: of one parameter."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import numpy as np

from autograd.compiler.backends.host.trainer import Pair, Update
from autograd.compiler.backends.host.updates import on_arrays, recorded_formula
from autograd.compiler.backends.llvm.straight import straight_line
from autograd.compiler.backends.parameter_table import EVERY
from autograd.compiler.lowering.simplifying import simplify

STEPS_FOR_MACHINE_CODE = 10
"""Steps before updates are machine code, which takes as long to make as hundreds.

Counted by the optimiser, since the last bits differ: so a run in several blocks has the bits of one in one.
"""

FORMULAS_FOR_A_BLOCK = 4
"""Changes of the optimiser's options that machine code follows: each makes another formula."""


def as_machine_code(pair: Pair, formulas: dict[Any, Any]) -> Update:
    """The formula as machine code from some steps on, where it can be recorded; else on arrays."""
    table = pair.table
    if table.values and table.moving is EVERY and table.optimizer.is_pure:
        return MachineUpdate(pair, formulas)
    return on_arrays(pair)


class MachineUpdate:
    """The formula on arrays for some steps, then as machine code; see `trainer.Update`."""

    def __init__(self, pair: Pair, formulas: dict[Any, Any]) -> None:
        self.optimizer, self.pair, self.formulas = pair.table.optimizer, pair, formulas
        self.on_arrays = on_arrays(pair)
        self.rate_and_step = np.zeros(2)
        self.options_of = attrgetter(*self.optimizer.options) if self.optimizer.options else type
        self.options: Any = None
        """Those that the machine code has as constants."""

        self.changes = 0
        """How often they have changed."""

        self.calls: list[Any] = []
        """From each of the arrays to the other; none where there is no machine code for these options."""

    def __call__(self, here: int, lr: float, step: int) -> None:
        """One step; see `Update`."""
        if step > STEPS_FOR_MACHINE_CODE:
            if self.options_of(self.optimizer) != self.options:
                self._prepare()
            if self.calls:
                self.rate_and_step[0] = lr
                self.rate_and_step[1] = step
                self.calls[here]()
                return
        self.on_arrays(here, lr, step)

    def _prepare(self) -> None:
        self.changes += 1
        arrays, code = self.pair.arrays, None
        if self.changes <= FORMULAS_FOR_A_BLOCK:
            code = formula_as_code(self.optimizer, arrays[0].dtype, self.formulas)
        self.calls = [
            code.prepared(self.rate_and_step, there[0], here[1:], there[1:], here.shape[1])
            for here, there in zip(arrays, reversed(arrays))
            if code is not None
        ]
        self.options = self.options_of(self.optimizer)


def formula_as_code(optimizer: Any, dtype: Any, formulas: dict[Any, Any]) -> Any:
    """The formula with the optimiser's options of now, from `formulas`, or new there; None if it has none.

    So it is where recording fails, as where the formula branches on a number.
    """
    options = tuple(getattr(optimizer, option) for option in optimizer.options)
    key = type(optimizer), options, tuple(optimizer.entries), dtype
    if key not in formulas:
        found = recorded_formula(optimizer)
        inputs = ["gradient", *["here"] * (1 + len(optimizer.entries))]
        formulas[key] = found and straight_line(*simplify(found.tape, found.roots), inputs, dtype)
    return formulas[key]
