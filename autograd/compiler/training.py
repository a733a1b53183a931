"""Training a compiled function, a step a call, on flat arrays of parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.compiler.arguments import Rows
from autograd.compiler.recordings import Recording
from autograd.compiler.tables import Tables
from autograd.compiler.updates import MachineUpdate, Update, can_be_recorded, on_arrays
from autograd.recording import current

if TYPE_CHECKING:
    from autograd.compiler.compiled import Compiled

STEPS_FOR_MACHINE_CODE = 10
"""Steps that a block takes before its updates are machine code, which takes as long to make as hundreds."""

PASSES_KEPT = 32
"""Shapes of batches for which a block keeps room ready."""


class Pass(NamedTuple):
    """What one shape of batch needs: its recording, room for its rows, and the pass over them."""

    recording: Recording
    rows: Rows
    run: Callable[[int], float]
    """From the table that has the parameters: the mean loss; its gradient goes to the other table."""


class Block(NamedTuple):
    """All that depends on which parameters there are; one object, so that an interruption finds it whole."""

    tables: Tables
    passes: dict[Any, Pass]
    update: Update


class Training:
    """What `with fast.training(optimizer) as step` gives: call it with a batch to take one step."""

    def __init__(self, compiled: Compiled, optimizer: Any) -> None:
        self.compiled, self.optimizer = compiled, optimizer
        self.ended = False
        self.block = self._new_block()

    def _new_block(self) -> Block:
        tables = Tables(self.compiled.order, self.optimizer, self.compiled.dtype)
        return Block(tables, {}, on_arrays(tables))

    def __call__(self, *arguments: Any) -> float:
        """One step: the mean loss of the batch, before the update."""
        if self.ended:
            raise RuntimeError("this training block has ended; open another: with fast.training(optimizer)")
        run = self._pass(arguments).run
        tables, _, update = self.block
        here, steps = tables.standing
        optimizer = self.optimizer
        optimizer.steps = steps
        loss = run(here)
        update(here, optimizer.lr, steps + 1)
        tables.standing = (1 - here, steps + 1)
        optimizer.steps = steps + 1
        if steps + 1 - tables.start == STEPS_FOR_MACHINE_CODE:
            self._take_machine_code()
        return loss

    def _pass(self, arguments: tuple[Any, ...]) -> Pass:
        """The pass for these arguments, its rows filled."""
        key = tuple([(array.shape, array.dtype) for array in arguments if type(array) is np.ndarray])
        found = self.block.passes.get(key) if len(key) == len(arguments) else None
        if found is None or current.get() is not None or not found.recording.is_current():
            return self._checked_pass(arguments, key)
        self.compiled.last = found.recording
        found.recording.fill(found.rows, arguments)
        return found

    def _checked_pass(self, arguments: tuple[Any, ...], key: Any) -> Pass:
        """The same for arguments that are not known yet to fit, or are structures of arrays."""
        recording, given = self.compiled.recorded(arguments)
        if len(self.compiled.order) > self.block.tables.known:
            self.sync()
            self.block = self._new_block()
        if len(key) < len(arguments):
            key = given.key(), given.batch
        passes = self.block.passes
        found = passes.get(key)
        if found is None or found.recording is not recording:
            if len(passes) == PASSES_KEPT:
                del passes[next(iter(passes))]
            rows = recording.room(given)
            found = Pass(recording, rows, recording.backend.bound(rows.array, self.block.tables))
            passes[key] = found
        recording.fill(found.rows, given.arrays)
        return found

    def _take_machine_code(self) -> None:
        """Go on with updates that are machine code, where they can be."""
        if self.compiled.backend != "numpy" and can_be_recorded(self.block.tables):
            update = MachineUpdate(self.block.tables, self.compiled.formulas)
            self.block = self.block._replace(update=update)

    def sync(self) -> None:
        """Write data, gradients and the optimiser's state back to where eager training keeps them."""
        self.block.tables.write_back()

    def end(self) -> None:
        """Write everything back, at the second try if Ctrl-C interrupts the first; no more steps."""
        self.ended = True
        try:
            self.sync()
        except KeyboardInterrupt:
            self.sync()
            raise
