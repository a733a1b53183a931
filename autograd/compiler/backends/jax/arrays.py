"""The arrays of one run of a program: selections are read from them, and cotangents added to theirs.

An array is (rows, batch), or (rows, 1) where it is the same for every sample.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from autograd.compiler.backends.jax.views import Addition, added_up, read, transposed
from autograd.compiler.program.program import INPUTS, NUMBERS, PARAMETERS, Program, Selection, Step
from autograd.compiler.program.rows import runs

PARTS = 16
"""Runs up to which a selection is read one by one, and not by an index into all its arrays."""


class Arrays:
    """The values of a run so far, by their places in the program; `kept` is what steps keep for reverse."""

    def __init__(self, program: Program, p: Any, x: Any) -> None:
        self.program, self.dtype, self.batch = program, p.dtype, x.shape[1]
        self.numbers = np.array(program.numbers, self.dtype)[:, None]
        self.values = {PARAMETERS: p[:, None], INPUTS: x, NUMBERS: jnp.asarray(self.numbers)}
        self.kept: dict[int, Any] = {}
        self.additions: dict[int, list[Addition]] = {}

    # ---- reading --------------------------------------------------------------------------------

    def read(self, selection: Selection, broadcasts: bool = False) -> Any:
        """A selection (k,) or (n, k) as an array (k, batch) or (n, k, batch).

        With `broadcasts`, entries that are alike are one: for arithmetic with what has all of them.
        """
        if broadcasts and selection.alike:
            selection = selection.first
        sources = selection.sources
        if len(sources) == 1:
            return self._read_one(sources[0], selection.rows)
        by_run = list(runs(selection))
        if len(by_run) <= PARTS:
            found = self._stacked([self._read_one(at, rows) for at, rows in by_run])
            return found.reshape(*selection.shape, found.shape[-1])
        sizes = [self.program.arrays[at].rows for at in sources]
        offsets = np.zeros(len(self.program.arrays), dtype=np.intp)
        offsets[sources] = np.cumsum([0, *sizes[:-1]])
        stacked = self._stacked([self.values[at] for at in sources])
        return read(stacked, selection.rows + offsets[selection.arrays])

    def operands(self, step: Step) -> list[Any]:
        """The operands of a step, as arrays that broadcast."""
        return [self.read(selection, broadcasts=True) for selection in step.operands]

    def _read_one(self, at: int, rows: Any) -> Any:
        if at == NUMBERS:
            return jnp.asarray(self.numbers[rows])
        return read(self.values[at], rows)

    @staticmethod
    def _stacked(parts: list[Any]) -> Any:
        batch = max(part.shape[-1] for part in parts)
        return jnp.concatenate([jnp.broadcast_to(part, (len(part), batch)) for part in parts])

    # ---- cotangents -----------------------------------------------------------------------------

    def add(self, selection: Selection, cotangent: Any) -> None:
        """Add a cotangent, which broadcasts to (k, batch) or (n, k, batch), to that of what was selected."""
        if selection.alike and selection.shape[-1] > 1:
            cotangent, selection = jnp.sum(cotangent, axis=-2, keepdims=True), selection.first
        for at in selection.sources:
            if at not in self.program.with_gradients:
                continue
            if len(selection.sources) == 1:
                self._add_to(at, selection.rows, cotangent, selection.shape)
                continue
            here = np.nonzero(selection.arrays == at)
            flat = jnp.broadcast_to(cotangent, (*selection.shape, cotangent.shape[-1]))
            flat = flat.reshape(-1, cotangent.shape[-1])
            picked = read(flat, np.ravel_multi_index(here, selection.shape))
            self._add_to(at, selection.rows[here], picked, (len(here[0]),))

    def _add_to(self, at: int, rows: Any, cotangent: Any, shape: tuple[int, ...]) -> None:
        if self.program.arrays[at].uniform and cotangent.shape[-1] > 1:
            cotangent = jnp.sum(cotangent, axis=-1, keepdims=True)
        cotangent = jnp.broadcast_to(cotangent, (*shape, cotangent.shape[-1]))
        self.additions.setdefault(at, []).extend(transposed(rows, cotangent))

    def cotangent(self, at: int) -> Any:
        """What was added to the cotangent of an array, if anything, in its shape."""
        array = self.program.arrays[at]
        batch = 1 if array.uniform else self.batch
        found = added_up(self.additions.pop(at, []), array.rows, batch, self.dtype)
        return jnp.broadcast_to(found, (array.rows, batch))
