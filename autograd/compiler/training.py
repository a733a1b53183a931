"""Training a compiled function, a step a call, on flat arrays of parameters."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.compiler.arguments import Rows
from autograd.compiler.holding import HANDOVER, hold, release
from autograd.compiler.recordings import Recording
from autograd.compiler.tables import Layout, Tables, layout
from autograd.compiler.updates import MachineUpdate, Update, can_be_recorded, is_pure, on_arrays
from autograd.recording import running
from autograd.wording import describe

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
    tables: Tables | None = None
    """Those that `run` reads and writes."""

    run: Any = None
    """From the table that has the parameters: the mean loss; its gradient goes to the other table."""


class Block(NamedTuple):
    """All that depends on which parameters there are; one object, so that an interruption finds it whole."""

    tables: Tables
    passes: dict[Any, Pass]
    update: Update


class Training:
    """What `with fast.training(optimizer) as step` gives: call it with a batch to take one step.

    To step, a block holds its Values and the optimiser: it reads their numbers into tables once, and works
    there. Whoever touches one of them makes it let go (see `holding`); the next step reads all of them anew.
    """

    def __init__(self, compiled: Compiled, optimizer: Any) -> None:
        if isinstance(optimizer, type) or not hasattr(optimizer, "take_back"):
            raise TypeError(
                f"training takes an optimizer, as SGD(model.parameters(), lr=0.1), got {describe(optimizer)}"
            )
        self.compiled, self.optimizer = compiled, optimizer
        self.held = self.ended = False
        # A formula of the user's own may touch Values, which takes the handover's lock first.
        self.lock = threading.RLock() if is_pure(optimizer) else HANDOVER
        self.taken = self.machine_code_at = 0
        self.block = self._new_block(layout(compiled.order, optimizer))

    def _new_block(self, layout: Layout) -> Block:
        tables = Tables(layout, self.optimizer, self.compiled.dtype)
        return Block(tables, {}, on_arrays(tables))

    # ---- a step ---------------------------------------------------------------------------------

    def __call__(self, *arguments: Any) -> float:
        """One step: the mean loss of the batch, before the update."""
        lr = self.optimizer.lr
        key: Any = tuple([(array.shape, array.dtype) for array in arguments if type(array) is np.ndarray])
        found = self.block.passes.get(key) if len(key) == len(arguments) else None
        if found is None or running() is not None or not found.recording.is_current():
            key, found, arguments = self._looked_up(arguments, key)
        while True:
            with self.lock:
                tables, _, update = self.block
                if self.held and found.tables is not tables:
                    found = self._bound(key, found)
                if self.held and found.tables is tables:
                    found.recording.fill(found.rows, arguments)
                    here, steps = tables.standing
                    loss: float = found.run(here)
                    update(here, lr, steps + 1)
                    tables.standing = (1 - here, steps + 1)
                    if steps + 1 == self.machine_code_at:
                        self._take_machine_code()
                    if not self.held:  # the formula has touched a Value
                        self._write_back()
                    return loss
            self._hold()

    def _looked_up(self, arguments: tuple[Any, ...], key: Any) -> tuple[Any, Pass, Any]:
        """Key, pass and arrays for arguments that are not known yet to fit, or are structures of arrays."""
        recording, given = self.compiled.recorded(arguments)
        if len(key) < len(arguments):
            key = given.key(), given.batch
        found = self.block.passes.get(key)
        if found is None or found.recording is not recording:
            found = Pass(recording, recording.room(given))
        return key, found, given.arrays

    def _bound(self, key: Any, found: Pass) -> Pass:
        """The pass over the tables of now; unchanged if they do not have all its parameters."""
        tables, passes, _ = self.block
        if found.recording.program.parameters > tables.layout.known:
            return found
        if key not in passes and len(passes) == PASSES_KEPT:
            del passes[next(iter(passes))]
        run = found.recording.backend.bound(found.rows.array, tables)
        passes[key] = found._replace(tables=tables, run=run)
        return passes[key]

    def _take_machine_code(self) -> None:
        """Go on with updates that are machine code, where they can be."""
        if self.compiled.backend != "numpy" and can_be_recorded(self.block.tables):
            update = MachineUpdate(self.block.tables, self.compiled.formulas)
            self.block = self.block._replace(update=update)

    # ---- holding --------------------------------------------------------------------------------

    @property
    def steps(self) -> int:
        """How many steps the optimiser has taken."""
        return self.block.tables.standing[1]

    def numbers(self, recording: Any) -> Any:
        """See `Holder`."""
        with self.lock:
            return self.block.tables.numbers(recording) if self.held else None

    def _hold(self) -> None:
        """Take hold of the Values and the optimiser, and read their numbers into the tables."""
        with HANDOVER, self.lock:
            if self.ended:
                raise RuntimeError(
                    "this training block has ended; open another: with fast.training(optimizer)"
                )
            self.let_go()
            wanted = layout(self.compiled.order, self.optimizer)
            if wanted != self.block.tables.layout:
                self.block = self._new_block(wanted)
            try:
                hold(wanted.values, self)
                self.block.tables.read()
            except BaseException:
                release([value for value in wanted.values if value._x is self])
                raise
            if not isinstance(self.block.update, MachineUpdate):
                self.machine_code_at = self.steps + max(1, STEPS_FOR_MACHINE_CODE - self.taken)
            self.optimizer.holder = self
            self.held = True

    def let_go(self) -> None:
        """Write data, gradients and the optimiser's state back to where eager training keeps them."""
        with HANDOVER, self.lock:
            if self.held:
                self._write_back()
                self.held = False
                release(self.block.tables.values)
            elif self.optimizer.holder is self:
                self._write_back()

    def _write_back(self) -> None:
        tables = self.block.tables
        tables.write_back()
        self.optimizer.take_back(self.steps)
        self.taken += self.steps - tables.start[1]

    def sync(self) -> None:
        """Bring Values and optimiser up to date, at once. They are also as soon as one of them is touched."""
        self.let_go()

    def end(self) -> None:
        """Write everything back, at the second try if Ctrl-C interrupts the first; no more steps."""
        self.ended = True
        try:
            self.let_go()
        except KeyboardInterrupt:
            self.let_go()
            raise
