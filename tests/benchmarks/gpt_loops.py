"""The GPT's training step in plain loops, as the published 200-line script takes it, on any class of Values.

The class needs `+ - * / **`, `exp`, `log`, `relu`, `data`, `grad` and `backward`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from tests.benchmarks import gpt_scalars
from tests.benchmarks.gpt_names import BETA1, BETA2, EPS, LEARNING_RATE, documents, initial_weights
from tests.benchmarks.gpt_scalars import Matrix, Vector


def softmax(logits: Vector) -> Vector:
    """exp(z) over its sum; the largest number is subtracted first, as a number."""
    largest = max(z.data for z in logits)
    powers = [(z - largest).exp() for z in logits]
    total = sum(powers)
    return [power / total for power in powers]


def loss(tokens: list[int], w: dict[str, Matrix]) -> Any:
    """The mean over the positions of -log(probability of the token that comes next)."""
    keys: Matrix = []
    values: Matrix = []
    losses = []
    for position, (token, target) in enumerate(pairwise(tokens)):
        logits = gpt_scalars.gpt(w["wte"][token], position, keys, values, w, softmax)
        losses.append(-softmax(logits)[target].log())
    return (1 / len(losses)) * sum(losses)


def training(make: Callable[[float], Any]) -> Callable[[int], float]:
    """The step on the name of that number, with parameters from `make`; it gives the loss before it."""
    w = {
        name: [[make(entry) for entry in row] for row in matrix.tolist()]
        for name, matrix in initial_weights().items()
    }
    parameters = [p for matrix in w.values() for row in matrix for p in row]
    means, mean_squares = [0.0] * len(parameters), [0.0] * len(parameters)
    names = [tokens.tolist() for tokens in documents()]
    steps = 0

    def step(place: int) -> float:
        nonlocal steps
        name_loss = loss(names[place], w)
        name_loss.backward()
        steps += 1
        for at, p in enumerate(parameters):
            means[at] = BETA1 * means[at] + (1 - BETA1) * p.grad
            mean_squares[at] = BETA2 * mean_squares[at] + (1 - BETA2) * p.grad**2
            mean = means[at] / (1 - BETA1**steps)
            mean_square = mean_squares[at] / (1 - BETA2**steps)
            p.data -= LEARNING_RATE * mean / (mean_square**0.5 + EPS)
            p.grad = 0
        return float(name_loss.data)

    return step
