"""Training a compiled function, a step a call, on flat arrays of parameters."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.compiler.arguments import Rows
from autograd.compiler.backends.host.tables import Layout, Tables, layout
from autograd.compiler.backends.host.updates import MachineUpdate, Update, can_be_recorded, is_pure, on_arrays
from autograd.compiler.holding import HANDOVER, Hold, hold, holder_of, release
from autograd.compiler.specialization import Recording
from autograd.engine.messages import describe
from autograd.engine.recording import running

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
    Blocks that take turns on the same Values, as two players do, hand them over from table to table.
    """

    def __init__(self, compiled: Compiled, optimizer: Any) -> None:
        if isinstance(optimizer, type) or not hasattr(optimizer, "take_back"):
            raise TypeError(
                f"training takes an optimizer, as SGD(model.parameters(), lr=0.1), got {describe(optimizer)}"
            )
        self.compiled, self.optimizer = compiled, optimizer
        self.ended = False
        self.hold = Hold()
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
        steps, lr = self.optimizer.steps, self.optimizer.lr
        key: Any = tuple([(array.shape, array.dtype) for array in arguments if type(array) is np.ndarray])
        found = self.block.passes.get(key) if len(key) == len(arguments) else None
        if found is None or running() is not None or not found.recording.is_current():
            key, found, arguments = self._looked_up(arguments, key)
        while True:
            with self.lock:
                tables, _, update = self.block
                held = self.hold.holder is self
                if held and found.tables is not tables:
                    found = self._bound(key, found)
                ready = held and found.tables is tables and tables.lists_as_many()
                here, done = tables.standing
                if ready and done == steps:
                    found.recording.fill(found.rows, arguments)
                    loss: float = found.run(here)
                    update(here, lr, steps + 1)
                    tables.standing = (1 - here, steps + 1)
                    if steps + 1 == self.machine_code_at:
                        self._take_machine_code()
                    if self.hold.holder is not self:  # the formula has touched a Value
                        tables.write_values()
                        self._give_back_optimizer()
                    return loss
            if ready:  # another thread has stepped since
                steps, lr = self.optimizer.steps, self.optimizer.lr
            else:
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

    # ---- holding: the Values while `hold.holder` is this block, the optimiser while its `holder` is ----

    @property
    def held(self) -> bool:
        """Whether the tables have the numbers of the Values, and of the optimiser."""
        return self.hold.holder is self

    @property
    def steps(self) -> int:
        """How many steps the optimiser has taken."""
        return self.block.tables.standing[1]

    def numbers(self, recording: Any) -> Any:
        """See `Holder`."""
        with self.lock:
            return self.block.tables.numbers(recording) if self.held else None

    def _hold(self) -> None:
        """Take hold of the Values and the optimiser: their numbers are in the tables from now on."""
        with HANDOVER, self.lock:
            if self.ended:
                raise RuntimeError(
                    "this training block has ended; open another: with fast.training(optimizer)"
                )
            other: Any = self.hold.holder
            if other in (None, self) or self.optimizer.holder is not self:
                other = self._take_up_optimizer()
            if other is None:
                self._read_values()
            else:
                with other.lock:
                    self.block.tables.take_over(other.block.tables)
                    self.hold = other.hold
                    self.hold.holder = self

    def _take_up_optimizer(self) -> Any:
        """Lay the tables out, and read the optimiser's state. The block whose tables have the same Values."""
        self.let_go()
        wanted = layout(self.compiled.order, self.optimizer)
        if wanted != self.block.tables.layout:
            self.block = self._new_block(wanted)
        tables = self.block.tables
        tables.read_state()
        self.optimizer.holder = self
        if not isinstance(self.block.update, MachineUpdate):
            self.machine_code_at = self.steps + max(1, STEPS_FOR_MACHINE_CODE - self.taken)
        other: Any = holder_of(tables.values[0]) if tables.values else None
        return other if other is not None and tables.has_values_of(other.block.tables) else None

    def _read_values(self) -> None:
        tables, shared = self.block.tables, Hold()
        try:
            hold(tables.values, shared)
            tables.read_values()
        except BaseException:
            release([value for value in tables.values if value._x is shared])
            raise
        self.hold = shared
        shared.holder = self

    def let_go(self) -> None:
        """Write data, gradients and the optimiser's state back to where eager training keeps them."""
        with HANDOVER, self.lock:
            self.let_go_of_values()
            if self.optimizer.holder is self:
                self._give_back_optimizer()

    def let_go_of_values(self) -> None:
        """Write data and gradients back, and release the Values."""
        with HANDOVER, self.lock:
            if self.held:
                self.block.tables.write_values()
                self.hold.holder = None
            if self.hold.holder is None:
                release([value for value in self.block.tables.values if value._x is self.hold])

    def _give_back_optimizer(self) -> None:
        """Write the state back. The count of steps to machine code goes on."""
        tables = self.block.tables
        tables.write_state()
        self.taken += self.steps - tables.state_read_at[1]
        self.optimizer.take_back(self.steps)

    def sync(self) -> None:
        """Bring Values and optimiser up to date, at once. They are also as soon as one of them is touched."""
        self.let_go()

    def end(self) -> None:
        """Write everything back; no more steps."""
        self.ended = True
        self.let_go()
