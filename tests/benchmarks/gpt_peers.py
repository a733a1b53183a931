"""The GPT's training step in PyTorch and in JAX: float64, one thread, a whole name at once.

Where a library has several ways, the one that was fastest at this size is taken: in PyTorch RMSNorm and
attention in parts, not as `rms_norm` and `scaled_dot_product_attention`; in JAX products with one-hot rows,
not indices, and flat vectors for weights and Adam's means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.gpt_by_hand import HEADS, SIZE
from tests.benchmarks.gpt_names import BETA1, BETA2, BLOCK, EPS, LEARNING_RATE, SHAPES, WIDTH

Step = Callable[[int], float]


def in_torch(weights: dict[str, Any], documents: list[Any], fused: bool = False) -> Step:
    """Eager, each parameter a tensor, queries, keys and values as one; `fused` says which Adam."""
    import torch
    from torch.nn.functional import cross_entropy, embedding, linear, softmax

    torch.set_num_threads(1)
    qkv = np.concatenate([weights[name] for name in ("wq", "wk", "wv")])
    arrays = {name: matrix for name, matrix in weights.items() if name not in ("wq", "wk", "wv")}
    w = {name: torch.nn.Parameter(torch.from_numpy(array)) for name, array in {**arrays, "qkv": qkv}.items()}
    optimizer = torch.optim.Adam(w.values(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPS, fused=fused)
    names = [torch.from_numpy(tokens) for tokens in documents]
    later = [torch.full((n, n), -np.inf, dtype=torch.float64).triu(1) for n in range(BLOCK + 1)]

    def rmsnorm(x: Any) -> Any:
        return x * (x.square().mean(-1, keepdim=True) + 1e-5).rsqrt()

    def step(place: int) -> float:
        tokens = names[place]
        n = len(tokens) - 1
        x = rmsnorm(embedding(tokens[:-1], w["wte"]) + w["wpe"][:n])
        q, k, v = linear(rmsnorm(x), w["qkv"]).view(n, 3, HEADS, SIZE).permute(1, 2, 0, 3)
        matches = torch.baddbmm(later[n], q, k.transpose(1, 2), alpha=SIZE**-0.5)
        heads = softmax(matches, dim=-1) @ v
        x = x + linear(heads.transpose(0, 1).reshape(n, WIDTH), w["wo"])
        x = x + linear(linear(rmsnorm(x), w["fc1"]).relu(), w["fc2"])
        loss = cross_entropy(linear(x, w["lm_head"]), tokens[1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def in_jax(weights: dict[str, Any], documents: list[Any]) -> Step:
    """One jitted function, compiled once for each length; its state takes the old one's room."""
    import jax
    import jax.numpy as jnp

    from tests.benchmarks.gpt_in_jax import name_loss

    jax.config.update("jax_enable_x64", True)
    p = jnp.concatenate([jnp.asarray(weights[name]).ravel() for name in SHAPES])
    state = (p, jnp.zeros_like(p), jnp.zeros_like(p), jnp.zeros(()))
    names = [jnp.asarray(tokens) for tokens in documents]

    def update(state: Any, tokens: Any) -> Any:
        p, mean, mean_square, steps = state
        loss, gradient = jax.value_and_grad(name_loss)(p, tokens)
        steps = steps + 1.0
        mean = BETA1 * mean + (1.0 - BETA1) * gradient
        mean_square = BETA2 * mean_square + (1.0 - BETA2) * gradient * gradient
        scale = jnp.sqrt(mean_square / (1.0 - BETA2**steps)) + EPS
        return loss, (p - LEARNING_RATE * (mean / (1.0 - BETA1**steps)) / scale, mean, mean_square, steps)

    update = jax.jit(update, donate_argnums=0)

    def step(place: int) -> float:
        nonlocal state
        loss, state = update(state, names[place])
        return float(loss)

    return step
