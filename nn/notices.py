"""Warnings about training that goes wrong in silence: once each, and only when certain."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from operator import is_

from autograd import Value


class TrainingWarning(UserWarning):
    """A step that is certain to do something other than what was meant."""


class Notices:
    """What an optimiser remembers of its last step, to notice a mistake in the next."""

    def __init__(self) -> None:
        self.given: set[str] = set()
        self.gradients: list[float] = []

    def before_step(self, parameters: Sequence[Value]) -> None:
        """Warn when no parameter has a gradient, or when all have those of the last step still.

        A backward pass puts a new float object on each leaf that it reaches, even where the number is
        the same: when each gradient is the very object of the last step, no pass has come by.
        """
        before, self.gradients = self.gradients, [parameter.grad for parameter in parameters]
        if before and self.gradients[0] is not before[0]:
            return
        if not any(parameter.reached for parameter in parameters):
            self._once(
                "unreached",
                "no parameter of this optimiser has a gradient: call loss.backward() before step(), and "
                "check that the loss was computed with the model whose parameters these are",
            )
        elif before and all(map(is_, self.gradients, before)):
            self._once(
                "stale",
                "step() again with the gradients of the last step: no backward pass since, and none "
                "zeroed; call zero_grad(), then backward() on a new loss, before each step()",
            )

    def _once(self, kind: str, message: str) -> None:
        if kind not in self.given:
            self.given.add(kind)
            warnings.warn(message, TrainingWarning, stacklevel=4)
