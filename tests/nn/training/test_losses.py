"""Losses: closed forms, gradients, stability, and what they refuse."""

# ruff: noqa: E501

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, check_gradients, softmax
from tests.nn.helpers import as_values

NUMBER = st.floats(-30, 30)
ROW = [0.3, -1.2, 2.0]

# fmt: off
SMOOTH = {
    "squared_error":             lambda x: nn.squared_error(x, [1.0, 0.0, 2.5]),
    "mean_squared_error":        lambda x: nn.mean_squared_error(x, [1.0, 0.0, 2.5]),
    "cross_entropy":             lambda x: nn.cross_entropy(x, 1),
    "cross_entropy soft":        lambda x: nn.cross_entropy(x, [0.2, 0.5, 0.3]),
    "cross_entropy rows":        lambda x: nn.cross_entropy([x, x[::-1]], [1, 0]),
    "binary_cross_entropy":      lambda x: nn.binary_cross_entropy(x, [0, 1, 0.3]),
    "hinge":                     lambda x: nn.hinge(x, [1, -1, 1]),
    "huber":                     lambda x: nn.huber(x, [1.0, 0.0, 2.5], delta=0.8),
}
# fmt: on


@pytest.mark.parametrize("name", SMOOTH)
def test_gradient_of_loss_by_check_gradients(name):
    """Away from kinks, to second order."""
    assert check_gradients(SMOOTH[name], ROW)


@given(NUMBER, NUMBER)
def test_squared_error_has_the_half_and_the_mean_has_not(p, y):
    """1/2 (p - y)^2, whose derivative is p - y; and (p - y)^2."""
    x = Value(p)
    loss = nn.squared_error(x, y)
    loss.backward()
    assert loss.data == 0.5 * (p - y) ** 2
    assert x.grad == p - y
    assert nn.mean_squared_error(p, y) == (p - y) ** 2


@given(st.lists(NUMBER, min_size=1, max_size=5), st.data())
def test_cross_entropy_is_minus_log_softmax_and_its_gradient_softmax_minus_one_hot(logits, data):
    """For every class; soft targets that are one-hot give the same."""
    target = data.draw(st.integers(0, len(logits) - 1))
    xs = as_values(logits)
    loss = nn.cross_entropy(xs, target)
    loss.backward()
    one_hot = [float(k == target) for k in range(len(logits))]
    expected = log(sum(exp(x - logits[target]) for x in logits))
    assert loss.data == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert [x.grad for x in xs] == pytest.approx([p - t for p, t in zip(softmax(logits), one_hot)], abs=1e-12)
    assert nn.cross_entropy(logits, one_hot) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(NUMBER, st.sampled_from([0, 1]))
def test_binary_cross_entropy_is_that_of_two_classes(z, target):
    """cross_entropy([0, z], target); a Value as target gives the same."""
    expected = nn.cross_entropy([0.0, z], target)
    assert nn.binary_cross_entropy(z, target) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert nn.binary_cross_entropy(Value(z), Value(target)).data == pytest.approx(
        expected, rel=1e-9, abs=1e-12
    )


@given(NUMBER, st.sampled_from([-1, 1]))
def test_hinge_is_the_margin_that_is_missing(score, target):
    """max(0, 1 - target score); numbers and Values as target."""
    assert nn.hinge(score, target) == max(0.0, 1.0 - target * score)
    assert nn.hinge(Value(score), Value(target)).data == max(0.0, 1.0 - target * score)


@given(NUMBER, st.floats(0.1, 5))
def test_huber_is_its_two_branches(r, delta):
    """A parabola inside, a line outside; the derivative is r clamped."""
    x = Value(r)
    loss = nn.huber(x, 0.0, delta)
    loss.backward()
    expected = 0.5 * r * r if abs(r) <= delta else delta * (abs(r) - 0.5 * delta)
    assert loss.data == pytest.approx(expected, rel=1e-12, abs=1e-300)
    assert x.grad == pytest.approx(max(-delta, min(delta, r)), rel=1e-12)


@pytest.mark.parametrize("size", [1000.0, -1000.0])
def test_losses_from_logits_do_not_overflow(size):
    """Right by any margin costs 0, wrong by it costs the margin."""
    assert nn.cross_entropy([size, 0.0], 0) == max(0.0, -size)
    assert nn.binary_cross_entropy(size, 1) == max(0.0, -size)
    assert nn.binary_cross_entropy(40.0, 1) == pytest.approx(exp(-40.0), rel=1e-12)


def test_a_class_may_be_a_value():
    """Then it is selected, as when the loss is recorded once for all targets."""
    loss = nn.cross_entropy(as_values(ROW), Value(2.0))
    assert loss.data == pytest.approx(nn.cross_entropy(ROW, 2), rel=1e-14)


@pytest.mark.parametrize("prediction", [float("nan"), [float("nan"), 1.0, 2.0], [1.0, float("nan"), 2.0]])
@pytest.mark.parametrize("target", [0, 1, 2, -1])
def test_a_prediction_with_nan_is_never_right(prediction, target):
    """Whichever class a comparison with NaN would give."""
    if target >= 0 or not isinstance(prediction, list):
        assert nn.accuracy(prediction, target) == nn.accuracy(as_values(prediction), target) == 0.0


@pytest.mark.parametrize(
    ("prediction", "target", "right"),
    [
        ([0.1, 0.7], 1, 1),
        ([0.9, 0.7], 1, 0),
        (0.2, 1, 1),
        (0.2, -1, 0),
        (-0.2, 0, 1),
        ([[0.1, 0.7], [0.1, 0.7]], [1, 0], 0.5),
    ],
)
def test_accuracy_counts_what_is_right(prediction, target, right):
    """Lists of scores, single scores, rows; numbers and Values."""
    assert nn.accuracy(prediction, target) == nn.accuracy(as_values(prediction), target) == right


@pytest.mark.parametrize(
    "name", ["squared_error", "mean_squared_error", "hinge", "binary_cross_entropy", "huber"]
)
def test_arrays_serve_as_predictions_and_targets(name):
    """As lists do."""
    loss, y = getattr(nn, name), [1, 1, 1]
    assert loss(np.array(ROW), np.array(y)) == loss(ROW, y)


# fmt: off
WRONG = [
    (lambda: nn.cross_entropy(ROW, 3),                         IndexError, "cross_entropy needs a target from 0 to 2, got 3"),
    (lambda: nn.cross_entropy(ROW, -1),                        IndexError, "cross_entropy needs a target from 0 to 2, got -1"),
    (lambda: nn.cross_entropy(ROW, 1.5),                       TypeError,  "needs a class, a whole number, as target, got 1.5"),
    (lambda: nn.cross_entropy(ROW, [0.5, 0.2, 0.2]),           ValueError, "needs probabilities that sum to 1 as soft targets"),
    (lambda: nn.cross_entropy(ROW, [0.5, 0.5]),                ValueError, "cross_entropy needs one target for each prediction, got 2 targets for 3"),
    (lambda: nn.cross_entropy([], 0),                          ValueError, "cross_entropy needs at least one logit"),
    (lambda: nn.hinge(0.5, 0),                                 ValueError, r"hinge needs a target of -1 or 1, got 0; for classes 0 and 1 use 2 \* y - 1"),
    (lambda: nn.binary_cross_entropy(0.5, -1),                 ValueError, "needs a target from 0 to 1, got -1; for -1 use 0"),
    (lambda: nn.huber(0.5, 0.0, delta=0.0),                    ValueError, "huber needs delta > 0, got 0.0"),
    (lambda: nn.accuracy([0.1, 0.2], 5),                       IndexError, "accuracy needs a target from 0 to 1, got 5"),
    (lambda: nn.accuracy([0.1, 0.2], -1),                      IndexError, "accuracy needs a target from 0 to 1, got -1"),
    (lambda: nn.accuracy([0.1, 0.2], 0.5),                     TypeError,  "accuracy needs a class, a whole number, as target, got 0.5"),
    (lambda: nn.accuracy([0.1, 0.2], [0, 1]),                  TypeError,  r"accuracy needs a class, a whole number, as target, got \[0, 1\]"),
    (lambda: nn.accuracy([], 0),                               ValueError, "accuracy needs at least one score, got none"),
    (lambda: nn.squared_error([1.0], [1.0, 2.0]),              ValueError, "squared_error needs one target for each prediction, got 2 targets for 1"),
    (lambda: nn.mean_squared_error([1.0, 2.0], 1.0),           ValueError, "mean_squared_error needs one target for each prediction"),
]
# fmt: on


@pytest.mark.parametrize(("action", "kind", "message"), WRONG)
def test_wrong_targets_say_what_is_allowed(action, kind, message):
    """In words."""
    with pytest.raises(kind, match=message):
        action()
