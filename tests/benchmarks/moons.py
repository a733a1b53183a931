"""The moons' training step: in the loops of micrograd's lecture, on any class of Values, and with `nn`.

All start from the weights of `mlp_by_hand` and take its data, learning rate and penalty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.benchmarks.mlp_by_hand import LEARNING_RATE, PENALTY, data, initial_weights, layers

Make = Callable[[float], Any]


def samples() -> tuple[list[list[float]], list[float]]:
    """The data as lists."""
    X, y = data()
    return X.tolist(), y.tolist()


def in_loops(make: Make, X: list[list[float]], y: list[float]) -> Callable[[], float]:
    """Neurons, loss, gradients and update written out; the step gives the loss before the update."""
    network = [
        [([make(wi) for wi in w], make(b)) for w, b in zip(W.tolist(), biases.tolist())]
        for W, biases in layers(initial_weights())
    ]
    parameters = [p for neurons in network for w, b in neurons for p in [*w, b]]

    def neuron(w: list[Any], b: Any, x: list[Any]) -> Any:
        return sum((wi * xi for wi, xi in zip(w, x)), b)

    def score(x: list[Any]) -> Any:
        for neurons in network[:-1]:
            x = [neuron(w, b, x).relu() for w, b in neurons]
        ((w, b),) = network[-1]
        return neuron(w, b, x)

    def step() -> float:
        scores = [score(list(map(make, x))) for x in X]
        losses = [(1 + -yi * si).relu() for yi, si in zip(y, scores)]
        loss = sum(losses) * (1.0 / len(losses)) + PENALTY * sum(p * p for p in parameters)
        for p in parameters:
            p.grad = 0
        loss.backward()
        for p in parameters:
            p.data -= LEARNING_RATE * p.grad
        return float(loss.data)

    return step


def with_micrograds_nn(X: list[list[float]], y: list[float]) -> Callable[[], float]:
    """The same step with micrograd's MLP, as its own demo writes it."""
    from micrograd.engine import Value
    from micrograd.nn import MLP

    model = MLP(2, [16, 16, 1])
    for parameter, weight in zip(model.parameters(), initial_weights().tolist(), strict=True):
        parameter.data = weight

    def step() -> float:
        scores = [model(list(map(Value, x))) for x in X]
        losses = [(1 + -yi * si).relu() for yi, si in zip(y, scores)]
        loss = sum(losses) * (1.0 / len(losses)) + PENALTY * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= LEARNING_RATE * p.grad
        return float(loss.data)

    return step
