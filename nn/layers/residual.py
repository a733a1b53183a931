"""Residual connections: x + f(x), so that a gradient has a way around f."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Value
from autograd.trees import leaves
from nn.errors import InputError, naming
from nn.layers.module import Module


class Residual(Module):
    """x + inner(x), element by element; x and inner(x) have the same shape.

    The derivative is 1 + inner', so it does not vanish where inner' does. (He et al. 2016, "Deep
    residual learning for image recognition".)

    >>> [y.data for y in Residual(lambda x: [2.0 * v for v in x])([Value(1.0), Value(2.0)])]
    [3.0, 6.0]
    """

    def __init__(self, inner: Any) -> None:
        if not callable(inner):
            raise TypeError(f"Residual takes a module or a function, got {inner!r}")
        self.inner = inner

    def forward(self, x: Any) -> Any:
        """The sum, in the structure of x."""
        x = x.tolist() if isinstance(x, np.ndarray) else x
        return self._sum(x, self.inner(x))

    def batch(self, samples: Sequence[Any]) -> list[Any]:
        """The sums for a list of samples, which pass through the inner module together."""
        if not isinstance(self.inner, Module):
            return super().batch(samples)
        samples = [x.tolist() if isinstance(x, np.ndarray) else x for x in samples]
        with naming(self):
            outputs = self.inner.batch(samples)
        if len(outputs) != len(samples):
            raise InputError(
                self, f"Residual needs an output for each of {len(samples)} samples, got {len(outputs)}"
            )
        sums = [self._sum(x, y) for x, y in zip(samples, outputs)]
        self.mark(sums, (samples,))
        return sums

    def _sum(self, x: Any, y: Any) -> Any:
        if isinstance(x, (list, tuple)) and isinstance(y, (list, tuple)) and len(x) == len(y):
            return [self._sum(a, b) for a, b in zip(x, y)]
        if isinstance(x, (list, tuple)) and len(x) == 1 and isinstance(y, Value):
            return [x[0] + y]  # a model of one output gives it alone
        if isinstance(x, (list, tuple)) or isinstance(y, (list, tuple)):
            raise InputError(
                self,
                f"Residual adds an output of the input's shape, got {len(leaves(y))} for {len(leaves(x))}",
            )
        return x + y
