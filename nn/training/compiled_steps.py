"""Steps by array programs: what `steps` does on Values, compiled, for several batches at a call."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from autograd import compile
from autograd.stored import batches_at_once
from autograd.trees import leaves, rebuild
from nn.data.sources import Batch, Columns, Ready, Samples
from nn.layers.module import Module, modules_in
from nn.layers.normalization import BatchNorm
from nn.optimizers.optimizer import Optimizer
from nn.training.stacks import Stacks, stack_of
from nn.training.steps import Loss, Measured, Penalty, Result, checked_loss
from nn.training.targets import Targets

MOST_AT_ONCE = 64
"""Batches in one call of a program."""

SECONDS_AT_ONCE = 0.05
"""About how long such a call may take: the bar moves, and Ctrl-C acts, between two of them."""


class Machine(NamedTuple):
    """What runs the steps: a backend, and its devices (see `compiler.compiled.Compiled.training`)."""

    backend: str = "auto"
    devices: Any = None
    shard: bool = False


ANY = Machine()
"""Numpy or machine code, as suits the model."""


class CompiledSteps:
    """Steps by one program, which gives losses and predictions as well. To be used as a context around them.

    A program refuses no target, as a loss may: so the loss is shown each distinct one before, those in memory
    when this is made. `sizes` are those that batches are known to have.
    """

    def __init__(
        self,
        model: Module,
        loss: Loss,
        optimizer: Optimizer,
        data: Samples | Ready,
        held_out: Samples | Ready | None = None,
        penalty: Penalty | None = None,
        batched: bool = True,
        progress: bool = True,
        machine: Machine = ANY,
        sizes: Sequence[int] = (),
    ) -> None:
        if any(isinstance(part, BatchNorm) for part in modules_in(model)):
            raise ValueError(
                "fit(compiled=True) compiles the model for one sample, and BatchNorm needs the batch "
                "together; train with compiled=False, or normalise with LayerNorm"
            )

        def sample(x: Any, y: Any) -> Any:
            prediction = model(x)
            data_loss = loss(prediction, y)
            total = data_loss if penalty is None else data_loss + penalty(model)
            return checked_loss(total), (data_loss, prediction)

        self.program = compile(sample, backend=machine.backend, has_aux=True, progress=progress)
        self.block = self.program.training(optimizer, devices=machine.devices, shard=machine.shard)
        self.sizes = sizes
        self.optimizer, self.held_out = optimizer, held_out
        self.targets = Targets(model, loss, progress)
        self.stacks = self._stacks("", data, batched)
        self.held_out_stacks = self._stacks("validation ", held_out, False)
        self.quick_enough = 1
        """How many batches a call may have, by how long the last ones took."""
        self.small_enough = MOST_AT_ONCE
        """How many, by their sizes, where they are read for it."""

    @property
    def at_once(self) -> int:
        """How many batches `train` should be given at once: one if the user's own code acts between steps.

        So a schedule of the user's finds the history up to date, and an error in a step is told of its batch.
        """
        if self.optimizer.is_known_ahead:
            with suppress(ArithmeticError, ValueError):  # which are for the step to raise
                return len(self.optimizer.rates(min(self.quick_enough, self.small_enough)))
        return 1

    def __enter__(self) -> CompiledSteps:
        self.step = self.block.__enter__()
        trainer = self.step.state.trainer
        for size in self.sizes:
            trainer.check_batch(size)
        if self.stacks is not None:
            self.placed = {shape: trainer.placed(arrays) for shape, arrays in self.stacks.arrays.items()}
        return self

    def __exit__(self, *error: Any) -> None:
        """Bring model and optimiser up to date. In between they are as soon as someone looks at them."""
        self.block.__exit__(*error)

    def train(self, batches: Sequence[Batch]) -> Iterator[Result]:
        """Take a step on each batch."""
        start = time.perf_counter()
        results = self._over(self.stacks, batches) if self.stacks is not None else self._many(batches)
        self._adapt(time.perf_counter() - start)
        for losses, (_, columns) in results:
            for at, loss in enumerate(losses.tolist()):
                yield loss, _samples(columns, at)

    def _over(self, stacks: Stacks, batches: Sequence[Any]) -> list[Any]:
        """Steps on samples in memory, by their numbers."""
        return [
            self.step.over(
                *self.placed[shape],
                np.array([[stacks.places[sample] for sample in batch.places] for batch in alike]),
            )
            for (shape, _), alike in groupby(
                batches, lambda batch: (stacks.shape_of(batch.places[0]), len(batch))
            )
        ]

    def _many(self, batches: Sequence[Batch]) -> list[Any]:
        """Steps on batches that were read, or came ready."""
        for batch in batches:
            self.targets.check(batch)
        stacked = list(map(stack_of, batches))
        self.small_enough = batches_at_once(stacked[-1])
        alike = groupby(stacked, lambda arrays: [array.shape for array in arrays])
        return [self.step.many(*map(np.stack, zip(*several))) for _, several in alike]

    def _adapt(self, seconds: float) -> None:
        """Take twice as many batches at once, or half as many, by how long the last ones took."""
        if seconds < SECONDS_AT_ONCE / 2:
            self.quick_enough = min(2 * self.quick_enough, MOST_AT_ONCE)
        elif seconds > SECONDS_AT_ONCE:
            self.quick_enough = max(self.quick_enough // 2, 1)

    def measure(self, size: int) -> Iterator[Measured]:
        """Losses over the held-out samples. Of those that are not in memory, `size` are read at a time."""
        assert self.held_out is not None
        for batch in self.held_out.parts(size):
            stacks = self.held_out_stacks
            if stacks is None:
                self.targets.check(batch)
                stacks = Stacks("validation ", *batch.taken, batched=False)
            losses, predictions = self._measured(stacks)
            yield losses, predictions, batch.ys

    def _measured(self, stacks: Stacks) -> tuple[Any, list[Any]]:
        losses, predictions = np.empty(stacks.count), [None] * stacks.count
        for shape, samples in stacks.members.items():
            _, (data_losses, columns) = self.program(*stacks.arrays[shape])
            losses[samples] = data_losses
            for sample, prediction in zip(samples, _samples(columns)):
                predictions[sample] = prediction
        return losses, predictions

    @staticmethod
    def mean(losses: list[Any]) -> float:
        """The mean of losses."""
        with np.errstate(all="ignore"):
            return float(np.mean(losses))

    def _stacks(self, name: str, source: Samples | Ready | None, batched: bool) -> Stacks | None:
        """Samples in memory as arrays, their targets checked; None for those that are read batch by batch."""
        if not isinstance(source, Columns) or not source.in_memory:
            return None
        X, y = source.columns
        stacks = Stacks(name, X.entries, y.entries, batched)
        self.targets.check(source.at(range(len(source))))
        return stacks


def _samples(columns: Any, at: Any = ...) -> Iterator[Any]:
    """What a program gives, sample by sample: from arrays (batch,), or batch `at` of arrays (k, batch)."""
    if isinstance(columns, np.ndarray):
        yield from columns[at].tolist()
    elif type(columns) is list:
        yield from map(list, zip(*(_samples(column, at) for column in columns)))
    else:
        for row in zip(*(column[at].tolist() for column in leaves(columns))):
            yield rebuild(columns, iter(row))
