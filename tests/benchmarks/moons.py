"""The main job's training step: an MLP(2, [16, 16, 1]) on 100 moons, hinge loss plus L2, plain SGD."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nn
from autograd import mean
from nn.data.datasets import make_moons
from tests.benchmarks.timing import interleaved, table, timed

LEARNING_RATE, PENALTY = 0.5, 1e-4


def seegrad_step(X: list[list[float]], y: list[int]) -> tuple[nn.Module, Callable[[], None]]:
    """The model and its step in this engine."""
    model = nn.MLP(2, [16, 16, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), lr=LEARNING_RATE)

    def step() -> None:
        losses = [nn.hinge(model(x), target) for x, target in zip(X, y)]
        loss = mean(losses) + nn.l2_penalty(model.parameters(), PENALTY)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return model, step


def micrograd_step(X: list[list[float]], y: list[int], weights: list[float]) -> Callable[[], None]:
    """The same step as micrograd's own demo writes it, from the same weights."""
    from micrograd.engine import Value as Peer
    from micrograd.nn import MLP as PeerMLP  # noqa: N811

    model = PeerMLP(2, [16, 16, 1])
    for parameter, weight in zip(model.parameters(), weights, strict=True):
        parameter.data = weight

    def step() -> None:
        scores = [model([Peer(entry) for entry in x]) for x in X]
        losses = [(1 + -target * score).relu() for target, score in zip(y, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        loss = data_loss + PENALTY * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= LEARNING_RATE * p.grad

    return step


def main(repeats: int) -> None:
    """Print the table, and how far the two models are apart after the steps that were timed."""
    X, y = make_moons(100, noise=0.1, seed=0)
    X, y = X.tolist(), [2 * int(target) - 1 for target in y]
    model, ours = seegrad_step(X, y)
    works: dict[str, Callable[[], Any]] = {"seegrad": lambda: timed(ours)}
    try:
        theirs = micrograd_step(X, y, [p.data for p in model.parameters()])
        works = {"micrograd": lambda: timed(theirs), **works}
    except ImportError:
        print("micrograd is not installed: no comparison of the training step")
    seconds = interleaved(works, max(3, repeats // 3))
    ratio = [f"{seconds['micrograd'] / seconds['seegrad']:.0f}×"] if "micrograd" in works else []
    times = [f"{seconds[name] * 1e3:.1f} ms" for name in works]
    table("One training step of the moons", [*works, *(["faster"] if ratio else [])], [[*times, *ratio]])
