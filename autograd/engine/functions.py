"""Functions that are not printed from the table: Python's operators by name, and composites."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.engine import operators
from autograd.engine.messages import wrong_operand
from autograd.engine.operands import number
from autograd.engine.recorders import EAGER, Evaluator
from autograd.engine.recording import record, running
from autograd.engine.value import Value
from autograd.rules.primitives import Primitive
from autograd.symbols import Expression, largest, where, x

Scalar = Value | float


def add(x: Scalar, y: Scalar) -> Any:
    """The sum x + y, of numbers or Values.

    >>> add(1, 2)
    3.0
    """
    return _checked(operators.add, x, y)


def sub(x: Scalar, y: Scalar) -> Any:
    """The difference x - y.

    >>> sub(1, 2)
    -1.0
    """
    return _checked(operators.sub, x, y)


def mul(x: Scalar, y: Scalar) -> Any:
    """The product x * y.

    >>> mul(2, 3)
    6.0
    """
    return _checked(operators.mul, x, y)


def div(x: Scalar, y: Scalar) -> Any:
    """The quotient x / y; ZeroDivisionError where y is 0.

    >>> div(1, 2)
    0.5
    """
    return _checked(operators.div, x, y)


def pow(x: Scalar, y: Scalar) -> Any:
    """x to the power y; DomainError where that is not real.

    >>> pow(2, 3)
    8.0
    """
    return _checked(operators.pow, x, y)


def neg(x: Scalar) -> Any:
    """The opposite -x.

    >>> neg(2)
    -2.0
    """
    return _checked(operators.neg, x)


def mean(values: Iterable[Scalar]) -> Any:
    """The arithmetic mean, sum(values) / n. At least one value.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    values = _some(values, "mean")
    return operators.sum(values) / len(values)


def logsumexp(values: Iterable[Scalar]) -> Any:
    """log(sum of e^x_i), which cannot overflow; its gradient is `softmax`.

    A sum of the largest x and the primitive `logsumexp` of the rest: large numbers do not drown the gradient.

    >>> print(f"{logsumexp([0.0, 0.0]):.6f} {logsumexp([1e16, 0.0]):.0f}")
    0.693147 10000000000000000
    """
    shift, rest = shifted(values, "logsumexp")
    return shift + operators.logsumexp(rest)


def softmax(values: Iterable[Scalar]) -> list[Any]:
    """Probabilities proportional to e^x_i, whatever number all x_i have in common; cannot overflow.

    >>> print([f"{p:.3f}" for p in softmax([1.0, 1.0, 1001.0])], softmax([1e16, 1e16]))
    ['0.000', '0.000', '1.000'] [0.5, 0.5]
    """
    return [operators.exp(term) for term in log_softmax(values)]


def log_softmax(values: Iterable[Scalar]) -> list[Any]:
    """The logarithms of `softmax`: x_i - logsumexp(x), accurate where a probability underflows.

    >>> log_softmax([0.0, 1000.0])
    [-1000.0, 0.0]
    """
    _, rest = shifted(values, "softmax")
    total = operators.logsumexp(rest)
    return [value - total for value in rest]


LARGEST = Primitive(
    "largest",
    "largest",
    ("x",),
    1,
    where(abs(largest(x)) < math.inf, largest(x), 0),
    (0.0,),
    forms={"arrays": Expression("shift", x)},
)
"""What `shifted` subtracts: the largest x, or 0 where that is not finite. A constant: no row of the table."""


def shifted(values: Iterable[Scalar], name: str) -> tuple[Any, list[Any]]:
    """The largest value, as a constant, and all values less it.

    What depends on the differences alone, as softmax does, keeps its digits when all values are large; and
    its derivatives are right, since the constant has no part in them.
    """
    values = _some(values, name)
    shift = _largest(values)
    return shift, [value - shift for value in values]


def _largest(values: Sequence[Any]) -> Any:
    """`LARGEST` of the values: a number, or while tracing a Value that stands for it."""
    if running() is None:
        numbers = [value._data if isinstance(value, Value) else number(value) for value in values]
        if NotImplemented not in numbers:
            return LARGEST.on_floats.value(numbers)
    found = record(LARGEST, *values)
    return found.data if type(found) is Value else found


def matvec(rows: Iterable[Sequence[Scalar]], vector: Iterable[Scalar]) -> list[Any]:
    """The dot product of every row with one vector: a matrix-vector product, one `dot` node per row.

    The same nodes as `[dot(row, vector) for row in rows]`, made faster: the vector is read once.

    >>> matvec([[1.0, 0.0], [3.0, -1.0]], [2.0, 5.0])
    [2.0, 1.0]
    """
    rows, vector = list(rows), tuple(vector)
    recorder = running() or EAGER
    if isinstance(recorder, Evaluator) and recorder.evaluate is EAGER.evaluate:
        try:
            nodes = operators.dot_of_rows(rows, vector)
        except (AttributeError, TypeError, ValueError):
            pass
        else:
            return nodes if recorder.records else list(map(recorder.detach, nodes))
    return [operators.dot(row, vector) for row in rows]


def _checked(function: Callable[..., Any], *operands: Scalar) -> Any:
    """What an operator of Python's gives; where that is NotImplemented, the TypeError of a function."""
    result = function(*operands)
    if result is NotImplemented:
        strange = next(o for o in operands if not isinstance(o, Value) and number(o) is NotImplemented)
        raise wrong_operand(function.__name__, strange, "write it with the operator: it works on arrays")
    return result


def _some(values: Iterable[Scalar], name: str) -> Sequence[Any]:
    """The values as a list; a ValueError when there are none."""
    values = list(values)
    if not values:
        raise ValueError(f"{name} needs at least one value, got none")
    return values
