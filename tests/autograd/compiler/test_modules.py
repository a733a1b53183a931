"""Every module and loss of nn, compiled, against the same module run eagerly on each sample."""

# ruff: noqa: E501 (tables)

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile
from autograd.trees import leaves
from tests.autograd.compiler.reference import BACKENDS, NUMPY_FIRST, assert_agrees, assert_close, gradients

DRAWN = np.random.default_rng(3)


def normal(*shape):
    return DRAWN.normal(size=shape)


def weighted(structure):
    """A number that depends on every element differently."""
    return autograd.sum([value * (1.0 + 0.1 * at) for at, value in enumerate(leaves(structure))]) ** 2


# fmt: off
MODULES = {
    "neuron":         (lambda: nn.Neuron(3, "tanh", seed=0),                                                    (4, 3)),
    "layer relu":     (lambda: nn.Layer(3, 4, seed=1),                                                          (4, 3)),
    "layer gelu":     (lambda: nn.Layer(3, 4, "gelu", seed=1),                                                  (4, 3)),
    "layer no bias":  (lambda: nn.Layer(3, 4, "sigmoid", bias=False, seed=1),                                   (4, 3)),
    "mlp":            (lambda: nn.MLP(3, [5, 4, 1], seed=2),                                                    (4, 3)),
    "mlp tanh":       (lambda: nn.MLP(3, [5, 2], activation="tanh", seed=2),                                    (4, 3)),
    "mlp one by one": (lambda: nn.MLP(1, [1, 1, 1], activation="elu", seed=2),                                  (4, 1)),
    "layer norm":     (lambda: nn.Sequential(nn.Layer(3, 4, "silu", seed=3), nn.LayerNorm(4)),                  (4, 3)),
    "rms norm":       (lambda: nn.Sequential(nn.Layer(3, 4, "softplus", seed=3), nn.RMSNorm(4)),                (4, 3)),
    "residual":       (lambda: nn.Residual(nn.Layer(3, 3, "leaky_relu", seed=4)),                               (4, 3)),
    "conv1d":         (lambda: nn.Conv1d(2, 3, 2, seed=5),                                                      (3, 2, 5)),
    "conv1d strided": (lambda: nn.Conv1d(1, 2, 3, stride=2, padding=1, seed=5),                                 (3, 1, 6)),
    "conv2d":         (lambda: nn.Conv2d(2, 2, 2, seed=5),                                                      (3, 2, 4, 3)),
    "conv2d padded":  (lambda: nn.Conv2d(1, 2, 3, padding=1, seed=5),                                           (3, 1, 3, 4)),
    "max pool":       (lambda: nn.Sequential(nn.Conv2d(1, 2, 2, seed=6), nn.MaxPool2d(2)),                      (3, 1, 5, 5)),
    "average pool":   (lambda: nn.Sequential(nn.Conv2d(1, 2, 2, seed=6), nn.AvgPool2d(2)),                      (3, 1, 5, 5)),
    "flatten":        (lambda: nn.Sequential(nn.Conv2d(1, 2, 2, seed=6), nn.Flatten(), nn.Layer(8, 2, seed=7)), (3, 1, 3, 3)),
    "rnn":            (lambda: nn.RNN(nn.RNNCell(2, 3, seed=8)),                                                (3, 4, 2)),
    "lstm":           (lambda: nn.RNN(nn.LSTMCell(2, 3, seed=8)),                                               (3, 4, 2)),
    "gru":            (lambda: nn.RNN(nn.GRUCell(2, 3, seed=8), last=True),                                     (3, 4, 2)),
    "attention":      (lambda: nn.SelfAttention(4, heads=2, seed=9),                                            (2, 3, 4)),
    "attention both": (lambda: nn.SelfAttention(4, heads=1, causal=False, seed=9),                              (2, 3, 4)),
    "transformer":    (lambda: nn.TransformerBlock(4, heads=2, seed=10),                                        (2, 3, 4)),
}
# fmt: on


LARGE = ("lstm", "gru", "attention both", "transformer")


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in LARGE)) for name in MODULES]
)
def test_every_module_compiles_to_its_eager_self(name, backend):
    """Same outputs, same gradients of every parameter."""
    make, shape = MODULES[name]
    module = make()
    samples = normal(*shape)
    assert_agrees(lambda x: weighted(module(x)), [samples], module.parameters(), backend=backend)


@pytest.mark.parametrize("name", ["mlp", "conv2d", "rnn", "transformer"])
def test_compiled_modules_return_their_structure(name):
    """compile(module) gives the module's own nested output, an array (batch,) in place of each Value."""
    make, shape = MODULES[name]
    module = make()
    samples = normal(*shape)
    found = compile(module, backend="numpy")(samples)
    for at in range(len(samples)):
        expected = [value.data for value in leaves(module(samples[at].tolist()))]
        assert_close([column[at] for column in leaves(found)], expected)


# fmt: off
CONTINUOUS = {
    "squared_error":        (nn.squared_error,        lambda: normal(5)),
    "mean_squared_error":   (nn.mean_squared_error,   lambda: normal(5)),
    "hinge":                (nn.hinge,                lambda: np.array([1.0, -1.0, 1.0, 1.0, -1.0])),
    "binary_cross_entropy": (nn.binary_cross_entropy, lambda: np.array([1.0, 0.0, 0.3, 0.0, 1.0])),
    "huber":                (nn.huber,                lambda: 3.0 * normal(5)),
}
# fmt: on


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("name", CONTINUOUS)
def test_every_loss_of_a_number_compiles(name, backend):
    """Losses of one score, the target an argument."""
    loss, targets = CONTINUOUS[name]
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    assert_agrees(
        lambda x, y: loss(model(x), y), [normal(5, 2), targets()], model.parameters(), backend=backend
    )


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("name", ["squared_error", "mean_squared_error", "binary_cross_entropy", "huber"])
def test_every_loss_of_lists_compiles(name, backend):
    """Losses of several numbers, the targets an argument."""
    loss = CONTINUOUS[name][0]
    model = nn.MLP(2, [4, 3], activation="tanh", seed=0)
    targets = DRAWN.uniform(0.0, 1.0, size=(5, 3))
    assert_agrees(
        lambda x, y: loss(model(x), y), [normal(5, 2), targets], model.parameters(), backend=backend
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_cross_entropy_compiles_with_classes_as_integers(backend):
    """The class selects a logit per sample."""
    model = nn.MLP(2, [4, 3], activation="tanh", seed=0)
    classes = np.array([2, 0, 1, 1, 2])
    assert_agrees(
        lambda x, y: nn.cross_entropy(model(x), y) + nn.l2_penalty(model.parameters(), 1e-2),
        [normal(5, 2), classes],
        model.parameters(),
        backend=backend,
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_penalties_compile(backend):
    """What depends on parameters alone counts once for the mean, not once per sample."""
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    weights = model.parameters()
    assert_agrees(
        lambda x: model(x) ** 2 + nn.l1_penalty(weights, 0.1) + nn.l2_penalty(weights, 0.2),
        [normal(4, 2)],
        weights,
        backend=backend,
    )
    assert_agrees(lambda x: nn.l2_penalty(weights, 0.2), [normal(4, 2)], weights, backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_embeddings_by_index_compile(backend):
    """Integers arrive as indices; a row gets the gradient of the samples that chose it."""
    table = nn.Embedding(4, 3, seed=0)
    layer = nn.Layer(6, 1, "tanh", seed=1)
    indices = np.array([[0, 3], [3, 3], [1, 0]])
    parameters = [*table.parameters(), *layer.parameters()]
    assert_agrees(
        lambda t: weighted(layer([*table(t[0]), *table(t[1])])), [indices], parameters, backend=backend
    )
    unused = table.rows[2]
    assert gradients(unused).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("tied", [False, True])
def test_gpt_compiles_with_tokens_as_integer_arrays(tied, backend):
    """The language model's loss over each sequence; a second length is a second recording."""
    gpt = nn.GPT(5, 6, width=4, heads=2, depth=1, tied=tied, seed=0)

    def loss(tokens):
        rows = gpt(tokens[:-1])
        return autograd.mean([nn.cross_entropy(row, token) for row, token in zip(rows, tokens[1:])])

    drawn = np.random.default_rng(0)
    for length in (4, 2):
        tokens = drawn.integers(0, 5, size=(3, length))
        assert_agrees(loss, [tokens], gpt.parameters(), backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_batch_norm_compiles_as_a_function_of_the_whole_batch_in_evaluation(backend):
    """In evaluation BatchNorm maps a sample by its running statistics."""
    norm = nn.BatchNorm(3)
    norm.batch(normal(6, 3).tolist())
    model = nn.Sequential(nn.Layer(3, 3, "tanh", seed=0), norm).eval()
    assert_agrees(lambda x: weighted(model(x)), [normal(4, 3)], model.parameters(), backend=backend)


def test_a_changed_training_flag_records_anew():
    """A module in another mode is another program; the first is kept."""
    drop = nn.Dropout(0.5, seed=0)
    fast = compile(lambda x: drop(x), backend="numpy")
    x = np.arange(1.0, 201.0)
    trained = fast(x)
    assert set(np.round(trained / x, 12)) == {0.0, 2.0}
    drop.eval()
    assert fast(x).tolist() == x.tolist()
    drop.train()
    assert set(np.round(fast(x) / x, 12)) == {0.0, 2.0}
    assert "2 recordings" in repr(fast)


def test_dropout_draws_afresh_and_as_eager_would():
    """A fresh mask at each call; from one seed, the masks of an eager loop over the samples."""
    x = normal(4, 3) + 10.0

    def loss_of(drop):
        return lambda x: weighted(drop(x))

    compiled, eager = nn.Dropout(0.4, seed=7), nn.Dropout(0.4, seed=7)
    fast = compile(loss_of(compiled), backend="numpy")
    first, second = fast(x), fast(x)
    assert first.tolist() != second.tolist()
    for found in (first, second):
        expected = [loss_of(eager)([Value(entry) for entry in row]).data for row in x.tolist()]
        assert_close(found, expected)


def test_two_dropouts_of_one_generator_draw_in_the_eager_order():
    """Layers that share a generator: every sample's first layer, then its second, sample by sample."""

    def model():
        source = np.random.default_rng(5)
        return nn.Sequential(nn.Dropout(0.3, seed=source), nn.Dropout(0.6, seed=source))

    x = normal(5, 4) + 5.0
    compiled, eager = model(), model()
    found = compile(lambda x: weighted(compiled(x)), backend="numpy")(x)
    assert_close(found, [weighted(eager([Value(entry) for entry in row])).data for row in x.tolist()])


def test_dropout_in_a_training_step_matches_eager():
    """The gradient's mask is the loss's mask."""

    def model():
        return nn.Sequential(
            nn.Layer(3, 4, "tanh", seed=0), nn.Dropout(0.5, seed=1), nn.Layer(4, 1, "linear", seed=2)
        )

    x, y = normal(4, 3), normal(4)
    compiled, eager = model(), model()
    fast = compile(lambda x, y: nn.squared_error(compiled(x), y), backend="numpy")
    found = fast.backward(x, y)
    losses = [nn.squared_error(eager(row), target) for row, target in zip(x.tolist(), y.tolist())]
    mean = autograd.mean(losses)
    mean.backward()
    assert_close(found, mean.data)
    assert_close(gradients(compiled.parameters()), gradients(eager.parameters()))
