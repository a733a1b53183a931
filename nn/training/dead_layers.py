"""Warnings about layers whose ReLUs are all 0 for every sample: once each, and only when certain."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

from autograd import no_grad, relu
from nn.data.sources import Batch
from nn.errors import TrainingWarning
from nn.layers.mlp import Layer
from nn.layers.module import Module, contents
from nn.layers.paths import path_of


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

    def after_epoch(self, parts: Callable[[], Iterable[Batch]]) -> None:
        """Try the layers that are still suspected on all samples, and warn of the dead ones, once.

        `parts` gives all samples; none, where they cannot be had again.
        """
        for path, layer in self.suspects.items():
            del self.layers[path]
            if self._is_dead(layer, parts()):
                warnings.warn(
                    f"every ReLU of {path or 'the layer'}, a {layer.describe()}, is 0 for every sample of an "
                    "epoch: it passes no gradient and cannot recover; lower the lr, or use leaky_relu",
                    TrainingWarning,
                    stacklevel=3,
                )
        self.suspects = dict(self.layers)

    def _is_dead(self, layer: Layer, samples: Iterable[Batch]) -> bool:
        outputs = alive = 0

        def watched(x: Any) -> list[Any]:
            nonlocal outputs, alive
            result = type(layer).forward(layer, x)
            outputs, alive = outputs + len(result), alive + sum(output > 0.0 for output in result)
            return result

        training = self.model.training
        vars(layer)["forward"] = watched
        try:
            with no_grad():
                for batch in samples:
                    self.model.eval().batch(batch.xs)
                    if alive:
                        break
        finally:
            del vars(layer)["forward"]
            self.model.train(training)
        return outputs > 0 and not alive
