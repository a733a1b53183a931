"""What is recorded of a model: its neurons in columns, where they are such, and none that do not exist."""

import pytest

from nn import MLP, Dropout, Layer, LayerNorm, Module, Neuron, Sequential, squared_error
from viz.live.recording import evaluating, record


class Skipping(Module):
    """The last layer reads the sample beside what the first one gave."""

    def __init__(self):
        self.first, self.last = Layer(2, 2, seed=0), Layer(2, 1, seed=1)

    def forward(self, x):
        return self.last([a + b for a, b in zip(self.first(x), x, strict=True)])[0]


class Twice(Module):
    """One layer, called twice."""

    def __init__(self):
        self.layer, self.last = Layer(2, 2, seed=0), Layer(2, 1, seed=1)

    def forward(self, x):
        return self.last(self.layer(self.layer(x)))[0]


class OneByOne(Module):
    """Neurons that nobody has put into a Layer."""

    def __init__(self):
        self.hidden, self.last = [Neuron(2, seed=at) for at in range(3)], Neuron(3, "linear", seed=9)

    def forward(self, x):
        return self.last([neuron(x) for neuron in self.hidden])


def recorded(model, inputs=2):
    rows = {value: row for row, value in enumerate(model.parameters())}
    with evaluating(model):
        return record(model, squared_error, None, [(inputs,), ()], rows), rows


@pytest.mark.parametrize(
    ("model", "sizes"),
    [
        (MLP(2, [3, 4, 1], seed=0), [3, 4, 1]),
        (Sequential(Layer(2, 3, seed=0), Dropout(0.5, seed=0), LayerNorm(3), Layer(3, 1, seed=1)), [3, 1]),
        (Neuron(2, seed=0), [1]),
        (OneByOne(), [3, 1]),
        (Skipping(), []),
        (Twice(), []),
        (Sequential(LayerNorm(2), Layer(2, 1, seed=0)), []),
    ],
)
def test_columns_are_layers_in_a_row(model, sizes):
    """Each once, each fed by the one before alone, the first by the sample; else there are none."""
    found, _ = recorded(model)
    assert [len(column.outputs) for column in found.columns] == sizes


def test_weights_and_biases_are_rows_of_the_program():
    """Those of the neuron whose output the result is, in the order of what it reads."""
    model = MLP(2, [3, 1], seed=0)
    found, rows = recorded(model)
    for column, layer in zip(found.columns, model.layers, strict=True):
        for weights, bias, neuron in zip(column.weights, column.biases, layer.neurons, strict=True):
            assert list(weights) == [rows[weight] for weight in neuron.w]
            assert bias == rows[neuron.b]
    assert [column.path for column in found.columns] == ["layers.0", "layers.1"]
    assert found.columns[-1].outputs == (1,), "the prediction is the last neuron's output"


def test_the_loss_alone_is_differentiated():
    """More results widen no gradient: what they alone need has none."""
    model = MLP(2, [3, 1], seed=0)
    found, _ = recorded(model)
    alone = found.program.loss
    assert int(alone.rows[0]) == int(found.program.results.rows[0])
    assert len(found.program.differentiated) == len(model.parameters())
