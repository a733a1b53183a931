"""The training step of an MLP 784-512-256-10 on 128 samples, with Adam: 535,818 parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

import nn
from autograd import compile
from tests.benchmarks import large_peers
from tests.benchmarks.large_peers import BETA1, BETA2, EPS, LEARNING_RATE, Step, biases, matrix

SIZES, BATCH = (784, 512, 256, 10), 128


def model(sizes: Sequence[int] = SIZES) -> nn.MLP:
    """The network, with the weights that every engine starts from."""
    return nn.MLP(sizes[0], list(sizes[1:]), seed=0)


def data(sizes: Sequence[int] = SIZES, batch: int = BATCH) -> tuple[Any, Any]:
    """One batch: inputs, and the numbers of classes."""
    drawn = np.random.default_rng(0)
    return drawn.normal(size=(batch, sizes[0])), drawn.integers(0, sizes[-1], batch)


def compiled(backend: str, stack: ExitStack, sizes: Sequence[int] = SIZES, batch: int = BATCH) -> Step:
    """The loss of one sample, compiled; `stack` closes the training block."""
    network, given = model(sizes), data(sizes, batch)
    fast = compile(lambda x, target: nn.cross_entropy(network(x), target), backend=backend, progress=False)
    optimizer = nn.Adam(network.parameters(), lr=LEARNING_RATE, beta1=BETA1, beta2=BETA2, eps=EPS)
    train = stack.enter_context(fast.training(optimizer))
    return lambda _: train(*given)


def weights(sizes: Sequence[int]) -> dict[str, Any]:
    """The same weights as matrices and vectors."""
    layers = list(enumerate(model(sizes).layers))
    return {f"W{at}": matrix(layer) for at, layer in layers} | {
        f"b{at}": biases(layer) for at, layer in layers
    }


def torch_loss(torch: Any, w: dict[str, Any], X: Any, y: Any) -> Any:
    """The mean loss, in PyTorch."""
    functional = torch.nn.functional
    h, last = X, len(w) // 2 - 1
    for at in range(last + 1):
        h = functional.linear(h, w[f"W{at}"], w[f"b{at}"])
        h = h if at == last else h.relu()
    return functional.cross_entropy(h, y)


def jax_loss(jax: Any, w: dict[str, Any], X: Any, y: Any) -> Any:
    """The mean loss, in JAX."""
    h, last = X, len(w) // 2 - 1
    for at in range(last + 1):
        h = h @ w[f"W{at}"].T + w[f"b{at}"]
        h = h if at == last else jax.nn.relu(h)
    return -jax.numpy.take_along_axis(jax.nn.log_softmax(h), y[:, None], axis=1).mean()


def in_torch(sizes: Sequence[int] = SIZES, batch: int = BATCH) -> Step:
    """As PyTorch's users write it."""
    return large_peers.in_torch(weights(sizes), torch_loss, data(sizes, batch))


def in_jax(sizes: Sequence[int] = SIZES, batch: int = BATCH) -> Step:
    """One jitted function."""
    return large_peers.in_jax(weights(sizes), jax_loss, data(sizes, batch))


ENGINES: dict[str, Callable[[ExitStack], Step]] = {
    "compiled, numpy": lambda stack: compiled("numpy", stack),
    "compiled, LLVM": lambda stack: compiled("llvm", stack),
    "compiled, JAX": lambda stack: compiled("jax", stack),
    "PyTorch, eager": lambda _: in_torch(),
    "jax.jit": lambda _: in_jax(),
}
FIRST, PLACES, STEPS, SLOW = [0], 1, 3, ()
"""See `mlp`."""
