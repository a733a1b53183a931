"""Training steps of large models in PyTorch and in JAX, with Adam: float64, one thread.

A loss is written by its user in the words of the library, of a dict of weights and a batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Step = Callable[[int], float]
LEARNING_RATE, BETA1, BETA2, EPS = 1e-3, 0.9, 0.999, 1e-8


def matrix(layer: Any) -> Any:
    """The weights of a layer, a row for each neuron."""
    return np.array([[weight.data for weight in neuron.w] for neuron in layer.neurons])


def biases(layer: Any) -> Any:
    """The biases of a layer."""
    return np.array([neuron.b.data for neuron in layer.neurons])


def in_torch(weights: dict[str, Any], loss: Callable[..., Any], batch: tuple[Any, ...]) -> Step:
    """Eager, each matrix a tensor."""
    import torch

    torch.set_num_threads(1)
    w = {name: torch.nn.Parameter(torch.from_numpy(array.copy())) for name, array in weights.items()}
    optimizer = torch.optim.Adam(w.values(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPS)
    given = [torch.from_numpy(array) for array in batch]

    def step(_: int) -> float:
        found = loss(torch, w, *given)
        optimizer.zero_grad()
        found.backward()
        optimizer.step()
        return float(found.detach())

    return step


def in_jax(weights: dict[str, Any], loss: Callable[..., Any], batch: tuple[Any, ...]) -> Step:
    """One jitted function; its state takes the old one's room."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    p = {name: jnp.asarray(array) for name, array in weights.items()}
    zeros = {name: jnp.zeros_like(array) for name, array in p.items()}
    state = (p, zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros(()))
    given = [jnp.asarray(array) for array in batch]

    def update(state: Any, *batch: Any) -> Any:
        p, mean, square, steps = state
        found, gradient = jax.value_and_grad(lambda p: loss(jax, p, *batch))(p)
        steps = steps + 1.0
        mean = jax.tree.map(lambda m, g: BETA1 * m + (1.0 - BETA1) * g, mean, gradient)
        square = jax.tree.map(lambda s, g: BETA2 * s + (1.0 - BETA2) * g * g, square, gradient)

        def moved(p: Any, m: Any, s: Any) -> Any:
            scale = jnp.sqrt(s / (1.0 - BETA2**steps)) + EPS
            return p - LEARNING_RATE * (m / (1.0 - BETA1**steps)) / scale

        return found, (jax.tree.map(moved, p, mean, square), mean, square, steps)

    update = jax.jit(update, donate_argnums=0)

    def step(_: int) -> float:
        nonlocal state
        found, state = update(state, *given)
        return float(found)

    return step
