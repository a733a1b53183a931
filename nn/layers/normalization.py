"""Normalisation: activations of mean 0 and variance 1, scaled and shifted by what is learned.

`BatchNorm` normalises each feature over the samples of a batch, `LayerNorm` and `RMSNorm` each sample
over its features.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

from autograd import Value, dot, hypot, mean, norm
from autograd.engine.value import data_of
from nn.checks import check_between, check_size, vector
from nn.errors import InputError
from nn.layers.module import Module


class _Norm(Module):
    """A learned scale (from 1) and shift (from 0) for each feature."""

    def __init__(self, width: int, eps: float) -> None:
        check_size(type(self).__name__, width=width)
        check_between(type(self).__name__, 0.0, inf, eps=eps)
        self.scale = [Value(1.0) for _ in range(width)]
        self.shift = [Value(0.0) for _ in range(width)]
        self.eps = eps

    def describe(self) -> str:
        """As `LayerNorm(8)`."""
        return f"{type(self).__name__}({len(self.scale)})"


class LayerNorm(_Norm):
    """scale_i (x_i - m) / sqrt(v + eps) + shift_i, m and v the mean and variance (over n) of x.

    (Ba, Kiros and Hinton 2016, "Layer normalization"; eps as PyTorch.)

    >>> print([f"{y.data:.4f}" for y in LayerNorm(2)([Value(1.0), Value(3.0)])])
    ['-1.0000', '1.0000']
    """

    def __init__(self, width: int, eps: float = 1e-5) -> None:
        super().__init__(width, eps)

    def forward(self, x: Sequence[Any]) -> list[Any]:
        """The normalised numbers, for `width` numbers or Values."""
        x = vector(x, len(self.scale), self)
        centre = mean(x)
        centred = [value - centre for value in x]
        root = _root_mean_square(self, x, centred)
        return [dot((a, b), (value / root, 1.0)) for a, b, value in zip(self.scale, self.shift, centred)]


class RMSNorm(Module):
    """scale_i x_i / sqrt(mean of x^2 + eps): no mean is taken away, and nothing is added.

    (Zhang and Sennrich 2019, "Root mean square layer normalization".)

    >>> print([f"{y.data:.4f}" for y in RMSNorm(2)([Value(1.0), Value(-7.0)])])
    ['0.2000', '-1.4000']
    """

    def __init__(self, width: int, eps: float = 1e-5) -> None:
        check_size("RMSNorm", width=width)
        check_between("RMSNorm", 0.0, inf, eps=eps)
        self.scale = [Value(1.0) for _ in range(width)]
        self.eps = eps

    def forward(self, x: Sequence[Any]) -> list[Any]:
        """The normalised numbers, for `width` numbers or Values."""
        x = vector(x, len(self.scale), self)
        root = _root_mean_square(self, x, x)
        return [scale * (value / root) for scale, value in zip(self.scale, x)]

    def describe(self) -> str:
        """As `RMSNorm(8)`."""
        return f"RMSNorm({len(self.scale)})"


class BatchNorm(_Norm):
    """scale_i (x_i - m_i) / sqrt(v_i + eps) + shift_i, feature by feature.

    In training m and v are the mean and variance (over n) of the batch; each batch also moves the
    running mean and variance (over n - 1) by `momentum` towards its own, and evaluation uses those.
    PyTorch's conventions. Training needs `batch`, with at least two samples. (Ioffe and Szegedy 2015,
    "Batch normalization".)

    >>> norm = BatchNorm(1)
    >>> print([f"{row[0].data:.4f}" for row in norm.batch([[1.0], [3.0]])], norm.running_mean)
    ['-1.0000', '1.0000'] [0.2]
    """

    buffers = ("running_mean", "running_variance")
    nonnegative = ("running_variance",)

    def __init__(self, width: int, momentum: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__(width, eps)
        check_between("BatchNorm", 0.0, 1.0, momentum=momentum)
        self.momentum = momentum
        self.running_mean = [0.0] * width
        self.running_variance = [1.0] * width

    def forward(self, x: Sequence[Any]) -> list[Any]:
        """One sample, by the running statistics. In training an error: it takes a batch."""
        if self.training:
            raise InputError(
                self,
                f"{self.describe()} in training normalises over several samples: call batch(samples) on the "
                "model, as fit does, or model.eval() first",
            )
        x = vector(x, len(self.scale), self)
        if inf in self.running_variance:
            raise InputError(
                self,
                f"{self.describe()} has a running variance beyond floats (1.8e308) for feature "
                f"{self.running_variance.index(inf)}, so it cannot evaluate; scale the inputs and train anew",
            )
        factors = [(variance + self.eps) ** -0.5 for variance in self.running_variance]
        return [
            dot((a, b), ((value - centre) * factor, 1.0))
            for a, b, value, centre, factor in zip(self.scale, self.shift, x, self.running_mean, factors)
        ]

    def batch(self, samples: Sequence[Any]) -> list[Any]:
        """Several samples together; in training, by their own statistics."""
        if not self.training:
            return super().batch(samples)
        rows = [vector(sample, len(self.scale), self) for sample in samples]
        if len(rows) < 2:
            raise InputError(
                self, f"{self.describe()} in training needs at least two samples in a batch, got {len(rows)}"
            )
        columns = [self._normalised(feature, column) for feature, column in enumerate(zip(*rows))]
        outputs = [list(row) for row in zip(*columns)]
        self.mark(outputs, (samples,))
        return outputs

    def _normalised(self, feature: int, column: Sequence[Any]) -> list[Any]:
        n = len(column)
        centre = mean(column)
        centred = [value - centre for value in column]
        root = _root_mean_square(self, column, centred)
        numbers = data_of(centred)
        self._update(self.running_mean, feature, *data_of([centre]))
        self._update(self.running_variance, feature, dot(numbers, numbers) / (n - 1))
        scale, shift = self.scale[feature], self.shift[feature]
        return [dot((scale, shift), (value / root, 1.0)) for value in centred]

    def _update(self, running: list[float], feature: int, new: float) -> None:
        """Move a running statistic by `momentum` towards a new one."""
        running[feature] = (1.0 - self.momentum) * running[feature] + self.momentum * new


def _root_mean_square(
    module: LayerNorm | RMSNorm | BatchNorm, x: Sequence[Any], values: Sequence[Any]
) -> Any:
    """sqrt(mean of values^2 + eps), by lengths, which neither overflow nor underflow where a square would.

    `values` are x, or x less their mean. Where their sum or their length is beyond floats, numbers would
    become 0 in silence: an InputError, unless x is not finite itself. A compiled function follows IEEE 754.
    """
    found = hypot(norm(values) / len(values) ** 0.5, module.eps**0.5)
    if type(found) is Value and not isfinite(found.data) and all(map(isfinite, data_of(x))):
        raise InputError(
            module,
            f"{module.describe()} normalises numbers whose sum and length are floats, at most 1.8e308, got "
            f"numbers up to {max(map(abs, data_of(x))):.3g}; scale the inputs",
        )
    return found
