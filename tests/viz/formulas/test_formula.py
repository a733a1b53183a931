"""Formulas: what is printed, evaluated, gives the same value, with no bracket too many."""

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, checkpoint, dot, primitive, select
from autograd import sum as sum_values
from autograd.rules.table import TABLE
from autograd.symbols import x as x_symbol
from viz import expression
from viz.formulas import latex


def evaluate(formula, **more):
    """The formula as Python, on plain numbers, with the functions of the engine."""
    names = {**vars(autograd), "inf": math.inf, "nan": math.nan, **formula.leaves, **more}
    *assignments, last = formula.lines
    for line in assignments:
        exec(line, names)
    return eval(last, names)


def same(a, b):
    return a == b or (a != a and b != b)


@pytest.mark.parametrize("name", TABLE)
def test_every_primitive_evaluates_to_the_same_value(name):
    """Over the whole table: with leaves as Values and with plain numbers in place."""
    row = TABLE[name]
    for sample in row.samples:
        flat = [Value(float(number), label=f"p{at}") for at, number in enumerate(sample)]
        mixed = [flat[0], *map(float, sample[1:])]
        for operands in (flat, mixed):
            root = autograd.engine.recording.record(row, *operands)
            assert same(evaluate(expression(root, names=False)), root.data)


UNARY = ["neg", "abs", "tanh", "sin", "relu", "sigmoid", "atan", "erf", "softplus", "identity"]
BINARY = ["add", "sub", "mul", "maximum", "hypot", "atan2"]


@st.composite
def graphs(draw):
    """Random graphs with shared parts, plain numbers and unlabelled leaves."""
    numbers = st.floats(-3, 3, allow_subnormal=False)
    values = [
        Value(draw(numbers), label=draw(st.sampled_from(["", "a", "b", "tanh", "my x", "v1"])))
        for _ in range(3)
    ]
    for _ in range(draw(st.integers(1, 25))):
        pick = st.sampled_from(values)
        either = pick | numbers
        kind = draw(st.integers(0, 5))
        if kind == 0:
            new = autograd.engine.recording.record(TABLE[draw(st.sampled_from(UNARY))], draw(pick))
        elif kind == 1:
            new = draw(pick) ** 2
        elif kind == 2:
            new = sum_values([draw(either), draw(pick), draw(pick)])
        elif kind == 3:
            new = dot([draw(pick), draw(either)], [draw(either), draw(pick)]).tanh()
        else:
            operands = [draw(pick), draw(either)]
            if draw(st.booleans()):
                operands.reverse()
            new = autograd.engine.recording.record(TABLE[draw(st.sampled_from(BINARY))], *operands)
        if abs(new.data) < 1e6:
            values.append(new)
    return values[-1]


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_any_graph_evaluates_to_the_same_value(root):
    """Bit for bit: brackets keep the order of operations, shared parts their identity."""
    assert same(evaluate(expression(root, names=False)), root.data)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda a, b: a + b + a, "a + b + a"),
        (lambda a, b: a + (b + a), "a + (b + a)"),
        (lambda a, b: a - (b - a), "a - (b - a)"),
        (lambda a, b: (a + b) * a, "(a + b) * a"),
        (lambda a, b: a * b + a, "a * b + a"),
        (lambda a, b: a / (b * a), "a / (b * a)"),
        (lambda a, b: (-a) ** 2, "(-a) ** 2"),
        (lambda a, b: -(a**2), "-a ** 2"),
        (lambda a, b: (a**2) ** 3, "(a ** 2) ** 3"),
        (lambda a, b: a ** (b**2), "a ** b ** 2"),
        (lambda a, b: a * -b, "a * -b"),
        (lambda a, b: a * -1.0, "a * -1"),
        (lambda a, b: 2 - a, "2 - a"),
        (lambda a, b: (a * b).tanh(), "tanh(a * b)"),
        (lambda a, b: dot([a, 2.0], [b, a]), "dot([a, 2], [b, a])"),
        (lambda a, b: select(1, [a, b]), "select(1, [a, b])"),
        (lambda a, b: a * Value(2.0) + Value(-0.5), "a * 2.0 + -0.5"),
    ],
)
def test_brackets_are_minimal(build, text):
    """Only where the order of operations needs them; unlabelled leaves print their number."""
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    assert str(expression(build(a, b), names=False)) == text


def test_shared_parts_are_assigned_before_the_last_line():
    """By their label, or as v1, v2 ...; names come from the caller's variables."""
    a = Value(0.5)
    both = a + 1
    root = (both * both).tanh() * (both * 2)
    assert str(expression(root)) == "both = a + 1\ntanh(both * both) * (both * 2)"
    assert str(expression(root, names=False)) == "v1 = 0.5 + 1\ntanh(v1 * v1) * (v1 * 2)"


@pytest.mark.parametrize("label", ["my x", "lambda", "tanh", "inf", "x.y", "ﬁ", "1a", "<b>", "a\nb"])
def test_a_label_that_cannot_stand_in_a_formula_gets_a_name(label):
    """v1, with the label in the legend."""
    formula = expression(Value(2.0, label=label) * 3.0)
    assert str(formula) == "v1 * 3" and formula.names == {"v1": label} and formula.leaves == {"v1": 2.0}


def test_two_leaves_of_one_label_are_told_apart():
    """A label used twice stands for neither."""
    formula = expression(Value(2.0, label="x") * Value(3.0, label="x") + Value(1.0, label="v1"), names=False)
    assert str(formula) == "v2 * v3 + v1" and formula.names == {"v2": "x", "v3": "x"}
    assert repr(formula).splitlines()[1:] == ["# v2: x", "# v3: x"]


def test_a_declared_primitive_stands_by_its_name():
    """And evaluates with it."""
    cube = primitive("cube", x_symbol * x_symbol * x_symbol, 3.0 * x_symbol * x_symbol)
    formula = expression(cube(Value(2.0, label="a")) + 1)
    assert str(formula) == "cube(a) + 1" and evaluate(formula, cube=cube) == 9.0


def test_a_checkpoint_is_refused():
    """Its interior is not stored, and a formula without it would be of something else."""
    root = checkpoint(lambda v: v * v, Value(3.0)) + 1
    with pytest.raises(
        ValueError, match="expression cannot write out a checkpoint, which stores no interior"
    ):
        expression(root)


def test_options_are_named():
    """What stands second could be taken for a format."""
    with pytest.raises(TypeError, match="positional"):
        expression(Value(1.0), "text")


@pytest.mark.parametrize("depth", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_graph_of_any_depth_has_a_formula_that_python_can_read(depth):
    """A chain of this many operations: parts get names, so that nothing nests too deep."""
    x = Value(1.0, label="x")
    y = x
    for _ in range(depth // 2):
        y = (y + 0.5) * 0.999
    assert evaluate(expression(y)) == y.data


def test_a_graph_with_exponentially_many_paths_is_short():
    """Sharing is kept: fifty doublings are fifty lines."""
    x = Value(1.0, label="x")
    for _ in range(50):
        x = x + x
    assert len(expression(x).lines) == 50


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda a, b: a / (b + 1), r"\frac{a}{b + 1}"),
        (lambda a, b: (a + b) ** 2, r"\left(a + b\right)^{2}"),
        (lambda a, b: (a / b) ** 2, r"\left(\frac{a}{b}\right)^{2}"),
        (lambda a, b: (a * b).sqrt(), r"\sqrt{a \cdot b}"),
        (lambda a, b: abs(a - b), r"\left|a - b\right|"),
        (lambda a, b: a.leaky_relu(), r"\operatorname{leaky\_relu}\left(a, 0.01\right)"),
        (lambda a, b: dot([a, b], [b, 2.0]), r"a \cdot b + b \cdot 2"),
        (lambda a, b: a * 1e-7, r"a \cdot \left(1 \cdot 10^{-7}\right)"),
        (lambda a, b: 1e300 * a, r"1 \cdot 10^{300} \cdot a"),
        (lambda a, b: a - (-b), r"a - \left(-b\right)"),
        (lambda a, b: a + (-b) * a, r"a + \left(-b\right) \cdot a"),
        (lambda a, b: a * -2.0, r"a \cdot \left(-2\right)"),
        (lambda a, b: sum_values([-a, -b]), r"-a + \left(-b\right)"),
        (lambda a, b: a.log() - (a - b), r"\ln\left(a\right) - \left(a - b\right)"),
    ],
)
def test_latex(build, text):
    """Fractions, powers, roots and functions as mathematics sets them."""
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    assert str(expression(build(a, b), latex=True, names=False)) == text


def test_latex_balances_and_shows_in_a_notebook():
    """Over the whole table every brace closes; several lines are aligned."""
    for row in TABLE.values():
        operands = [Value(float(number), label=f"x_{at}") for at, number in enumerate(row.samples[0])]
        text = str(expression(autograd.engine.recording.record(row, *operands), latex=True))
        assert text.count("{") == text.count("}") and text.count(r"\left") == text.count(r"\right")
    a = Value(1.0, label="alpha")
    b = a + 1
    formula = expression(b * b, latex=True)
    assert str(formula).startswith(r"\begin{aligned}") and r"\alpha" in str(formula)
    assert formula._repr_latex_().startswith("$") and expression(b)._repr_latex_() is None


def test_order_is_the_same_on_every_run():
    """No set decides anything."""
    random.seed(0)
    values = [Value(random.random(), label=random.choice("abc")) for _ in range(30)]
    root = sum_values([a * b for a, b in itertools.pairwise(values)])
    assert str(expression(root)) == str(expression(root))


def test_latex_writes_the_parameters_of_a_net_as_notes_do():
    """w^{[layer]}_{neuron, input}, counted from 1; a factor 1 is left out; e^x."""
    model = nn.MLP(2, [2, 1], "linear", seed=0)
    layers = [[[neuron.w[0].data, neuron.w[1].data] for neuron in layer.neurons] for layer in model.layers]
    assert len(layers) == 2
    text = str(expression(model([3.0, 1.0]).exp(), latex=True, model=model))
    assert text == (
        r"e^{w^{[2]}_{11} \cdot \left(w^{[1]}_{11} \cdot 3 + w^{[1]}_{12} + b^{[1]}_{1}\right) + "
        r"w^{[2]}_{12} \cdot \left(w^{[1]}_{21} \cdot 3 + w^{[1]}_{22} + b^{[1]}_{2}\right) + b^{[2]}_{1}}"
    )


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("layers.0.neurons.2.w.1", "w^{[1]}_{32}"),
        ("layers.2.neurons.10.w.0", "w^{[3]}_{11,1}"),
        ("neurons.1.b", "b_{2}"),
        ("norm.scale.3", r"\mathrm{scale}^{\mathrm{norm}}_{4}"),
        ("blocks.0.mlp.layers.1.neurons.0.w.4", r"w^{\mathrm{blocks.0.mlp.layers.1}}_{15}"),
    ],
)
def test_a_path_in_latex(path, shown):
    """Layer above, neuron and input below; other modules by their names."""
    assert latex.name(path) == shown


@pytest.mark.parametrize(
    ("build", "shown"),
    [
        (lambda a, b: a * 1, "a"),
        (lambda a, b: 1 * (a + b) * b, r"\left(a + b\right) \cdot b"),
        (lambda a, b: dot([a, b], [b, 1.0]) ** 2, r"\left(a \cdot b + b\right)^{2}"),
        (lambda a, b: (a * b).exp() ** 2, r"\left(e^{a \cdot b}\right)^{2}"),
        (lambda a, b: 2 * a.exp(), r"2 \cdot e^{a}"),
    ],
)
def test_latex_leaves_out_ones_and_writes_powers_of_e(build, shown):
    """With the brackets that are needed."""
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    assert str(expression(build(a, b), latex=True)) == shown
