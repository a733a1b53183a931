"""Training a compiled function: parameters, gradients and optimiser state as flat arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.compiler.arguments import Rows
from autograd.compiler.recordings import Recording
from autograd.compiler.updates import EVERY, MachineUpdate, Update, can_be_recorded, on_arrays
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


class Training:
    """What `with fast.training(optimizer) as step` gives: call it with a batch to take one step.

    Two tables (see `updates`) hold everything, by turns: a step reads one and writes the other. `standing` is
    where training stands, the number of the table and the steps taken: one assignment ends a step, so that
    whatever interrupts finds a whole one.
    """

    def __init__(self, compiled: Compiled, optimizer: Any) -> None:
        self.compiled, self.optimizer = compiled, optimizer
        self.ended = False
        self._lay_out()

    def _lay_out(self) -> None:
        """Tables for the parameters of the program, then for those that only the optimiser knows."""
        optimizer, order, dtype = self.optimizer, self.compiled.order, self.compiled.dtype
        for value in order:
            if value.primitive is not None:
                raise TypeError(
                    f"training steps leaves, but f closes over {value!r}, a result of "
                    f"{value.primitive.name}; compute it inside f, so that what it is made from is trained"
                )
        self.known = len(order)
        self.values = [*order, *(value for value in optimizer.parameters if value not in order)]
        place = {value: at for at, value in enumerate(self.values)}
        held = [at for at, value in enumerate(optimizer.parameters) if not value.notes.get("frozen")]
        self.places = {at: place[optimizer.parameters[at]] for at in held}
        self.all_move = len(self.places) == len(self.values)
        table = np.zeros((2 + len(optimizer.entries), len(self.values)), dtype)
        table[0] = [value.grad for value in self.values]
        table[1] = [value.data for value in self.values]
        for row, entry in enumerate(optimizer.entries, start=2):
            for at, column in self.places.items():
                table[row, column] = optimizer.state[at][entry]
        self.tables = [table, table.copy()]
        self.standing = (0, optimizer.steps)
        self.taken = 0
        moving = EVERY if self.all_move else np.array(list(self.places.values()), dtype=np.intp)
        self.update: Update = on_arrays(optimizer, self.tables, moving)
        self.passes: dict[Any, Pass] = {}

    def __call__(self, *arguments: Any) -> float:
        """One step: the mean loss of the batch, before the update."""
        if self.ended:
            raise RuntimeError("this training block has ended; open another: with fast.training(optimizer)")
        run = self._pass(arguments).run
        here, steps = self.standing
        optimizer = self.optimizer
        optimizer.steps = steps
        loss = run(here)
        self.update(here, optimizer.lr, steps + 1)
        self.standing = (1 - here, steps + 1)
        optimizer.steps = steps + 1
        self.taken += 1
        if self.taken == STEPS_FOR_MACHINE_CODE:
            self._take_machine_code()
        return loss

    def _pass(self, arguments: tuple[Any, ...]) -> Pass:
        """The pass for these arguments, its rows filled."""
        key = tuple([(array.shape, array.dtype) for array in arguments if type(array) is np.ndarray])
        found = self.passes.get(key) if len(key) == len(arguments) else None
        if found is None or current.get() is not None or not found.recording.is_current():
            return self._checked_pass(arguments, key)
        self.compiled.last = found.recording
        found.recording.fill(found.rows, arguments)
        return found

    def _checked_pass(self, arguments: tuple[Any, ...], key: Any) -> Pass:
        """The same for arguments that are not known yet to fit, or are structures of arrays."""
        recording, given = self.compiled.recorded(arguments)
        if len(self.compiled.order) > self.known:
            self.sync()
            self._lay_out()
        if len(key) < len(arguments):
            key = given.key(), given.batch
        found = self.passes.get(key)
        if found is None or found.recording is not recording:
            if len(self.passes) == PASSES_KEPT:
                del self.passes[next(iter(self.passes))]
            rows = recording.room(given)
            found = Pass(recording, rows, recording.backend.bound(rows.array, self.tables))
            self.passes[key] = found
        recording.fill(found.rows, given.arrays)
        return found

    def _take_machine_code(self) -> None:
        """Go on with updates that are machine code, where they can be."""
        if self.compiled.backend != "numpy" and self.all_move and can_be_recorded(self.optimizer):
            self.update = MachineUpdate(self.optimizer, self.tables, self.compiled.formulas)

    def sync(self) -> None:
        """Write data, gradients and the optimiser's state back to where eager training keeps them."""
        here, steps = self.standing
        gradient, data, *entries = self.tables[here].tolist()
        self.optimizer.steps = steps
        for value, number in zip(self.values, data):
            value.data = number
        if self.taken:
            for value, number in zip(self.values, gradient):
                value.grad = number
        names = self.optimizer.entries
        for at, column in self.places.items():
            self.optimizer.state[at] = {name: entry[column] for name, entry in zip(names, entries)}

    def end(self) -> None:
        """Write everything back, at the second try if Ctrl-C interrupts the first; no more steps."""
        self.ended = True
        try:
            self.sync()
        except KeyboardInterrupt:
            self.sync()
            raise
