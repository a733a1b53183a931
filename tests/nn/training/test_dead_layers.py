"""Layers whose ReLUs are all 0: warned of once, and only when certain."""

import pytest

import nn
from nn.data.sources import Columns
from nn.training.dead_layers import DeadLayers

X, Y = nn.make_moons(40, noise=0.1, seed=0)
Y = 2 * Y - 1


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_a_layer_of_dead_relus_warns_once(compiled):
    """All zeros for every sample of a whole epoch."""
    model = nn.MLP(2, [4, 1], seed=0)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -100.0
    optimizer = nn.SGD(model.parameters(), lr=0.01)
    with pytest.warns(
        nn.TrainingWarning, match=r"every ReLU of layers\.0, a Layer\(2, 4, relu\), is 0"
    ) as caught:
        nn.fit(
            model,
            (X, Y),
            loss=nn.squared_error,
            optimizer=optimizer,
            epochs=3,
            compiled=compiled,
            progress=False,
        )
    assert len(caught) == 1
    assert "forward" not in vars(model.layers[0])


def test_a_layer_without_gradients_is_not_called_dead_while_it_gives_something():
    """As when every margin is met: the loss is flat, the ReLUs are not."""
    model = nn.MLP(2, [4, 1], seed=0)
    dead = DeadLayers(model)
    model.zero_grad()
    dead.after_step()
    assert list(dead.suspects) == ["layers.0"]
    dead.after_epoch(lambda: Columns(X, Y, "data").parts(8))
    assert list(dead.layers) == []
