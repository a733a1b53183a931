"""The whole, trained: seeded, seconds each."""

import numpy as np
import pytest

import nn
from autograd import mean, no_grad
from nn.training.losses import accuracy, cross_entropy, hinge

QUIET = {"progress": False}


def accuracy_on(model, data):
    """The share of samples that an evaluated model gets right."""
    X, y = data
    model.eval()
    with no_grad():
        outputs = model.batch(X)
    return float(np.mean([accuracy(output, target) for output, target in zip(outputs, y)]))


@pytest.mark.slow
def test_the_moons_are_learned_completely_by_the_plain_loop():
    """Issue 2's main job: full batch, max-margin loss plus L2, the rate falling from 1.0 to 0.1."""
    X, y = nn.make_moons(100, noise=0.1, seed=0)
    X, y = X.tolist(), (2 * y - 1).tolist()
    model = nn.MLP(2, [16, 16, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), lr=nn.linear(1.0, 0.1, steps=100))
    for _ in range(100):
        loss = mean([hinge(score, target) for score, target in zip(model.batch(X), y)])
        loss = loss + nn.l2_penalty(model.parameters(), 1e-4)
        model.zero_grad()
        loss.backward()
        optimizer.step()
    assert accuracy_on(model, (X, y)) == 1.0


def test_xor_is_learned_with_tanh():
    """Four corners, two hidden neurons would do; a linear model gets no more than three."""
    X, y = nn.make_xor()
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.5, momentum=0.9)
    history = nn.fit(
        model,
        (X, y),
        loss=nn.binary_cross_entropy,
        optimizer=optimizer,
        epochs=60,
        batch_size=4,
        seed=0,
        **QUIET,
    )
    assert accuracy_on(model, (X, y)) == 1.0
    assert history["loss"][-1] < 0.02
    line = nn.MLP(2, [1], seed=0)
    nn.fit(
        line,
        (X, y),
        loss=nn.binary_cross_entropy,
        optimizer=nn.SGD(line.parameters(), lr=0.5),
        epochs=60,
        seed=0,
        **QUIET,
    )
    assert accuracy_on(line, (X, y)) <= 0.75


@pytest.mark.needs("sklearn")
def test_iris_is_learned_to_95_percent_on_held_out_data():
    """Softmax cross-entropy, Adam, early stopping."""
    training, held_out = nn.split(*nn.load_iris(), share=1 / 3, seed=0)
    model = nn.MLP(4, [8, 3], activation="tanh", seed=0)
    optimizer = nn.Adam(model.parameters(), lr=0.02)
    nn.fit(
        model,
        training,
        loss=cross_entropy,
        optimizer=optimizer,
        epochs=40,
        batch_size=10,
        validation=held_out,
        patience=10,
        seed=0,
        **QUIET,
    )
    assert accuracy_on(model, held_out) >= 0.95


@pytest.mark.slow
@pytest.mark.needs("sklearn")
def test_digits_are_learned_by_a_small_convnet_to_85_percent_on_held_out_data():
    """300 digits to train on, 200 held out."""
    X, y = nn.load_digits()
    training, held_out = nn.split(X[:500], y[:500], share=0.4, seed=0)
    model = nn.Sequential(
        nn.Conv2d(1, 6, kernel=3, stride=2, activation="relu", seed=0),
        nn.Flatten(),
        nn.Layer(54, 10, "linear", seed=1),
    )
    optimizer = nn.Adam(model.parameters(), lr=nn.cosine(0.03, 70))
    nn.fit(model, training, loss=cross_entropy, optimizer=optimizer, epochs=6, batch_size=24, seed=0, **QUIET)
    assert accuracy_on(model, held_out) >= 0.85


@pytest.mark.slow
@pytest.mark.parametrize("cell", [nn.RNNCell, nn.LSTMCell])
def test_a_recurrent_net_learns_the_parity_of_a_bit_string(cell):
    """Trained on strings of 1 to 4 bits, right on all of them, and on most that are longer."""
    strings = [
        [[float(n >> k & 1)] for k in range(length)] for length in range(1, 5) for n in range(2**length)
    ]
    longer = [[[float(n >> k & 1)] for k in range(6)] for n in range(64)]

    def parity(string):
        return int(sum(bit for (bit,) in string)) % 2

    model = nn.Sequential(nn.RNN(cell(1, 4, seed=3), last=True), nn.Layer(4, 1, "linear", seed=4))
    nn.fit(
        model,
        (strings, [parity(string) for string in strings]),
        loss=nn.binary_cross_entropy,
        optimizer=nn.Adam(model.parameters(), lr=0.05),
        callbacks=[lambda history: history["loss"][-1] < 0.05],
        epochs=150,
        batch_size=10,
        seed=0,
        **QUIET,
    )
    assert accuracy_on(model, (strings, [parity(string) for string in strings])) == 1.0
    assert accuracy_on(model, (longer, [parity(string) for string in longer])) >= 0.9


@pytest.mark.slow
def test_a_gpt_learns_to_continue_a_repeated_pattern():
    """0 1 2 0 1 3 0 1 2 ...: what follows a 1 depends on what came before it."""
    text = [0, 1, 2, 0, 1, 3] * 4
    X = [text[start : start + 6] for start in range(6)]
    y = [text[start + 1 : start + 7] for start in range(6)]
    model = nn.GPT(vocabulary=4, context=6, width=8, heads=2, seed=0)
    optimizer = nn.Adam(model.parameters(), lr=nn.linear_warmup(0.02, 5))
    end = lambda history: history["loss"][-1] < 0.15
    nn.fit(
        model,
        (X, y),
        loss=cross_entropy,
        optimizer=optimizer,
        epochs=80,
        batch_size=6,
        callbacks=[end],
        seed=0,
        **QUIET,
    )
    assert model.generate(text[:6], 12, temperature=0) == text[:18]


def thirty_layers(kind):
    """30 sigmoid layers of 4 neurons: plain, with residual connections, or with batch normalisation."""
    source = np.random.default_rng(0)
    layers = [nn.Layer(2, 4, "linear", seed=source)]
    for _ in range(30):
        layer = nn.Layer(4, 4, "sigmoid", seed=source)
        layers += {
            "plain": [layer],
            "residual": [nn.Residual(layer)],
            "normalised": [layer, nn.BatchNorm(4)],
        }[kind]
    return nn.Sequential(*layers, nn.Layer(4, 1, "linear", seed=source))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "learns"), [("plain", False), ("residual", True), ("normalised", True)])
def test_thirty_sigmoid_layers_learn_with_residuals_or_normalisation_and_not_without(kind, learns):
    """Plain, the gradient of the first layer vanishes and the loss stays at log 2, that of guessing."""
    X = np.random.default_rng(0).normal(size=(24, 2))
    y = (X[:, 0] - X[:, 1] > np.median(X[:, 0] - X[:, 1])).astype(int)
    model = thirty_layers(kind)
    first = []
    history = nn.fit(
        model,
        (X, y),
        loss=nn.binary_cross_entropy,
        optimizer=nn.Adam(model.parameters(), lr=0.01),
        gradients=lambda _: first.append(max(abs(p.grad) for p in model.layers[0].parameters())),
        callbacks=[lambda history: history["loss"][-1] < 0.35],
        epochs=60,
        batch_size=24,
        seed=0,
        **QUIET,
    )
    assert (first[0] > 1e-6) is learns
    assert (min(history["loss"]) < 0.4) is learns
    if not learns:
        assert min(history["loss"]) > 0.69
