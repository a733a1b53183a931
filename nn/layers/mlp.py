"""Neuron, Layer, Sequential, MLP: the multilayer perceptron.

A neuron is one `dot` node, its bias a term with the constant 1, and one activation node. That is what
makes training fast: everything else here runs once per layer or once per sample.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value, dot, matvec
from autograd.engine.graph import note_together
from nn.checks import check_size, vector
from nn.errors import naming
from nn.layers.activations import ACTIVATIONS, Activation, activation, linear, name_of
from nn.layers.initializers import Initializer, initializer
from nn.layers.module import Call, Module
from nn.randomness import Seed, generator


class Neuron(Module):
    """activation(w . x + b): `nin` weights `w`, a bias `b`, and an activation by name or as a function.

    `init` is an initialiser, its name, or the weights themselves; "auto" fits the activation. The bias
    starts at 0; `bias=False` leaves it out. `nonlin` is micrograd's word: True for relu, False for linear.

    >>> neuron = Neuron(2, "tanh", init=[3.0, -1.0])
    >>> print(f"{neuron([0.5, 1.0]).data:.6f}")
    0.462117
    """

    def __init__(
        self,
        nin: int,
        activation: str | Activation | bool = "relu",
        *,
        bias: bool = True,
        init: str | Initializer | Sequence[float] = "auto",
        seed: Seed = None,
        nonlin: bool | None = None,
    ) -> None:
        check_size("Neuron", nin=nin)
        self.activation = _activation(activation, nonlin)
        if isinstance(init, str) or callable(init):
            init = initializer(init, self.activation)(nin, 1, generator(seed))[0]
        self.w = [Value(weight) for weight in init]
        self.b = Value(0.0) if bias else None
        if len(self.w) != nin:
            raise ValueError(f"Neuron({nin}) needs {nin} weights, init gave {len(self.w)}")

    @property
    def nonlin(self) -> bool:
        """Micrograd's word: whether the activation is another one than linear."""
        return self.activation is not linear

    def forward(self, x: Sequence[Any]) -> Any:
        """The output, for `nin` numbers or Values."""
        if type(x) is not list or len(x) != len(self.w):
            x = vector(x, len(self.w), self)
        if self.b is None:
            return self.activation(dot(self.w, x))
        return self.activation(dot((*self.w, self.b), (*x, 1.0)))

    def describe(self) -> str:
        """As `Neuron(2, tanh)`."""
        return f"Neuron({len(self.w)}, {name_of(self.activation)})"


class Layer(Module):
    """`nout` neurons that read the same `nin` inputs: a list of numbers in, a list of numbers out.

    >>> layer = Layer(2, 3, "sigmoid", seed=0)
    >>> [len(layer([0.5, -1.0])), len(layer.parameters())]
    [3, 9]
    """

    folded = True

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: str | Activation | bool = "relu",
        *,
        bias: bool = True,
        init: str | Initializer = "auto",
        seed: Seed = None,
        nonlin: bool | None = None,
    ) -> None:
        check_size("Layer", nin=nin, nout=nout)
        function = _activation(activation, nonlin)
        rows = initializer(init, function)(nin, nout, generator(seed))
        if len(rows) != nout:
            raise ValueError(f"Layer({nin}, {nout}) needs {nout} rows of weights, init gave {len(rows)}")
        self.outputs_are_new = function in ACTIVATIONS.values()  # nodes of their own, with no notes yet
        self.neurons = [Neuron(nin, function, bias=bias, init=row) for row in rows]

    def forward(self, x: Sequence[Any]) -> list[Any]:
        """The neurons' outputs, always as a list."""
        nin = len(self.neurons[0].w)
        if type(x) is not list or len(x) != nin:
            x = vector(x, nin, self)
        rows: list[Any] = [(*neuron.w, neuron.b) for neuron in self.neurons if type(neuron) is Neuron]
        if len(rows) < len(self.neurons) or any(row[-1] is None for row in rows):
            return [neuron.forward(x) for neuron in self.neurons]
        sums = matvec(rows, (*x, 1.0))
        return [neuron.activation(total) for neuron, total in zip(self.neurons, sums)]

    def mark(self, output: Any, inputs: tuple[Any, ...]) -> None:
        """Note one Call on all outputs together: one for each would cost a tenth of a training step."""
        if not self.outputs_are_new:
            super().mark(output, inputs)
        elif type(output[0]) is Value and output[0].primitive is not None:
            note_together(output, "module", Call(self, inputs))

    def describe(self) -> str:
        """As `Layer(2, 3, sigmoid)`."""
        first = self.neurons[0]
        bias = "" if first.b is not None else ", no bias"
        return f"Layer({len(first.w)}, {len(self.neurons)}, {name_of(first.activation)}{bias})"


class Sequential(Module):
    """Modules, or functions, one after the other. A last Layer of one neuron gives that neuron's Value.

    >>> model = Sequential(Layer(2, 4, "tanh", seed=0), Layer(4, 1, "linear", seed=1))
    >>> type(model([0.5, -1.0])).__name__
    'Value'
    """

    def __init__(self, *layers: Module | Callable[[Any], Any]) -> None:
        if not layers:
            raise ValueError(f"{type(self).__name__} needs at least one layer, got none")
        for layer in layers:
            if not callable(layer):
                star = "; write Sequential(*layers)" if isinstance(layer, (list, tuple)) else ""
                raise TypeError(f"{type(self).__name__} takes modules and functions, got {layer!r}{star}")
        self.layers = list(layers)

    def forward(self, x: Any) -> Any:
        """The output of the last layer."""
        for layer in self.layers:
            x = layer(x)
        return x[0] if self._ends_in_one_neuron() else x

    def batch(self, samples: Sequence[Any]) -> list[Any]:
        """The outputs for a list of samples, all of them through one layer and then through the next."""
        outputs = list(samples)
        with naming(self):
            for layer in self.layers:
                outputs = layer.batch(outputs) if isinstance(layer, Module) else [*map(layer, outputs)]
        return [output[0] for output in outputs] if self._ends_in_one_neuron() else outputs

    def _ends_in_one_neuron(self) -> bool:
        last = self.layers[-1]
        return isinstance(last, Layer) and len(last.neurons) == 1


class MLP(Sequential):
    """A multilayer perceptron: layers of sizes `nouts` on `nin` inputs, each fully connected to the next.

    Hidden layers have `activation`, the last has `output`. With one output the result is a Value, else
    a list of them. `seed` draws the weights, layer by layer.

    >>> model = MLP(2, [16, 16, 1], seed=0)
    >>> len(model.parameters())
    337
    """

    layers: list[Layer]  # type: ignore[assignment]

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: str | Activation = "relu",
        output: str | Activation = "linear",
        *,
        bias: bool = True,
        init: str | Initializer = "auto",
        seed: Seed = None,
    ) -> None:
        if isinstance(nouts, (int, np.integer)) or not len(nouts):
            raise ValueError(f"MLP needs its layers' sizes as a list, as MLP(2, [16, 1]); got {nouts!r}")
        source = generator(seed)
        sizes = [nin, *nouts]
        _activation(activation, None)  # an unknown name is an error even where there is no hidden layer
        functions = [activation] * (len(nouts) - 1) + [output]
        super().__init__(
            *(
                Layer(before, after, function, bias=bias, init=init, seed=source)
                for before, after, function in zip(sizes, nouts, functions)
            )
        )

    def describe(self) -> str:
        """As `MLP(2, [16, 16, 1])`."""
        return f"MLP({len(self.layers[0].neurons[0].w)}, {[len(layer.neurons) for layer in self.layers]})"


def _activation(wanted: str | Activation | bool, nonlin: bool | None) -> Activation:
    if isinstance(wanted, bool):  # micrograd: Neuron(3, False)
        nonlin = wanted
    if nonlin is not None:
        wanted = "relu" if nonlin else linear
    return activation(wanted)  # type: ignore[arg-type]
