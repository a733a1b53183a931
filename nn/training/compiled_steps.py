"""Steps by array programs: what `steps` does on Values, compiled, for several batches at a call."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from typing import Any

import numpy as np

from autograd import DomainError, compile, no_grad
from autograd.progress import DELAY, Bar
from autograd.trees import leaves, rebuild
from nn.data.batching import gather
from nn.layers.module import Module, contents, modules_in
from nn.layers.normalization import BatchNorm
from nn.optimizers.optimizer import Optimizer
from nn.training.steps import Batch, Loss, Penalty, Result, Samples, checked_loss, predictions_of

MOST_AT_ONCE = 64
"""Batches in one call of a program."""

SECONDS_AT_ONCE = 0.05
"""About how long such a call may take: the bar moves, and Ctrl-C acts, between two of them."""


class CompiledSteps:
    """Steps by one program, which gives losses and predictions as well. To be used as a context around them.

    A program refuses no target, as a loss may: so the loss is shown each distinct one when this is made.
    """

    def __init__(
        self,
        model: Module,
        loss: Loss,
        optimizer: Optimizer,
        data: Samples,
        held_out: Samples | None = None,
        penalty: Penalty | None = None,
        batched: bool = True,
        progress: bool = True,
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

        self.program = compile(sample, has_aux=True, progress=progress)
        self.optimizer = optimizer
        self.data = _Stacks("", data, batched)
        self.held_out = None if held_out is None else _Stacks("validation ", held_out, False)
        samples = data if held_out is None else [a + b for a, b in zip(data, held_out)]
        _check_targets(model, loss, samples, progress)
        self.quick_enough = 1
        """How many batches a call may have, by how long the last ones took."""

    @property
    def at_once(self) -> int:
        """How many batches `train` should be given at once: one if the user's own code acts between steps.

        So a schedule of the user's finds the history up to date, and an error in a step is told of its batch.
        """
        if self.optimizer.is_known_ahead:
            with suppress(ArithmeticError, ValueError):  # which are for the step to raise
                return len(self.optimizer.rates(self.quick_enough))
        return 1

    def __enter__(self) -> CompiledSteps:
        self.block = self.program.training(self.optimizer)
        self.step = self.block.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        """Bring model and optimiser up to date. In between they are as soon as someone looks at them."""
        self.block.__exit__(*error)

    def train(self, batches: list[Batch]) -> Iterator[Result]:
        """Take a step on each batch."""
        start = time.perf_counter()
        results = []
        for (shapes, _), alike in groupby(batches, lambda batch: (self.data.shapes[batch[0]], len(batch))):
            places = np.array([[self.data.places[sample] for sample in batch] for batch in alike])
            results.append(self.step.over(*self.data.stacks[shapes], places))
        self._adapt(time.perf_counter() - start)
        for losses, (_, columns) in results:
            for at, loss in enumerate(losses.tolist()):
                yield loss, _samples(columns, at)

    def _adapt(self, seconds: float) -> None:
        """Take twice as many batches at once, or half as many, by how long the last ones took."""
        if seconds < SECONDS_AT_ONCE / 2:
            self.quick_enough = min(2 * self.quick_enough, MOST_AT_ONCE)
        elif seconds > SECONDS_AT_ONCE:
            self.quick_enough = max(self.quick_enough // 2, 1)

    def measure(self) -> tuple[float, list[Any]]:
        """The mean loss over the held-out samples, and the predictions."""
        assert self.held_out is not None
        count = len(self.held_out.shapes)
        losses, predictions = np.empty(count), [None] * count
        for shape, samples in self.held_out.members.items():
            _, (data_losses, columns) = self.program(*self.held_out.stacks[shape])
            losses[samples] = data_losses
            for sample, prediction in zip(samples, _samples(columns)):
                predictions[sample] = prediction
        with np.errstate(all="ignore"):
            return float(losses.mean()), predictions


class _Stacks:
    """Samples as arrays (samples, ...), those of one shape in one array."""

    def __init__(self, name: str, samples: Samples, batched: bool) -> None:
        X, y = (_as_arrays(f"{name}{part}", rows, batched) for part, rows in zip("Xy", samples))
        self.shapes = [(x.shape, target.shape) for x, target in zip(X, y)]
        """Of each sample, the shape of its input and of its target."""

        self.members: dict[Any, list[int]] = {}
        """The samples of each shape."""

        for sample, shape in enumerate(self.shapes):
            self.members.setdefault(shape, []).append(sample)
        self.stacks = {
            shape: [np.stack(gather(part, members)) for part in (X, y)]
            for shape, members in self.members.items()
        }
        """X and y of the samples of each shape."""

        self.places = {
            sample: place for members in self.members.values() for place, sample in enumerate(members)
        }
        """Where in the arrays of its shape each sample is."""


def _as_arrays(where: str, samples: list[Any], batched: bool) -> list[Any]:
    """Each sample as an array; an error names the first that cannot be one, or not in a batch with others."""
    arrays: list[Any] = []
    for place, sample in enumerate(samples):
        try:
            array = np.asarray(sample)
        except ValueError:
            raise ValueError(
                f"fit(compiled=True) makes an array of each sample, and {where}[{place}] has lists of "
                "several lengths; train with compiled=False"
            ) from None
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"fit(compiled=True) takes samples that are numbers or lists of them, got {where}[{place}] = "
                f"{sample!r:.40}; train with compiled=False"
            )
        if batched and arrays and array.shape != arrays[0].shape:
            raise ValueError(
                "fit(compiled=True) makes one array of a batch, whose samples need one shape, but "
                f"{where}[0] has shape {arrays[0].shape} and {where}[{place}] {array.shape}; use "
                "batch_size=1, fit those of each length in turn, or train with compiled=False"
            )
        arrays.append(array)
    return arrays


def _samples(columns: Any, at: Any = ...) -> Iterator[Any]:
    """What a program gives, sample by sample: from arrays (batch,), or batch `at` of arrays (k, batch)."""
    if isinstance(columns, np.ndarray):
        yield from columns[at].tolist()
    elif type(columns) is list:
        yield from map(list, zip(*(_samples(column, at) for column in columns)))
    else:
        for row in zip(*(column[at].tolist() for column in leaves(columns))):
            yield rebuild(columns, iter(row))


def _check_targets(model: Module, loss: Loss, samples: Iterable[list[Any]], progress: bool) -> None:
    """Let the loss see each distinct target, beside the model's output for a sample of the same shape.

    Eagerly, since a program cannot refuse a target. Numerical errors are left to the steps, which may never
    meet them. The model's random generators are left as they were.
    """
    generators = [part for _, part in contents(model) if isinstance(part, np.random.Generator)]
    states = [generator.bit_generator.state for generator in generators]
    distinct: dict[str, Any] = {}
    for x, target in zip(*samples):
        distinct.setdefault(repr(target), (x, target))
    predictions: dict[Any, Any] = {}
    try:
        with no_grad(), Bar(len(distinct), "targets", progress, delay=DELAY) as bar:
            for x, target in distinct.values():
                bar.advance("checking targets")
                with suppress(ArithmeticError, DomainError):
                    shape = np.shape(x)
                    if shape not in predictions:
                        predictions[shape] = predictions_of(model, [x])[0]
                    loss(predictions[shape], target)
    finally:
        for generator, state in zip(generators, states):
            generator.bit_generator.state = state
