"""Targets, shown to the loss before a program meets them: a program refuses none, as a loss may."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from autograd import DomainError, no_grad
from autograd.progress import DELAY, Bar
from nn.data.sources import Batch
from nn.layers.module import Module, contents
from nn.training.steps import Loss, predictions_of

MOST_REMEMBERED = 100_000
"""Targets that are not shown again. After so many others they are."""


class Targets:
    """Lets the loss see each distinct target, beside the model's output for a sample of the same shape.

    Eagerly, and numerical errors are left to the steps, which may never meet them. The model's random
    generators are left as they were.
    """

    def __init__(self, model: Module, loss: Loss, progress: bool) -> None:
        self.model, self.loss, self.progress = model, loss, progress
        self.seen: set[str] = set()
        self.predictions: dict[Any, Any] = {}

    def check(self, batch: Batch) -> None:
        """Show the targets of these samples, but those that were seen before."""
        if len(self.seen) > MOST_REMEMBERED:
            self.seen.clear()
        distinct: dict[str, tuple[int, Any]] = {}
        for place, target in enumerate(batch.ys):
            distinct.setdefault(repr(target), (place, target))
        new = {name: shown for name, shown in distinct.items() if name not in self.seen}
        if new:
            self._show(batch, list(new.values()))
            self.seen.update(new)

    def _show(self, batch: Batch, targets: list[tuple[int, Any]]) -> None:
        generators = [part for _, part in contents(self.model) if isinstance(part, np.random.Generator)]
        states = [generator.bit_generator.state for generator in generators]
        try:
            with no_grad(), Bar(len(targets), "targets", self.progress, delay=DELAY) as bar:
                for place, target in targets:
                    bar.advance("checking targets")
                    with suppress(ArithmeticError, DomainError):
                        self.loss(self._prediction(batch.x(place)), target)
        finally:
            for generator, state in zip(generators, states):
                generator.bit_generator.state = state

    def _prediction(self, x: Any) -> Any:
        shape = np.shape(x)
        if shape not in self.predictions:
            self.predictions[shape] = predictions_of(self.model, [x])[0]
        return self.predictions[shape]
