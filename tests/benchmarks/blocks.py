"""The training step of an `nn.GPT` of 4 blocks, 64 wide, on 64 tokens, with Adam: 211,456 parameters."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, NamedTuple

import numpy as np

import nn
from autograd import compile
from tests.benchmarks import large_peers
from tests.benchmarks.large_peers import BETA1, BETA2, EPS, LEARNING_RATE, Step, biases, matrix

VOCABULARY = 65


class Sizes(NamedTuple):
    """Of a GPT."""

    depth: int = 4
    width: int = 64
    context: int = 64
    heads: int = 4


WHOLE = Sizes()


def model(sizes: Sizes) -> nn.GPT:
    """The model, with the weights that every engine starts from."""
    depth, width, context, heads = sizes
    return nn.GPT(VOCABULARY, context, width=width, heads=heads, depth=depth, seed=0)


def tokens(sizes: Sizes) -> Any:
    """One text, a token longer than what is read at once: a batch of one."""
    return np.random.default_rng(0).integers(0, VOCABULARY, (1, sizes.context + 1))


def compiled(backend: str, stack: ExitStack, sizes: Sizes = WHOLE) -> Step:
    """The loss of one text, compiled; `stack` closes the training block."""
    network, given = model(sizes), tokens(sizes)

    def loss(text: Any) -> Any:
        return nn.cross_entropy(network(text[:-1]), text[1:])

    fast = compile(loss, backend=backend, progress=False)
    optimizer = nn.Adam(network.parameters(), lr=LEARNING_RATE, beta1=BETA1, beta2=BETA2, eps=EPS)
    train = stack.enter_context(fast.training(optimizer))
    return lambda _: train(given)


def weights(sizes: Sizes) -> dict[str, Any]:
    """The same weights as matrices and vectors."""
    network = model(sizes)
    found = {
        "tokens": _numbers(network.tokens.rows),
        "positions": _numbers(network.positions.rows),
        "logits": matrix(network.logits),
        **_norm("norm", network.norm),
    }
    for at, block in enumerate(network.blocks):
        attention, (first, second) = block.attention, block.mlp.layers
        found[f"qkv{at}"] = np.concatenate(
            [matrix(attention.query), matrix(attention.key), matrix(attention.value)]
        )
        found |= {f"out{at}": matrix(attention.out)}
        found |= {f"up{at}": matrix(first), f"up_b{at}": biases(first)}
        found |= {f"down{at}": matrix(second), f"down_b{at}": biases(second)}
        found |= _norm(f"first{at}", block.first_norm) | _norm(f"second{at}", block.second_norm)
    return found


def _numbers(rows: Any) -> Any:
    return np.array([[entry.data for entry in row] for row in rows])


def _norm(name: str, norm: Any) -> dict[str, Any]:
    return {
        f"{name}_scale": np.array([entry.data for entry in norm.scale]),
        f"{name}_shift": np.array([entry.data for entry in norm.shift]),
    }


def torch_loss(sizes: Sizes) -> Callable[..., Any]:
    """The loss of a text, in PyTorch."""
    depth, width, context, heads = sizes

    def loss(torch: Any, w: dict[str, Any], text: Any) -> Any:
        functional = torch.nn.functional

        def norm(x: Any, name: str) -> Any:
            return functional.layer_norm(x, (width,), w[f"{name}_scale"], w[f"{name}_shift"])

        text = text[0]
        x = w["tokens"][text[:-1]] + w["positions"]
        for at in range(depth):
            mixed = functional.linear(norm(x, f"first{at}"), w[f"qkv{at}"])
            q, k, v = mixed.view(context, 3, heads, width // heads).permute(1, 2, 0, 3)
            joined = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + functional.linear(joined.transpose(0, 1).reshape(context, width), w[f"out{at}"])
            h = functional.gelu(functional.linear(norm(x, f"second{at}"), w[f"up{at}"], w[f"up_b{at}"]))
            x = x + functional.linear(h, w[f"down{at}"], w[f"down_b{at}"])
        return functional.cross_entropy(functional.linear(norm(x, "norm"), w["logits"]), text[1:])

    return loss


def jax_loss(sizes: Sizes) -> Callable[..., Any]:
    """The loss of a text, in JAX."""
    depth, width, context, heads = sizes

    def loss(jax: Any, w: dict[str, Any], text: Any) -> Any:
        jnp = jax.numpy

        def norm(x: Any, name: str) -> Any:
            x = x - x.mean(axis=-1, keepdims=True)
            x = x * jax.lax.rsqrt((x * x).mean(axis=-1, keepdims=True) + 1e-5)
            return x * w[f"{name}_scale"] + w[f"{name}_shift"]

        text = text[0]
        x = w["tokens"][text[:-1]] + w["positions"]
        for at in range(depth):
            mixed = norm(x, f"first{at}") @ w[f"qkv{at}"].T
            q, k, v = mixed.reshape(context, 3, heads, width // heads).transpose(1, 2, 0, 3)
            matches = q @ k.transpose(0, 2, 1) * (width // heads) ** -0.5
            shares = jax.nn.softmax(jnp.where(np.tri(context, dtype=bool), matches, -jnp.inf))
            x = x + (shares @ v).transpose(1, 0, 2).reshape(context, width) @ w[f"out{at}"].T
            h = norm(x, f"second{at}") @ w[f"up{at}"].T + w[f"up_b{at}"]
            x = x + jax.nn.gelu(h, approximate=False) @ w[f"down{at}"].T + w[f"down_b{at}"]
        scores = jax.nn.log_softmax(norm(x, "norm") @ w["logits"].T)
        return -jnp.take_along_axis(scores, text[1:, None], axis=1).mean()

    return loss


def in_torch(sizes: Sizes = WHOLE) -> Step:
    """As PyTorch's users write it."""
    return large_peers.in_torch(weights(sizes), torch_loss(sizes), (tokens(sizes),))


def in_jax(sizes: Sizes = WHOLE) -> Step:
    """One jitted function."""
    return large_peers.in_jax(weights(sizes), jax_loss(sizes), (tokens(sizes),))


ENGINES: dict[str, Callable[[ExitStack], Step]] = {
    "compiled, numpy": lambda stack: compiled("numpy", stack),
    "compiled, JAX": lambda stack: compiled("jax", stack),
    "PyTorch, eager": lambda _: in_torch(),
    "jax.jit": lambda _: in_jax(),
}
FIRST, PLACES, STEPS, SLOW = [0], 1, 3, ()
"""See `mlp`."""
