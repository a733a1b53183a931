"""Recurrent networks: a cell that carries a state from step to step, and `RNN` over a sequence.

A cell maps (x, state) to a new state; its `output` is what later layers read. Each gate is a `Layer` on
the concatenation [x, h], so a unit of a gate is one `dot` node. `cell.start()` is the state of zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from autograd import tanh
from autograd.engine.messages import describe
from nn.checks import check_size, sequence, vector
from nn.errors import InputError
from nn.layers.activations import Activation
from nn.layers.mlp import Layer
from nn.layers.module import Module
from nn.randomness import Seed, generator


class Cell(Protocol):
    """What `RNN` runs: a module of (x, state), with a first state and an output."""

    def __call__(self, x: Any, state: Any) -> Any:
        """The next state."""
        ...

    def start(self) -> Any:
        """The state before the first step."""
        ...

    def output(self, state: Any) -> list[Any]:
        """What later layers read of a state."""
        ...

    def describe(self) -> str:
        """The cell in a few words."""
        ...


class _Cell(Module):
    """A cell of `nhidden` units on `nin` inputs, whose state is h, a list of numbers."""

    def __init__(self, nin: int, nhidden: int) -> None:
        check_size(type(self).__name__, nin=nin, nhidden=nhidden)
        self.nin, self.nhidden = nin, nhidden

    def start(self) -> Any:
        """The state before the first step: zeros."""
        return [0.0] * self.nhidden

    def output(self, state: Any) -> list[Any]:
        """What later layers read of a state: h."""
        return list(state)

    def describe(self) -> str:
        """As `GRUCell(2, 8)`."""
        return f"{type(self).__name__}({self.nin}, {self.nhidden})"


class RNNCell(_Cell):
    """h' = activation(W x + U h + b), the simple (Elman) network.

    >>> cell = RNNCell(1, 2, seed=0)
    >>> len(cell([0.5], cell.start()))
    2
    """

    def __init__(
        self, nin: int, nhidden: int, activation: str | Activation = "tanh", seed: Seed = None
    ) -> None:
        super().__init__(nin, nhidden)
        self.hidden = Layer(nin + nhidden, nhidden, activation, seed=seed)

    def forward(self, x: Sequence[Any], state: Sequence[Any]) -> list[Any]:
        """The next h, for `nin` numbers and an h."""
        hidden: list[Any] = self.hidden([*vector(x, self.nin, self), *vector(state, self.nhidden, self)])
        return hidden


class LSTMState(NamedTuple):
    """The state of an LSTM: its output h and its memory c."""

    h: Sequence[Any]
    c: Sequence[Any]


class LSTMCell(_Cell):
    """c' = f c + i g and h' = o tanh(c'), with gates i, f, o = sigmoid(.) and g = tanh(.) of [x, h].

    The forget gate's bias starts at 1, so that at first the cell keeps. (Hochreiter and Schmidhuber 1997,
    "Long short-term memory"; Gers et al. 2000 for f.)

    >>> cell = LSTMCell(1, 2, seed=0)
    >>> len(cell([0.5], cell.start()).c)
    2
    """

    def __init__(self, nin: int, nhidden: int, seed: Seed = None) -> None:
        super().__init__(nin, nhidden)
        source = generator(seed)
        self.input_gate = Layer(nin + nhidden, nhidden, "sigmoid", seed=source)
        self.forget_gate = Layer(nin + nhidden, nhidden, "sigmoid", seed=source)
        self.candidate = Layer(nin + nhidden, nhidden, "tanh", seed=source)
        self.output_gate = Layer(nin + nhidden, nhidden, "sigmoid", seed=source)
        for neuron in self.forget_gate.neurons:
            assert neuron.b is not None
            neuron.b.data = 1.0

    def start(self) -> LSTMState:
        """The state before the first step: zeros."""
        return LSTMState([0.0] * self.nhidden, [0.0] * self.nhidden)

    def output(self, state: LSTMState) -> list[Any]:
        """What later layers read of a state: h."""
        return list(state.h)

    def forward(self, x: Sequence[Any], state: LSTMState) -> LSTMState:
        """The next (h, c), for `nin` numbers and an (h, c)."""
        if not isinstance(state, (tuple, list)) or len(state) != 2:
            raise InputError(
                self, f"{self.describe()} takes a state (h, c), as start() gives, got {state!r:.60}"
            )
        h, before = (vector(part, self.nhidden, self) for part in state)
        inputs = [*vector(x, self.nin, self), *h]
        gates = zip(self.input_gate(inputs), self.forget_gate(inputs), self.candidate(inputs), before)
        c = [f * kept + i * g for i, f, g, kept in gates]
        return LSTMState([o * tanh(kept) for o, kept in zip(self.output_gate(inputs), c)], c)


class GRUCell(_Cell):
    """h' = (1 - z) n + z h with r, z = sigmoid(.) of [x, h] and n = tanh(W x + b + r (U h + d)).

    PyTorch's convention: r multiplies after the matrix U. (Cho et al. 2014, "Learning phrase
    representations using RNN encoder-decoder".)

    >>> cell = GRUCell(1, 2, seed=0)
    >>> len(cell([0.5], cell.start()))
    2
    """

    def __init__(self, nin: int, nhidden: int, seed: Seed = None) -> None:
        super().__init__(nin, nhidden)
        source = generator(seed)
        self.reset_gate = Layer(nin + nhidden, nhidden, "sigmoid", seed=source)
        self.update_gate = Layer(nin + nhidden, nhidden, "sigmoid", seed=source)
        self.candidate_input = Layer(nin, nhidden, "linear", seed=source)
        self.candidate_hidden = Layer(nhidden, nhidden, "linear", seed=source)

    def forward(self, x: Sequence[Any], state: Sequence[Any]) -> list[Any]:
        """The next h, for `nin` numbers and an h."""
        x, h = vector(x, self.nin, self), vector(state, self.nhidden, self)
        inputs = [*x, *h]
        candidates = zip(self.candidate_input(x), self.reset_gate(inputs), self.candidate_hidden(h))
        new = [tanh(a + r * b) for a, r, b in candidates]
        return [n + z * (kept - n) for n, z, kept in zip(new, self.update_gate(inputs), h)]


class RNN(Module):
    """A cell over a sequence, from the state of zeros: its output at each step, or at the last alone.

    >>> model = RNN(GRUCell(1, 4, seed=0))
    >>> len(model([[0.0], [1.0], [1.0]]))
    3
    >>> len(RNN(GRUCell(1, 4, seed=0), last=True)([[0.0], [1.0], [1.0]]))
    4
    """

    def __init__(self, cell: Cell, last: bool = False) -> None:
        if not (hasattr(cell, "start") and hasattr(cell, "output")):
            raise TypeError(f"RNN takes a cell, as RNN(GRUCell(2, 4)), got {describe(cell)}")
        self.cell = cell
        self.last = last

    def forward(self, xs: Sequence[Any]) -> list[Any]:
        """The outputs, for a sequence of inputs of the cell."""
        state = self.cell.start()
        outputs = []
        for x in sequence(xs, self, "inputs, one for each step"):
            state = self.cell(x, state)
            outputs.append(self.cell.output(state))
        return outputs[-1] if self.last else outputs

    def describe(self) -> str:
        """As `RNN(last=True)`."""
        return "RNN(last=True)" if self.last else "RNN"
