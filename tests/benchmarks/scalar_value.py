"""A scalar engine as small as that of the published 200-line script: what a reader of it compares with.

A node holds its parents and, beside them, its partials; all else is made of `+ * ** log exp relu`, a plain
number becomes a node, and the topological order is found by recursion.
"""

from __future__ import annotations

import math
from typing import Any


class ScalarValue:
    """A number, its gradient, its parents, and the partial with respect to each."""

    __slots__ = ("data", "grad", "parents", "partials")

    def __init__(
        self, data: float, parents: tuple[ScalarValue, ...] = (), partials: tuple[float, ...] = ()
    ) -> None:
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.partials = partials

    # fmt: off
    def __add__(self, other: Any) -> ScalarValue:
        other = other if isinstance(other, ScalarValue) else ScalarValue(other)
        return ScalarValue(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Any) -> ScalarValue:
        other = other if isinstance(other, ScalarValue) else ScalarValue(other)
        return ScalarValue(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n: float) -> ScalarValue:
        return ScalarValue(self.data**n, (self,), (n * self.data ** (n - 1),))

    def log(self) -> ScalarValue: return ScalarValue(math.log(self.data), (self,), (1 / self.data,))
    def exp(self) -> ScalarValue: return ScalarValue(math.exp(self.data), (self,), (math.exp(self.data),))
    def relu(self) -> ScalarValue: return ScalarValue(max(0.0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self) -> ScalarValue: return self * -1
    def __sub__(self, other: Any) -> ScalarValue: return self + (-other)
    def __truediv__(self, other: Any) -> ScalarValue: return self * other**-1
    def __radd__(self, other: float) -> ScalarValue: return self + other
    def __rmul__(self, other: float) -> ScalarValue: return self * other
    # fmt: on

    def backward(self) -> None:
        """Add d(self)/d(node) to the gradient of every node below."""
        order = []
        met = set()

        def visit(node: ScalarValue) -> None:
            if node not in met:
                met.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, partial in zip(node.parents, node.partials):
                parent.grad += partial * node.grad
