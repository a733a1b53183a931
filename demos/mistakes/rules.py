"""Engines with one wrong rule: a derivative, a mask, the order of operands. The backward pass is right."""

# fmt: off
from __future__ import annotations

import math

from demos.mistakes.engine import Value


class AddsWhatIsSubtracted(Value):
    """d(x - y)/dy = +1: the minus sign is lost on the way back."""

    def __sub__(self, other):
        x, y = self, self.lift(other)
        return self.node("-", x.data - y.data, (x, 1.0), (y, 1.0))


class SubtractsBackwards(Value):
    """`__rsub__` calls `__sub__` with the operands as they come: 1 - x gives x - 1."""

    def __rsub__(self, other): return self - other


class DividesBackwards(Value):
    """`__rtruediv__` calls `__truediv__` with the operands as they come: 1 / x gives x / 1."""

    def __rtruediv__(self, other): return self / other


class UsesOwnFactor(Value):
    """d(x y)/dx = x: each factor gets its own data where it needs the other's."""

    def __mul__(self, other):
        x, y = self, self.lift(other)
        return self.node("*", x.data * y.data, (x, x.data), (y, y.data))


class KeepsExponent(Value):
    """d(xⁿ)/dx = n xⁿ: the exponent was not lowered by one."""

    def __pow__(self, n: float):
        return self.node("**", self.data**n, (self, n * self.data**n))


class ForgetsExponent(Value):
    """d(xⁿ)/dx = xⁿ⁻¹: the exponent was not brought down as a factor."""

    def __pow__(self, n: float):
        return self.node("**", self.data**n, (self, self.data ** (n - 1)))


class OpenAtZero(Value):
    """relu's mask is x >= 0: at 0 the gradient passes. A convention: relu has a kink there."""

    def relu(self):
        """The right result, and the other convention."""
        return self.node("relu", max(self.data, 0.0), (self, 1.0 if self.data >= 0 else 0.0))


class NeverMasks(Value):
    """relu's gradient passes whatever the input was."""

    def relu(self):
        """The right result, and the wrong mask."""
        return self.node("relu", max(self.data, 0.0), (self, 1.0))


class TakesTanhInput(Value):
    """d tanh(x)/dx = 1 - x²: the output was to be squared, and not the input."""

    def tanh(self):
        """The right result, and the wrong derivative."""
        return self.node("tanh", math.tanh(self.data), (self, 1 - self.data**2))


class TakesExpInput(Value):
    """d exp(x)/dx = x: the derivative is the output, and not the input."""

    def exp(self):
        """The right result, and the wrong derivative."""
        return self.node("exp", math.exp(self.data), (self, self.data))


class KeepsOperandsInSet(Value):
    """Equal operands fall together: x * x has one operand, and one of its two partials is lost."""

    def node(self, op, data, *edges):
        """The first partial stays with the operand."""
        return super().node(op, data, *dict(reversed(edges)).items())


class KeepsOperandsInSetWithLastPartial(Value):
    """The same, where the last partial stays, as in a dict of operands and partials."""

    def node(self, op, data, *edges):
        """The last partial stays with the operand."""
        return super().node(op, data, *dict(edges).items())


class KeepsOperandsInAnyOrder(Value):
    """The same, where the set gives the operands back in another order than the partials.

    `turned` says of which nodes, as the bits of a number: chance decides in a set.
    """

    turned, made = -1, 0

    def node(self, op, data, *edges):
        """The partials of two operands change places."""
        kind = type(self)
        back = kind.turned >> kind.made & 1
        kind.made += len(edges) > 1
        operands = dict.fromkeys(operand for operand, _ in (reversed(edges) if back else edges))
        return super().node(op, data, *zip(operands, [partial for _, partial in edges]))


class AddsInPlace(Value):
    """`self.data += …`: the sum is right, and the operand has become the sum."""

    def __add__(self, other):
        x, y = self, self.lift(other)
        x.data += y.data
        return self.node("+", x.data, (x, 1.0), (y, 1.0))


class MultipliesInPlace(Value):
    """`self.data *= …`, and the partial of the other factor is what the first has become."""

    def __mul__(self, other):
        x, y = self, self.lift(other)
        x.data *= y.data
        return self.node("*", x.data, (x, y.data), (y, x.data))


class MultipliesInPlaceAfterwards(Value):
    """The same, where the partials are taken before."""

    def __mul__(self, other):
        x, y = self, self.lift(other)
        partials = y.data, x.data
        x.data *= y.data
        return self.node("*", x.data, (x, partials[0]), (y, partials[1]))


class LacksReflectedAdd(Value):
    """There is no `__radd__`: a plain number on the left cannot add, and nobody else is asked."""

    __radd__ = None


class LacksReflectedMul(Value):
    """There is no `__rmul__`: 2 * x fails where x * 2 works."""

    __rmul__ = None


class ForgetsTanhSquare(Value):
    """d tanh(x)/dx = 1 - tanh(x): the square was forgotten."""

    def tanh(self):
        """The right result, and the wrong derivative."""
        z = math.tanh(self.data)
        return self.node("tanh", z, (self, 1 - z))
