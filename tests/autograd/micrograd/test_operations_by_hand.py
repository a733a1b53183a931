"""Operations that people write by hand: the number, the children, and a closure that pushes the gradient."""

import math

import pytest

from tests.autograd.micrograd.closures import product
from tests.autograd.micrograd.walks import walk


def from_rule(Value, name, function, derivative):
    """A hand-written operation of one operand, in the manner of every course."""

    def operation(x):
        out = Value(function(x.data), (x,), name)

        def _backward():
            x.grad += derivative(x.data, out.data) * out.grad

        out._backward = _backward
        return out

    return operation


RULES = {
    "tanh": (math.tanh, lambda x, z: 1 - z**2),
    "exp": (math.exp, lambda x, z: z),
    "log": (math.log, lambda x, z: 1 / x),
    "sigmoid": (lambda x: 1 / (1 + math.exp(-x)), lambda x, z: z * (1 - z)),
    "cube": (lambda x: x * x * x, lambda x, z: 3 * x * x),
    "bend": (lambda x: x / (1 + abs(x)), lambda x, z: (1 - abs(z)) ** 2),
}


def near(expected):
    """Two or three roundings apart."""
    return pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("at", [0.3, 1.7])
def test_closure_gives_the_gradient(micrograd, name, at):
    """y = f(3 a + 1) * a: dy/da = f'(3 a + 1) * 3 * a + f(3 a + 1), for f written by hand."""
    Value = micrograd.engine.Value
    function, derivative = RULES[name]
    f = from_rule(Value, name, function, derivative)
    a = Value(at)
    inner = f(3 * a + 1)
    y = inner * a
    y.backward()
    u = 3 * at + 1
    z = function(u)
    assert y.data == near(z * at)
    assert a.grad == near(derivative(u, z) * 3 * at + z)
    assert inner._op == name


def test_operand_that_is_used_twice_gets_both_shares(micrograd):
    """product(x, x) pushes 2 x, as x * x does; and two closures on one x add."""
    Value = micrograd.engine.Value
    x = Value(-1.5)
    product(x, x, Value).backward()
    assert x.grad == -3.0
    x.grad = 0.0
    (product(x, Value(2.0), Value) + product(Value(5.0), x, Value)).backward()
    assert x.grad == 7.0


def test_closures_run_once_each_and_results_before_operands(micrograd):
    """A diamond of four hand-written nodes: backward() runs every closure once, the root's first."""
    Value = micrograd.engine.Value
    calls = []

    def traced(name, *operands):
        out = Value(sum(v.data for v in operands), operands, name)

        def _backward():
            calls.append(name)
            for v in operands:
                v.grad += out.grad

        out._backward = _backward
        return out

    x = Value(1.0)
    top = traced("top", x)
    left, right = traced("left", top), traced("right", top)
    traced("root", left, right).backward()
    assert calls[0] == "root" and calls[-1] == "top" and sorted(calls[1:3]) == ["left", "right"]
    assert (x.grad, top.grad) == (2.0, 2.0)


def test_closures_and_operators_take_turns(micrograd):
    """Operators below, between and above hand-written nodes: the gradient is that of the whole expression."""
    Value = micrograd.engine.Value
    tanh = from_rule(Value, "tanh", *RULES["tanh"])
    log = from_rule(Value, "log", *RULES["log"])

    def with_values(p, q):
        return (log(tanh(p * q) + 2.0) * 0.5 - q) ** 2 / (p + 3)

    def with_floats(p, q):
        return (math.log(math.tanh(p * q) + 2.0) * 0.5 - q) ** 2 / (p + 3)

    p, q = Value(0.8), Value(-0.4)
    y = with_values(p, q)
    y.backward()
    h = 1e-6
    assert y.data == near(with_floats(0.8, -0.4))
    # a central difference is right to h squared, and to the rounding of y over h
    assert p.grad == pytest.approx(
        (with_floats(0.8 + h, -0.4) - with_floats(0.8 - h, -0.4)) / (2 * h), rel=1e-8
    )
    assert q.grad == pytest.approx(
        (with_floats(0.8, -0.4 + h) - with_floats(0.8, -0.4 - h)) / (2 * h), rel=1e-8
    )


def test_power_and_division_put_on_the_class_are_used_by_the_operators(micrograd, monkeypatch):
    """__pow__ and __truediv__ written by hand: x ** 3 and x / y go through them, with the same gradients."""
    Value = micrograd.engine.Value
    used = []

    def power(self, exponent):
        out = Value(self.data**exponent, (self,), f"**{exponent}")

        def _backward():
            used.append(out._op)
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out._backward = _backward
        return out

    monkeypatch.setattr(Value, "__pow__", power)
    monkeypatch.setattr(Value, "__truediv__", lambda self, other: self * other**-1)
    x, y = Value(2.0), Value(4.0)
    z = x**3 + x / y
    z.backward()
    assert (z.data, x.grad, y.grad) == (8.5, 12.25, -0.125)
    assert sorted(used) == ["**-1", "**3"]


def test_backpropagation_by_hand_is_backward(engine):
    """The seed on the root, then _backward() node by node from the root down: the numbers of backward()."""

    def neuron():
        Value = engine.Value
        x, w, b = Value(1.5), Value(-2.0), Value(0.25)
        xw = x * w
        n = xw + b
        return x, w, b, xw, n, n.relu() + n * n

    *nodes, root = neuron()
    root.backward()
    *others, other_root = neuron()
    other_root.grad = 1.0
    for v in reversed(walk(other_root)):
        v._backward()
    assert [v.grad for v in others] == [v.grad for v in nodes] == [11.0, -8.25, -5.5, -5.5, -5.5]


def test_closure_may_be_replaced_and_switched_off(micrograd):
    """v._backward is an attribute: another closure counts from then on, lambda: None stops the gradient."""
    Value = micrograd.engine.Value
    tanh = from_rule(Value, "tanh", *RULES["tanh"])
    x = Value(0.5)
    y = tanh(x)
    root = y * 3

    def straight_through():
        x.grad += y.grad

    y._backward = straight_through
    root.backward()
    assert x.grad == 3.0
    y._backward = lambda: None
    root.backward()
    assert x.grad == 3.0
