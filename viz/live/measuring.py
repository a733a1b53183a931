"""Measuring a model while something else trains it: parameters, mean loss, the gradient's norm by part.

The loss is compiled once, in evaluation mode. What it needs of a model that trains in a block is read from
the block's table, so that nothing is brought up to date that nobody looks at; the mode is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import hypot
from typing import Any

import numpy as np

from autograd.compiler.arguments import Arguments
from autograd.compiler.compiled import Compiled
from autograd.compiler.specializations import Specializations
from viz.live.data import groups_of
from viz.live.frames import Point
from viz.live.recording import evaluating


class Measure:
    """A model's loss on samples, and on held-out ones. `values` are its parameters, in a page's order."""

    def __init__(
        self,
        model: Any,
        loss: Callable[[Any, Any], Any],
        samples: Sequence[Any],
        held_out: Sequence[Any] | None,
        values: Sequence[Any],
        norms: bool,
    ) -> None:
        self._model = model
        compiled = Compiled(lambda x, target: loss(model(x), target), "numpy", True, "float64", False)
        made = compiled.specializations
        made.keepers_of_rows.add(self)
        with evaluating(model):
            made.rows.update((value, row) for row, value in enumerate(values))
            self._samples = _Set(made, samples)
            self._held_out = None if held_out is None else _Set(made, held_out)
        self._groups = groups_of(model, values) if norms else None

    def numbers(self) -> Any:
        """The parameters' numbers now, as one array; ValueError if they are not those of the beginning."""
        if not self._samples.made.bindings.are_unchanged():
            raise ValueError(
                f"the parameters of this {type(self._model).__name__} are other Values than when the film "
                "began: a film is of one model, of one shape; assign to their data, or begin another film"
            )
        return self._samples.made.numbers()

    def point(self) -> Point:
        """Mean losses now; with norms, also the length of the mean loss's gradient, part by part."""
        with np.errstate(all="ignore"):
            held_out = None if self._held_out is None else self._held_out.loss()
            if self._groups is None:
                return Point(self._samples.loss(), held_out)
            loss, gradient = self._samples.loss_and_gradient()
        norms = {name: hypot(*gradient[rows].tolist()) for name, rows in self._groups.items()}
        return Point(loss, held_out, norms)


class _Set:
    """Samples and targets, and the loss as it was compiled for their shapes."""

    def __init__(self, compiled: Specializations, data: Sequence[Any]) -> None:
        self.data = Arguments(list(data), True)
        self.made = compiled.differentiable(self.data)

    def loss(self) -> float:
        """The mean over the samples."""
        return float(np.mean(self.made.results(self.data)))

    def loss_and_gradient(self) -> tuple[float, Any]:
        """The mean over the samples, and its gradient (parameters,)."""
        loss, gradient, _ = self.made.gradient(self.data)
        return float(loss), gradient
