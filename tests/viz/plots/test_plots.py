"""Plots: axes in, axes out, the numbers that were given, and nothing shown."""

import math

import matplotlib as mpl
import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from viz import plot_decision_boundary, plot_gradient_flow, plot_loss, plot_loss_surface
from viz.formats.themes import THEMES

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex


@pytest.fixture(autouse=True)
def nothing_is_shown(monkeypatch):
    """`show` is never called, and no figure stays open."""

    def shown(*_, **__):
        raise AssertionError("a plot called show()")

    monkeypatch.setattr(plt, "show", shown)
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return plt.subplots()[1]


def trained(activation="relu"):
    model = nn.MLP(2, [4, 3, 1], activation, seed=2)
    loss = autograd.mean([(model([a, b]) - 1.0) ** 2 for a, b in [(0.5, -1.0), (2.0, 0.3), (-1.0, -0.2)]])
    loss.backward()
    return model, loss


def test_each_plot_draws_on_the_axes_it_is_given(ax):
    """The same axes come back; without axes, new ones."""
    model, loss = trained()
    X, y = [[0.0, 0.0], [1.0, 1.0]], [0, 1]
    plots = [
        lambda on: plot_loss([1.0, 0.5], ax=on),
        lambda on: plot_decision_boundary(model, X, y, ax=on, points=4),
        lambda on: plot_gradient_flow(loss, model, ax=on),
        lambda on: plot_loss_surface(lambda: model([1.0, 2.0]), model, on, points=3),
    ]
    for plot in plots:
        assert plot(ax) is ax
        new = plot(None)
        assert isinstance(new, Axes) and new is not ax
        new.figure.canvas.draw()


def test_loss_shows_training_and_validation(ax):
    """Both columns of a history, by epoch."""
    history = nn.History(
        [{"epoch": at + 1, "loss": 1.0 / (at + 1), "validation_loss": 2.0} for at in range(4)]
    )
    plot_loss(history, ax)
    lines = {line.get_label(): line for line in ax.get_lines()}
    assert list(lines["training"].get_ydata()) == [1.0, 1 / 2, 1 / 3, 1 / 4]
    assert list(lines["validation"].get_ydata()) == [2.0] * 4
    assert list(lines["training"].get_xdata()) == [1, 2, 3, 4]


@pytest.mark.parametrize("epochs", [1, 2, 3, 5, 40])
def test_epochs_are_whole_numbers(epochs, ax):
    """No tick at epoch 2.5, and at least one tick."""
    plot_loss([1.0 / (at + 1) for at in range(epochs)], ax)
    low, high = ax.get_xlim()
    ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
    assert ticks and all(tick == round(tick) for tick in ticks)


@pytest.mark.parametrize(
    ("losses", "scale"),
    [([1.0, 0.5], "linear"), ([1.0, 1e-3], "log"), ([1.0, -1e-3], "linear"), ([0.0], "linear")],
)
def test_loss_is_on_a_log_scale_where_it_helps(losses, scale, ax):
    """Where all losses are positive and span more than a factor of 30."""
    assert plot_loss(losses, ax).get_yscale() == scale


def test_loss_needs_losses():
    """None, or Values, whose data counts."""
    with pytest.raises(ValueError, match="plot_loss needs a loss for at least one epoch"):
        plot_loss([])
    assert list(plot_loss([Value(2.0)]).get_lines()[0].get_ydata()) == [2.0]


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_boundary_shades_the_class_that_wins(classes, ax):
    """Any number of classes: the largest score."""
    centres = [
        (math.cos(2 * math.pi * k / classes), math.sin(2 * math.pi * k / classes)) for k in range(classes)
    ]

    def model(x):
        return [Value(-((x[0] - a) ** 2) - (x[1] - b) ** 2) for a, b in centres]

    plot_decision_boundary(model, centres, range(classes), ax, points=25)
    shaded = np.asarray(ax.collections[0].get_array()).ravel()
    assert set(shaded) == set(range(classes))
    assert len(ax.get_legend().get_texts()) == classes


def test_boundary_of_one_score_is_where_it_is_zero(ax):
    """The sign tells the classes; labels -1 and 1, or 0 and 1."""
    plot_decision_boundary(lambda x: x[0] - 0.5, [[0.0, 0.0], [1.0, 1.0]], [-1, 1], ax, points=21)
    grid = np.asarray(ax.collections[0].get_array()).reshape(21, 21)
    assert (grid[:, :10] == 0).all() and (grid[:, 11:] == 1).all()


def test_boundary_colours_two_classes_as_pages_of_training_do(ax):
    """The one above zero has the colour of numbers above zero, the other that of those below."""
    plot_decision_boundary(lambda x: x[0] - 0.5, [[0.0, 0.0], [1.0, 1.0]], [0, 1], ax, points=3)
    light = THEMES["light"]
    marks = {marks.get_label(): to_hex(marks.get_facecolor()[0]) for marks in ax.collections[-2:]}
    assert marks == {"0": light.negative.lower(), "1": light.positive.lower()}


def test_boundary_uses_evaluation_mode_and_leaves_the_model_as_it_was(ax):
    """Training mode comes back, also after an error; no gradient is touched."""

    class Moody(nn.Module):
        def forward(self, x):
            assert not self.training
            return x[0]

    model = Moody()
    plot_decision_boundary(model, [[0.0, 0.0], [1.0, 1.0]], [0, 1], ax, points=3)
    assert model.training


def test_boundary_says_what_it_needs():
    """Two columns, one label per sample."""
    with pytest.raises(ValueError, match=r"needs X of shape \(samples, 2\), got \(1, 3\)"):
        plot_decision_boundary(len, [[1, 2, 3]], [0])
    with pytest.raises(ValueError, match="one label per sample, got 2 for 1"):
        plot_decision_boundary(len, [[1, 2]], [0, 1])


def test_gradient_flow_shows_the_norm_of_each_layer(ax):
    """The dots are the norms of the layers' parameters' gradients."""
    model, loss = trained()
    plot_gradient_flow(loss, model, ax)
    expected = [math.hypot(*(p.grad for p in layer.parameters())) for layer in model.layers]
    [dots] = ax.get_lines()
    assert dots.get_marker() == "o"
    assert list(dots.get_ydata()) == pytest.approx(expected, rel=1e-12)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["layers.0", "layers.1", "layers.2"]


@pytest.mark.parametrize(("last", "scale"), [(1.0, "linear"), (1e-3, "log")])
def test_the_norms_stand_on_a_scale_from_zero_or_on_a_log_scale(last, scale, ax):
    """From 0 a height is a size; where that would hide the small norms, only a log scale shows them."""
    model = nn.MLP(1, [1, 1], "linear", init=lambda *_: [[1.0]])
    model.layers[1].neurons[0].w[0].data = last  # the gradient of the first layer's weight has this factor
    loss = model([1.0]) * 1.0
    loss.backward()
    plot_gradient_flow(loss, model, ax)
    assert ax.get_yscale() == scale
    assert (ax.get_ylim()[0] == 0.0) == (scale == "linear")


def _shares(ax):
    other = next(one for one in ax.figure.axes if one is not ax)
    return {line.get_label(): list(line.get_ydata()) for line in other.get_lines()}


def test_the_shares_have_no_grid_over_the_dots():
    """Where every axes has a grid by the settings, that of the norms is the only one, and behind the dots."""
    model, loss = trained()
    with mpl.rc_context({"axes.grid": True}):
        norms = plot_gradient_flow(loss, model)
        shares = next(other for other in norms.figure.axes if other is not norms)
        lines = {axes: [line.get_visible() for line in axes.get_ygridlines()] for axes in (norms, shares)}
    assert any(lines[norms]) and not any(lines[shares])
    assert norms.get_axisbelow() is True


def test_gradient_flow_counts_dead_relus(ax):
    """A ReLU that is 0 for every sample is dead: here, two of four by construction."""
    model = nn.MLP(1, [4, 1], seed=0)
    for neuron, (w, b) in zip(model.layers[0].neurons, [(1, 0), (-1, 0), (0, -1), (1, -9)], strict=True):
        neuron.w[0].data, neuron.b.data = w, b
    loss = autograd.sum([model([1.0]), model([-1.0])])
    loss.backward()
    plot_gradient_flow(loss, model, ax)
    assert _shares(ax) == {"dead ReLUs": [0.5]}


def test_gradient_flow_counts_saturated_units(ax):
    """tanh beyond 0.97: one of two outputs by construction."""
    model = nn.MLP(1, [2, 1], "tanh", seed=0)
    for neuron, w in zip(model.layers[0].neurons, (0.1, 9.0), strict=True):
        neuron.w[0].data = w
    loss = model([1.0]) * 1.0
    loss.backward()
    plot_gradient_flow(loss, model, ax)
    assert _shares(ax) == {"saturated outputs": [0.5]}


def test_gradient_flow_needs_gradients_and_a_model(ax):
    """Each error says what is missing."""
    model = nn.MLP(1, [1], seed=0)
    with pytest.raises(ValueError, match=r"backward\(\) has not been called"):
        plot_gradient_flow(model([1.0]), model, ax)
    root = Value(1.0) * 2.0
    root.backward()
    with pytest.raises(ValueError, match="found no model in this graph; give model="):
        plot_gradient_flow(root, ax=ax)


def test_surface_over_two_parameters_is_the_loss_there(ax, monkeypatch):
    """The grid holds the loss at each point, on the parameters' own axes; and they are put back."""
    a, b, c = Value(1.0, label="a"), Value(-2.0, label="b"), Value(5.0)
    seen = {}
    monkeypatch.setattr(
        type(ax),
        "contourf",
        lambda self, x, y, z, **_: seen.update(x=x, y=y, z=z) or self.scatter([0], [0], c=[0]),
    )
    plot_loss_surface(lambda: (a - 3.0) ** 2 + b * c, [a, b, c], ax, along=(a, b), span=2.0, points=5)
    assert seen["x"] == pytest.approx([-1, 0, 1, 2, 3]) and seen["y"] == pytest.approx([-4, -3, -2, -1, 0])
    expected = [[(x - 3.0) ** 2 + 5.0 * y for x in seen["x"]] for y in seen["y"]]
    assert seen["z"] == pytest.approx(np.array(expected))
    assert [a.data, b.data, c.data] == [1.0, -2.0, 5.0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "b")


def test_surface_holds_the_optimisers_path(ax):
    """The path's own plane: every point of a path in a plane is where it was, by distance."""
    p = [Value(float(at)) for at in range(4)]
    path = [[3.0, 1.0, 2.0, 3.0], [2.0, 3.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0]]
    plot_loss_surface(lambda: autograd.dot(p, p), p, ax, path=path, points=5)
    track = next(line for line in ax.get_lines() if line.get_label() == "optimiser").get_xydata()
    start = np.arange(4.0)
    assert np.linalg.norm(track, axis=1) == pytest.approx(np.linalg.norm(np.array(path) - start, axis=1))
    low, high = ax.get_xlim()
    assert low <= track[:, 0].min() and track[:, 0].max() <= high


def test_surface_puts_the_parameters_back_after_an_error(ax):
    """Whatever the loss raises; a loss that is undefined somewhere leaves a hole there."""
    a, b = Value(1.0), Value(2.0)
    with pytest.raises(KeyError):
        plot_loss_surface(lambda: {}[0], [a, b], ax, points=3)
    assert (a.data, b.data) == (1.0, 2.0)
    plot_loss_surface(lambda: 1 / a + b, [a, b], ax, along=(a, b), points=3)
    assert (a.data, b.data) == (1.0, 2.0)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"along": ([1.0],)}, "two parameters or two directions, got 1"),
        ({"along": (Value(1.0), Value(2.0))}, "no parameter here; choose two"),
        ({"along": ([1.0], [2.0])}, r"two directions of 2 numbers each, .* got shape \(2, 1\)"),
        ({"path": [[1.0]]}, r"lists of 2 numbers, one per parameter, got shape \(1, 1\)"),
    ],
)
def test_surface_says_what_it_needs(options, why, ax):
    """Shapes and members."""
    with pytest.raises(ValueError, match=why):
        plot_loss_surface(lambda: 0.0, [Value(1.0), Value(2.0)], ax, points=3, **options)
