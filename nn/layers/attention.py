"""Self-attention and the transformer block: positions of a sequence that read from one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import dot, softmax
from nn.checks import check_size, sequence, vector
from nn.layers.activations import Activation
from nn.layers.dropout import Dropout
from nn.layers.mlp import MLP, Layer
from nn.layers.module import Call, Module, Part, note
from nn.layers.normalization import LayerNorm
from nn.randomness import Seed, generator


class SelfAttention(Module):
    """Each position's output is a mean of values, weighted by softmax(q . k / sqrt(d)).

    Query, key and value are linear in a position's vector, without bias; `heads` of width d = width /
    heads attend apart and are joined by a last linear layer. With `causal`, a position reads itself and
    those before it. (Vaswani et al. 2017, "Attention is all you need".)

    >>> attention = SelfAttention(4, heads=2, seed=0)
    >>> [len(row) for row in attention([[0.1, 0.2, 0.3, 0.4], [1.0, 0.0, 0.0, 1.0]])]
    [4, 4]
    """

    def __init__(self, width: int, heads: int = 1, causal: bool = True, seed: Seed = None) -> None:
        check_size("SelfAttention", width=width, heads=heads)
        if width % heads:
            raise ValueError(f"SelfAttention splits its width among heads: {heads} do not divide {width}")
        source = generator(seed)
        self.width, self.heads, self.causal = width, heads, causal
        self.query = Layer(width, width, "linear", bias=False, seed=source)
        self.key = Layer(width, width, "linear", bias=False, seed=source)
        self.value = Layer(width, width, "linear", bias=False, seed=source)
        self.out = Layer(width, width, "linear", bias=False, seed=source)

    def forward(self, xs: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """A vector for each position, for a sequence of vectors of `width` numbers."""
        rows = [vector(x, self.width, self) for x in sequence(xs, self, "vectors")]
        read = [[layer(x) for x in rows] for layer in (self.query, self.key, self.value)]
        d = self.width // self.heads
        joined: list[list[Any]] = [[] for _ in rows]
        for head in range(self.heads):
            own = slice(head * d, (head + 1) * d)
            queries, keys, values = ([row[own] for row in rows] for rows in read)
            attended = self._attended(queries, keys, values)
            note(Call(self, (queries, keys, values), Part(f"heads.{head}", "Head")), attended)
            joined = [row + more for row, more in zip(joined, attended)]
        return [self.out(row) for row in joined]

    def _attended(
        self, queries: list[list[Any]], keys: list[list[Any]], values: list[list[Any]]
    ) -> list[list[Any]]:
        """What one head reads at each position."""
        scale = len(queries[0]) ** 0.5
        found = []
        for position, query in enumerate(queries):
            end = position + 1 if self.causal else len(queries)
            weights = softmax([dot(query, key) / scale for key in keys[:end]])
            found.append([dot(weights, column) for column in zip(*values[:end])])
        return found

    def describe(self) -> str:
        """As `SelfAttention(16, heads=4)`."""
        return f"SelfAttention({self.width}, heads={self.heads}{'' if self.causal else ', causal=False'})"


class TransformerBlock(Module):
    """x + attention(norm(x)), and then x + mlp(norm(x)) at each position.

    The mlp has one hidden layer, `expansion` times as wide. Norms come first, as in GPT-2, so that the sum
    runs through the block untouched. `dropout` is on both branches.

    >>> block = TransformerBlock(4, heads=2, seed=0)
    >>> [len(row) for row in block([[0.1, 0.2, 0.3, 0.4], [1.0, 0.0, 0.0, 1.0]])]
    [4, 4]
    """

    def __init__(
        self,
        width: int,
        heads: int = 1,
        *,
        causal: bool = True,
        expansion: int = 4,
        activation: str | Activation = "gelu",
        dropout: float = 0.0,
        seed: Seed = None,
    ) -> None:
        check_size("TransformerBlock", width=width, heads=heads, expansion=expansion)
        source = generator(seed)
        self.first_norm = LayerNorm(width)
        self.attention = SelfAttention(width, heads, causal, seed=source)
        self.second_norm = LayerNorm(width)
        self.mlp = MLP(width, [expansion * width, width], activation, seed=source)
        self.dropout = Dropout(dropout, seed=source)

    def forward(self, xs: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """A vector for each position, for a sequence of vectors of `width` numbers."""
        xs = [vector(x, len(self.first_norm.scale), self) for x in sequence(xs, self, "vectors")]
        attended = self.dropout(self.attention([self.first_norm(x) for x in xs]))
        xs = [_sum(x, y) for x, y in zip(xs, attended)]
        transformed = self.dropout([self.mlp(self.second_norm(x)) for x in xs])
        return [_sum(x, y) for x, y in zip(xs, transformed)]


def _sum(x: Sequence[Any], y: Any) -> list[Any]:
    return [a + b for a, b in zip(x, y if isinstance(y, list) else [y])]
