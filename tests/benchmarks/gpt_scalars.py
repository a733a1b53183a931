"""A small GPT of scalars, in the style of the published 200-line script: lists of numbers and plain loops.

Nothing here knows of the compiler, of arrays or of batches. A number may be a float or a Value.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from autograd import logsumexp, select, softmax

Vector = list[Any]
Matrix = list[Vector]
Softmax = Callable[[Vector], Vector]

HEADS = 4


def linear(x: Vector, w: Matrix) -> Vector:
    """w x: a weighted sum of x for each row of w."""
    return [sum(wi * xi for wi, xi in zip(row, x)) for row in w]


def rmsnorm(x: Vector) -> Vector:
    """x scaled so that the mean of its squares is 1."""
    mean_square = sum(xi * xi for xi in x) / len(x)
    scale = (mean_square + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def plus(x: Vector, y: Vector) -> Vector:
    """x + y."""
    return [xi + yi for xi, yi in zip(x, y)]


def attention(q: Vector, keys: Matrix, values: Matrix, softmax: Softmax) -> Vector:
    """For each head, the values so far, weighted by how well their keys match the query."""
    size = len(q) // HEADS
    found = []
    for at in range(0, len(q), size):
        query = q[at : at + size]
        matches = [sum(a * b for a, b in zip(query, key[at : at + size])) / size**0.5 for key in keys]
        weights = softmax(matches)
        for j in range(at, at + size):
            found.append(sum(weight * value[j] for weight, value in zip(weights, values)))
    return found


def gpt(
    embedding: Vector, position: int, keys: Matrix, values: Matrix, w: dict[str, Matrix], softmax: Softmax
) -> Vector:
    """A logit for each token that may come next; appends to the keys and values of what came before."""
    x = rmsnorm(plus(embedding, w["wpe"][position]))

    inner = rmsnorm(x)
    keys.append(linear(inner, w["wk"]))
    values.append(linear(inner, w["wv"]))
    x = plus(x, linear(attention(linear(inner, w["wq"]), keys, values, softmax), w["wo"]))

    hidden = [h.relu() for h in linear(rmsnorm(x), w["fc1"])]
    x = plus(x, linear(hidden, w["fc2"]))
    return linear(x, w["lm_head"])


def loss(tokens: Vector, w: dict[str, Matrix]) -> Any:
    """The mean over the positions of -log(probability of the token that comes next)."""
    keys: Matrix = []
    values: Matrix = []
    losses = []
    for position, (token, target) in enumerate(pairwise(tokens)):
        embedding = [select(token, column) for column in zip(*w["wte"])]
        logits = gpt(embedding, position, keys, values, w, softmax)
        losses.append(logsumexp(logits) - select(target, logits))
    return sum(losses) / len(losses)
