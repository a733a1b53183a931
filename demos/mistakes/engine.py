"""The right engine, as small as it can be: every classic mistake is a few lines' change of it.

A node keeps, for each operand, one edge: the operand and the partial derivative of the result with
respect to it. Everything that a mistake may get wrong is a method of its own: what an operation computes
and its partials, which operands are kept (`node`), the local step (`_backward`), the order, the start, the
pass. `label`, `_op` and `_prev` are those of the lecture, for students' tests that look at them.
"""

from __future__ import annotations

import math


class Value:
    """A number that remembers how it was made, and the gradient that `backward()` leaves on it.

    >>> a = Value(3.0)
    >>> b = a + a
    >>> c = b + b
    >>> c.backward(); a.grad
    4.0
    """

    def __init__(self, data: float, label: str = "") -> None:
        self.data, self.grad, self.label = float(data), 0.0, label
        self.edges: tuple[tuple[Value, float], ...] = ()
        self._op = ""

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    @property
    def _prev(self) -> tuple[Value, ...]:
        """The operands, as every walk through the graph finds them."""
        return tuple(operand for operand, _ in self.edges)

    # ---- forward: the result, and (operand, partial) for each operand ----------------------------

    def lift(self, other: Value | float) -> Value:
        """A plain number as a leaf."""
        return other if isinstance(other, Value) else type(self)(other)

    def node(self, op: str, data: float, *edges: tuple[Value, float]) -> Value:
        """The result of an operation."""
        result = type(self)(data)
        result._op, result.edges = op, edges
        return result

    # fmt: off
    def __add__(self, other):
        x, y = self, self.lift(other)
        return self.node("+", x.data + y.data, (x, 1.0), (y, 1.0))

    def __sub__(self, other):
        x, y = self, self.lift(other)
        return self.node("-", x.data - y.data, (x, 1.0), (y, -1.0))

    def __mul__(self, other):
        x, y = self, self.lift(other)
        return self.node("*", x.data * y.data, (x, y.data), (y, x.data))

    def __truediv__(self, other):
        x, y = self, self.lift(other)
        return self.node("/", x.data / y.data, (x, 1 / y.data), (y, -x.data / y.data**2))

    def __pow__(self, n: float):
        return self.node("**", self.data**n, (self, n * self.data ** (n - 1) if n else 0.0))

    def exp(self):
        """e to the power of x."""
        z = math.exp(self.data)
        return self.node("exp", z, (self, z))

    def tanh(self):
        """The hyperbolic tangent."""
        z = math.tanh(self.data)
        return self.node("tanh", z, (self, 1 - z**2))

    def relu(self):
        """x where it is positive, else 0; at 0 the derivative is 0."""
        return self.node("relu", max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def __neg__(self):             return self * -1.0
    def __radd__(self, other):     return self.lift(other) + self
    def __rsub__(self, other):     return self.lift(other) - self
    def __rmul__(self, other):     return self.lift(other) * self
    def __rtruediv__(self, other): return self.lift(other) / self
    # fmt: on

    # ---- backward --------------------------------------------------------------------------------

    def _backward(self) -> None:
        """The local step: give each operand this node's gradient times the partial."""
        for operand, partial in self.edges:
            operand.grad += self.grad * partial

    def order(self) -> list[Value]:
        """Every node below this one and itself, operands before results."""
        order: list[Value] = []
        met: set[Value] = set()
        waiting = [(self, False)]
        while waiting:
            node, operands_are_in = waiting.pop()
            if operands_are_in:
                order.append(node)
            elif node not in met:
                met.add(node)
                waiting.append((node, True))
                waiting += [(operand, False) for operand in reversed(node._prev)]
        return order

    def start(self, order: list[Value]) -> None:
        """Interior gradients are those of this pass alone; the root's is d(root)/d(root) = 1."""
        for node in order:
            if node.edges:
                node.grad = 0.0
        self.grad += 1.0

    def backward(self) -> None:
        """One local step per node, results before operands."""
        order = self.order()
        self.start(order)
        for node in reversed(order):
            node._backward()
