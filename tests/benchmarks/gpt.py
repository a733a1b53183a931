"""The GPT's training step, one name at a time, with Adam: eager, by hand in numpy, compiled, and the peers'.

Every engine starts from the same weights, sees the names in the same order, and gives the loss of a name
before the update.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import nn
from autograd import Value, compile
from tests.benchmarks import gpt_by_hand, gpt_peers, gpt_scalars
from tests.benchmarks.gpt_names import (
    BETA1,
    BETA2,
    EPS,
    LEARNING_RATE,
    documents,
    first_of_each_length,
    initial_weights,
)

Step = Callable[[int], float]


def on_values() -> tuple[dict[str, Any], nn.Adam]:
    """The initial weights as matrices of Values, and their optimiser."""
    w = {
        name: [[Value(entry) for entry in row] for row in matrix.tolist()]
        for name, matrix in initial_weights().items()
    }
    parameters = [entry for matrix in w.values() for row in matrix for entry in row]
    return w, nn.Adam(parameters, lr=LEARNING_RATE, beta1=BETA1, beta2=BETA2, eps=EPS)


def eager() -> Step:
    """The step on Values."""
    w, optimizer = on_values()
    names = [tokens.tolist() for tokens in documents()]

    def step(place: int) -> float:
        loss = gpt_scalars.loss(names[place], w)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.data)

    return step


def compiled(backend: str, stack: ExitStack) -> Step:
    """The same loss, compiled: once for each length. `stack` closes the training block."""
    w, optimizer = on_values()
    names = [tokens[None] for tokens in documents()]  # a batch of one name
    fast = compile(lambda tokens: gpt_scalars.loss(tokens, w), backend=backend)
    train = stack.enter_context(fast.training(optimizer))
    return lambda place: train(names[place])


ENGINES: dict[str, Callable[[ExitStack], Step]] = {
    "eager": lambda _: eager(),
    "numpy by hand": lambda _: gpt_by_hand.make(initial_weights(), documents()),
    "compiled, numpy": lambda stack: compiled("numpy", stack),
    "compiled, LLVM": lambda stack: compiled("llvm", stack),
    "compiled, JAX": lambda stack: compiled("jax", stack),
    "PyTorch, eager": lambda _: gpt_peers.in_torch(initial_weights(), documents()),
    "PyTorch, eager, fused Adam": lambda _: gpt_peers.in_torch(initial_weights(), documents(), fused=True),
    "jax.jit": lambda _: gpt_peers.in_jax(initial_weights(), documents()),
}
FIRST = first_of_each_length()
"""The places of the steps that come first: what an engine compiles, it compiles in these."""
PLACES = len(documents())
"""How many kinds of step there are: one for each name."""
STEPS = PLACES
"""The steps of one measurement: every name once."""
SLOW = ("eager",)
