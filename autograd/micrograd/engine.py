"""Micrograd's Value: children, an operation's name, and a `_backward` that may be written by hand.

Operators and functions are those of the table, so that all that knows its derivatives works with them. An
operation that is written by hand is known by its name and its children alone (see `tools.handwritten`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from autograd.engine import operators
from autograd.engine import value as plain
from autograd.engine.messages import describe, line_of_user
from autograd.engine.operands import number
from autograd.engine.recorders import EAGER
from autograd.engine.recording import notice, running
from autograd.errors import TraceError
from autograd.micrograd.children import Children
from autograd.micrograd.operators import operators_over
from autograd.tools.events import Made, Shortcut
from autograd.tools.handwritten import Closure, Handwritten

__all__ = ["Value"]

_NONE: tuple[Any, ...] = ()
_SPELLED = {"relu": "ReLU"}
"""How micrograd calls an operation, where that is not the symbol of the table."""


class Value(plain.Value):
    """A Value as micrograd has it: `Value(data, _children=(), _op='', label='')`.

    Numbers that meet it become Values, `a - b` is `a + b * -1` and `a / b` is `a * b**-1`, so that graphs are
    drawn as there. A function of one's own is a Value with children, and a closure as its `_backward`:

    >>> import math
    >>> def tanh(x):
    ...     out = Value(math.tanh(x.data), (x,), "tanh")
    ...     def _backward():
    ...         x.grad += (1 - out.data**2) * out.grad
    ...     out._backward = _backward
    ...     return out
    >>> x = Value(0.5)
    >>> y = 2 * tanh(x)
    >>> y.backward(); print(f"{y.data:.4f} {x.grad:.4f}")
    0.9242 1.5729

    What asks for the derivative of such a function, and not only for its gradient, is refused with a
    HandwrittenError: `grad` of `grad`, forward mode. So are `compile`, copies and pickles.
    """

    _closure: Closure | None = None
    _own_op: str | None = None

    def __init__(self, data: Any, _children: Iterable[Any] = _NONE, _op: str = "", label: str = "") -> None:
        super().__init__(data, label)
        if _op:
            self._op = _op
        if _children is not _NONE:
            self._prev = _children

    # ---- how it was made ------------------------------------------------------------------------

    @property
    def partials(self) -> tuple[float | None, ...]:
        """As those of any node; of an operation that is written by hand they are not known: None."""
        return (None,) * len(self._x) if isinstance(self._primitive, Handwritten) else super().partials

    @property
    def _prev(self) -> Any:
        """The set of the children, which keeps their order."""
        return Children(self.parents)

    @_prev.setter
    def _prev(self, children: Iterable[Any]) -> None:
        operands = _operands(children)
        if operands:
            self._stand_on(operands)
        else:
            self._primitive = self._x = self._dx = self._y = self._dy = None

    @property
    def _op(self) -> str:
        """The name of the operation; '' on a leaf, and where none was given."""
        if self._own_op is not None:
            return self._own_op
        primitive = self._primitive
        if primitive is None:
            return ""
        if primitive.name == "pow" and self._dy is None:
            return f"**{self._y}"
        return _SPELLED.get(primitive.name, str(primitive.symbol))

    @_op.setter
    def _op(self, op: str) -> None:
        if not isinstance(op, str):
            raise TypeError(
                f"_op is the name of an operation, got {describe(op)}; derivatives go to _backward"
            )
        self._own_op = op
        if isinstance(self._primitive, Handwritten):
            self._primitive = Handwritten(op)

    @property
    def _backward(self) -> Callable[[], Any]:
        """The function that adds to the children's gradients: one's own, else that of the operation."""
        return super()._backward if self._closure is None else self._closure.function

    @_backward.setter
    def _backward(self, function: Callable[[], Any] | None) -> None:
        function = function or (lambda: None)
        if not callable(function):
            raise TypeError(f"_backward is a function without arguments, got {describe(function)}")
        if self._primitive is None and _does_nothing(function):
            self._closure = None
            return
        self._closure = Closure(function)
        self._stand_on(self.parents)

    def _stand_on(self, operands: tuple[Any, ...]) -> None:
        """Be made from these operands, each once, by an operation that is written by hand."""
        op, recorder = self._op, running() or EAGER
        if not recorder.records:
            return
        if recorder.notice(Shortcut()) is False:
            raise TraceError(
                f"compile records operations of the table, and {op!r} at {line_of_user()} is written by "
                "hand: its derivative is not known; declare it with autograd.primitive, or write it with "
                "functions of autograd"
            )
        self._own_op, self._primitive, self._x = op, Handwritten(op), tuple(dict.fromkeys(operands))
        parents = tuple([operand for operand in self._x if isinstance(operand, plain.Value)])
        self._y = parents, self._closure or ()
        self._dx = self._dy = None
        notice(Made(self))

    # ---- operators ------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Value:
        other = _as_value(other)
        return other if other is NotImplemented else _over.add(self, other)

    def __mul__(self, other: Any) -> Value:
        other = _as_value(other)
        return other if other is NotImplemented else _over.mul(self, other)

    def __pow__(self, other: Any) -> Value:
        out = _over.pow(self, other)
        if type(other) is int and type(out) is Value:
            out._y = other  # as it was written
        return out

    def __rpow__(self, other: Any) -> Value:
        return _over.pow(other, self)

    def __neg__(self) -> Value:
        return self * -1

    def __sub__(self, other: Any) -> Value:
        other = _operand(other)
        return other if other is NotImplemented else self + -other

    def __rsub__(self, other: Any) -> Value:
        return other + -self

    def __truediv__(self, other: Any) -> Value:
        other = _operand(other)
        if other is NotImplemented:
            return NotImplemented
        return self * (_over.pow(other, -1) if other == 0 else other**-1)  # by 0: the error names it

    def __rtruediv__(self, other: Any) -> Value:
        return other * self**-1

    def __radd__(self, other: Any) -> Value:
        return self + other

    def __rmul__(self, other: Any) -> Value:
        return self * other

    # ---- copies ---------------------------------------------------------------------------------

    def __copy__(self) -> Any:
        if self._closure is not None:
            self._closure.refuse_copy()
        return super().__copy__()


def _does_nothing(function: Any) -> bool:
    """Whether it is the `lambda: None` that leaves begin with in micrograd: they go on to accumulate."""
    code, nothing = getattr(function, "__code__", None), (lambda: None).__code__
    return code is not None and (code.co_code, code.co_consts) == (nothing.co_code, nothing.co_consts)


def _operands(children: Iterable[Any]) -> tuple[Any, ...]:
    """Children as operands: Values, and plain numbers."""
    try:
        if isinstance(children, str):
            raise TypeError
        given = list(children)
    except TypeError:
        raise TypeError(
            f"_children are the Values that it is made from, in a tuple or a set, got {describe(children)}; "
            "a label is given by name: Value(data, label=...)"
        ) from None
    found = [_operand(child) for child in given]
    if NotImplemented in found:
        strange = given[found.index(NotImplemented)]
        raise TypeError(f"_children are Values, got {describe(strange)}; write Value(...) of it")
    return tuple(found)


def _operand(given: Any) -> Any:
    """A Value, or a number as a float; NotImplemented where it is neither, so that its class has its turn."""
    return given if type(given) is float or isinstance(given, plain.Value) else number(given)


def _as_value(given: Any) -> Any:
    """The same, a number as a Value of its own."""
    if isinstance(given, plain.Value):
        return given
    found = number(given)
    return found if found is NotImplemented else Value(found)


_over = operators_over(Value)
_instead = {getattr(operators, name): same for name, same in vars(_over).items()}
for _name, _method in vars(plain.Value).items():  # exp, abs, arctan2: each by all its names
    if _name not in vars(Value) and callable(_method) and _method in _instead:
        setattr(Value, _name, _instead[_method])
