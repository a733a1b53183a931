"""Micrograd's networks: weights drawn from Python's `random`, in its order, and as many nodes as there.

`nn` has the layers that train fast, with activations, seeds and saving.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from autograd.engine.value import Value as Node
from autograd.micrograd.engine import Value

__all__ = ["MLP", "Layer", "Module", "Neuron"]


class Module:
    """What has parameters. A subclass lists them.

    >>> Module().parameters()
    []
    """

    def parameters(self) -> list[Value]:
        """The Values to be trained."""
        return []

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0


class Neuron(Module):
    """The sum b + w1 x1 + w2 x2 + ..., and relu of it where `nonlin` is true.

    Weights come from `random.uniform(-1, 1)`, the bias is 0.

    >>> neuron = Neuron(2, nonlin=False)
    >>> neuron.w[0].data, neuron.w[1].data = 0.5, -1.0
    >>> neuron([2.0, 3.0]).data
    -2.0
    """

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: Iterable[Node | float]) -> Any:
        """The neuron's output for the numbers or Values of one sample."""
        weighted: Any = sum((weight * entry for weight, entry in zip(self.w, x)), self.b)
        return weighted.relu() if self.nonlin else weighted

    def parameters(self) -> list[Value]:
        """The weights, and then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons that see the same input. Keywords are those of `Neuron`.

    >>> Layer(2, 2, nonlin=False)
    Layer of [LinearNeuron(2), LinearNeuron(2)]
    """

    def __init__(self, nin: int, nout: int, **of_neuron: Any) -> None:
        self.neurons = [Neuron(nin, **of_neuron) for _ in range(nout)]

    def __call__(self, x: Iterable[Node | float]) -> Any:
        """The list of the neurons' outputs; of one neuron, its output itself."""
        outputs = [neuron(x) for neuron in self.neurons]
        return outputs if len(outputs) != 1 else outputs[0]

    def parameters(self) -> list[Value]:
        """The parameters of each neuron in turn."""
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(Module):
    """Layers one after another: relu in all but the last, which is linear.

    >>> MLP(2, [2, 1])
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]
    """

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        self.sz = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [
            Layer(size, following, nonlin=at != last)
            for at, (size, following) in enumerate(zip(self.sz, self.sz[1:], strict=False))
        ]

    def __call__(self, x: Any) -> Any:
        """The last layer's output: a Value where that has one neuron, else a list."""
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        """The parameters of each layer in turn."""
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(repr, self.layers))}]"
