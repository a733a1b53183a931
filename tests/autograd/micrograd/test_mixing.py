"""Values of `autograd.micrograd`, and closures, wherever a plain Value goes."""

import pytest

import autograd
import nn
from autograd import Value as Plain
from autograd.errors import TraceError
from autograd.micrograd import MLP, Value
from tests.autograd.micrograd.closures import tanh
from viz import draw, expression, play

EVERYWHERE = {
    "a function": lambda x, y: autograd.tanh(x) * autograd.exp(y),
    "dot": lambda x, y: autograd.dot([x, y, 1.0], [y, x, x]),
    "sum": lambda x, y: autograd.sum([x, y, x * y, 2.0]),
    "Python's sum": lambda x, y: sum([x, y, x * y]),
    "mean": lambda x, y: autograd.mean([x, y]) ** 2,
    "softmax": lambda x, y: autograd.softmax([x, y, 0.5])[0],
    "where": lambda x, y: autograd.where(x > y, x * x, y),
    "matvec": lambda x, y: autograd.matvec([[x, y], [1.0, x]], [y, x])[1],
    "a method": lambda x, y: x.maximum(y).log1p() + (-x).abs(),
    "a primitive of one's own": lambda x, y: SOFTSIGN(x) * SOFTSIGN(y),
    "checkpoint": lambda x, y: autograd.checkpoint(lambda x: (x * y).tanh() + 1, x),
    "a loss": lambda x, y: nn.squared_error(x, y) + nn.hinge(x, 1.0) + nn.cross_entropy([x, y], 1),
    "a layer": lambda x, y: autograd.sum(LAYER([x, y])),
    "a neuron": lambda x, y: NEURON([x, x * y]),
    "a network": lambda x, y: NETWORK([x, y]),
    "a network of micrograd's": lambda x, y: THEIRS([x, y]),
}
SYMBOL = autograd.symbols.x
SOFTSIGN = autograd.primitive("softsign_here", SYMBOL / (1 + abs(SYMBOL)), (1 - abs(autograd.symbols.z)) ** 2)
LAYER, NEURON = nn.Layer(2, 3, "tanh", seed=0), nn.Neuron(2, "tanh", seed=0)
NETWORK, THEIRS = nn.MLP(2, [3, 1], seed=0), MLP(2, [3, 1])


def gradients(f, kinds, wrap=lambda v: v):
    """df at (0.7, 0.4), with leaves of these classes, and something around them."""
    x, y = (kind(number) for kind, number in zip(kinds, (0.7, 0.4), strict=True))
    f(wrap(x), wrap(y)).backward()
    return [x.grad, y.grad]


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_value_of_micrograds_goes_where_a_plain_one_goes(name):
    """Alone, beside a plain one, and with a closure in between: the same gradients."""
    f = EVERYWHERE[name]
    expected = pytest.approx(gradients(f, (Plain, Plain)), rel=1e-12, abs=1e-12)
    for kinds in ((Value, Value), (Value, Plain), (Plain, Value)):
        assert gradients(f, kinds) == expected
    by_rule = gradients(f, (Plain, Plain), Plain.tanh)
    assert gradients(f, (Value, Plain), tanh) == pytest.approx(by_rule, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", sorted(EVERYWHERE.keys() - {"checkpoint"}))
def test_derivatives_of_any_order_go_through_its_operators(name):
    """Where no closure is: grad of grad, forward mode, checks of gradients."""
    f = EVERYWHERE[name]
    second = autograd.grad(autograd.grad(lambda x: f(x, 0.4)))(0.7)
    of_class = autograd.grad(autograd.grad(lambda x: f(x * Value(1.0), Value(0.4))))(0.7)
    assert getattr(of_class, "data", of_class) == pytest.approx(second, rel=1e-12, abs=1e-12)
    assert autograd.check_gradients(lambda x, y: f(Value(1.0) * x, y), 0.7, 0.4)


def trained(compiled):
    """The weights of a network of micrograd's after three steps of an optimizer of ours."""
    X, t = [[0.5, -1.0], [1.5, 0.5], [-0.5, 1.0]], [1.0, -1.0, 1.0]
    model = MLP(2, [3, 1])
    for at, parameter in enumerate(model.parameters()):
        parameter.data = 0.1 * (at - 6)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    loss = autograd.compile(lambda x, t: (model(x) - t) ** 2, backend="numpy")
    if compiled:
        with loss.training(optimizer) as step:
            for _ in range(3):
                step(X, t)
    else:
        for _ in range(3):
            optimizer.zero_grad()
            autograd.mean((model(x) - y) ** 2 for x, y in zip(X, t, strict=True)).backward()
            optimizer.step()
    return [parameter.data for parameter in model.parameters()]


def test_an_optimizer_trains_a_network_of_micrograds():
    """Eagerly, and compiled, to the same weights."""
    assert trained(compiled=False) == pytest.approx(trained(compiled=True), rel=1e-9)
    assert trained(compiled=True)[0] != -0.6


BECOMING = {
    "a result": lambda w: setattr(w, "_prev", {Value(7.0)}),
    "a result by hand": lambda w: setattr(w, "_backward", lambda: w.data),
}
STAYING = {
    "no children": lambda w: setattr(w, "_prev", set()),
    "micrograd's own _backward": lambda w: setattr(w, "_backward", lambda: None),
    "a name": lambda w: setattr(w, "_op", "w"),
    "an attribute": lambda w: setattr(w, "m", 0.0),
}


@pytest.mark.parametrize("change", [*BECOMING.values(), *STAYING.values()], ids=[*BECOMING, *STAYING])
def test_a_parameter_may_be_changed_by_hand_within_a_training_block(change):
    """Its number is that of the last step; as a leaf it is trained on, as a result it is refused by name."""
    w, x = Value(1.0), [1.0]
    with autograd.compile(lambda x: (w * x) ** 2, backend="numpy").training(nn.SGD([w], lr=0.25)) as step:
        step(x)
        change(w)
        assert w.data == 0.5
        if change in STAYING.values():
            assert step(x) == 0.25 and w.data == 0.25
        else:
            with pytest.raises(TypeError, match=r"training steps leaves, but f closes over .*a result of"):
                step(x)


def test_a_training_block_refuses_a_closure_by_name():
    """As `compile` does: with the line, and what to do."""
    w = Value(0.5)
    loss = autograd.compile(lambda x: (tanh(w) * x) ** 2, backend="numpy")
    with (
        pytest.raises(
            TraceError, match=r"'tanh' at .*closures\.py:\d+ is written by hand.*autograd\.primitive"
        ),
        loss.training(nn.SGD([w], lr=0.1)) as step,
    ):
        step([1.0, 2.0])
    assert w.data == 0.5


def test_a_simulated_precision_rounds_closures_too():
    """Their numbers, and the cotangents that they see."""
    seen = []
    with nn.simulate_precision("float16"):
        x = Value(0.5)
        out = Value(1 / 3, (x,), "third")
        out._backward = lambda: seen.append(out.grad)
        (out * 0.1).backward()
    assert (out.data, seen) == (0.333251953125, [0.0999755859375])


def test_pictures_take_them():
    """draw, expression and play of operators of the class, as of plain ones."""
    a, b = Value(2.0), Plain(-3.0)
    root = (a * b + 1).tanh()
    assert str(expression(root)) == "tanh(a * b + 1.0)"
    assert len(draw(root).view.boxes) == 6
    assert "tanh" in play(root).html
