"""Micrograd's networks: its weights, its graphs, its shapes, its words."""

import random

import pytest

from autograd.micrograd import MLP, Layer, Module, Neuron, Value
from nn import SGD


@pytest.mark.peer("micrograd")
def test_a_seeded_model_is_micrograds():
    """`random.seed(1337)`: the same weights, losses, gradients and updates, step by step, to 1e-12."""
    from micrograd import engine
    from micrograd import nn as peer

    seen = []
    for networks, kind in ((MLP, Value), (peer.MLP, engine.Value)):
        random.seed(1337)
        model = networks(2, [4, 3, 1])
        numbers = [repr(model)]
        for _ in range(3):
            losses = [(1 + -t * model([kind(a), b])).relu() for a, b, t in [(0.5, -1, 1), (2.0, 0.3, -1)]]
            loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data -= 0.1 * p.grad
            numbers += [loss.data, *(p.grad for p in model.parameters())]
        seen.append([*numbers, *(p.data for p in model.parameters())])
    mine, yours = seen
    assert mine[0] == yours[0]
    assert mine[1:] == pytest.approx(yours[1:], rel=1e-12, abs=1e-12)


def test_shapes_and_words():
    """A layer of one neuron gives its Value; `nonlin`, `sz`, `layers`, `w`, `b`; parameters in order."""
    x = [1.0, -2.0, 0.5]
    assert type(Layer(3, 1)(x)) is Value and len(Layer(3, 2)(x)) == 2 and type(MLP(3, [4, 1])(x)) is Value
    neuron, model = Neuron(2, nonlin=False), MLP(3, [4, 2])
    assert neuron.parameters() == [*neuron.w, neuron.b] and (neuron.nonlin, neuron.b.data) == (False, 0.0)
    assert (model.sz, len(model.layers)) == ([3, 4, 2], 2)
    assert model.parameters() == [p for layer in model.layers for n in layer.neurons for p in n.parameters()]
    assert [n.nonlin for layer in model.layers for n in layer.neurons] == [True] * 4 + [False] * 2
    assert (repr(neuron), repr(Neuron(2))) == ("LinearNeuron(2)", "ReLUNeuron(2)")
    assert repr(MLP(1, [1])) == "MLP of [Layer of [LinearNeuron(1)]]"


def test_modules_are_extended():
    """A subclass of Module lists its parameters, and calls no constructor; one of Layer is a layer."""

    class Linear(Layer):
        def __init__(self, n_in, n_out):
            super().__init__(n_in, n_out, nonlin=False)

    class Net(Module):
        def __init__(self):
            self.layers = [Linear(2, 3), Linear(3, 1)]

        def parameters(self):
            return [p for layer in self.layers for p in layer.parameters()]

    net = Net()
    net.layers[1](net.layers[0]([1.0, 2.0])).backward()
    assert len(net.parameters()) == 13 and any(p.grad for p in net.parameters())
    net.zero_grad()
    assert not any(p.grad for p in net.parameters())
    assert Module().parameters() == []


def test_optimizers_of_nn_step_them():
    """They are Values, and a parameter is a leaf."""
    neuron = Neuron(2, nonlin=False)
    before = [p.data for p in neuron.parameters()]
    neuron([1.0, 2.0]).backward()
    SGD(neuron.parameters(), lr=0.5).step()
    assert [b - p.data for b, p in zip(before, neuron.parameters(), strict=True)] == pytest.approx(
        [0.5, 1.0, 0.5]
    )
