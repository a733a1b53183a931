"""Classes that people derive from Value: more functions, attributes of their own, other hashes."""

import math

import pytest


def extended(Value):
    """A Value with sigmoid and ln, whose own + and * give its own class: the common recipe."""

    class Extended(Value):
        def __init__(self, data, _children=(), _op=""):
            super().__init__(data, _children, _op)

        def sigmoid(self):
            out = Extended(1 / (1 + math.exp(-self.data)), (self,), "sigmoid")

            def _backward():
                self.grad += out.data * (1 - out.data) * out.grad

            out._backward = _backward
            return out

        def ln(self):
            out = Extended(math.log(self.data), (self,), "ln")

            def _backward():
                self.grad += out.grad / self.data

            out._backward = _backward
            return out

        def __add__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Extended(self.data + other.data, (self, other), "+")

            def _backward():
                self.grad += out.grad
                other.grad += out.grad

            out._backward = _backward
            return out

        def __mul__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Extended(self.data * other.data, (self, other), "*")

            def _backward():
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad

            out._backward = _backward
            return out

        def __radd__(self, other):
            return self + other

        def __rmul__(self, other):
            return self * other

        def __rpow__(self, base):
            return Extended(base**self.data)

    return Extended


def test_functions_of_a_subclass_follow_its_own_operators(micrograd):
    """sigmoid and ln of results, and of results of results: -ln sigmoid(3 a - 2) has the slope 3 (s - 1)."""
    Extended = extended(micrograd.engine.Value)
    a = Extended(0.5)
    s = (a * 3 + -2).sigmoid()
    loss = -1 * s.ln()
    loss.backward()
    p = 1 / (1 + math.exp(0.5))
    assert (s.data, loss.data) == (pytest.approx(p, rel=1e-14), pytest.approx(-math.log(p), rel=1e-14))
    assert a.grad == pytest.approx(3 * (p - 1), rel=1e-14)
    assert {type(v) for v in (a, s, loss)} == {Extended}
    assert (2.0 ** Extended(3.0)).data == 8.0


def test_weights_of_both_classes_meet_in_one_graph(micrograd):
    """A derived Value times a plain one, in either order: both get their gradient."""
    Value = micrograd.engine.Value
    derived, plain = extended(Value)(3.0), Value(-2.0)
    (derived * plain + plain * derived).backward()
    assert (derived.grad, plain.grad) == (-4.0, 6.0)


def test_operators_that_a_subclass_does_not_write_give_a_value(micrograd):
    """Powers and relu come from Value: results are Values, and gradients arrive."""
    Value = micrograd.engine.Value
    x = extended(Value)(3.0)
    y = (x**2).relu()
    assert type(y) is Value
    y.backward()
    assert x.grad == 6.0


def numbered(Value):
    """A placeholder that counts itself, and hashes as its number, as code generators write it."""

    class Placeholder(Value):
        made = 0

        def __init__(self, data=math.inf):
            super().__init__(data)
            self.number = Placeholder.made
            Placeholder.made += 1

        def __hash__(self):
            return self.number

        def __repr__(self):
            return f"in{self.number}"

    return Placeholder


def test_placeholders_name_the_arguments_of_a_function(micrograd):
    """Called on placeholders, a function gives a graph, and the graph gives the function's text."""
    Value = micrograd.engine.Value
    Placeholder = numbered(Value)

    def text(v):
        if isinstance(v, Placeholder):
            return repr(v)
        if not v._op:
            return repr(float(v.data))
        of = [text(child) for child in v._prev]
        if v._op == "ReLU":
            return f"max(0.0, {of[0]})"
        return f"({f' {v._op} '.join(of)})" if v._op in "+*" else f"{of[0]}{v._op}"

    def f(x, y, z):
        return (x * y + 2).relu() * (z - y) ** 3

    traced = text(f(*(Placeholder() for _ in range(3))))
    for numbers in ([1.0, 2.0, 3.0], [-2.0, 4.0, 0.5]):
        names = {f"in{i}": number for i, number in enumerate(numbers)}
        expected = f(*map(Value, numbers)).data
        assert eval(traced, {"max": max}, names) == pytest.approx(expected, rel=1e-14)


def test_own_attributes_live_on_derived_and_plain_values(micrograd):
    """A regularisation on the weight, set by __init__; a mark on any Value, set by whoever walks by."""
    Value = micrograd.engine.Value

    class Weight(Value):
        def __init__(self, data, _children=(), _op="", regularization="none"):
            super().__init__(data, _children, _op)
            self.regularization = regularization

    w, b = Weight(0.5, regularization="l2"), Weight(0.0)
    y = w * 2.0 + b
    y.mark = "output"
    y.backward()
    assert (w.regularization, b.regularization, y.mark) == ("l2", "none", "output")
    assert not hasattr(b, "mark")
    assert (w.grad, b.grad) == (2.0, 1.0)


def test_values_are_keys_that_stand_for_themselves(engine):
    """Two Values with the same number are two keys; sets and dicts of Values keep both."""
    a, b = engine.Value(1.0), engine.Value(1.0)
    names = {a: "a", b: "b"}
    assert (names[a], names[b], len({a, b, a + b, a})) == ("a", "b", 3)
    assert (a == b, a != b, a in [b], a in (b, a)) == (False, True, False, True)
