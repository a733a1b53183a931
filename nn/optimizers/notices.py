"""Warnings about steps that go wrong in silence: once each, and only when certain."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from math import inf, isfinite
from operator import is_

from autograd import Value
from nn.errors import TrainingWarning


class Notices:
    """What an optimiser remembers of its last step, to notice a mistake in the next."""

    def __init__(self) -> None:
        self.warned: set[str] = set()
        self.gradients: list[float] = []

    def before_step(self, parameters: Sequence[Value]) -> None:
        """Warn when no parameter has a gradient, or when all have those of the last step still."""
        if parameters[0].reached:
            gradients = [parameter.grad for parameter in parameters]
            if self.gradients and all(map(is_, gradients, self.gradients)):
                self._once(
                    "stale",
                    "step() again with the gradients of the last step: no backward pass since, and none "
                    "zeroed; call zero_grad(), then backward() on a new loss, before each step()",
                )
        elif not any(parameter.reached for parameter in parameters):
            self._once(
                "unreached",
                "no parameter of this optimiser has a gradient: call loss.backward() before step(), and "
                "check that the loss was computed with the model whose parameters these are",
            )

    def after_step(self, parameters: Sequence[Value]) -> None:
        """Remember the gradients of a step that was taken.

        A backward pass puts a new float object on each leaf that it reaches, even where the number is
        the same: when each gradient is the very object of the last step, no pass has come by. The first
        one is made an object of our own, so that it cannot be a constant that was assigned again.
        """
        first = parameters[0]
        if first.reached:
            first.grad = first.grad * 1.0
        self.gradients = [parameter.grad for parameter in parameters]

    def after_update(self, entry: str, moved: Sequence[tuple[float, Mapping[str, float]]]) -> None:
        """Warn when a mean of squares is infinite: it stays so, and the step divides by its root.

        Not where the gradient was infinite itself: then the parameter is NaN, for all to see.
        """
        if any(state[entry] == inf and isfinite(data) for data, state in moved):
            self._once(
                "overflow",
                f"the {entry} of a parameter is infinite, since the square of its gradient is beyond floats: "
                "its steps are 0 from now on; clip the gradients (clip_gradient_norm) and begin anew with a "
                "new optimizer",
            )

    def _once(self, kind: str, message: str) -> None:
        if kind not in self.warned:
            self.warned.add(kind)
            warnings.warn(message, TrainingWarning, stacklevel=4)
