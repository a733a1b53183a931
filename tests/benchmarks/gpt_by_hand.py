"""The GPT's training step by hand in numpy: forward, the gradients worked out on paper, Adam in place.

What a careful numpy user arrives at: one flat vector of weights, of which the matrices are views, so that
Adam is nine operations on it; queries, keys and values from one product; all heads in one; gradients of
weights written where they belong.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.gpt_names import BETA1, BETA2, EPS, LEARNING_RATE, SHAPES, TOKENS, WIDTH

HEADS, SIZE = 4, WIDTH // 4


def views(flat: Any) -> dict[str, Any]:
    """The matrices, as views of one flat vector; `qkv` is three of them at once."""
    found, start = {}, 0
    for name, (rows, columns) in SHAPES.items():
        if name == "wq":
            found["qkv"] = flat[start : start + 3 * rows * columns].reshape(3 * rows, columns)
        found[name] = flat[start : start + rows * columns].reshape(rows, columns)
        start += rows * columns
    return found


class ByHand:
    """Weights, gradients and Adam's running means, with the step that moves them."""

    def __init__(self, weights: dict[str, Any]) -> None:
        self.p = np.concatenate([weights[name].ravel() for name in SHAPES])
        self.gradient, self.mean, self.mean_square, self.spare = (np.zeros_like(self.p) for _ in range(4))
        self.w, self.g = views(self.p), views(self.gradient)
        self.steps = 0
        self.one_hot = np.eye(TOKENS)
        self.later = [np.triu(np.full((n, n), -np.inf), 1) for n in range(17)]

    def step(self, tokens: Any) -> float:
        """One step on one name: its loss before the update."""
        loss = self.loss_and_gradient(tokens)
        self.adam()
        return loss

    def loss_and_gradient(self, tokens: Any) -> float:
        """The loss of one name; its gradient is left in `gradient`."""
        w, g = self.w, self.g
        came, follows = self.one_hot[tokens[:-1]], self.one_hot[tokens[1:]]
        n = len(came)

        # forward
        x0, r0 = rmsnorm(came @ w["wte"] + w["wpe"][:n])
        x1, r1 = rmsnorm(x0)
        q, k, v = (x1 @ w["qkv"].T).reshape(n, 3, HEADS, SIZE).transpose(1, 2, 0, 3)
        matches = q @ k.transpose(0, 2, 1)
        matches *= SIZE**-0.5
        matches += self.later[n]
        attention = softmax(matches)
        heads = (attention @ v).transpose(1, 0, 2).reshape(n, WIDTH)
        x2 = x0 + heads @ w["wo"].T
        x3, r3 = rmsnorm(x2)
        hidden = np.maximum(x3 @ w["fc1"].T, 0.0)
        x4 = x2 + hidden @ w["fc2"].T
        probabilities = softmax(x4 @ w["lm_head"].T)
        loss = -np.log((probabilities * follows).sum(axis=1)).sum() / n

        # backward
        d = probabilities - follows
        d /= n
        np.matmul(d.T, x4, out=g["lm_head"])
        d4 = d @ w["lm_head"]
        np.matmul(d4.T, hidden, out=g["fc2"])
        d_hidden = d4 @ w["fc2"]
        d_hidden *= hidden > 0.0
        np.matmul(d_hidden.T, x3, out=g["fc1"])
        d2 = d4 + back_through_rmsnorm(d_hidden @ w["fc1"], x3, r3)
        np.matmul(d2.T, heads, out=g["wo"])
        d_heads = (d2 @ w["wo"]).reshape(n, HEADS, SIZE).transpose(1, 0, 2)
        d_matches = d_heads @ v.transpose(0, 2, 1)
        d_matches -= (d_matches * attention).sum(axis=2, keepdims=True)
        d_matches *= attention
        d_matches *= SIZE**-0.5
        d_qkv = np.empty((n, 3, HEADS, SIZE))
        d_q, d_k, d_v = d_qkv.transpose(1, 2, 0, 3)
        np.matmul(d_matches, k, out=d_q)
        np.matmul(d_matches.transpose(0, 2, 1), q, out=d_k)
        np.matmul(attention.transpose(0, 2, 1), d_heads, out=d_v)
        d_qkv = d_qkv.reshape(n, 3 * WIDTH)
        np.matmul(d_qkv.T, x1, out=g["qkv"])
        d0 = d2 + back_through_rmsnorm(d_qkv @ w["qkv"], x1, r1)
        d0 = back_through_rmsnorm(d0, x0, r0)
        np.matmul(came.T, d0, out=g["wte"])
        g["wpe"][:n] = d0
        g["wpe"][n:] = 0.0
        return float(loss)

    def adam(self) -> None:
        """p -= lr m' / (sqrt(v') + eps), in place, with both corrections taken into the numbers."""
        self.steps += 1
        gradient, spare = self.gradient, self.spare
        correction = math.sqrt(1.0 - BETA2**self.steps)
        self.mean_square *= BETA2
        np.multiply(gradient, gradient, out=spare)
        spare *= 1.0 - BETA2
        self.mean_square += spare
        self.mean *= BETA1
        gradient *= 1.0 - BETA1
        self.mean += gradient
        np.sqrt(self.mean_square, out=spare)
        spare += EPS * correction
        np.divide(self.mean, spare, out=spare)
        spare *= LEARNING_RATE * correction / (1.0 - BETA1**self.steps)
        self.p -= spare


def rmsnorm(x: Any) -> tuple[Any, Any]:
    """Each row of x scaled to a mean square of 1, and by what."""
    scale = np.einsum("ij,ij->i", x, x)[:, None]
    scale /= WIDTH
    scale += 1e-5
    scale **= -0.5
    return x * scale, scale


def back_through_rmsnorm(d: Any, y: Any, scale: Any) -> Any:
    """From the cotangent of y = scale x to that of x: scale (d - y mean(d y))."""
    projection = np.einsum("ij,ij->i", d, y)[:, None]
    projection /= WIDTH
    d -= y * projection
    d *= scale
    return d


def softmax(x: Any) -> Any:
    """exp(x) over its sum along the last axis; overwrites x."""
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=-1, keepdims=True)
    return x


def make(weights: dict[str, Any], documents: list[Any]) -> Callable[[int], float]:
    """The step on the document of that number."""
    model = ByHand(weights)
    return lambda place: model.step(documents[place])
