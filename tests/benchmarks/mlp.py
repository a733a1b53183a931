"""The moons' training step: eager, by hand in numpy, compiled, and the peers'.

Every engine starts from the same weights, and gives the loss before the update.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import nn
from autograd import compile, mean
from autograd import sum as sum_
from tests.benchmarks import mlp_peers
from tests.benchmarks.mlp_by_hand import LEARNING_RATE, PENALTY, Step, by_hand, data, model


def eager() -> Step:
    """The step on Values."""
    X, y = data()
    network = model()
    optimizer = nn.SGD(network.parameters(), lr=LEARNING_RATE)
    samples, targets = X.tolist(), y.tolist()

    def step(_: int) -> float:
        losses = [(1.0 - target * network(sample)).relu() for sample, target in zip(samples, targets)]
        loss = mean(losses) + PENALTY * sum_(p * p for p in network.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.data

    return step


def compiled(backend: str, stack: ExitStack) -> Step:
    """The same loss, compiled; `stack` closes the training block."""
    X, y = data()
    network = model()

    def sample_loss(x: Any, target: Any) -> Any:
        return (1.0 - target * network(x)).relu() + PENALTY * sum(p * p for p in network.parameters())

    fast = compile(sample_loss, backend=backend)
    train = stack.enter_context(fast.training(nn.SGD(network.parameters(), lr=LEARNING_RATE)))
    return lambda _: train(X, y)


ENGINES: dict[str, Callable[[ExitStack], Step]] = {
    "eager": lambda _: eager(),
    "numpy by hand": lambda _: by_hand(),
    "compiled, numpy": lambda stack: compiled("numpy", stack),
    "compiled, LLVM": lambda stack: compiled("llvm", stack),
    "compiled, JAX": lambda stack: compiled("jax", stack),
    "PyTorch, eager": lambda _: mlp_peers.in_torch(),
    "PyTorch, torch.compile": lambda _: mlp_peers.in_torch(compiled=True),
    "jax.jit": lambda _: mlp_peers.in_jax(),
}
FIRST = [0]
"""The places of the steps that come first: what an engine compiles, it compiles in these."""
PLACES = 1
"""How many kinds of step there are: one, on all samples."""
STEPS = 100
"""The steps of one measurement, of the slow ones as many as there are places."""
SLOW = ("eager",)
