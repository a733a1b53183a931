"""The README's "Coming from micrograd": what each row says, and what is as there, is true on both sides."""

import copy
import pickle
import random
import re
from pathlib import Path

import pytest

import autograd
import autograd.micrograd
import nn
import viz
from autograd.micrograd import engine as contract
from autograd.micrograd import nn as networks

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## Coming from micrograd")[2].partition("\n## ")[0]
ROWS = [row.split(" | ")[0] for row in re.findall(r"^\| (?!micrograd \|)(.*) \|$", SECTION, re.MULTILINE)]
SIDES = {"fast": (autograd.Value, nn), "contract": (contract.Value, networks)}

WAYS_OUT = r"autograd\.primitive.* `from autograd\.micrograd import Value`"


def imports(Value, networks, theirs):
    """The lines that the table has in place of micrograd's."""
    line = next(row for row in SECTION.split("\n") if row.startswith("| `from micrograd.engine"))
    of_value = re.findall(r"`(from [^`]*)`", line)
    line = next(row for row in SECTION.split("\n") if row.startswith("| `from micrograd.nn"))
    of_networks = re.findall(r"`(from [^`]*)`", line)
    found = {}
    exec(f"{of_value[1 + theirs]}\n{of_networks[1 + theirs]}", found)
    assert found["Value"] is Value
    assert [found[name] for name in ("Neuron", "Layer", "MLP", "Module")] == [
        networks.Neuron,
        networks.Layer,
        networks.MLP,
        networks.Module,
    ]


def by_hand(Value, networks, theirs):
    """An operation with children and a closure."""
    x = Value(0.5)

    def square():
        out = Value(0.25, (x,), "square")
        out._backward = lambda: setattr(x, "grad", x.grad + 2 * x.data * out.grad)
        return out

    if theirs:
        (square() * 3).backward()
        assert x.grad == 3.0
    else:
        with pytest.raises(TypeError, match=WAYS_OUT):
            square()


def subclass(Value, networks, theirs):
    """A constructor that passes children and operation on."""

    class ValueExt(Value):
        def __init__(self, data, _children=(), _op="", label=""):
            super().__init__(data, _children=_children, _op=_op)
            self.label = label

    x = ValueExt(1.0, label="x")
    assert (x.label, (x * 2).data) == ("x", 2.0)
    if theirs:
        assert ValueExt(2.0, (x,), "f")._prev == {x}
    else:
        with pytest.raises(TypeError, match=WAYS_OUT):
            ValueExt(2.0, (x,), "f")


def local_step(Value, networks, theirs):
    """One push along the edges of one node."""
    x, y = Value(2.0), Value(3.0)
    z = x * y
    z.grad = 1.0
    z._backward()
    assert (x.grad, y.grad) == (3.0, 2.0)


def prev(Value, networks, theirs):
    """The operands of x * x, and of y * x."""
    x, y = Value(2.0), Value(3.0)
    assert list((y * x)._prev) == [y, x]
    assert (x * x)._prev == ({x} if theirs else (x, x))


def op(Value, networks, theirs):
    """The names of relu and of a power."""
    x = Value(2.0)
    assert (x.relu()._op, (x**3)._op) == (("ReLU", "**3") if theirs else ("relu", "**"))


def composed(Value, networks, theirs):
    """How many nodes a difference and a quotient have."""
    x, y = Value(2.0), Value(4.0)
    sizes = [len(autograd.topological_order(made)) for made in (x - y, x / y)]
    assert sizes == ([5, 4] if theirs else [3, 3])


def a_number(Value, networks, theirs):
    """How many nodes x * 2 has."""
    assert len(autograd.topological_order(Value(1.0) * 2)) == (3 if theirs else 2)


def seeded(Value, networks, theirs):
    """Python's own random, and whether it draws the weights."""
    weights = []
    for _ in range(2):
        random.seed(1337)
        weights.append([p.data for p in networks.MLP(2, [3, 1]).parameters()])
    assert (weights[0] == weights[1]) is theirs
    if not theirs:
        one, two = (networks.MLP(2, [16, 16, 1], seed=1337).parameters() for _ in range(2))
        assert [p.data for p in one] == [p.data for p in two]


def one_neuron(Value, networks, theirs):
    """What a layer of one neuron gives."""
    found = networks.Layer(3, 1)([1.0, 2.0, 3.0])
    assert type(found) is (Value if theirs else list)
    assert theirs or len(found) == 1


def nonlin(Value, networks, theirs):
    """A linear neuron, and a usual one."""
    assert networks.Neuron(2, nonlin=False).nonlin is False and networks.Neuron(2).nonlin is True
    neuron = networks.Neuron(2, nonlin=False)
    x = [-v.data for v in neuron.w]
    assert neuron(x).data < 0.0


def printed(Value, networks, theirs):
    """What a model prints as."""
    text = str(networks.MLP(2, [1]))
    assert (text == "MLP of [Layer of [LinearNeuron(2)]]") is theirs
    assert theirs or "3 parameters" in text


def update(Value, networks, theirs):
    """The lines of the update loop."""
    p = Value(1.0)
    p.grad = 0
    (p * 3.0).backward()
    p.data -= 0.5 * p.grad
    assert (p.data, p.grad) == (-0.5, 3.0)


def attributes(Value, networks, theirs):
    """What an optimizer or a picture of one's own keeps on a Value."""
    p = Value(1.0)
    p.m = 0.5
    made = p * 2
    made._vis_color = "red"
    assert (copy.deepcopy(p).m, pickle.loads(pickle.dumps(made))._vis_color) == (0.5, "red")


def drawn(Value, networks, theirs):
    """The picture of the notebook."""
    assert "relu" in viz.draw_dot(Value(2.0).relu()).source


CHECKS = {
    "`from micrograd.engine import Value`": imports,
    "`from micrograd.nn import Neuron, Layer, MLP, Module`": imports,
    "`Value(t, (x,), 'tanh')` with a `_backward` of one's own": by_hand,
    "a subclass that passes `_children` and `_op` on": subclass,
    "`v._prev`": prev,
    "`v._op`": op,
    "`x - y`, `x / y`": composed,
    "a number, as in `x * 2`": a_number,
    "`random.seed(1337)` before a model is made": seeded,
    "`Layer(3, 1)(x)`": one_neuron,
    "`print(model)`": printed,
    "`draw_dot` in the notebook": drawn,
}
"""What holds each row, by its first column."""

IN_BOTH = {
    "v._backward()": local_step,
    "Neuron(2, nonlin=False)": nonlin,
    "neuron.nonlin": nonlin,
    "p.grad = 0": update,
    "p.data -= lr * p.grad": update,
    "p.m = 0.0": attributes,
}
"""What holds each piece of code of the sentence below the table."""


def test_each_row_has_a_check():
    """And no check is left of a row that is gone; the same of what is as there in both."""
    assert list(CHECKS) == ROWS
    sentence = SECTION.partition("As there in both: ")[2].partition("\n\n")[0]
    assert list(IN_BOTH) == re.findall("`([^`]*)`", sentence)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("row", CHECKS | IN_BOTH)
def test_each_row_is_true(row, side):
    """In the column of `autograd` and `nn`, and in that of `autograd.micrograd`."""
    (CHECKS | IN_BOTH)[row](*SIDES[side], theirs=side == "contract")


@pytest.mark.parametrize("Value", [autograd.Value, contract.Value])
def test_what_is_said_to_differ_in_both_differs(Value):
    """Floats; the last pass; errors where a number is not defined; depth."""
    x = Value(2)
    assert repr(x) == "Value(data=2.0, grad=0.0)"
    y = x * x
    root = y * y
    for _ in range(2):
        root.backward()
    assert y.grad == 8.0
    with pytest.raises(autograd.DomainError):
        Value(0.0).log()
    deep = x
    for _ in range(3000):
        deep = deep + x
    deep.backward()
    del deep
