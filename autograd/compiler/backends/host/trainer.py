"""Training in this process's memory: two arrays by turns, which the steps of several programs share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from autograd.compiler.backends.host.buffer import InputBuffer
from autograd.compiler.backends.parameter_table import ParameterTable
from autograd.compiler.backends.protocol import Executable, Stretch
from autograd.compiler.program.inputs import Inputs
from autograd.compiler.program.program import Program

Update = Callable[[int, float, int], None]
"""`update(here, rate, step)` moves the parameters.

It reads them and the optimiser's state from array `here` of a `Pair`, and the gradient from the other array,
to which it writes the new ones."""


class Pair:
    """The numbers of a parameter table, twice: a step reads one of the two arrays, and writes the other.

    The numbers that the table shows are one of them.
    """

    def __init__(self, table: ParameterTable) -> None:
        self.table = table
        self.arrays = [table.numbers, np.zeros_like(table.numbers)]
        self.workspaces: dict[Any, Any] = {}
        """By what is run: room for its intermediate results, which steppers of one program share."""


class HostExecutable(Executable, Protocol):
    """A program that reads and writes arrays in memory, x as in an `InputBuffer`."""

    program: Program

    def bound(self, x: Any, pair: Pair, results: Any) -> Callable[[int], float]:
        """A function that does what `gradient` does, on x, which is filled anew before each call.

        It is told which array of the pair to read: the parameters are in row 1 of that one, and the gradient
        goes to row 0 of the other. `results` (results, batch), unless it is None, receives all results.
        """
        ...


def stepping(
    results_and_gradient: Callable[[Any], tuple[Any, Any]], known: int, pair: Pair, results: Any
) -> Callable[[int], float]:
    """See `HostExecutable.bound`: by a function of the `known` parameters, which gives new arrays."""
    arrays = pair.arrays

    def run(here: int) -> float:
        found, gradient = results_and_gradient(arrays[here][1, :known])
        arrays[1 - here][0, :known] = gradient
        arrays[1 - here][0, known:] = 0.0
        if results is not None:
            results[...] = found
        return mean(found[0])

    return run


@np.errstate(all="ignore")
def mean(losses: Any) -> float:
    """The mean of losses; it may be infinite or NaN."""
    return float(np.add.reduce(losses, axis=None)) / losses.size  # type: ignore[no-any-return]


class HostTrainer:
    """See `protocol.Trainer`."""

    longest_stretch = 16

    def __init__(self, table: ParameterTable, update_of: Callable[[Pair], Update]) -> None:
        self.pair = Pair(table)
        self.update = update_of(self.pair)
        self.standing = (0, 0)
        """Which of the two arrays holds the numbers, and after how many steps of the optimiser."""

    @property
    def steps(self) -> int:
        """How many steps the optimiser has taken."""
        return self.standing[1]

    def load(self, steps: int) -> None:
        """Go on from the numbers that the table shows."""
        self.standing = (int(self.pair.table.numbers is self.pair.arrays[1]), steps)

    def fetch(self) -> None:
        """Have the table show the latest numbers."""
        self.pair.table.numbers = self.pair.arrays[self.standing[0]]

    def give_up(self) -> None:
        """No numbers need anybody else."""

    def check_batch(self, batch: int) -> None:
        """Any number of samples will do."""

    def placed(self, arrays: Sequence[Any]) -> list[Any]:
        """The arrays, which are at hand."""
        return list(arrays)

    def stepper(self, executable: HostExecutable, inputs: Inputs, batch: int) -> HostStepper:
        """Steps by one program on batches of so many samples."""
        return HostStepper(self, executable, inputs, batch)


class HostStepper:
    """See `protocol.Stepper`."""

    def __init__(self, trainer: HostTrainer, executable: HostExecutable, inputs: Inputs, batch: int) -> None:
        dtype = trainer.pair.table.numbers.dtype
        self.trainer = trainer
        self.buffer = InputBuffer(inputs, batch, dtype)
        count = executable.program.results.shape[0]
        self.results = np.empty((count, batch), dtype) if count > 1 else None
        self.run = executable.bound(self.buffer.array, trainer.pair, self.results)

    def step(self, arrays: Iterable[Any], rate: float) -> tuple[float, Any]:
        """One step; see `protocol.Stepper`."""
        trainer = self.trainer
        here, steps = trainer.standing
        self.buffer.fill(arrays)
        loss = self.run(here)
        trainer.update(here, rate, steps + 1)
        others = None if self.results is None else self.results[1:].copy()
        trainer.standing = (1 - here, steps + 1)
        return loss, others

    def many(self, arrays: Sequence[Any]) -> Stretch:
        """Steps on stacked batches."""
        arrays = list(map(np.asarray, arrays))
        return lambda at, rates: self._steps(zip(*[array[at:] for array in arrays]), rates)

    def over(self, arrays: Sequence[Any], places: Any) -> Stretch:
        """Steps on rows of the arrays, which are gathered batch by batch."""
        gatherers = [_gatherer(np.asarray(array)) for array in arrays]
        return lambda at, rates: self._steps(
            ([gathered(rows) for gathered in gatherers] for rows in places[at:]), rates
        )

    def _steps(self, batches: Iterable[Iterable[Any]], rates: Sequence[float]) -> tuple[Any, Any]:
        losses, others = zip(*[self.step(arrays, rate) for rate, arrays in zip(rates, batches)])
        return losses, None if self.results is None else np.stack(others, 1)


def _gatherer(array: Any) -> Callable[[Any], Any]:
    """A function from numbers of rows to these rows of the array."""
    if array.flags.c_contiguous and array.flags.aligned:
        return lambda rows: array.take(rows, 0)
    return array.__getitem__  # type: ignore[no-any-return]  # slower, but take would copy the whole array
