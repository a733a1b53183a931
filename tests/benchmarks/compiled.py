"""Compiled training against peers: one full step (loss, gradients, update) of the moons, and of a small GPT.

The peers that are not installed are left out. One thread: the variables that say so must be set before
numpy is imported, which `__main__` does.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np

import nn
from autograd import compile, mean
from autograd import sum as sum_
from nn.data import make_moons
from tests.benchmarks.timing import interleaved, table

LEARNING_RATE, PENALTY = 0.5, 1e-4
Step = Callable[[], Any]


def moons() -> tuple[Any, Any]:
    """100 moons, with targets -1 and 1."""
    X, y = make_moons(100, noise=0.1, seed=0)
    return X, 2.0 * y - 1.0


def by_hand(X: Any, y: Any) -> Step:
    """The step as a numpy user writes it: forward, and the gradients worked out on paper."""
    model = nn.MLP(2, [16, 16, 1], seed=0)
    p = np.array([parameter.data for parameter in model.parameters()])

    def layers(flat: Any) -> Iterator[tuple[Any, Any]]:
        start = 0
        for nin, nout in ((2, 16), (16, 16), (16, 1)):
            block = flat[start : start + nout * (nin + 1)].reshape(nout, nin + 1)
            start += block.size
            yield block[:, :nin], block[:, nin]

    def step() -> float:
        nonlocal p
        (W1, b1), (W2, b2), (W3, b3) = layers(p)
        h1 = np.maximum(X @ W1.T + b1, 0.0)
        h2 = np.maximum(h1 @ W2.T + b2, 0.0)
        margin = 1.0 - y * (h2 @ W3.T + b3)[:, 0]
        loss = np.maximum(margin, 0.0).mean() + PENALTY * (p @ p)
        gradient = 2.0 * PENALTY * p
        (G1, g1), (G2, g2), (G3, g3) = layers(gradient)
        d3 = (-y * (margin > 0.0) / len(X))[:, None]
        G3 += d3.T @ h2
        g3 += d3.sum(axis=0)
        d2 = (d3 @ W3) * (h2 > 0.0)
        G2 += d2.T @ h1
        g2 += d2.sum(axis=0)
        d1 = (d2 @ W2) * (h1 > 0.0)
        G1 += d1.T @ X
        g1 += d1.sum(axis=0)
        p = p - LEARNING_RATE * gradient
        return float(loss)

    return step


def eagerly(X: Any, y: Any) -> Step:
    """The step on Values."""
    model = nn.MLP(2, [16, 16, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), lr=LEARNING_RATE)
    samples, targets = X.tolist(), y.tolist()

    def step() -> float:
        losses = [(1.0 - target * model(sample)).relu() for sample, target in zip(samples, targets)]
        loss = mean(losses) + PENALTY * sum_(p * p for p in model.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.data

    return step


def compiled(X: Any, y: Any, backend: str, stack: ExitStack) -> Step:
    """The same loss, compiled."""
    model = nn.MLP(2, [16, 16, 1], seed=0)

    def sample_loss(x: Any, target: Any) -> Any:
        return (1.0 - target * model(x)).relu() + PENALTY * sum(p * p for p in model.parameters())

    fast = compile(sample_loss, backend=backend)
    train = stack.enter_context(fast.training(nn.SGD(model.parameters(), lr=LEARNING_RATE)))
    return lambda: train(X, y)


def in_torch(X: Any, y: Any) -> Step:
    """The step in PyTorch, eager, float64."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    linear, relu = torch.nn.Linear, torch.nn.ReLU
    model = torch.nn.Sequential(linear(2, 16), relu(), linear(16, 16), relu(), linear(16, 1)).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    inputs, targets = torch.from_numpy(X), torch.from_numpy(y)

    def step() -> None:
        loss = (1.0 - targets * model(inputs)[:, 0]).relu().mean()
        loss = loss + PENALTY * sum((p * p).sum() for p in model.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def in_jax(X: Any, y: Any) -> Step:
    """The step in JAX, jit-compiled, float64."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    generator = np.random.default_rng(0)
    sizes = ((2, 16), (16, 16), (16, 1))
    weights: Any = [(jnp.asarray(generator.normal(size=s)), jnp.zeros(s[1])) for s in sizes]

    def loss(weights: Any) -> Any:
        h = jnp.asarray(X)
        for W, b in weights[:-1]:
            h = jnp.maximum(h @ W + b, 0.0)
        score = (h @ weights[-1][0] + weights[-1][1])[:, 0]
        penalty = sum((part * part).sum() for layer in weights for part in layer)
        return jnp.maximum(1.0 - y * score, 0.0).mean() + PENALTY * penalty

    @jax.jit
    def update(weights: Any) -> Any:
        gradient = jax.grad(loss)(weights)
        return jax.tree.map(lambda w, g: w - LEARNING_RATE * g, weights, gradient)

    def step() -> None:
        nonlocal weights
        weights = jax.block_until_ready(update(weights))

    return step


def gpt(backend: str, stack: ExitStack) -> Step:
    """One name of eight letters through a GPT of 27 tokens, 16-wide, 4 heads, with Adam."""
    model = nn.GPT(27, 16, 16, heads=4, depth=1, seed=0)
    tokens = np.random.default_rng(0).integers(0, 27, size=(1, 9))
    fast = compile(lambda t: nn.cross_entropy(model(t[:-1]), t[1:]), backend=backend)
    train = stack.enter_context(fast.training(nn.Adam(model.parameters(), lr=0.01)))
    return lambda: train(tokens)


def _first(step: Step) -> float:
    """The seconds of the first call, compilation included."""
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def _repeated(step: Step, count: int) -> Step:
    def work() -> float:
        start = time.perf_counter()
        for _ in range(count):
            step()
        return (time.perf_counter() - start) / count

    return work


def main(repeats: int) -> None:
    """Print both tables."""
    has = {name: importlib.util.find_spec(name) is not None for name in ("numba", "torch", "jax")}
    X, y = moons()
    with ExitStack() as stack:
        steps = {"eager": (eagerly(X, y), 1), "numpy by hand": (by_hand(X, y), 50)}
        steps["compiled, numpy"] = compiled(X, y, "numpy", stack), 50
        if has["numba"]:
            steps["compiled, numba"] = compiled(X, y, "numba", stack), 50
        if has["torch"]:
            steps["PyTorch, eager"] = in_torch(X, y), 20
        if has["jax"]:
            steps["jax.jit"] = in_jax(X, y), 50
        _print("One training step of the moons, compiled", steps, repeats)
        title = "One training step of a GPT (4,368 parameters, 8 tokens, Adam)"
        _print(title, {"compiled, numpy": (gpt("numpy", stack), 20)}, repeats)


def _print(title: str, steps: dict[str, tuple[Step, int]], repeats: int) -> None:
    first = {name: _first(step) for name, (step, _) in steps.items()}
    seconds = interleaved({name: _repeated(step, count) for name, (step, count) in steps.items()}, repeats)
    rows = [[name, f"{seconds[name] * 1e6:,.0f}", f"{first[name]:.2f}"] for name in steps]
    table(title, ["", "µs per step", "seconds for the first"], rows)
