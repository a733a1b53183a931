"""Neurons, layers, Sequential and MLP: micrograd's model, in names, order and numbers."""

# ruff: noqa: E501

import numpy as np
import pytest

import nn
from autograd import Value, check_gradients, compile
from autograd.engine.graph import topological_order
from nn.layers import initializers
from nn.layers.activations import ACTIVATIONS
from tests.nn.helpers import as_values, filled, inputs


def test_parameters_come_layer_by_layer_neuron_by_neuron_weights_then_bias():
    """micrograd's order."""
    model = nn.MLP(2, [2, 1], seed=0)
    first, second, last = (*model.layers[0].neurons, *model.layers[1].neurons)
    expected = [*first.w, first.b, *second.w, second.b, *last.w, last.b]
    assert list(map(id, model.parameters())) == list(map(id, expected))
    assert [name for name, _ in model.named_parameters()][:4] == [
        "layers.0.neurons.0.w.0",
        "layers.0.neurons.0.w.1",
        "layers.0.neurons.0.b",
        "layers.0.neurons.1.w.0",
    ]


@pytest.mark.peer("micrograd")
def test_network_agrees_with_micrograd():
    """Given the same weights: output and every gradient, to 1e-12 relative."""
    from micrograd import nn as peer

    theirs, ours = peer.MLP(3, [4, 4, 1]), filled(nn.MLP(3, [4, 4, 1]))
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        other.data = mine.data
    for x in inputs(5, 3):
        y, z = ours(x), theirs(x)
        (y * y).backward()
        (z * z).backward()
        assert y.data == pytest.approx(z.data, rel=1e-12)
    assert [p.grad for p in ours.parameters()] == pytest.approx(
        [p.grad for p in theirs.parameters()], rel=1e-12, abs=1e-15
    )


def test_network_has_the_numbers_that_micrograd_gives():
    """The same, with micrograd 0.1.0's numbers written down, for where it is not installed."""
    model = filled(nn.MLP(3, [4, 4, 1]))
    y = model(inputs(3))
    (y * y).backward()
    assert y.data == pytest.approx(MICROGRAD_OUTPUT, rel=1e-12)
    assert [p.grad for p in model.parameters()][-5:] == pytest.approx(MICROGRAD_GRADIENTS, rel=1e-12)


MICROGRAD_OUTPUT = -0.19126899218529705
MICROGRAD_GRADIENTS = [-0.1668841795824715, -0.07335534699296493, 0.0, 0.0, -0.3825379843705941]


def test_neuron_is_one_dot_node_and_one_activation_node():
    """The bias is a term of the dot, with the constant 1."""
    neuron = nn.Neuron(3, "tanh", seed=0)
    nodes = [node for node in topological_order(neuron([1.0, 2.0, 3.0])) if node.primitive]
    assert [node.primitive.name for node in nodes] == ["dot", "tanh"]
    assert nodes[0].operands == (*neuron.w, neuron.b, 1.0, 2.0, 3.0, 1.0)


def test_linear_neuron_has_no_activation_node():
    """And without a bias the dot has `nin` terms."""
    neuron = nn.Neuron(2, "linear", bias=False, seed=0)
    assert neuron.parameters() == neuron.w
    assert neuron([1.0, 2.0]).operands == (*neuron.w, 1.0, 2.0)


@pytest.mark.parametrize("nouts", [[1, 3], [3, 1, 3], [1], [2, 1]])
def test_a_layer_of_one_neuron_changes_no_shape(nouts):
    """A hidden layer of one gives a list of one; a model that ends in one neuron gives its Value."""
    model = nn.MLP(2, nouts, seed=0)
    y = model([0.5, -1.0])
    assert isinstance(y, Value) if nouts[-1] == 1 else [type(v) for v in y] == [Value] * nouts[-1]
    assert isinstance(model.layers[0]([0.5, -1.0]), list)


def test_hidden_layers_are_relu_and_the_output_linear_unless_told_otherwise():
    """MLP(nin, nouts, activation=..., output=...)."""
    functions = [layer.neurons[0].activation for layer in nn.MLP(2, [3, 3, 1]).layers]
    assert functions == [ACTIVATIONS["relu"], ACTIVATIONS["relu"], ACTIVATIONS["linear"]]
    functions = [layer.neurons[0].activation for layer in nn.MLP(2, [3, 1], "tanh", "sigmoid").layers]
    assert functions == [ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"]]


@pytest.mark.parametrize(("nonlin", "name"), [(True, "relu"), (False, "linear")])
@pytest.mark.parametrize("make", [lambda n: nn.Neuron(2, n), lambda n: nn.Neuron(2, nonlin=n)])
def test_nonlin_is_micrograds_word(make, nonlin, name):
    """Neuron(nin, nonlin=True), in place or by name; Layer passes it on; a neuron answers to it."""
    assert make(nonlin).activation is ACTIVATIONS[name]
    assert make(nonlin).nonlin is nonlin and nn.Neuron(2, "tanh").nonlin
    assert nn.Layer(2, 3, nonlin=nonlin).neurons[2].activation is ACTIVATIONS[name]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradients_of_a_model_with_each_activation(name):
    """By check_gradients, in parameters and inputs, first and second order."""
    model = nn.MLP(2, [2, 1], activation=name, output=name)

    def output(weights, x):
        for neuron, row in zip([n for layer in model.layers for n in layer.neurons], weights, strict=True):
            neuron.w, neuron.b = row[:-1], row[-1]
        return model(x)

    weights = [[0.4, -0.3, 0.2], [0.7, 0.5, -0.1], [0.3, 0.6, 0.25]]
    assert check_gradients(output, weights, [0.8, 0.45])


def test_a_function_serves_as_activation():
    """Any function of one Value; its nodes belong to the neuron."""
    neuron = nn.Neuron(1, lambda z: z * z, init=[3.0])
    y = neuron([2.0])
    assert y.data == 36.0
    assert y.notes["module"].module is neuron


@pytest.mark.parametrize("x", [np.array([0.5, -1.0]), (0.5, -1.0), as_values([0.5, -1.0])])
def test_inputs_may_be_arrays_tuples_and_values(x):
    """All give what the list gives."""
    model = nn.MLP(2, [3, 1], seed=0)
    assert model(x).data == model([0.5, -1.0]).data


def test_seed_draws_the_weights_and_leaves_the_global_state_alone():
    """The same seed, the same weights; a Generator is drawn from; numpy's global state stays."""
    before = np.random.get_state()[1].tolist()

    def weights(seed):
        return [p.data for p in nn.MLP(2, [3, 1], seed=seed).parameters()]

    assert weights(0) == weights(0) == weights(np.random.default_rng(0))
    assert weights(1) != weights(0) != weights(None) != weights(None)
    source = np.random.default_rng(0)
    assert weights(source) != weights(source)
    assert np.random.get_state()[1].tolist() == before


def test_sequential_takes_modules_and_functions():
    """One after the other; `batch` gives what one by one gives."""
    model = nn.Sequential(nn.Layer(2, 3, seed=0), lambda x: [2.0 * v for v in x], nn.Layer(3, 2, seed=1))
    samples = inputs(3, 2)
    one_by_one = [[v.data for v in model(x)] for x in samples]
    assert [[v.data for v in y] for y in model.batch(samples)] == one_by_one


def test_a_model_of_one_output_feeds_a_layer_of_one_input():
    """The Value that it gives stands for a list of one."""
    model = nn.Sequential(nn.MLP(2, [3, 1], seed=0), nn.Layer(1, 2, seed=1))
    assert len(model([0.5, -1.0])) == 2


# fmt: off
WRONG = [
    (lambda: nn.MLP(2, [3, 1])([1.0]),                           nn.InputError, r"layers\.0: Layer\(2, 3, relu\) takes 2 numbers, got 1: \[1\.0\]"),
    (lambda: nn.MLP(2, [3, 1]).batch([[1.0, 2.0, 3.0]]),         nn.InputError, r"layers\.0: Layer\(2, 3, relu\) takes 2 numbers, got 3"),
    (lambda: nn.Sequential(nn.Layer(2, 3), nn.Layer(4, 1))([1.0, 2.0]),  nn.InputError, r"layers\.1: Layer\(4, 1, relu\) takes 4 numbers, got 3"),
    (lambda: nn.Residual(nn.MLP(2, [2, 2]))([1.0]),              nn.InputError, r"inner\.layers\.0: Layer\(2, 2, relu\) takes 2"),
    (lambda: nn.Neuron(2)(None),                                 nn.InputError, r"Neuron\(2, relu\) takes a list of 2 numbers, got NoneType"),
    (lambda: nn.MLP(0, [1]),                                     ValueError,    "nin of at least 1, got 0"),
    (lambda: nn.MLP(2, [3, -1]),                                 ValueError,    "nout of at least 1, got -1"),
    (lambda: nn.MLP(2, []),                                      ValueError,    r"MLP needs its layers' sizes as a list, as MLP\(2, \[16, 1\]\); got \[\]"),
    (lambda: nn.MLP(2, 3),                                       ValueError,    "MLP needs its layers' sizes as a list"),
    (lambda: nn.Layer(2.5, 1),                                   TypeError,     "whole number for nin, got 2.5"),
    (lambda: nn.MLP(2, [1], output="swish"),                     ValueError,    "no activation is named 'swish'; there are linear, relu"),
    (lambda: nn.MLP(2, [1], init="glorot"),                      ValueError,    "no initialiser is named 'glorot'; there are auto, zeros"),
    (lambda: nn.Neuron(2, init=[1.0]),                           ValueError,    r"Neuron\(2\) needs 2 weights, init gave 1"),
    (lambda: nn.MLP(2, [1], seed="lucky"),                       TypeError,     "seed takes None, an int or a numpy Generator, got 'lucky'"),
    (lambda: nn.MLP(2, [1], seed=-1),                            ValueError,    "seed takes an int of at least 0, got -1"),
    (lambda: nn.MLP(2, [3], activation="rellu"),                 ValueError,    "no activation is named 'rellu'"),
    (lambda: nn.MLP(2, [3, 1])([[1.0, 2.0]] * 50),               nn.InputError, r"takes 2 numbers, got a list of 50 lists; for several samples use model\.batch\(X\)"),
    (lambda: nn.MLP(2, [3, 1])([np.ones(2)] * 50),               nn.InputError, r"takes 2 numbers, got a list of 50 arrays; for several samples"),
    (lambda: nn.MLP(2, [3, 1])([Value(0.5)]),                    nn.InputError, r"takes 2 numbers, got 1: \[0\.5\]"),
    (lambda: compile(nn.MLP(2, [3, 1]))(np.ones((4, 3))),        nn.InputError, r"takes 2 numbers, got 3: \[<traced"),
    (lambda: initializers.he_normal(-1, 2),                      ValueError,    "he_normal needs fan_in of at least 1, got -1"),
    (lambda: initializers.xavier_uniform(0, 0),                  ValueError,    "xavier_uniform needs fan_in of at least 1, got 0"),
    (lambda: initializers.zeros(2, 1, rows=0),                   ValueError,    "zeros needs rows of at least 1, got 0"),
    (lambda: nn.Layer(2, 3, init=lambda *_: [[1.0, 2.0]]),       ValueError,    r"Layer\(2, 3\) needs 3 rows of weights, init gave 1"),
    (lambda: nn.Sequential(),                                    ValueError,    "Sequential needs at least one layer"),
    (lambda: nn.Sequential([nn.Layer(2, 1)]),                    TypeError,     r"got \[Layer\(2, 1, relu\)\]; write Sequential\(\*layers\)"),
    (lambda: nn.Sequential(3),                                   TypeError,     "takes modules and functions, got 3"),
]
# fmt: on


@pytest.mark.parametrize(("action", "kind", "message"), WRONG)
def test_wrong_input_says_what_was_expected_what_came_and_where(action, kind, message):
    """In words."""
    with pytest.raises(kind, match=message):
        action()


def test_marks_say_which_module_made_an_output_and_from_what():
    """On outputs alone; a Layer's outputs share one Call, and labelling one labels no other."""
    model = nn.MLP(2, [3, 1], seed=0)
    x = as_values([0.5, -1.0])
    h = model.layers[0](x)
    call = h[0].notes["module"]
    assert isinstance(call, nn.Call)
    assert call.module is model.layers[0]
    assert call.inputs[0] is x
    h[0].label = "h0"
    assert [value.label for value in h] == ["h0", "", ""]
    assert h[0].notes["module"] is h[1].notes["module"] is call
    y = model(x)
    assert y.notes["module"].module is model.layers[1]
    marked = [node for node in topological_order(y) if "module" in node.notes]
    assert len(marked) == 4


def test_a_module_marks_what_no_inner_module_has_marked():
    """And not what it hands through, nor leaves."""
    inner = nn.Neuron(1, init=[2.0])

    class Doubled(nn.Module):
        def __init__(self):
            self.inner = inner

        def forward(self, x):
            y = self.inner(x)
            return [y, 2.0 * y, x[0]]

    module, x = Doubled(), as_values([1.0])
    y = module(x)
    assert [v.notes["module"].module for v in y[:2]] == [inner, module]
    assert "module" not in x[0].notes
    product = x[0] * 2.0
    nn.Dropout(0.5).eval()(product)
    assert "module" not in product.notes


def test_named_arguments_reach_forward_and_the_mark():
    """After those in place."""

    class Scaled(nn.Module):
        def forward(self, x, factor=1.0):
            return x * factor

    x = Value(2.0)
    y = Scaled()(x, factor=3.0)
    assert y.data == 6.0
    assert y.notes["module"].inputs == (x, 3.0)


def test_summary_is_an_indented_table_with_parameter_counts():
    """One line for each layer, none for neurons; repr is the same."""
    model = nn.Sequential(nn.Residual(nn.MLP(2, [16, 2], seed=0)), nn.BatchNorm(2), nn.Layer(2, 1))
    model.layers[2].freeze()
    lines = repr(model).splitlines()
    assert lines[0].startswith("Sequential ")
    assert lines[0].endswith("89 parameters (3 frozen)")
    assert lines[2].startswith("    inner MLP(2, [16, 2])")
    assert lines[-1].endswith("3 (3 frozen)")
    assert len(lines) == 7
