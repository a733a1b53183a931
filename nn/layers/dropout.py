"""Dropout: random zeros in training, so that no neuron relies on one other."""

from __future__ import annotations

from typing import Any

from autograd.tools.events import uniform
from autograd.trees import leaves, map_leaves
from nn.checks import check_between
from nn.layers.module import Module
from nn.randomness import Seed, generator


class Dropout(Module):
    """In training, each number is 0 with probability p, else scaled by 1 / (1 - p); else x itself.

    The scale keeps the expectation, so that evaluation needs none ("inverted" dropout). Under
    `checkpoint` both runs see the same mask. (Srivastava et al. 2014, "Dropout".)

    >>> drop = Dropout(0.5, seed=0)
    >>> drop([1.0, 1.0, 1.0, 1.0])
    [2.0, 0.0, 0.0, 0.0]
    >>> drop.eval()([1.0, 1.0])
    [1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, seed: Seed = None) -> None:
        check_between("Dropout", 0.0, 1.0, p=p)
        if p == 1:
            raise ValueError("Dropout needs p below 1, got 1: nothing would pass")
        self.p = p
        self.generator = generator(seed)

    def forward(self, x: Any) -> Any:
        """The masked numbers, in the structure of x."""
        if not self.training or self.p == 0:
            return x
        draws = uniform(self.generator, len(leaves(x)))
        kept = iter([draw >= self.p for draw in draws])
        return map_leaves(lambda value: value * (next(kept) / (1.0 - self.p)), x)

    def describe(self) -> str:
        """As `Dropout(0.5)`."""
        return f"Dropout({self.p:g})"
