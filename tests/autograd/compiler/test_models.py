"""The models of the demos with their losses: compiled as eager, on both backends, on random inputs."""

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, primitive
from autograd.symbols import sqrt, x, z
from tests.autograd.compiler.reference import NUMPY_FIRST, assert_agrees

squareplus = primitive("squareplus", (x + sqrt(x * x + 4.0)) / 2.0, z / sqrt(x * x + 4.0))


class Speller(nn.Module):
    """A vector for each letter, a cell that is run over them, and a score for each letter that may follow."""

    def __init__(self, cell, letters):
        self.letters = nn.Embedding(letters, 4, seed=0)
        self.rnn = nn.RNN(cell)
        self.next = nn.Layer(cell.nhidden, letters, "linear", seed=1)

    def forward(self, tokens):
        return [self.next(h) for h in self.rnn([self.letters(token) for token in tokens])]


def drawn(*shape):
    return np.random.default_rng(0).normal(size=shape)


def classes(count, *shape):
    return np.random.default_rng(1).integers(0, count, size=shape)


def first(model, loss, *arguments):
    """A loss of a model's output and of the target."""
    return model, lambda sample, target: loss(model(sample), target), arguments


def of_tokens(model, length, letters):
    """The loss of a model that tells the next token."""
    tokens = classes(letters, 2, length)
    return model, lambda tokens: nn.cross_entropy(model(tokens[:-1]), tokens[1:]), (tokens,)


def moons():
    model = nn.MLP(2, [16, 16, 1], seed=0)

    def loss(sample, target):
        return nn.hinge(model(sample), target) + nn.l2_penalty(model.parameters(), 1e-4)

    return model, loss, (drawn(5, 2), np.array([1.0, -1.0, 1.0, 1.0, -1.0]))


def xor():
    return first(nn.MLP(2, [4, 1], activation="tanh", seed=0), nn.squared_error, drawn(4, 2), drawn(4))


def iris():
    return first(nn.MLP(4, [8, 3], activation="tanh", seed=0), nn.cross_entropy, drawn(5, 4), classes(3, 5))


def digits():
    return first(nn.MLP(64, [32, 10], seed=0), nn.cross_entropy, drawn(2, 64), classes(10, 2))


def convolutional():
    model = nn.Sequential(
        nn.Conv2d(1, 8, kernel=3, activation="relu", seed=0),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Layer(72, 10, "linear", seed=1),
    )
    return first(model, nn.cross_entropy, drawn(2, 1, 8, 8), classes(10, 2))


def recurrent():
    model = nn.Sequential(
        nn.RNN(nn.RNNCell(1, 8, "linear", seed=0), last=True), nn.Layer(8, 1, "linear", seed=1)
    )
    return first(model, nn.squared_error, drawn(3, 12, 1), drawn(3))


def spelling():
    return of_tokens(Speller(nn.RNNCell(4, 8, seed=0), 9), 6, 9)


def transformer():
    return of_tokens(nn.GPT(vocabulary=9, context=6, width=8, heads=2, depth=1, seed=0), 6, 9)


def residual():
    blocks = [nn.Residual(nn.Layer(6, 6, "relu", seed=at)) for at in range(4)]
    model = nn.Sequential(nn.Layer(2, 6, "relu", seed=9), *blocks, nn.Layer(6, 1, "linear", seed=8))
    return first(model, nn.binary_cross_entropy, drawn(4, 2), classes(2, 4))


def own_primitive():
    model = nn.MLP(2, [8, 8, 1], activation=squareplus, seed=0)
    return first(model, nn.binary_cross_entropy, drawn(4, 2), classes(2, 4))


def landscape():
    model = nn.Module()
    model.weights = [Value(0.4), Value(1.3)]

    def loss(at, target):
        return (model.weights[1] * autograd.sin(model.weights[0] * at) - target) ** 2

    return model, loss, (drawn(6), drawn(6))


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize(
    "make",
    [
        moons,
        xor,
        iris,
        digits,
        convolutional,
        *(
            pytest.param(make, marks=pytest.mark.slow)
            for make in (recurrent, spelling, transformer, residual)
        ),
        own_primitive,
        landscape,
    ],
    ids=lambda make: make.__name__,
)
def test_models_of_the_demos_agree_with_eager(make, backend):
    """Losses of each sample, their mean, and its gradient."""
    model, loss, arguments = make()
    assert_agrees(loss, list(arguments), model.parameters(), thorough=True, backend=backend)
