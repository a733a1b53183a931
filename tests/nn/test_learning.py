"""The whole, trained: seeded, seconds each."""

import numpy as np
import pytest

import nn
from autograd import mean, no_grad
from nn.losses import accuracy, cross_entropy, hinge

QUIET = {"progress": False}


def accuracy_on(model, data):
    """The share of samples that an evaluated model gets right."""
    X, y = data
    model.eval()
    with no_grad():
        outputs = model.batch(X)
    return float(np.mean([accuracy(output, target) for output, target in zip(outputs, y)]))


def test_the_moons_are_learned_completely_by_the_plain_loop():
    """Issue 2's main job: full batch, max-margin loss plus L2, the rate falling from 1.0 to 0.1."""
    X, y = nn.make_moons(100, noise=0.1, seed=1337)
    X, y = X.tolist(), (2 * y - 1).tolist()
    model = nn.MLP(2, [16, 16, 1], seed=1337)
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


def test_iris_is_learned_to_95_percent_on_held_out_data():
    """Softmax cross-entropy, Adam, early stopping."""
    pytest.importorskip("sklearn")
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
def test_digits_are_learned_by_a_small_convnet_to_85_percent_on_held_out_data():
    """400 digits to train on, 200 held out."""
    pytest.importorskip("sklearn")
    X, y = nn.load_digits()
    training, held_out = nn.split(X[:600], y[:600], share=1 / 3, seed=0)
    model = nn.Sequential(
        nn.Conv2d(1, 8, kernel=3, activation="relu", seed=0),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Layer(72, 10, "linear", seed=1),
    )
    optimizer = nn.Adam(model.parameters(), lr=nn.cosine(0.02, 100))
    nn.fit(model, training, loss=cross_entropy, optimizer=optimizer, epochs=8, seed=0, **QUIET)
    assert accuracy_on(model, held_out) >= 0.85


@pytest.mark.parametrize("cell", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
def test_a_recurrent_net_learns_the_parity_of_a_bit_string(cell):
    """Trained on strings of 1 to 5 bits, right on all of them, and on longer ones."""
    strings = [
        [[float(n >> k & 1)] for k in range(length)] for length in range(1, 6) for n in range(2**length)
    ]
    longer = [[[float(n >> k & 1)] for k in range(7)] for n in range(0, 128, 5)]
    model = nn.Sequential(nn.RNN(cell(1, 6, seed=3), last=True), nn.Layer(6, 1, "linear", seed=4))
    parity = lambda string: int(sum(bit for (bit,) in string)) % 2
    history = nn.fit(
        model,
        (strings, [parity(string) for string in strings]),
        loss=nn.binary_cross_entropy,
        optimizer=nn.Adam(model.parameters(), lr=0.03),
        gradients=lambda parameters: nn.clip_gradient_norm(parameters, 1.0),
        metric=accuracy,
        callbacks=[lambda h: h["loss"][-1] < 0.02],
        epochs=150,
        batch_size=16,
        seed=0,
        **QUIET,
    )
    assert history["metric"][-1] == 1.0
    assert accuracy_on(model, (longer, [parity(string) for string in longer])) >= 0.9


@pytest.mark.slow
def test_a_gpt_learns_to_continue_a_repeated_pattern():
    """0 1 2 0 1 3 0 1 2 ...: the right next token depends on more than the last one."""
    pattern = [0, 1, 2, 0, 1, 3]
    text = pattern * 8
    X = [text[start : start + 8] for start in range(12)]
    y = [text[start + 1 : start + 9] for start in range(12)]
    model = nn.GPT(vocabulary=4, context=8, width=8, heads=2, seed=0)
    optimizer = nn.Adam(model.parameters(), lr=nn.linear_warmup(nn.cosine(0.03, 60), 5))
    history = nn.fit(
        model, (X, y), loss=cross_entropy, optimizer=optimizer, epochs=25, batch_size=6, seed=0, **QUIET
    )
    assert model.generate(text[:6], 12, temperature=0) == text[:18]
    assert history["loss"][-1] < 0.5 * history["loss"][0]


def thirty_layers(kind):
    """30 sigmoid layers of 4 neurons: plain, with residual connections, or with normalisation."""
    source = np.random.default_rng(0)

    def hidden():
        layer = nn.Layer(4, 4, "sigmoid", seed=source)
        return {
            "plain": [layer],
            "residual": [nn.Residual(layer)],
            "layer norm": [layer, nn.LayerNorm(4)],
            "batch norm": [layer, nn.BatchNorm(4)],
        }[kind]

    first = nn.Layer(2, 4, "linear", seed=source)
    layers = [part for _ in range(30) for part in hidden()]
    norm = [nn.LayerNorm(4)] if kind == "residual" else []
    return nn.Sequential(first, *layers, *norm, nn.Layer(4, 1, "linear", seed=source))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "learns"), [("plain", False), ("residual", True), ("layer norm", True), ("batch norm", True)]
)
def test_thirty_sigmoid_layers_learn_with_residuals_or_normalisation_and_not_without(kind, learns):
    """The gradient of the first layer vanishes, and the loss stays that of the mean; or it does not."""
    X, y = nn.make_circles(32, noise=0.05, seed=0)
    model = thirty_layers(kind)
    optimizer = nn.Adam(model.parameters(), lr=0.02)
    history = nn.fit(
        model,
        (X, y),
        loss=nn.binary_cross_entropy,
        optimizer=optimizer,
        epochs=40,
        batch_size=16,
        seed=0,
        **QUIET,
    )
    found = min(history["loss"]) < 0.35
    print(kind, min(history["loss"]))
    assert found is learns
