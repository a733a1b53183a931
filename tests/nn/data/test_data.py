"""Data sets, augmentation, batches."""

# ruff: noqa: E501

import sys

import numpy as np
import pytest

import nn
from nn.layers.activations import ACTIVATIONS, activation

MAKERS = {name: getattr(nn, name) for name in ("make_moons", "make_circles", "make_spirals", "make_xor")}
EVERY = pytest.mark.parametrize("name", MAKERS)
NAN = float("nan")


@EVERY
def test_points_are_seeded_arrays_with_both_classes(name):
    """As many as asked for, the classes even, the same for the same seed; numpy's global state stays."""
    before = np.random.get_state()[1].tolist()
    X, y = MAKERS[name](100, noise=0.1, seed=0)
    assert X.shape == (100, 2)
    assert np.bincount(y).tolist() == [50, 50]
    assert X.tolist() == MAKERS[name](100, noise=0.1, seed=0)[0].tolist()
    assert X.tolist() != MAKERS[name](100, noise=0.1, seed=1)[0].tolist()
    assert X.tolist() != MAKERS[name](100, noise=0.2, seed=0)[0].tolist()
    assert np.random.get_state()[1].tolist() == before


def test_shapes_without_noise_are_their_equations():
    """Half circles, circles, spirals, corners."""
    X, y = nn.make_moons(50, noise=0.0)
    assert np.hypot(*X[y == 0].T) == pytest.approx(np.ones(25))
    assert np.hypot(X[y == 1, 0] - 1.0, X[y == 1, 1] - 0.5) == pytest.approx(np.ones(25))
    X, y = nn.make_circles(50, noise=0.0, factor=0.3)
    assert np.hypot(*X.T) == pytest.approx(np.where(y == 0, 1.0, 0.3))
    X, y = nn.make_spirals(50, noise=0.0, turns=2.0)
    assert X[y == 0] == pytest.approx(-X[y == 1])
    assert np.hypot(*X[y == 0].T) == pytest.approx(np.sqrt(np.linspace(0.02, 1.0, 25)))
    assert nn.make_spirals(50, noise=0.0, turns=1.0)[0].tolist() != X.tolist()
    X, y = nn.make_xor(8)
    assert ((X[:, 0] * X[:, 1] < 0) == (y == 1)).all()


@pytest.mark.needs("sklearn")
def test_moons_are_scikit_learns():
    """Without noise, the same points."""
    from sklearn import datasets

    X, y = datasets.make_moons(31, noise=None, shuffle=False)
    ours, targets = nn.make_moons(31, noise=0.0)
    assert sorted(map(tuple, ours.round(9).tolist())) == sorted(map(tuple, X.round(9).tolist()))
    assert len(targets) == len(y)


@pytest.mark.needs("sklearn")
def test_digits_and_iris_have_their_shapes():
    """From scikit-learn."""
    X, y = nn.load_digits()
    assert (X.shape, X.min(), X.max(), sorted(set(y.tolist()))) == (
        (1797, 1, 8, 8),
        0.0,
        1.0,
        list(range(10)),
    )
    X, y = nn.load_iris()
    assert X.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-12)
    assert X.std(axis=0) == pytest.approx(np.ones(4))
    assert np.bincount(y).tolist() == [50, 50, 50]


@pytest.mark.parametrize("name", ["load_digits", "load_iris"])
def test_without_scikit_learn_the_error_says_what_to_install(name, monkeypatch):
    """By name."""
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(
        ImportError, match=f"{name} reads its data from scikit-learn, .* pip install scikit-learn"
    ):
        getattr(nn, name)()


def test_split_holds_out_a_share_without_overlap():
    """Each sample is on one side, with its target."""
    X = np.arange(20).reshape(10, 2)
    (a, ya), (b, yb) = nn.split(X, X[:, 0] * 10, share=0.3, seed=0)
    assert (len(a), len(b)) == (7, 3)
    assert sorted([*a[:, 0], *b[:, 0]]) == X[:, 0].tolist()
    assert [*ya, *yb] == [*(a[:, 0] * 10), *(b[:, 0] * 10)]
    assert b.tolist() != nn.split(X, X[:, 0], share=0.3, seed=1)[1][0].tolist()


def test_jitter_adds_noise_of_its_deviation():
    """To every number; seeded."""
    noise = np.array(nn.jitter(np.zeros((50, 40)), 0.2, seed=0))
    assert noise.shape == (50, 40)
    assert noise.std() == pytest.approx(0.2, rel=0.05)
    assert nn.jitter([1.0], 0.2, seed=0) == nn.jitter([1.0], 0.2, seed=0) != nn.jitter([1.0], 0.2, seed=1)


def test_rotation_keeps_distances_from_its_center():
    """And turns counterclockwise; back again gives the points."""
    points = [[1.0, 2.0], [-0.5, 0.25]]
    turned = nn.rotate2d(points, 0.7, center=(0.5, -1.0))
    for p, q in zip(points, turned):
        assert np.hypot(p[0] - 0.5, p[1] + 1.0) == pytest.approx(np.hypot(q[0] - 0.5, q[1] + 1.0))
    assert nn.rotate2d(turned, -0.7, center=(0.5, -1.0)) == [pytest.approx(p) for p in points]
    assert turned != nn.rotate2d(points, 0.7)


@pytest.mark.parametrize(("right", "down"), [(0, 0), (1, 0), (-1, 2), (2, -1), (5, 0), (0, -9)])
def test_shift_moves_every_pixel_and_fills_the_rest(right, down):
    """Channel by channel; a shift beyond the edge leaves the fill alone."""
    image = (1.0 + np.arange(24).reshape(2, 3, 4)).tolist()
    moved = nn.shift_image(image, right, down, fill=-1.0)
    for c in range(2):
        for i in range(3):
            for j in range(4):
                inside = 0 <= i - down < 3 and 0 <= j - right < 4
                assert moved[c][i][j] == (image[c][i - down][j - right] if inside else -1.0)


def test_flip_twice_is_the_image():
    """On either axis, channels or not."""
    image = np.arange(12).reshape(1, 3, 4).tolist()
    for axis in ("horizontal", "vertical"):
        assert nn.flip(nn.flip(image, axis), axis) == image != nn.flip(image, axis)


def test_activations_by_name_are_the_engines():
    """And a function is itself."""
    assert {name: activation(name) for name in ACTIVATIONS} == ACTIVATIONS
    assert activation(abs) is abs


# fmt: off
WRONG = [
    (lambda: nn.make_moons(1),                      ValueError, "make_moons needs count of at least 2, got 1"),
    (lambda: nn.make_circles(4, noise=-1.0),        ValueError, "make_circles needs noise of at least 0"),
    (lambda: nn.make_circles(4, factor=2.0),        ValueError, "make_circles needs factor from 0 to 1"),
    (lambda: nn.make_spirals(2.5),                  TypeError,  "make_spirals needs a whole number for count"),
    (lambda: nn.split([[1.0]], [1], share=2.0),     ValueError, "split needs share from 0 to 1, got 2.0"),
    (lambda: nn.split([[1.0]], [1, 2]),             ValueError, "split needs as many targets as samples, got 1 samples and 2 targets"),
    (lambda: nn.jitter([[1.0], [1.0, 2.0]], 0.1),   ValueError, "jitter takes numbers in rows of one length"),
    (lambda: nn.jitter("text", 0.1),                ValueError, "jitter takes numbers"),
    (lambda: nn.rotate2d([[1.0, 2.0, 3.0]], 0.1),   ValueError, "rotate2d takes points of 2 numbers, got 3"),
    (lambda: nn.flip([1.0, 2.0]),                   ValueError, "flip takes numbers in 2 dimensions or more"),
    (lambda: nn.flip([[1.0]], "diagonal"),          ValueError, "flip has the axes horizontal and vertical, got 'diagonal'"),
]
# fmt: on


@pytest.mark.parametrize(("action", "kind", "message"), WRONG)
def test_wrong_input_says_what_was_expected(action, kind, message):
    """In words."""
    with pytest.raises(kind, match=message):
        action()


@pytest.mark.parametrize(
    "sample",
    [
        [1.0, NAN],
        (1.0, NAN),
        [np.float32(1.0), np.float32(NAN)],
        np.array([1.0, NAN], dtype=np.float32),
        [np.array(1.0), np.array(NAN)],
        np.array([1.0, NAN], dtype=object),
    ],
    ids=repr,
)
def test_nan_in_data_is_found_in_every_kind_of_number(sample):
    """Python's, numpy's scalars, arrays within lists."""
    with pytest.raises(ValueError, match=r"batches has NaN at X\[1\]\[1\]; drop that sample"):
        list(nn.batches([[1.0, 2.0], sample], [0, 1], 2))
    with pytest.raises(ValueError, match=r"batches has NaN at y\[1\]"):
        list(nn.batches([1.0, 2.0], [0.0, np.float32(NAN)], 2))


def test_batches_go_once_through_the_data_in_a_seeded_order():
    """Each pair once; the same seed, the same order; without shuffling, the given one."""
    X, Y = nn.make_moons(40, seed=0)
    drawn = list(nn.batches(X, Y, 16, seed=0))
    assert [len(xs) for xs, _ in drawn] == [16, 16, 8]
    pairs = [(tuple(x), y) for xs, ys in drawn for x, y in zip(xs, ys)]
    assert sorted(pairs) == sorted((tuple(x), y) for x, y in zip(X.tolist(), Y.tolist()))
    assert drawn == list(nn.batches(X, Y, 16, seed=0)) != list(nn.batches(X, Y, 16, seed=1))
    assert [x for xs, _ in nn.batches(X, Y, 16, shuffle=False) for x in xs] == X.tolist()
