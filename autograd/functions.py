"""Functions that are not printed from the table: Python's operators by name, and composites."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd import operators
from autograd.operands import number, numbers_of
from autograd.recording import current
from autograd.rules import total
from autograd.value import Value
from autograd.wording import wrong_operand

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


def softmax(values: Iterable[Scalar]) -> list[Any]:
    """Probabilities proportional to e^x_i: exp(x_i - logsumexp(x)), which cannot overflow.

    >>> print([f"{p:.3f}" for p in softmax([1.0, 1.0, 1001.0])])
    ['0.000', '0.000', '1.000']
    """
    return [operators.exp(term) for term in log_softmax(values)]


def log_softmax(values: Iterable[Scalar]) -> list[Any]:
    """The logarithms of `softmax`: x_i - logsumexp(x), accurate where a probability underflows.

    >>> log_softmax([0.0, 1000.0])
    [-1000.0, 0.0]
    """
    values = _some(values, "softmax")
    shift = operators.logsumexp(values)
    return [value - shift for value in values]


def matvec(rows: Iterable[Sequence[Scalar]], vector: Iterable[Scalar]) -> list[Any]:
    """The dot product of every row with one vector: a matrix-vector product, one `dot` node per row.

    The same nodes as `[dot(row, vector) for row in rows]`, with the vector read once: this is what makes
    a layer of neurons fast.

    >>> matvec([[1.0, 0.0], [3.0, -1.0]], [2.0, 5.0])
    [2.0, 1.0]
    """
    rows, vector = list(rows), tuple(vector)
    if current.get() is None:
        try:
            return _dots(rows, vector)
        except (AttributeError, TypeError, ValueError):
            pass
    return [operators.dot(row, vector) for row in rows]


def _dots(rows: list[Sequence[Any]], vector: tuple[Any, ...]) -> list[Any]:
    """`matvec` where every row is of Values, and the vector of Values that floats may follow."""
    numbers, count = numbers_of(vector)
    size, parents = len(vector), vector[:count]
    nodes = []
    for row in rows:
        weights = [weight._data for weight in row]
        if len(weights) != size:
            raise ValueError("rows of another length")
        node = object.__new__(Value)
        node._data = total(map(operator.mul, weights, numbers))
        node._primitive = operators.DOT
        node._x = (*row, *vector)
        node._y = (*row, *parents), (*numbers, *weights[:count])
        node._dx = node._dy = node._grad = None
        nodes.append(node)
    return nodes


def _checked(function: Callable[..., Any], *operands: Scalar) -> Any:
    """An operator of Python's as a function: what it does not know is an error, not NotImplemented."""
    result = function(*operands)
    if result is NotImplemented:
        strange = next(o for o in operands if not isinstance(o, Value) and number(o) is NotImplemented)
        raise wrong_operand(function.__name__, strange, "write it with the operator: it works on arrays")
    return result


def _some(values: Iterable[Scalar], name: str) -> Sequence[Any]:
    values = list(values)
    if not values:
        raise ValueError(f"{name} needs at least one value, got none")
    return values
