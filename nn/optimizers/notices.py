"""Warnings about training that goes wrong in silence: once each, and only when certain."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from math import inf, isfinite
from operator import is_
from typing import Any

from autograd import Value, no_grad, relu
from nn.layers.mlp import Layer
from nn.layers.module import Module
from nn.layers.paths import contents, path_of


class TrainingWarning(UserWarning):
    """A step that is certain to do something other than what was meant."""


class Notices:
    """What an optimiser remembers of its last step, to notice a mistake in the next."""

    def __init__(self) -> None:
        self.given: set[str] = set()
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
        if kind not in self.given:
            self.given.add(kind)
            warnings.warn(message, TrainingWarning, stacklevel=4)


class DeadLayers:
    """Finds layers whose ReLUs are all 0 for every sample of an epoch: no gradient can revive them.

    A layer is suspected when all its gradients were 0 in every step of an epoch, and then tried on all
    the samples: only what gives nothing but zeros is called dead.
    """

    def __init__(self, model: Module) -> None:
        self.model = model
        self.layers = {
            path_of(place): module
            for place, module in contents(model)
            if isinstance(module, Layer) and module.neurons[0].activation is relu
        }
        self.suspects = dict(self.layers)

    def after_step(self) -> None:
        """Acquit the layers through which a gradient has passed."""
        for path, layer in list(self.suspects.items()):
            if any(parameter.grad != 0.0 for neuron in layer.neurons for parameter in neuron.parameters()):
                del self.suspects[path]

    def after_epoch(self, samples: Sequence[Any]) -> None:
        """Try the layers that are still suspected, and warn of the dead ones, once."""
        for path, layer in self.suspects.items():
            del self.layers[path]
            if self._is_dead(layer, samples):
                warnings.warn(
                    f"every ReLU of {path or 'the layer'}, a {layer.describe()}, is 0 for every sample of an "
                    "epoch: it passes no gradient and cannot recover; lower the lr, or use leaky_relu",
                    TrainingWarning,
                    stacklevel=3,
                )
        self.suspects = dict(self.layers)

    def _is_dead(self, layer: Layer, samples: Sequence[Any]) -> bool:
        outputs: list[Any] = []

        def watched(x: Any) -> list[Any]:
            outputs.extend(result := type(layer).forward(layer, x))
            return result

        training = self.model.training
        vars(layer)["forward"] = watched
        try:
            with no_grad():
                self.model.eval().batch(samples)
        finally:
            del vars(layer)["forward"]
            self.model.train(training)
        return bool(outputs) and not any(output > 0.0 for output in outputs)
