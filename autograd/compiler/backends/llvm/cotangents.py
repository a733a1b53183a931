"""Cotangents: which of them have been given a value, so that the first contribution sets and others add.

Cotangents of values of each sample are not cleared before a chunk: where the first contribution cannot set
them, they are set to 0 then. The gradient, and the cotangents of what is the same for all samples, are
cleared once, before all else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.llvm.contraction import contract
from autograd.compiler.backends.llvm.layout import Layout
from autograd.compiler.backends.llvm.loops import Loops
from autograd.compiler.program.program import Array, Selection
from autograd.compiler.program.rows import is_injective


class Cotangents:
    """The cotangents of a program's arrays, while its reverse pass is written."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._reached: set[int] = set()
        self._given = np.zeros(layout.varying_rows, bool)

    def __contains__(self, array: Array) -> bool:
        """Whether an array has been given a cotangent."""
        return array.at in self._reached

    def reach(self, selection: Selection) -> None:
        """Remember that what a step reads has been given its cotangents."""
        self._reached |= self.layout.program.with_gradients & set(selection.sources)

    def add(self, loops: Loops, target: Access, factors: Sequence[Access]) -> None:
        """Add a product to the cotangents of a target, summed over what the target does not depend on."""
        once = tuple(0 if target.stride(name) == 0 else slice(None) for name in target.variables)
        contract(loops, target, factors, [] if self.is_first(loops, target, target.rows[once]) else None)

    def is_first(self, loops: Loops, target: Access, rows: Any) -> bool:
        """Whether `rows` of the target can be set: each comes once, and none has been given a value.

        Else they are to be added to, and those that have none are set to 0 now.
        """
        given = self._given_of(target)
        if given is None:
            return False
        if is_injective(rows) and not given[rows].any():
            given[rows] = True
            return True
        self.complete(loops, target)
        return False

    def complete(self, loops: Loops, target: Access) -> None:
        """Set those of the target's rows that have been given no value to 0."""
        given = self._given_of(target)
        if given is None:
            return
        rows = np.unique(target.rows)
        rows = rows[~given[rows]]
        if rows.size:
            missing = Access(target.location, rows, ("r",))
            with loops.over(missing) as at:
                loops.store(loops.arithmetic.number(0.0), missing, at)
            given[rows] = True

    def _given_of(self, target: Access) -> Any:
        """For each row from the target's first on, whether it has a value; None where all have one."""
        return self._given[target.location.first :] if target.location.space == "d" else None

    def scatter(self, loops: Loops, selection: Selection, gathered: Array) -> None:
        """Add the cotangents of a gathered array to those of the arrays that it was copied from."""
        for rows, target in self.layout.origins(selection, having=self.layout.program.with_gradients):
            cotangent = Access(self.layout.location(gathered, cotangent=True), rows, ("r",))
            self.complete(loops, cotangent)
            self.add(loops, target, [cotangent])
