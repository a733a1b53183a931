"""Every module: gradients of parameters and inputs, options, wrong input; normalisation, dropout, checkpoint."""

# ruff: noqa: E501

from math import sqrt

import numpy as np
import pytest

import nn
from autograd import Value, check_gradients, checkpoint, no_grad
from autograd import sum as sum_
from autograd.engine.graph import topological_order
from autograd.engine.value import data_of
from autograd.trees import leaves, map_leaves
from tests.nn.helpers import as_values, filled, inputs, outputs_and_gradients

# fmt: off
LAYERS = {
    "Neuron":           (lambda: nn.Neuron(3, "tanh"),                                  inputs(3)),
    "Layer":            (lambda: nn.Layer(3, 2, "sigmoid"),                             inputs(3)),
    "MLP":              (lambda: nn.MLP(3, [3, 2], "tanh"),                             inputs(3)),
    "Residual":         (lambda: nn.Residual(nn.MLP(3, [2, 3], "tanh")),                inputs(3)),
    "LayerNorm":        (lambda: nn.LayerNorm(3),                                       inputs(3)),
    "RMSNorm":          (lambda: nn.RMSNorm(3),                                         inputs(3)),
    "BatchNorm":        (lambda: nn.BatchNorm(3).eval(),                                inputs(3)),
    "Conv1d":           (lambda: nn.Conv1d(2, 2, 2, activation="tanh"),                 inputs(2, 4)),
    "Conv2d":           (lambda: nn.Conv2d(1, 2, 2, stride=2, padding=1),               inputs(1, 2, 3)),
    "MaxPool2d":        (lambda: nn.MaxPool2d(2),                                       inputs(1, 4, 4)),
    "AvgPool2d":        (lambda: nn.AvgPool2d(2),                                       inputs(1, 4, 4)),
    "Flatten":          (lambda: nn.Flatten(),                                          inputs(2, 2)),
    "RNN":              (lambda: nn.RNN(nn.RNNCell(2, 2)),                              inputs(3, 2)),
    "LSTM":             (lambda: nn.RNN(nn.LSTMCell(2, 2)),                             inputs(3, 2)),
    "GRU":              (lambda: nn.RNN(nn.GRUCell(2, 2)),                              inputs(3, 2)),
    "SelfAttention":    (lambda: nn.SelfAttention(4, heads=2),                          inputs(2, 4)),
    "TransformerBlock": (lambda: nn.TransformerBlock(2, heads=1, expansion=2),          inputs(2, 2)),
}
# fmt: on
EVERY = pytest.mark.parametrize("name", LAYERS)


def total(tree):
    """A fixed combination of all outputs."""
    return outputs_total(leaves(tree))


def outputs_total(values):
    return sum_([(1.0 + 0.3 * k) * value for k, value in enumerate(values)])


@EVERY
def test_gradients_of_inputs_by_check_gradients(name):
    """Central differences, complex step, forward mode, second order."""
    make, x = LAYERS[name]
    module = filled(make())
    assert check_gradients(lambda x: total(module(x)), x)


@EVERY
def test_gradients_of_parameters_by_central_differences(name):
    """On the parameters' data."""
    make, x = LAYERS[name]
    module = filled(make())
    y = total(module(as_values(x)))
    y.backward()

    def at(parameter, data):
        before, parameter.data = parameter.data, data
        with no_grad():
            result = total(module(as_values(x))).data
        parameter.data = before
        return result

    for path, p in module.named_parameters():
        h = 1e-5
        slope = (at(p, p.data + h) - at(p, p.data - h)) / (2 * h)
        assert p.grad == pytest.approx(slope, rel=1e-6, abs=1e-7), path


@EVERY
def test_a_batch_gives_what_one_by_one_gives(name):
    """In evaluation mode."""
    make, x = LAYERS[name]
    module = filled(make())
    samples = [x, map_leaves(lambda v: v * 0.5, x)]
    one_by_one = [data_of(leaves(module(sample))) for sample in samples]
    assert [data_of(leaves(y)) for y in module.batch(samples)] == one_by_one


@EVERY
def test_checkpoint_takes_any_module(name):
    """The same outputs and gradients, the interior not stored."""
    make, x = LAYERS[name]
    module, same = filled(make()), filled(make())
    y = checkpoint(module, as_values(x))
    z = same(as_values(x))
    assert data_of(leaves(y)) == data_of(leaves(z))
    if module.parameters():
        found, expected = outputs_and_gradients(module, y), outputs_and_gradients(same, z)
        assert found[1] == pytest.approx(expected[1], rel=1e-13, abs=1e-16)


@EVERY
def test_arrays_serve_as_inputs(name):
    """They give what lists give."""
    make, x = LAYERS[name]
    module = filled(make())
    assert data_of(leaves(module(np.array(x)))) == data_of(leaves(module(x)))


@EVERY
def test_seed_and_state_round_trip(name):
    """describe is one line; the state goes into another."""
    make, _ = LAYERS[name]
    module, other = filled(make()), make()
    other.load_state_dict(module.state_dict())
    assert other.state_dict() == module.state_dict()
    assert "\n" not in module.describe()
    assert module.describe().startswith(type(module).__name__)


def told(module, x):
    return data_of(leaves(module(x)))


GPT = {"vocabulary": 4, "context": 6, "width": 4, "heads": 2}
BLOCK = {"width": 4, "heads": 2}
# fmt: off
OPTIONS = [
    (lambda **o: nn.Neuron(3, **{"seed": 0, "activation": "silu", **o}),          inputs(3),       {"activation": "tanh", "bias": False, "init": "orthogonal", "seed": 1, "nonlin": False}),
    (lambda **o: nn.Layer(3, 2, **{"seed": 0, **o}),                inputs(3),       {"activation": "tanh", "bias": False, "init": "uniform", "seed": 1, "nonlin": False}),
    (lambda **o: nn.MLP(3, [3, 2], **{"seed": 0, **o}),             inputs(3),       {"activation": "tanh", "output": "tanh", "bias": False, "init": "zeros", "seed": 1}),
    (lambda **o: nn.LayerNorm(3, **o),                              inputs(3),       {"eps": 0.1}),
    (lambda **o: nn.RMSNorm(3, **o),                                inputs(3),       {"eps": 0.1}),
    (lambda **o: nn.BatchNorm(3, **o).eval(),                       inputs(3),       {"eps": 0.1}),
    (lambda **o: nn.Dropout(**{"p": 0.5, "seed": 0, **o}),          inputs(8),       {"p": 0.2, "seed": 3}),
    (lambda **o: nn.Conv1d(1, 2, 2, **{"seed": 0, **o}),            inputs(1, 5),    {"stride": 2, "padding": 1, "activation": "tanh", "bias": False, "init": "zeros", "seed": 1}),
    (lambda **o: nn.Conv2d(1, 2, 2, **{"seed": 0, **o}),            inputs(1, 4, 4), {"stride": 2, "padding": 1, "activation": "tanh", "bias": False, "init": "zeros", "seed": 1}),
    (lambda **o: nn.MaxPool2d(2, **o),                              inputs(1, 4, 4), {"stride": 1}),
    (lambda **o: nn.AvgPool2d(2, **o),                              inputs(1, 4, 4), {"stride": 1}),
    (lambda **o: nn.RNN(nn.RNNCell(2, 2, **{"seed": 0, **o})),      inputs(3, 2),    {"activation": "relu", "seed": 1}),
    (lambda **o: nn.RNN(nn.LSTMCell(2, 2, **{"seed": 0, **o})),     inputs(3, 2),    {"seed": 1}),
    (lambda **o: nn.RNN(nn.GRUCell(2, 2, **{"seed": 0, **o})),      inputs(3, 2),    {"seed": 1}),
    (lambda **o: nn.RNN(nn.GRUCell(2, 2, seed=0), **o),             inputs(3, 2),    {"last": True}),
    (lambda **o: nn.Embedding(4, 3, **{"seed": 0, **o}),            2,               {"deviation": 0.5, "seed": 1}),
    (lambda **o: nn.SelfAttention(4, **{"seed": 0, **o}),           inputs(2, 4),    {"heads": 2, "causal": False, "seed": 1}),
    (lambda **o: nn.TransformerBlock(**{**BLOCK, "seed": 0, **o}),  inputs(2, 4),    {"heads": 1, "causal": False, "expansion": 2, "activation": "relu", "dropout": 0.5, "seed": 1}),
    (lambda **o: nn.GPT(**{**GPT, "seed": 0, **o}),                 [0, 3, 1],       {"width": 8, "heads": 1, "depth": 2, "dropout": 0.5, "tied": True, "seed": 1, "vocabulary": 5, "context": 7}),
]
# fmt: on


@pytest.mark.parametrize(
    ("make", "x", "option", "value"),
    [(make, x, option, value) for make, x, options in OPTIONS for option, value in options.items()],
    ids=[f"{make().describe()} {option}" for make, _, options in OPTIONS for option in options],
)
def test_every_option_of_every_layer_changes_the_numbers(make, x, option, value):
    """Against the same layer without it. (An odd bias is moved, so that leaving it out shows.)"""
    plain, other = make(), make(**{option: value})
    for module in (plain, other):
        for path, parameter in module.named_parameters():
            if path.endswith(".b") or path == "b":
                parameter.data += 0.25
    assert told(plain, x) != told(other, x)


@pytest.mark.parametrize(
    "name", ["zeros", "uniform", "xavier_uniform", "xavier_normal", "he_uniform", "he_normal"]
)
def test_initializer_has_its_variance(name):
    """2 / (fan_in + fan_out) for Xavier, 2 / fan_in for He; normal ones have tails, uniform ones bounds."""
    fan_in, fan_out = 200, 100
    weights = np.array(getattr(nn, name)(fan_in, fan_out, seed=0))
    assert weights.shape == (fan_out, fan_in)
    variance = {"zeros": 0.0, "uniform": 1 / 3, "xavier": 2 / (fan_in + fan_out), "he": 2 / fan_in}
    expected = variance[name.split("_")[0]]
    assert weights.mean() == pytest.approx(0.0, abs=0.01)
    assert weights.var() == pytest.approx(expected, rel=0.03)
    if expected:
        tail = np.abs(weights).max() / sqrt(expected)
        assert tail > 3.5 if name.endswith("normal") else tail <= sqrt(3)


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6)])
def test_orthogonal_keeps_lengths(shape):
    """The shorter side is orthonormal."""
    weights = np.array(nn.orthogonal(*shape, seed=0))
    gram = weights @ weights.T if shape[1] <= shape[0] else weights.T @ weights
    assert gram == pytest.approx(np.eye(min(shape)), abs=1e-12)


@pytest.mark.parametrize(
    ("activation", "initial"),
    [
        ("relu", "he_uniform"),
        ("gelu", "he_uniform"),
        ("tanh", "xavier_uniform"),
        ("linear", "xavier_uniform"),
    ],
)
def test_the_default_initializer_fits_the_activation(activation, initial):
    """He for rectifiers, else Xavier; biases start at 0."""
    layer = nn.Layer(3, 2, activation, seed=0)
    assert [[w.data for w in n.w] for n in layer.neurons] == getattr(nn, initial)(3, 2, seed=0)
    assert [n.b.data for n in layer.neurons] == [0.0, 0.0]


def test_dropout_keeps_the_expectation_and_drops_the_share():
    """Over many numbers; each is 0 or x / (1 - p)."""
    drop = nn.Dropout(0.3, seed=0)
    y = np.array(drop([1.0] * 20000))
    assert (y == 0.0).mean() == pytest.approx(0.3, abs=0.01)
    assert y.mean() == pytest.approx(1.0, abs=0.02)
    assert set(y.tolist()) == {0.0, 1 / 0.7}


def test_dropout_under_checkpoint_sees_the_same_mask_in_both_runs():
    """The gradient of each input is its factor in the forward pass, and the generator moves once."""
    drop, same = nn.Dropout(0.5, seed=0), nn.Dropout(0.5, seed=0)
    x = as_values([1.0] * 20)
    y = checkpoint(drop, x)
    sum_(y).backward()
    assert [v.grad for v in x] == data_of(y) == data_of(same([1.0] * 20))
    assert drop.generator.random() == same.generator.random()


def test_batch_norm_normalises_each_feature_of_a_batch():
    """Mean 0 and variance 1 (less eps), whatever came in; gradients by check_gradients."""
    norm = nn.BatchNorm(2, eps=0.0)
    rows = np.array([data_of(row) for row in norm.batch(inputs(6, 2))])
    assert rows.mean(axis=0) == pytest.approx(np.zeros(2), abs=1e-14)
    assert rows.var(axis=0) == pytest.approx(np.ones(2), rel=1e-13)
    assert check_gradients(lambda xs: total(nn.BatchNorm(2).batch(xs)), inputs(3, 2))


def test_batch_norm_works_within_sequential_and_residual():
    """Through `batch`."""
    model = nn.Sequential(
        nn.Residual(nn.Sequential(nn.Layer(2, 2, seed=0), nn.BatchNorm(2))), nn.Layer(2, 1, seed=1)
    )
    outputs = model.batch(inputs(4, 2))
    assert [type(y) for y in outputs] == [Value] * 4
    assert model.layers[0].inner.layers[1].running_mean != [0.0, 0.0]


def test_momentum_one_keeps_only_the_last_batch():
    """And the statistics of evaluation do not move."""
    norm = nn.BatchNorm(1, momentum=1.0)
    norm.batch([[1.0], [3.0]])
    assert (norm.running_mean, norm.running_variance) == ([2.0], [2.0])
    norm.eval().batch([[5.0], [9.0]])
    assert norm.running_mean == [2.0]


def test_embedding_selects_for_a_value_and_hands_out_parameters_for_an_int():
    """Same numbers; the gradient goes to the row."""
    table = nn.Embedding(3, 2, seed=0)
    index = Value(2.0)
    row = table(index)
    assert data_of(row) == data_of(table(2)) == data_of(table(np.int64(2)))
    sum_(row).backward()
    assert [[p.grad for p in row] for row in table.rows] == [[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]
    assert index.grad == 0.0
    assert [node.primitive for node in topological_order(*table(2))] == [None, None]


def test_a_head_is_marked_and_is_no_module():
    """What each head reads is noted as that part's; paths, parameters and states know nothing of it."""
    attention = nn.SelfAttention(4, heads=2, seed=0)
    out = attention(as_values(inputs(3, 4)))
    marks = {node.notes["module"] for row in out for y in row for node in topological_order(y) if node.notes}
    heads = sorted(mark.part for mark in marks if mark.part is not None)
    assert heads == [("heads.0", "Head"), ("heads.1", "Head")]
    assert all(mark.module is attention for mark in marks if mark.part is not None)
    names = [name for name, _ in attention.named_modules()] + list(attention.state_dict())
    assert names and not any("head" in name for name in names)


def test_causal_attention_reads_no_later_position():
    """What comes later changes nothing before; without `causal` it does."""
    xs, changed = inputs(3, 4), [*inputs(2, 4), inputs(4, start=7)]
    for causal in (True, False):
        attention = nn.SelfAttention(4, heads=2, causal=causal, seed=0)
        before = [data_of(row) for row in attention(xs)][:2] == [data_of(row) for row in attention(changed)][
            :2
        ]
        assert before is causal


@pytest.mark.parametrize("data", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("temperature", [0.0, 1e-320, 1.0])
def test_gpt_makes_no_tokens_from_logits_that_are_not_finite(data, temperature):
    """At any temperature; and the model is in the mode that it was in."""
    model = nn.GPT(**{**GPT, "seed": 0})
    for parameter in model.logits.parameters():
        parameter.data = data
    with pytest.raises(
        ArithmeticError, match=r"finite logits, got .* for token 0 at position 2: the model's"
    ):
        model.generate([0, 1], 3, temperature=temperature, seed=0)
    assert model.training


@pytest.mark.parametrize("temperature", [1e-3, 1e-300, 1e-320, 5e-324])
def test_gpt_at_the_lowest_temperatures_takes_the_likeliest(temperature):
    """Where logits / temperature overflow, too."""
    model = nn.GPT(**{**GPT, "seed": 0})
    for parameter in model.logits.parameters():
        parameter.data *= 100.0
    assert model.generate([0], 5, temperature=temperature, seed=0) == model.generate([0], 5, temperature=0)


def test_gpt_generates_within_its_context_and_by_its_seed():
    """Longer than the context, without a graph; temperature 0 is greedy; training mode is kept."""
    model = nn.GPT(4, 3, width=4, heads=1, dropout=0.5, seed=0)
    assert model.generate([0, 1], 5, seed=0) == model.generate([0, 1], 5, seed=0)
    greedy = model.generate([0, 1], 1, temperature=0)
    logits = data_of(model.eval()([0, 1])[-1])
    assert greedy == [0, 1, logits.index(max(logits))]
    assert not model.training
    assert len({tuple(model.generate([0], 6, temperature=5.0, seed=seed)) for seed in range(5)}) > 1
    assert len(model.parameters()) - len(nn.GPT(4, 3, width=4, heads=1, tied=True).parameters()) == 16


class First(nn.Module):
    """Forgets all samples of a batch but the first."""

    def batch(self, samples):
        return samples[:1]


# fmt: off
WRONG = [
    (lambda: nn.LayerNorm(3)([1.0]),                            nn.InputError, r"LayerNorm\(3\) takes 3 numbers, got 1"),
    (lambda: nn.LayerNorm(3, eps=-1.0),                         ValueError,    "LayerNorm needs eps of at least 0, got -1.0"),
    (lambda: nn.BatchNorm(2, momentum=2.0),                     ValueError,    "BatchNorm needs momentum from 0 to 1"),
    (lambda: nn.BatchNorm(2)([1.0, 2.0]),                       nn.InputError, r"call batch\(samples\) on the model, as fit does, or model.eval\(\) first"),
    (lambda: nn.Sequential(nn.BatchNorm(2)).batch([[1.0, 2.0]]), nn.InputError, r"layers\.0: BatchNorm\(2\) in training needs at least two samples"),
    (lambda: nn.Dropout(1.0),                                   ValueError,    "Dropout needs p below 1, got 1"),
    (lambda: nn.Dropout(-0.1),                                  ValueError,    "Dropout needs p from 0 to 1, got -0.1"),
    (lambda: nn.Residual(3),                                    TypeError,     "Residual takes a module or a function, got 3"),
    (lambda: nn.Residual(nn.Layer(2, 3))([1.0, 2.0]),           nn.InputError, "adds an output of the input's shape, got 3 for 2"),
    (lambda: nn.Conv2d(1, 2, 3)([[[1.0, 2.0]]]),                nn.InputError, "needs a length of at least 3, got 1 with padding"),
    (lambda: nn.Conv2d(2, 2, 1)([[[1.0]]]),                     nn.InputError, r"Conv2d\(2, 2, kernel=1, linear\) takes 2 channels, got 1"),
    (lambda: nn.Conv2d(1, 2, 1)([[[1.0, 2.0], [1.0]]]),         nn.InputError, "takes rows of one length, got 1 and 2"),
    (lambda: nn.Conv1d(1, 2, 1)([1.0, 2.0]),                    nn.InputError, "takes 1 channels, got 2"),
    (lambda: nn.Conv1d(1, 2, 0),                                ValueError,    "Conv1d needs kernel of at least 1, got 0"),
    (lambda: nn.MaxPool2d(3)([[[1.0, 2.0]]]),                   nn.InputError, r"MaxPool2d\(3\) needs images of at least 3 by 3, got 1 by 2"),
    (lambda: nn.MaxPool2d(0),                                   ValueError,    "MaxPool2d needs size of at least 1"),
    (lambda: nn.RNN(nn.Layer(2, 2)),                            TypeError,     r"RNN takes a cell, as RNN\(GRUCell\(2, 4\)\), got Layer"),
    (lambda: nn.LossScaler().backward(1.0),                     TypeError,     "LossScaler.backward takes a loss, a Value, got float"),
    (lambda: nn.LossScaler().step(nn.Layer(2, 2)),              TypeError,     "LossScaler.step takes an optimizer, got Layer"),
    (lambda: nn.grid_search(print, [0.1, 1.0]),                 ValueError,    r"grid_search needs a space of at least one setting, as .* got \[0.1, 1.0\]"),
    (lambda: nn.RNN(nn.RNNCell(2, 2))([]),                      nn.InputError, "takes a list of inputs, one for each step, got an empty one"),
    (lambda: nn.RNN(nn.RNNCell(2, 2))([[1.0]]),                 nn.InputError, r"cell: RNNCell\(2, 2\) takes 2 numbers, got 1"),
    (lambda: nn.LSTMCell(1, 2)([1.0], ([0.0, 0.0], [0.0])),     nn.InputError, r"LSTMCell\(1, 2\) takes 2 numbers, got 1: \[0\.0\]"),
    (lambda: nn.LSTMCell(1, 2)([1.0], ([0.0, 0.0], [0.0] * 3)), nn.InputError, r"LSTMCell\(1, 2\) takes 2 numbers, got 3"),
    (lambda: nn.LSTMCell(1, 2)([1.0], ([0.0], [0.0, 0.0])),     nn.InputError, r"LSTMCell\(1, 2\) takes 2 numbers, got 1"),
    (lambda: nn.LSTMCell(1, 2)([1.0], [0.0]),                   nn.InputError, r"takes a state \(h, c\), as start\(\) gives, got \[0\.0\]"),
    (lambda: nn.GRUCell(1, 2)([1.0], [0.0]),                    nn.InputError, r"GRUCell\(1, 2\) takes 2 numbers, got 1"),
    (lambda: nn.RNNCell(1, 2)([1.0], [0.0] * 3),                nn.InputError, r"RNNCell\(1, 2\) takes 2 numbers, got 3"),
    (lambda: nn.Embedding(3, 2)(3),                             nn.InputError, r"Embedding\(3, 2\) takes an index from 0 to 2, got 3"),
    (lambda: nn.Embedding(3, 2)(-1),                            nn.InputError, "index from 0 to 2, got -1"),
    (lambda: nn.Embedding(3, 2)(1.5),                           nn.InputError, "takes a whole number, got float"),
    (lambda: nn.Residual(First()).batch([[1.0], [2.0]]),        nn.InputError, "Residual needs an output for each of 2 samples, got 1"),
    (lambda: nn.TransformerBlock(2)([[1.0, 2.0], [1.0]]),       nn.InputError, "TransformerBlock takes 2 numbers, got 1"),
    (lambda: nn.SelfAttention(4, heads=3),                      ValueError,    "3 do not divide 4"),
    (lambda: nn.SelfAttention(4)([[1.0]]),                      nn.InputError, r"SelfAttention\(4, heads=1\) takes 4 numbers"),
    (lambda: nn.GPT(**GPT)([0] * 7),                            nn.InputError, r"GPT\(4 tokens, context 6\) reads 6 tokens at once, got 7"),
    (lambda: nn.GPT(**GPT)([0, 4]),                             nn.InputError, r"tokens: Embedding\(4, 4\) takes an index from 0 to 3, got 4"),
    (lambda: nn.GPT(**GPT).generate([0], 1, temperature=-1),    ValueError,    "generate needs temperature of at least 0"),
    (lambda: nn.GPT(**GPT).generate([0], 1, temperature=float("nan")), ValueError, "generate needs temperature of at least 0, got nan"),
    (lambda: nn.Module()(1.0),                                  NotImplementedError, r"Module has no forward\(self, x\); write it"),
]
# fmt: on


@pytest.mark.parametrize(("action", "kind", "message"), WRONG)
def test_wrong_input_says_what_was_expected_and_in_which_layer(action, kind, message):
    """In words."""
    with pytest.raises(kind, match=message):
        action()
