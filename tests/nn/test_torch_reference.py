"""Modules, losses and optimisers against PyTorch 2.13.0 (see torch_reference.py)."""

# ruff: noqa: E501

import json
from math import inf
from pathlib import Path

import pytest

import nn
from autograd import Value, sin
from autograd.engine.value import data_of
from autograd.trees import leaves
from nn.training.precision import FORMATS, rounded
from tests.nn.helpers import as_values, filled, inputs, outputs_and_gradients

REFERENCE = json.loads(Path(__file__).with_name("torch_reference.json").read_text())


def close(expected):
    """Both sides are float64; they add in different orders."""
    return pytest.approx(expected, rel=1e-11, abs=1e-13)


# fmt: off
MODULES = {
    "Conv1d":               (lambda: nn.Conv1d(2, 3, 2, stride=2, padding=1),          lambda m: m(inputs(2, 5))),
    "Conv2d":               (lambda: nn.Conv2d(2, 2, 2, padding=1),                    lambda m: m(inputs(2, 3, 4))),
    "LayerNorm":            (lambda: nn.LayerNorm(4),                                  lambda m: m(inputs(4))),
    "RMSNorm":              (lambda: nn.RMSNorm(4),                                    lambda m: m(inputs(4))),
    "BatchNorm":            (lambda: nn.BatchNorm(3, momentum=0.3),                    lambda m: m.batch(inputs(4, 3))),
    "RNNCell":              (lambda: nn.RNN(nn.RNNCell(2, 3)),                         lambda m: m(inputs(3, 2))),
    "LSTMCell":             (lambda: nn.RNN(nn.LSTMCell(2, 3)),                        lambda m: m(inputs(3, 2))),
    "GRUCell":              (lambda: nn.RNN(nn.GRUCell(2, 3)),                         lambda m: m(inputs(3, 2))),
    "SelfAttention causal": (lambda: nn.SelfAttention(4, heads=2),                     lambda m: m(inputs(3, 4))),
    "SelfAttention":        (lambda: nn.SelfAttention(4, heads=2, causal=False),       lambda m: m(inputs(3, 4))),
    "TransformerBlock":     (lambda: nn.TransformerBlock(4, heads=2, expansion=2),     lambda m: m(inputs(3, 4))),
}
OPTIMIZERS = {
    "SGD":                  lambda p: nn.SGD(p, lr=0.1),
    "SGD weight_decay":     lambda p: nn.SGD(p, lr=0.1, weight_decay=0.2),
    "SGD momentum":         lambda p: nn.SGD(p, lr=0.1, momentum=0.9),
    "SGD nesterov":         lambda p: nn.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    "RMSProp":              lambda p: nn.RMSProp(p, lr=0.05, decay=0.9, eps=1e-3),
    "RMSProp weight_decay": lambda p: nn.RMSProp(p, lr=0.05, decay=0.9, eps=1e-3, weight_decay=0.2),
    "Adam":                 lambda p: nn.Adam(p, lr=0.1),
    "Adam options":         lambda p: nn.Adam(p, lr=0.1, beta1=0.8, beta2=0.9, eps=1e-3, weight_decay=0.2),
    "AdamW":                lambda p: nn.AdamW(p, lr=0.1),
    "AdamW options":        lambda p: nn.AdamW(p, lr=0.1, beta1=0.8, beta2=0.9, eps=1e-3, weight_decay=0.2),
}
ROW = [0.3, -1.2, 2.0]
LOSSES = {
    "cross_entropy":             (lambda x: nn.cross_entropy(x, 2),                            ROW),
    "cross_entropy soft":        (lambda x: nn.cross_entropy(x, [0.2, 0.5, 0.3]),              ROW),
    "cross_entropy extreme":     (lambda x: nn.cross_entropy(x, 0),                            [-1000.0, 1000.0, 0.0]),
    "binary_cross_entropy 1":    (lambda x: nn.binary_cross_entropy(x, 1),                     0.7),
    "binary_cross_entropy 0":    (lambda x: nn.binary_cross_entropy(x, 0),                     0.7),
    "binary_cross_entropy soft": (lambda x: nn.binary_cross_entropy(x, 0.25),                  -40.0),
    "mean_squared_error":        (lambda x: nn.mean_squared_error(x, [1.0, 0.0, 2.0]),         ROW),
    "huber":                     (lambda x: nn.huber(x, [1.0, 0.0, 2.5], delta=0.8),           ROW),
}
# fmt: on


@pytest.mark.parametrize("name", MODULES)
def test_module_agrees_with_torch_in_outputs_and_gradients(name):
    """Given the same parameters, every output and every parameter's gradient is PyTorch's."""
    make, run = MODULES[name]
    expected = REFERENCE["modules"][name]
    module = filled(make())
    outputs, gradients = outputs_and_gradients(module, run(module))
    assert outputs == close(expected["outputs"])
    assert gradients == close(expected["gradients"])


@pytest.mark.parametrize("name", ["MaxPool2d", "AvgPool2d"])
def test_pooling_agrees_with_torch(name):
    """Overlapping squares: outputs, and gradients of the inputs."""
    expected = REFERENCE["modules"][name]
    image = as_values(inputs(2, 3, 4))
    module = getattr(nn, name)(2, stride=1)
    outputs, gradients = outputs_and_gradients(module, module(image), leaves(image))
    assert outputs == close(expected["outputs"])
    assert gradients == close(expected["gradients"])


def test_batch_norm_keeps_and_uses_running_statistics_as_torch():
    """The running mean and (unbiased) variance after one batch, and an evaluation with them."""
    expected = REFERENCE["modules"]["BatchNorm"]
    norm = filled(nn.BatchNorm(3, momentum=0.3))
    norm.batch(inputs(4, 3))
    assert norm.running_mean + norm.running_variance == close(expected["running"])
    assert data_of(norm.eval()(inputs(3, start=50))) == close(expected["evaluated"])


@pytest.mark.parametrize("name", LOSSES)
def test_loss_agrees_with_torch_in_value_and_gradient(name):
    """Value and gradient, extreme logits and soft targets included."""
    loss, x = LOSSES[name]
    x = as_values(x)
    value = loss(x)
    value.backward()
    gradient = [entry.grad for entry in x] if isinstance(x, list) else x.grad
    assert [value.data, gradient] == [close(part) for part in REFERENCE["losses"][name]]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_agrees_with_torch_after_five_steps(name):
    """Five steps on w0^2 / 2 + w1^2 + sin(w0 w1) end where PyTorch's end."""
    w = [Value(1.0), Value(-2.0)]
    optimizer = OPTIMIZERS[name](w)
    for _ in range(5):
        optimizer.zero_grad()
        (0.5 * w[0] ** 2 + w[1] ** 2 + sin(w[0] * w[1])).backward()
        optimizer.step()
    assert data_of(w) == close(REFERENCE["optimizers"][name])


@pytest.mark.parametrize(("x", "expected"), REFERENCE["bfloat16"])
def test_bfloat16_agrees_with_torch_to_the_bit(x, expected):
    """Ties, subnormals and overflow included."""
    assert rounded(x, FORMATS["bfloat16"]) == (inf if expected == "inf" else expected)
