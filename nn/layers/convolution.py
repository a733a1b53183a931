"""Convolutions: one neuron per output channel, moved over the input.

A signal is a list of channels, each a list of numbers; an image a list of channels, each a list of
rows. A patch is flattened channel by channel, row by row, and is shared by all filters: a filter *is* a
Neuron, so an output is one `dot` node and one activation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nn.checks import check_size, sequence
from nn.errors import InputError
from nn.layers.activations import Activation, name_of
from nn.layers.activations import activation as activation_named
from nn.layers.initializers import Initializer, initializer
from nn.layers.mlp import Neuron
from nn.layers.module import Module
from nn.randomness import Seed, generator


class _Convolution(Module):
    """A Neuron for each filter, with a weight for each number of a patch of all channels."""

    folded = True
    dimensions: int
    """Of a channel: a kernel has `kernel` numbers along each."""

    def __init__(
        self,
        channels: int,
        filters: int,
        kernel: int,
        stride: int = 1,
        padding: int = 0,
        activation: str | Activation = "linear",
        *,
        bias: bool = True,
        init: str | Initializer = "auto",
        seed: Seed = None,
    ) -> None:
        check_size(type(self).__name__, channels=channels, filters=filters, kernel=kernel, stride=stride)
        check_size(type(self).__name__, 0, padding=padding)
        self.channels, self.kernel, self.stride, self.padding = channels, kernel, stride, padding
        function = activation_named(activation)
        area = kernel**self.dimensions
        draw = initializer(init, function)
        rows = draw(channels * area, filters * area, generator(seed), filters)
        self.filters = [Neuron(channels * area, function, bias=bias, init=row) for row in rows]

    def describe(self) -> str:
        """As `Conv2d(1, 8, kernel=3, relu)`."""
        more = (f", stride={self.stride}" if self.stride != 1 else "") + (
            f", padding={self.padding}" if self.padding else ""
        )
        name = name_of(self.filters[0].activation)
        return (
            f"{type(self).__name__}({self.channels}, {len(self.filters)}, kernel={self.kernel}{more}, {name})"
        )

    def _channels(self, x: Any) -> list[Any]:
        x = sequence(x, self, "channels")
        if len(x) != self.channels:
            raise InputError(self, f"{self.describe()} takes {self.channels} channels, got {len(x)}")
        return list(x)

    def _starts(self, length: int) -> range:
        if length < self.kernel:
            raise InputError(
                self, f"{self.describe()} needs a length of at least {self.kernel}, got {length} with padding"
            )
        return range(0, length - self.kernel + 1, self.stride)


class Conv1d(_Convolution):
    """y[f][t] = activation(b_f + sum over c, k of w_f[c, k] x[c][t stride + k - padding]).

    Cross-correlation, as in PyTorch: the kernel is not flipped. Zeros stand where the padding reaches
    beyond the signal. From `channels` channels of length n to `filters` of length
    (n + 2 padding - kernel) // stride + 1.

    >>> layer = Conv1d(1, 1, kernel=2, init=lambda *_: [[1.0, -1.0]])
    >>> [y.data for y in layer([[1.0, 4.0, 9.0]])[0]]
    [-3.0, -5.0]
    """

    dimensions = 1

    def forward(self, x: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """The filtered signals."""
        edge = [0.0] * self.padding
        signals = [[*edge, *sequence(channel, self, "numbers"), *edge] for channel in self._channels(x)]
        _same_lengths(self, signals)
        patches = [
            [value for signal in signals for value in signal[start : start + self.kernel]]
            for start in self._starts(len(signals[0]))
        ]
        return [[neuron(patch) for patch in patches] for neuron in self.filters]


class Conv2d(_Convolution):
    """y[f][i][j] = activation(b_f + sum over c, k, l of w_f[c, k, l] x[c][i stride + k][j stride + l]).

    Cross-correlation with square kernels, as in PyTorch; `padding` adds rows and columns of zeros on all
    sides. From images of n by m to images of (n + 2 padding - kernel) // stride + 1 by the same of m.

    >>> layer = Conv2d(1, 1, kernel=2, init=lambda *_: [[1.0, 0.0, 0.0, -1.0]])
    >>> [[y.data for y in row] for row in layer([[[1.0, 2.0, 3.0], [4.0, 6.0, 8.0]]])[0]]
    [[-5.0, -6.0]]
    """

    dimensions = 2

    def forward(self, x: Sequence[Sequence[Sequence[Any]]]) -> list[list[list[Any]]]:
        """The filtered images."""
        images = [self._padded(sequence(channel, self, "rows")) for channel in self._channels(x)]
        _same_lengths(self, images)
        _same_lengths(self, [row for image in images for row in image])
        k = self.kernel
        patches = [
            [
                [value for image in images for row in image[top : top + k] for value in row[left : left + k]]
                for left in self._starts(len(images[0][0]))
            ]
            for top in self._starts(len(images[0]))
        ]
        return [[[neuron(patch) for patch in row] for row in patches] for neuron in self.filters]

    def _padded(self, image: Sequence[Any]) -> list[list[Any]]:
        edge = [0.0] * self.padding
        rows = [[*edge, *sequence(row, self, "numbers"), *edge] for row in image]
        above = [[0.0] * len(rows[0]) for _ in edge]
        return [*above, *rows, *above]


def _same_lengths(module: Module, rows: Sequence[Sequence[Any]]) -> None:
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        raise InputError(
            module,
            f"{module.describe()} takes rows of one length, got {' and '.join(map(str, sorted(lengths)))}",
        )
