"""A `_backward` written by hand: `backward()` runs it in its turn; what cannot be had is refused by name."""

import copy
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import checkpoint, detect_anomaly, grad, jacobian, jvp, no_grad
from autograd.errors import AnomalyError, HandwrittenError, TraceError
from autograd.micrograd import Value
from tests.autograd.micrograd.closures import product, tanh


def slope(x):
    """The derivative of tanh."""
    return 1 - math.tanh(x) ** 2


def test_backward_runs_a_closure_in_its_turn():
    """After all that uses the node, before all that it was made from: its gradient is whole."""
    seen = []
    x = Value(0.5)
    y = x * 3
    out = Value(2.0, (y,), "f")

    def _backward():
        seen.append((out.grad, y.grad))
        y.grad += 10 * out.grad

    out._backward = _backward
    (out + out * 4).backward()
    assert seen == [(5.0, 0.0)] and y.grad == 50.0 and x.grad == 150.0


@given(st.lists(st.sampled_from("tpsm"), min_size=1, max_size=12), st.floats(-2, 2))
def test_closures_give_the_gradients_of_the_rules(word, start):
    """Random programs, with every operation written by hand and by our rules."""

    def run(x, tanh, product):
        y = x
        for letter in word:
            y = (
                tanh(y)
                if letter == "t"
                else product(y, x)
                if letter == "p"
                else y * y
                if letter == "s"
                else y - x
            )
        return y

    by_hand, by_rule = Value(start), Value(start)
    run(by_hand, tanh, product).backward()
    run(by_rule, Value.tanh, Value.__mul__).backward()
    assert by_hand.grad == pytest.approx(by_rule.grad, rel=1e-12, abs=1e-12)
    assert grad(lambda x: run(x, tanh, product))(start) == pytest.approx(by_rule.grad, rel=1e-12, abs=1e-12)


def test_assigning_in_place_of_adding_loses_a_gradient():
    """The lecture's bug: `=` for `+=` overwrites what another use of x has passed back."""
    x = Value(3.0)
    other = product(x, Value(2.0))
    out = Value(9.0, (x,), "square")

    def _backward():
        x.grad = 6.0 * out.grad

    out._backward = _backward
    (out + other).backward()
    assert x.grad == 6.0  # of 8: the product had its turn first
    y = Value(3.0)
    b = Value(6.0, (y,), "+")

    def twice():
        y.grad = b.grad
        y.grad = b.grad

    b._backward = twice
    b.backward()
    assert y.grad == 1.0


def test_a_closure_takes_the_place_of_the_rule():
    """Also on the result of an operator; its `_op` and its children stay."""
    x = Value(2.0)
    out = x**3
    rule = out._backward
    out._backward = lambda: (rule(), setattr(x, "grad", -x.grad))
    assert (out._op, out._prev) == ("**3", {x})
    out.backward()
    assert x.grad == -12.0


@pytest.mark.parametrize(
    "gradient",
    [
        lambda f, x: grad(f)(x.data),
        lambda f, x: (checkpoint(f, x).backward(), x.grad)[1],
        lambda f, x: (f(x).backward(), x.grad)[1],
    ],
    ids=["grad", "checkpoint", "backward"],
)
def test_a_closure_in_place_of_a_rule_of_the_same_value_twice_counts_once(gradient):
    """Each child once: of x * x, the closure passes back all of it at one time."""

    def square(v):
        v = v * Value(1.0)
        out = v * v
        out._backward = lambda: setattr(v, "grad", v.grad + 2 * v.data * out.grad)
        return out

    assert gradient(square, Value(3.0)) == 6.0


def test_a_closure_is_called_by_hand():
    """`o._backward()`, with or without a closure of one's own; on a leaf it does nothing."""
    x = Value(0.5)
    out = tanh(x)
    out.grad = 2.0
    out._backward()
    assert x.grad == 2 * slope(0.5)
    made = x * 4
    made.grad = 1.0
    made._backward()
    assert x.grad == 2 * slope(0.5) + 4.0
    x._backward()
    Value(0.5, (x,), "f")._backward()
    assert x.grad == 2 * slope(0.5) + 4.0


def test_a_node_without_a_closure_passes_nothing_back():
    """As in micrograd, where `_backward` begins as `lambda: None`."""
    x = Value(0.5)
    (Value(0.25, (x,), "f") * 2).backward()
    assert x.grad == 0.0


def test_leaves_that_are_told_to_do_nothing_go_on_to_accumulate():
    """`self._backward = lambda: None` in the constructor of a subclass leaves a leaf a leaf."""
    x = Value(3.0)
    x._backward = lambda: None
    for _ in range(2):
        (x * x).backward()
    assert x.grad == 12.0 and x.primitive is None


def test_a_closure_on_a_leaf_is_run():
    """It sees the whole gradient."""
    seen = []
    x = Value(3.0)
    x._backward = lambda: seen.append(x.grad)
    (x * x + x).backward()
    assert seen == [7.0]


def test_when_a_closure_raises_every_leaf_keeps_its_gradient():
    """In the middle of a pass; the same pass afterwards is right."""
    x, y = Value(2.0), autograd.Value(3.0)
    x.grad, y.grad = 0.25, 0.5
    out = tanh(x)
    right = out._backward

    def wrong():
        right()
        raise RuntimeError("half done")

    out._backward = wrong
    root = y * x + out
    with pytest.raises(RuntimeError, match="half done"):
        root.backward()
    assert (x.grad, y.grad) == (0.25, 0.5)
    out._backward = right
    root.backward()
    assert (x.grad, y.grad) == (0.25 + 3.0 + slope(2.0), 2.5)


# ---- transforms ----------------------------------------------------------------------------------


def test_first_derivatives_go_through_a_closure_and_touch_no_grad():
    """grad, jacobian and checkpoint run it; gradients that were there stay."""
    w = Value(0.5)
    w.grad = 7.0
    assert grad(lambda x: tanh(x) * tanh(x))(0.3) == pytest.approx(2 * math.tanh(0.3) * slope(0.3), rel=1e-14)
    assert jacobian(lambda x: [tanh(x[0]), product(x[0], x[1]) * w])([0.3, 2.0]) == [
        [slope(0.3), 0.0],
        [1.0, 0.15],
    ]
    assert grad(lambda x: product(x, w))(0.3) == 0.5
    assert w.grad == 7.0
    checkpoint(lambda x: tanh(x * w), Value(2.0)).backward()
    assert w.grad == 7.0 + 2.0 * slope(1.0)


NOT_KNOWN = {
    "grad of grad": lambda: grad(grad(tanh))(0.5),
    "grad at a Value": lambda: grad(tanh)(Value(0.5)),
    "jvp": lambda: jvp(tanh, (0.5,), (1.0,)),
    "hvp": lambda: autograd.hvp(tanh, (0.5,), (1.0,)),
}


@pytest.mark.parametrize("ask", NOT_KNOWN.values(), ids=NOT_KNOWN.keys())
def test_what_needs_the_derivative_itself_is_refused_by_name(ask):
    """Which operation, why, and what to do."""
    with pytest.raises(
        HandwrittenError, match=r"derivative of 'tanh'.* written by hand.*autograd\.primitive"
    ):
        ask()


def test_a_name_that_is_given_later_is_the_one_in_errors():
    """`out._op = "+"` after the children, as some code writes it."""

    def renamed(x):
        out = tanh(x)
        out._op = "sigmoid"
        return out

    with pytest.raises(HandwrittenError, match="derivative of 'sigmoid'"):
        jvp(renamed, (0.5,), (1.0,))


def test_what_a_closure_passes_back_is_apart_from_gradients_that_are_there():
    """Of a Value that f itself has swept, as of any other."""

    def swept(x):
        y = x * 1.0
        (y * 5.0).backward()
        return tanh(y)

    assert grad(swept)(0.5) == slope(0.5)


COMPILED = {
    "of an argument": lambda w: lambda x: tanh(x) * w,
    "of a parameter": lambda w: lambda x: x * tanh(w),
    "on a result": lambda w: lambda x: setattr(x * w, "_backward", print),
}


@pytest.mark.parametrize("f", COMPILED.values(), ids=COMPILED.keys())
def test_compile_refuses_a_closure_by_name(f):
    """It names the line, and the primitive to declare in its place."""
    pytest.importorskip("numpy")
    with pytest.raises(TraceError, match=r"(closures|test_closures)\.py:\d+ .*autograd\.primitive"):
        autograd.compile(f(Value(0.5)), backend="numpy")([0.5, 1.0])


@pytest.mark.parametrize("take", [copy.copy, copy.deepcopy, pickle.dumps], ids=lambda take: take.__name__)
def test_a_closure_is_not_copied(take):
    """It would write to the Values it was made for; below a plain Value as well."""
    x = Value(0.5)
    with pytest.raises(HandwrittenError, match="neither copied nor pickled: the closure would write to"):
        take(tanh(x))
    if take is not copy.copy:  # which copies the root alone
        with pytest.raises(HandwrittenError, match="neither copied nor pickled"):
            take(autograd.exp(tanh(x)))


def test_no_grad_makes_leaves():
    """A Value with children, and its closure, are as the result of an operation: a leaf."""
    x = Value(0.5)
    with no_grad():
        out = tanh(x)
    assert out.data == math.tanh(0.5) and out._prev == set()
    (out * 2).backward()
    assert (x.grad, out.grad) == (0.0, 2.0)


def test_detect_anomaly_looks_at_closures_too():
    """A NaN that one makes forward, and one that it passes back, are named with the line."""
    x = Value(0.5, label="x")
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"f gave nan.* at .*test_closures\.py:\d+"):
        Value(math.nan, (x,), "f")
    out = Value(1.0, (x,), "f")

    def _backward():
        x.grad += math.inf

    out._backward = _backward
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"gradients that flow to 0\.5 at 'x' add up to inf"),
    ):
        (out * 2).backward()
    assert x.grad == 0.0


def test_check_gradients_finds_a_wrong_closure():
    """Against central differences; it notes what it cannot do."""

    def wrong(x):
        out = tanh(x)
        out._backward = lambda: setattr(x, "grad", x.grad + out.grad)
        return out

    report = autograd.check_gradients(lambda x: tanh(x) * x, 0.5)
    assert report and "(no complex step: 'tanh' is written by hand)" in str(report)
    assert "(no more rows: forward mode needs the derivative of 'tanh'" in str(report)
    with pytest.raises(autograd.GradientCheckError, match="central difference"):
        autograd.check_gradients(wrong, 0.5)
