"""Static types are the types at run time: mypy checks this file (see pyproject.toml), and pytest runs it."""

from typing import assert_type

import pytest

import autograd
import nn
from autograd import Value, micrograd, topological_order
from autograd.compiler import Compiled


def test_operations_on_values_are_values() -> None:
    """Operators with Values and numbers on either side, methods, functions, detach."""
    a, b = Value(0.5), Value(2.0)
    made = [
        assert_type(a + b, Value),
        assert_type(a * 2, Value),
        assert_type(2 - a, Value),
        assert_type(2.0 / a, Value),
        assert_type(a**2, Value),
        assert_type(2**a, Value),
        assert_type(-a, Value),
        assert_type(+a, Value),
        assert_type(abs(a), Value),
        assert_type(a.tanh(), Value),
        assert_type(a.hypot(1.0), Value),
        assert_type(a.detach(), Value),
        assert_type(autograd.exp(a), Value),
        assert_type(autograd.maximum(1.0, a), Value),
        assert_type(a.clamp(0.0, 1.0), Value),
        assert_type(autograd.where(True, 1.0, a), Value),
    ]
    assert all(type(node) is Value for node in made)


def test_functions_of_numbers_are_floats() -> None:
    """A function gives what it is given: numbers in, a number out."""
    made = [
        assert_type(autograd.exp(1.0), float),
        assert_type(autograd.maximum(1.0, 2.0), float),
        assert_type(autograd.clamp(3.0, high=2.0), float),
    ]
    assert all(type(number) is float for number in made)


def test_views_of_a_graph_hold_values() -> None:
    """What a user walks along has data and grad, for the type checker too."""
    a = Value(0.5)
    y = a * 3.0
    assert_type(y.operands, tuple[Value | float, ...])
    nodes = [*assert_type(y.parents, tuple[Value, ...]), *assert_type(topological_order(y), list[Value])]
    assert [node.data for node in nodes] == [0.5, 0.5, 1.5]


def test_operations_on_values_of_micrograds_are_such_values() -> None:
    """With numbers and with plain Values, on either side."""
    a, plain = micrograd.Value(0.5), Value(2.0)
    made = [
        assert_type(a + 1, micrograd.Value),
        assert_type(2 - a, micrograd.Value),
        assert_type(1 / a, micrograd.Value),
        assert_type(a**2, micrograd.Value),
        assert_type(-a, micrograd.Value),
        assert_type(a * plain, micrograd.Value),
        assert_type(plain * a, micrograd.Value),
        assert_type(a.relu(), micrograd.Value),
    ]
    assert all(type(node) is micrograd.Value for node in made)
    assert_type(plain._prev, tuple[Value, ...])


def test_names_that_are_not_there_are_errors_for_a_type_checker_too() -> None:
    """Those of other libraries, as all others; `compile`, which is imported late, is there."""
    assert isinstance(assert_type(autograd.compile(lambda x: x), Compiled), Compiled)
    with pytest.raises(AttributeError):
        autograd.make_jvp  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        nn.Linear  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        Value(1.0).item  # type: ignore[attr-defined]
