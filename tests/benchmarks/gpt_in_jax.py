"""The loss of the GPT in JAX: products with one-hot rows, not indices, of a flat vector of parameters."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tests.benchmarks.gpt_by_hand import HEADS, SIZE, views
from tests.benchmarks.gpt_names import TOKENS, WIDTH


def rmsnorm(x: Any) -> Any:
    """Divided by the root of the mean of its squares."""
    return x * jax.lax.rsqrt((x * x).mean(axis=-1, keepdims=True) + 1e-5)


def name_loss(p: Any, tokens: Any) -> Any:
    """The loss of a name, of the flat vector of parameters."""
    w, n = views(p), len(tokens) - 1
    hot = jnp.eye(TOKENS, dtype=p.dtype)
    came, follows = hot[tokens[:-1]], hot[tokens[1:]]
    x = rmsnorm(came @ w["wte"] + w["wpe"][:n])
    q, k, v = (rmsnorm(x) @ w["qkv"].T).reshape(n, 3, HEADS, SIZE).transpose(1, 2, 0, 3)
    matches = jnp.where(np.tri(n, dtype=bool), q @ k.transpose(0, 2, 1) * SIZE**-0.5, -jnp.inf)
    heads = jax.nn.softmax(matches) @ v
    x = x + heads.transpose(1, 0, 2).reshape(n, WIDTH) @ w["wo"].T
    x = x + jax.nn.relu(rmsnorm(x) @ w["fc1"].T) @ w["fc2"].T
    return -(jax.nn.log_softmax(x @ w["lm_head"].T) * follows).sum() / n
