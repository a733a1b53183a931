"""A backend that shares nothing with numpy's and LLVM's training: it stands for one of another device.

Its numbers are where no table is, a step destroys those that it read, and three steps are one call.
"""

import numpy as np

from autograd.compiler.backends.host.buffer import InputBuffer
from autograd.compiler.backends.numpy.backend import Functions


class Elsewhere:
    """See `protocol.Backend`."""

    executable = staticmethod(Functions)

    def laid_out(self, inputs, arrays, batch, dtype):
        """As numpy's functions take them."""
        buffer = InputBuffer(inputs, batch, dtype)
        buffer.fill(arrays)
        return buffer.array

    def trainer(self, table, devices, shard):
        """One with numbers of its own."""
        return Trainer(table)


class Trainer:
    """See `protocol.Trainer`."""

    longest_stretch = 3

    def __init__(self, table):
        self.table = table
        self.standing = table.numbers.copy(), 0

    @property
    def steps(self):
        """How many steps there were."""
        return self.standing[1]

    def load(self, steps):
        """Take the table's numbers."""
        self.standing = self.table.numbers.copy(), steps

    def fetch(self):
        """Give the table the numbers."""
        self.table.numbers[...] = self.standing[0]

    def give_up(self):
        """Nobody else has any of the numbers."""

    def stepper(self, executable, inputs, batch):
        """Steps by one program."""
        return Stepper(self, executable, inputs, batch)


class Stepper:
    """See `protocol.Stepper`."""

    def __init__(self, trainer, executable, inputs, batch):
        self.trainer, self.executable = trainer, executable
        self.inputs, self.batch = inputs, batch

    def step(self, arrays, rate):
        """One step."""
        table, (numbers, steps) = self.trainer.table, self.trainer.standing
        known, moving, names = table.layout.known, table.moving, table.layout.entries
        buffer = InputBuffer(self.inputs, self.batch, numbers.dtype)
        buffer.fill(arrays)
        results, gradient = self.executable.results_and_gradient(
            numbers[1, : self.executable.program.parameters], buffer.array
        )
        new = numbers.copy()
        new[0] = 0.0
        new[0, : len(gradient)] = gradient
        assert len(gradient) <= known
        state = {name: row[moving].copy() for name, row in zip(names, numbers[2:])}
        with np.errstate(all="ignore"):
            given = numbers[1, moving].copy(), new[0, moving].copy(), state, rate, steps + 1
            new[1, moving], state = table.optimizer.update(*given)
        for name, row in zip(names, new[2:]):
            row[moving] = state[name]
        self.trainer.standing = new, steps + 1
        numbers.fill(np.nan)
        loss = float(np.add.reduce(results[0])) / len(results[0])
        others = np.broadcast_to(results[1:], (len(results) - 1, self.batch)).copy()
        return loss, others if len(others) else None

    def many(self, arrays):
        """Steps on stacked batches."""
        return lambda at, rates: self.steps(
            [[array[at + k] for array in arrays] for k in range(len(rates))], rates
        )

    def over(self, arrays, places):
        """Steps on rows of the arrays."""
        return lambda at, rates: self.steps(
            [[array[places[at + k]] for array in arrays] for k in range(len(rates))], rates
        )

    def steps(self, batches, rates):
        """Several, at most three."""
        assert len(rates) <= 3
        losses, others = zip(*map(self.step, batches, rates))
        return losses, None if others[0] is None else np.stack(others, 1)
