"""The calls of micrograd's notebooks and of its tests: after `random.seed`, the numbers of micrograd."""

import random

import pytest

CELL = [([0.4, -1.0], 1), ([-0.7, 0.2], -1), ([1.5, 1.5], 1), ([-0.1, -0.6], -1)]


def test_seed_of_pythons_random_gives_the_weights():
    """random.seed, then a model: uniform(-1, 1) weight by weight, neuron by neuron, and biases of 0."""
    from autograd.micrograd.nn import MLP

    random.seed(99)
    model = MLP(3, [2, 1])
    draw = random.Random(99)
    expected = [number for n in (3, 3, 2) for number in (*(draw.uniform(-1, 1) for _ in range(n)), 0.0)]
    assert [p.data for p in model.parameters()] == expected


def test_training_cells_lower_the_loss(micrograd):
    """Max-margin loss with decay on rows of numbers: zero_grad, backward, p.data -= rate * p.grad."""
    random.seed(1234)
    model = micrograd.nn.MLP(2, [6, 5, 1])
    losses = []
    for k in range(5):
        inputs = [list(map(micrograd.engine.Value, x)) for x, _ in CELL]
        scores = list(map(model, inputs))
        margins = [(1 + -y * score).relu() for (_, y), score in zip(CELL, scores, strict=True)]
        loss = sum(margins) * (1.0 / len(margins)) + 1e-3 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= (0.5 - 0.1 * k) * p.grad
        losses.append(loss.data)
    assert losses[-1] < losses[0]
    assert len(model.parameters()) == 6 * 3 + 5 * 7 + 6


def test_neuron_is_w_times_x_plus_b(micrograd):
    """.w and .b are set by hand; nonlin cuts below 0, and is an attribute."""
    linear, bent = micrograd.nn.Neuron(2, nonlin=False), micrograd.nn.Neuron(2)
    for neuron in (linear, bent):
        neuron.w[0].data, neuron.w[1].data, neuron.b.data = 1.5, -2.0, 0.25
    assert (linear([2.0, 4.0]).data, bent([2.0, 4.0]).data, bent([4.0, 2.0]).data) == (-4.75, 0.0, 2.25)
    assert (linear.nonlin, bent.nonlin) == (False, True)


def mixed(a, b, relu):
    """Every operator, both operand orders, kinks on both sides: for Values, tensors and floats alike."""
    c = 3 * a - b / 2
    d = relu(c * c) + relu(a * b)
    e = -c + 1.5 / (d + 2) - 4
    e = e + e**3 * 0.01
    return (e - a) / (b**2 + 1) + 2.0


@pytest.mark.peer("torch")
def test_every_operator_agrees_with_pytorch(engine):
    """The check of micrograd's own tests: data and both gradients."""
    import torch

    ours = [engine.Value(-1.25), engine.Value(0.75)]
    theirs = [torch.tensor(v.data, dtype=torch.float64, requires_grad=True) for v in ours]
    mine, yours = (mixed(*operands, relu=lambda v: v.relu()) for operands in (ours, theirs))
    mine.backward()
    yours.backward()
    assert mine.data == pytest.approx(yours.item(), rel=1e-13)
    assert [v.grad for v in ours] == pytest.approx([t.grad.item() for t in theirs], rel=1e-12)


def test_every_operator_agrees_with_differences(engine):
    """The same against central differences on floats."""

    def on_floats(a, b):
        return mixed(a, b, relu=lambda v: max(0.0, v))

    a, b = engine.Value(-1.25), engine.Value(0.75)
    y = mixed(a, b, relu=lambda v: v.relu())
    y.backward()
    h = 1e-6
    assert y.data == pytest.approx(on_floats(-1.25, 0.75), rel=1e-14)
    assert a.grad == pytest.approx(
        (on_floats(-1.25 + h, 0.75) - on_floats(-1.25 - h, 0.75)) / (2 * h), rel=1e-7
    )
    assert b.grad == pytest.approx(
        (on_floats(-1.25, 0.75 + h) - on_floats(-1.25, 0.75 - h)) / (2 * h), rel=1e-7
    )
