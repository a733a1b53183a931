"""GPT: a small language model. Tokens in, a row of logits for the next token out, at each position."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from autograd import no_grad, softmax
from autograd.engine.value import data_of
from nn.checks import check_between, check_size, sequence
from nn.errors import InputError
from nn.layers.attention import TransformerBlock
from nn.layers.embedding import Embedding
from nn.layers.mlp import Layer
from nn.layers.module import Module
from nn.layers.normalization import LayerNorm
from nn.randomness import Seed, generator


class GPT(Module):
    """Token and position embeddings, `depth` transformer blocks, a norm, and a linear layer to logits.

    `vocabulary` is the number of tokens and `context` the most that are read at once. With `tied`, the
    last layer's weights are the token embeddings themselves. (Radford et al. 2019, "Language models are
    unsupervised multitask learners".)

    >>> model = GPT(vocabulary=5, context=8, width=4, heads=2, depth=1, seed=0)
    >>> logits = model([0, 3, 1])
    >>> len(logits), len(logits[0])
    (3, 5)
    """

    def __init__(
        self,
        vocabulary: int,
        context: int,
        width: int = 16,
        heads: int = 4,
        depth: int = 1,
        *,
        dropout: float = 0.0,
        tied: bool = False,
        seed: Seed = None,
    ) -> None:
        check_size("GPT", vocabulary=vocabulary, context=context, width=width, heads=heads, depth=depth)
        source = generator(seed)
        self.tokens = Embedding(vocabulary, width, 0.1, seed=source)
        self.positions = Embedding(context, width, 0.1, seed=source)
        self.blocks = [TransformerBlock(width, heads, dropout=dropout, seed=source) for _ in range(depth)]
        self.norm = LayerNorm(width)
        self.logits = Layer(width, vocabulary, "linear", bias=False, seed=source)
        if tied:
            for neuron, row in zip(self.logits.neurons, self.tokens.rows):
                neuron.w = row

    def forward(self, tokens: Sequence[Any]) -> list[list[Any]]:
        """A row of `vocabulary` logits for each position: scores of the token that comes next."""
        tokens = sequence(tokens, self, "tokens")
        context = len(self.positions.rows)
        if len(tokens) > context:
            raise InputError(self, f"{self.describe()} reads {context} tokens at once, got {len(tokens)}")
        xs: list[Any] = [
            [a + b for a, b in zip(self.tokens(token), self.positions(position))]
            for position, token in enumerate(tokens)
        ]
        for block in self.blocks:
            xs = block(xs)
        return [self.logits(self.norm(x)) for x in xs]

    def generate(
        self, tokens: Sequence[int], count: int, temperature: float = 1.0, seed: Seed = None
    ) -> list[int]:
        """`tokens`, continued by `count` more, each drawn from softmax(logits / temperature).

        Temperature 0 takes the likeliest. The last `context` tokens are read for each new one. Logits that
        are not finite, as those of a model that diverged, are an ArithmeticError.
        """
        check_between("generate", 0.0, float("inf"), temperature=temperature)
        check_size("generate", 0, count=count)
        source, continued, training = generator(seed), list(tokens), self.training
        self.eval()
        try:
            with no_grad():
                for _ in range(count):
                    logits = data_of(self(continued[-len(self.positions.rows) :])[-1])
                    if not all(map(isfinite, logits)):
                        raise ArithmeticError(_not_finite(logits, len(continued)))
                    if temperature == 0:
                        continued.append(max(range(len(logits)), key=logits.__getitem__))
                    else:
                        largest = max(logits)  # is 0 below, so that no temperature is too low
                        probabilities = softmax([(logit - largest) / temperature for logit in logits])
                        continued.append(_drawn(probabilities, source.random()))
        finally:
            self.train(training)
        return continued

    def describe(self) -> str:
        """As `GPT(27 tokens, context 8)`."""
        return f"GPT({len(self.tokens.rows)} tokens, context {len(self.positions.rows)})"


def _not_finite(logits: Sequence[float], position: int) -> str:
    token, logit = next((token, logit) for token, logit in enumerate(logits) if not isfinite(logit))
    return (
        f"generate draws from finite logits, got {logit} for token {token} at position {position}: the "
        "model's parameters are not finite, or too large; train it anew with a lower learning rate"
    )


def _drawn(probabilities: Sequence[float], at: float) -> int:
    """The first token at which the sum of the probabilities so far exceeds `at`."""
    passed = 0.0
    for token, probability in enumerate(probabilities):
        passed += probability
        if at < passed:
            return token
    return len(probabilities) - 1
