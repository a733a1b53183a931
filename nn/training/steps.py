"""Steps on Values, as in the books: how `fit` trains on batches, and how it measures.

`compiled_steps` does the same by array programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from autograd import Value, mean, no_grad
from nn.data.sources import Batch, Ready, Samples
from nn.layers.module import Module
from nn.optimizers.optimizer import Optimizer

Loss = Callable[[Any, Any], Any]
Metric = Callable[[Any, Any], float]
Penalty = Callable[[Module], Any]
Result = tuple[float, Iterable[Any]]
"""Of a step: the mean loss over its batch, and the predictions for it, both from before the step."""

Measured = tuple[Sequence[Any], Sequence[Any], Sequence[Any]]
"""Of some held-out samples: their losses, predictions and targets."""


class EagerSteps:
    """Steps on Values. To be used as a context around them."""

    at_once = 1
    """How many batches `train` should be given at once."""

    def __init__(
        self,
        model: Module,
        loss: Loss,
        optimizer: Optimizer,
        held_out: Samples | Ready | None = None,
        penalty: Penalty | None = None,
        gradients: Callable[[list[Value]], object] | None = None,
    ) -> None:
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.held_out = held_out
        self.penalty, self.gradients = penalty, gradients

    def __enter__(self) -> EagerSteps:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to do: model and optimiser are up to date after each step."""

    def train(self, batches: list[Batch]) -> Iterator[Result]:
        """Take a step on each batch."""
        for batch in batches:
            self.model.zero_grad()
            self.optimizer.zero_grad()  # the loss may have parameters of its own
            predictions = predictions_of(self.model, batch.xs)
            total = mean(list(map(self.loss, predictions, batch.ys)))
            if self.penalty is not None:
                total = total + self.penalty(self.model)
            checked_loss(total).backward()
            if self.gradients is not None:
                self.gradients(self.optimizer.parameters)
            self.optimizer.step()
            yield total.data, predictions

    def measure(self, size: int) -> Iterator[Measured]:
        """Losses over the held-out samples, without a graph; `size` are read at a time from a file."""
        assert self.held_out is not None
        for batch in self.held_out.parts(size):
            targets = batch.ys
            with no_grad():
                predictions = predictions_of(self.model, batch.xs)
                losses = list(map(self.loss, predictions, targets))
            yield losses, predictions, targets

    @staticmethod
    def mean(losses: list[Any]) -> float:
        """The mean of losses."""
        with no_grad():
            loss = mean(losses)
        return loss.data if isinstance(loss, Value) else float(loss)


def checked_loss(total: Any) -> Value:
    """The loss that is to be differentiated; a TypeError if it is none."""
    if not isinstance(total, Value):
        raise TypeError(f"the loss of a batch is a Value, got {type(total).__name__}: nothing to train")
    return total


def predictions_of(model: Module, xs: Sequence[Any]) -> list[Any]:
    """The model's outputs, one for each sample."""
    predictions = model.batch(xs)
    if len(predictions) != len(xs):
        raise ValueError(
            f"the model's batch() must give an output for each of {len(xs)} samples, got {len(predictions)}"
        )
    return predictions
