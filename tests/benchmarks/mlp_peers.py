"""The moons' training step in PyTorch and in JAX: float64, one thread."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.mlp_by_hand import LEARNING_RATE, PENALTY, Step, data, initial_weights, layers


def in_torch(compiled: bool = False) -> Step:
    """As PyTorch's users write it; with `compiled`, forward and backward through torch.compile."""
    import torch

    torch.set_num_threads(1)
    X, y = (torch.from_numpy(array) for array in data())
    linear, relu = torch.nn.Linear, torch.nn.ReLU
    network = torch.nn.Sequential(linear(2, 16), relu(), linear(16, 16), relu(), linear(16, 1)).double()
    with torch.no_grad():
        for layer, (W, b) in zip(network[::2], layers(initial_weights()), strict=True):
            layer.weight.copy_(torch.from_numpy(W.copy()))
            layer.bias.copy_(torch.from_numpy(b.copy()))
    parameters = list(network.parameters())
    optimizer = torch.optim.SGD(parameters, lr=LEARNING_RATE)

    def batch_loss(X: Any, y: Any) -> Any:
        penalty = PENALTY * sum((p * p).sum() for p in parameters)
        return (1.0 - y * network(X)[:, 0]).relu().mean() + penalty

    if compiled:
        batch_loss = torch.compile(batch_loss)

    def step(_: int) -> float:
        loss = batch_loss(X, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def in_jax() -> Step:
    """One jitted function from the weights, as one flat vector, to the loss and the new weights.

    Flat, because handing over each matrix by itself took longer; the new vector takes the old one's room.
    """
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, y = (jnp.asarray(array) for array in data())
    p = jnp.asarray(initial_weights())

    def batch_loss(p: Any, X: Any, y: Any) -> Any:
        (W1, b1), (W2, b2), (W3, b3) = layers(p)
        h1 = jax.nn.relu(X @ W1.T + b1)
        h2 = jax.nn.relu(h1 @ W2.T + b2)
        return jax.nn.relu(1.0 - y * (h2 @ W3.T + b3)[:, 0]).mean() + PENALTY * (p @ p)

    def update(p: Any, X: Any, y: Any) -> Any:
        loss, gradient = jax.value_and_grad(batch_loss)(p, X, y)
        return loss, p - LEARNING_RATE * gradient

    update = jax.jit(update, donate_argnums=0)

    def step(_: int) -> float:
        nonlocal p
        loss, p = update(p, X, y)
        return float(loss)

    return step
