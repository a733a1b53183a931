"""Value: a number that remembers how it was made.

The class is thin. Its place in the graph is that of any node (`graph`), what it can compute is printed
from the table of primitives (`operators`), how gradients flow is in `sweep`; here is what a user holds:
data, gradient, label, operators.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from autograd.engine import copying, graph, operators
from autograd.engine.graph import Node
from autograd.engine.messages import describe
from autograd.engine.operands import number, required_number
from autograd.engine.recording import detached, relation
from autograd.engine.sweep import backward


def _refuse_by_hand(value: Node, given: Any) -> NoReturn:
    """What micrograd's Value takes: operands, the name of an operation, a `_backward` of one's own."""
    raise TypeError(
        "a Value takes data and a label, no operands and no _backward of its own: declare a function and its "
        "derivative with autograd.primitive, or, to write them by hand as in micrograd, use "
        "`from autograd.micrograd import Value`"
    )


class Value(Node):
    """A scalar in a computation graph.

    `data` is its number and `grad` the gradient that `backward()` left on it: d(root)/d(self).
    Arithmetic with Values and plain numbers makes new Values that remember their operands.

    Accepts int, bool, float, Fraction, Decimal, numpy scalars and 0-d arrays; `data` is always a
    Python float. Anything else is a TypeError. `_op` and `_children` are micrograd's, and refused with the
    ways to write a function of one's own.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> loss = (a * b + 10.0).tanh()
    >>> loss.backward()
    >>> print(f"{a.grad:.4f} {b.grad:.4f}")
    -0.0040 0.0027
    """

    __slots__ = ()

    def __init__(self, data: Any, label: str = "", _op: Any = None, _children: Any = None) -> None:
        self._data = data if type(data) is float else _float(data, "Value(data)")
        self._grad = self._primitive = self._x = self._dx = self._y = self._dy = None
        if label or _op is not None or _children is not None:
            self._take_label(label, _op, _children)

    def _take_label(self, label: Any, _op: Any, _children: Any) -> None:
        """Take the label; refuse the operands and the operation that micrograd's Value takes."""
        if _op or _children or (isinstance(label, (tuple, list, set, Value)) and label):
            _refuse_by_hand(self, label)
        if label:
            self.label = label

    # ---- what it holds --------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number. Assigning it changes this Value alone: results computed before keep theirs."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._data = data if type(data) is float else _float(data, "Value.data")

    @property
    def grad(self) -> float:
        """The gradient; 0.0 until a backward pass reaches this Value (see `reached`)."""
        grad = self._grad
        return grad if type(grad) is float else 0.0  # None, or the vector of a checkpointed segment

    @grad.setter
    def grad(self, grad: Any) -> None:
        if type(grad) is float:
            self._grad = grad
        elif grad is None or (type(grad) is int and grad == 0):
            self._grad = 0.0
        else:
            self._grad = _float(grad, "Value.grad")

    @property
    def reached(self) -> bool:
        """Whether `grad` was set, by a backward pass or by assignment, since the last `zero_grad`."""
        return type(self._grad) is float

    @property
    def label(self) -> str:
        """A name for pictures and error messages; "" when none was given."""
        return str(self.notes.get("label", ""))

    @label.setter
    def label(self, label: str) -> None:
        if not isinstance(label, str):
            raise TypeError(f"a label is a str, got {describe(label)}; write label=str(...)")
        self.note("label", label)

    # ---- gradients ------------------------------------------------------------------------------

    def backward(self, seed: float = 1.0) -> None:
        """Backpropagate: add d(self)/d(leaf) * seed to the `grad` of every leaf below.

        Interior nodes get the gradient of this pass; leaves accumulate until `zero_grad`. When the
        pass fails, every leaf keeps the gradient it had. Threads that sweep graphs with nodes in
        common must take turns.

        >>> x = Value(3.0)
        >>> y = x**3
        >>> y.backward(); x.grad
        27.0
        >>> y.backward(); x.grad
        54.0
        """
        backward(self, _float(seed, "backward(seed)"))

    def zero_grad(self) -> None:
        """Forget the gradient: `grad` reads 0.0 and `reached` is False."""
        self._grad = None

    def detach(self) -> Value:
        """A leaf with the same number and no history."""
        return detached(self)  # type: ignore[no-any-return]

    @property
    def _backward(self) -> Callable[[], None]:
        """Micrograd's local step: a function that pushes this node's gradient to its parents, once."""
        shares = [each for each in zip(self.operands, self.partials, strict=True) if each[1] is not None]

        def push() -> None:
            for operand, partial in shares:
                operand.grad += self.grad * partial  # type: ignore[union-attr, operator]

        return push

    @_backward.setter
    def _backward(self, given: Any) -> None:
        _refuse_by_hand(self, given)

    _prev: tuple[Value, ...] = vars(Node)["_prev"].setter(_refuse_by_hand)
    _op: str = vars(Node)["_op"].setter(_refuse_by_hand)

    # ---- operators: printed from the table ------------------------------------------------------

    # fmt: off
    __add__ = operators.add
    __sub__ = operators.sub
    __mul__ = operators.mul
    __truediv__ = operators.div
    __pow__ = operators.pow
    __neg__ = operators.neg
    __abs__ = operators.abs

    def __radd__(self, other: float) -> Value:
        """The sum other + self. The 0 that `sum(values)` starts from adds no node."""
        return self if type(other) in (int, float) and other == 0 else operators.add(other, self)

    def __rsub__(self, other: float) -> Value: return operators.sub(other, self)
    def __rmul__(self, other: float) -> Value: return operators.mul(other, self)
    def __rtruediv__(self, other: float) -> Value: return operators.div(other, self)
    def __rpow__(self, other: float) -> Value: return operators.pow(other, self)
    def __pos__(self) -> Value: return self

    exp, expm1, log, log1p = operators.exp, operators.expm1, operators.log, operators.log1p
    log2, log10, sqrt, cbrt = operators.log2, operators.log10, operators.sqrt, operators.cbrt
    neg, abs, hypot = operators.neg, operators.abs, operators.hypot
    sin, cos, tan = operators.sin, operators.cos, operators.tan
    asin, acos, atan, atan2 = operators.asin, operators.acos, operators.atan, operators.atan2
    sinh, cosh, erf, erfc = operators.sinh, operators.cosh, operators.erf, operators.erfc
    asinh, acosh, atanh = operators.asinh, operators.acosh, operators.atanh
    tanh, sigmoid, softplus, relu = operators.tanh, operators.sigmoid, operators.softplus, operators.relu
    leaky_relu, elu, gelu, silu = operators.leaky_relu, operators.elu, operators.gelu, operators.silu
    maximum, minimum, clamp = operators.maximum, operators.minimum, operators.clamp

    # ---- methods that functions of numpy call by their own names --------------------------------

    arcsin, arccos, arctan, arctan2, fabs = asin, acos, atan, atan2, abs
    arcsinh, arccosh, arctanh = asinh, acosh, atanh
    # fmt: on

    def exp2(self) -> Value:
        """2 to the power self, for np.exp2."""
        return 2.0**self

    def deg2rad(self) -> Value:
        """An angle in degrees, in radians, for np.deg2rad and np.radians."""
        return self * (math.pi / 180.0)

    def rad2deg(self) -> Value:
        """An angle in radians, in degrees, for np.rad2deg and np.degrees."""
        return self * (180.0 / math.pi)

    def conjugate(self) -> Value:
        """The number itself, which is real: np.var and np.vdot ask for it."""
        return self

    radians, degrees = deg2rad, rad2deg

    # ---- comparisons: of numbers; == and hash are identity --------------------------------------

    def __lt__(self, other: Any) -> Any:
        return relation("<", self, other)

    def __le__(self, other: Any) -> Any:
        return relation("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return relation(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return relation(">=", self, other)

    def __bool__(self) -> bool:
        return bool(relation("!=", self, 0.0))

    # ---- conversions ----------------------------------------------------------------------------

    def __float__(self) -> NoReturn:
        raise TypeError(
            "a Value does not turn into a plain number by itself, since its gradient would be lost; "
            "use v.data for the number, or autograd.exp(v) and its like to stay in the graph; an array that "
            "holds Values has dtype=object"
        )

    __int__ = __trunc__ = __complex__ = rint = __float__

    def __round__(self, digits: int | None = None) -> NoReturn:
        self.__float__()

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data!r}, grad={self.grad!r}{label})"

    def __reduce__(self) -> tuple[Any, ...]:
        return copying.reduced(self)

    def __getstate__(self) -> Any:
        return copying.state_of(self)

    def __copy__(self) -> Value:
        return copying.copy_node(self, self.operands)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        return copying.copy_graph(self, memo)


def data_of(values: Iterable[Value | float]) -> list[float]:
    """The plain numbers of a sequence of Values and numbers."""
    return [value.data if isinstance(value, Value) else number(value) for value in values]


def _float(data: Any, where: str) -> float:
    for_arrays = "make one Value per element: [Value(v) for v in array.ravel()]"
    return required_number(where, data, for_arrays, "a real number")


graph.Value = operators.Value = Value  # what operations make from now on
