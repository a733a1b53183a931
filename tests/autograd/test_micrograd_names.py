"""micrograd's names, for code that people have."""

import builtins

import pytest

import autograd
from autograd import Value
from autograd.engine import operands
from autograd.engine.operands import number
from tests.autograd.micrograd.walks import walk


def readme_example(Value):
    """The example of micrograd's README, written again with the same operations."""
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return a, b, g


def test_readme_example_gives_its_numbers():
    """24.7041, 138.8338 and 645.5773, as printed there."""
    a, b, g = readme_example(Value)
    assert (f"{g.data:.4f}", f"{a.grad:.4f}", f"{b.grad:.4f}") == ("24.7041", "138.8338", "645.5773")


@pytest.mark.peer("micrograd")
def test_readme_example_agrees_with_micrograd():
    """Data and gradients agree with the package to rounding (it divides by multiplying with x**-1)."""
    from micrograd import engine

    for ours, theirs in zip(readme_example(Value), readme_example(engine.Value), strict=True):
        assert ours.data == pytest.approx(theirs.data, rel=1e-14)
        assert ours.grad == pytest.approx(theirs.grad, rel=1e-14)


def test_prev_holds_the_operands_that_are_values_in_order():
    """_prev is a tuple: x * x holds x twice, a number is not in it, a leaf has none."""
    x, y = Value(2.0), Value(3.0)
    assert (x - y)._prev == (x, y) and (y - x)._prev == (y, x)
    assert (x * x)._prev == (x, x)
    assert (2 * x)._prev == (x,)
    assert autograd.dot([x, 1.0], [y, x])._prev == (x, y, x)
    assert x._prev == ()


OPERATIONS = [
    (lambda x: x + 1, "+"),
    (lambda x: x - 1, "-"),
    (lambda x: x * x, "*"),
    (lambda x: 1 / x, "/"),
    (lambda x: x**2, "**"),
    (lambda x: -x, "-"),
    (lambda x: x.tanh(), "tanh"),
    (lambda x: x.relu(), "relu"),
    (lambda x: autograd.dot([x], [x]), "dot"),
    (lambda x: x.detach(), ""),
    (lambda x: x, ""),
]


@pytest.mark.parametrize(("build", "symbol"), OPERATIONS)
def test_op_is_the_symbol_of_the_row(build, symbol):
    """'' on a leaf."""
    assert build(Value(2.0))._op == symbol


def test_manual_sweep_through_underscore_backward_gives_the_same_gradients():
    """root.grad = 1, then node._backward() in reverse order, as the lecture does by hand."""

    def build():
        a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        e = a * b
        d = e + Value(10.0)
        return a, b, (d * (a - b) + e.tanh() * 2.0 + autograd.sum([a, b, 1.0])).tanh()

    a, b, root = build()
    root.grad = 1.0
    for node in reversed(walk(root)):
        node._backward()
    a2, b2, root2 = build()
    root2.backward()
    assert (a.grad, b.grad) == (pytest.approx(a2.grad, rel=1e-15), pytest.approx(b2.grad, rel=1e-15))
    assert a2.grad != 0.0


def test_underscore_backward_pushes_once():
    """One call adds grad * partial to each parent, twice to a repeated one; a leaf does nothing."""
    x = Value(3.0)
    y = x * x
    y.grad = 2.0
    y._backward()
    assert x.grad == 12.0
    x._backward()
    y._backward()
    assert x.grad == 24.0


def test_attributes_are_writable_as_there():
    """p.data, p.grad and v.label may be assigned; p.grad = None counts as 0."""
    p = Value(1.0)
    p.label, p.data, p.grad = "w", 2, 3
    assert repr(p) == "Value(data=2.0, grad=3.0, label='w')"
    p.grad = None
    assert (p.grad, type(p.grad)) == (0.0, float)
    p.grad += 1
    assert p.grad == 1.0


def test_python_sum_and_powers_as_in_the_lecture():
    """sum((yout - ygt)**2 for ...) and sum(generator, bias) are the loss and the neuron of the lecture."""
    w, b = [Value(0.5), Value(-1.0)], Value(0.25)
    act = builtins.sum((wi * xi for wi, xi in zip(w, [2.0, 3.0], strict=True)), b)
    loss = builtins.sum((out - target) ** 2 for out, target in zip([act, act], [1.0, -1.0], strict=True))
    loss.backward()
    assert act.data == -1.75
    assert [v.grad for v in (*w, b)] == [4 * -1.75 * 2.0, 4 * -1.75 * 3.0, 4 * -1.75]


def test_setters_take_plain_numbers_without_asking_what_a_number_is(monkeypatch):
    """Floats, and the 0 of micrograd's zero_grad, are stored at once: its update loop asks nothing."""
    asked = []
    monkeypatch.setattr(operands, "number", lambda operand: asked.append(operand) or number(operand))
    p = Value(1.0)
    p.grad = 0
    p.grad = 0.5
    p.data -= 0.1 * p.grad
    p.grad = None
    assert (p.data, p.grad, asked) == (0.95, 0.0, [])
    p.grad = True
    p.data = 2
    assert (p.data, p.grad, asked) == (2.0, 1.0, [True, 2])
    assert type(p.data) is type(p.grad) is float
