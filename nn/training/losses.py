"""Losses: how wrong one prediction is. Each maps a prediction and its target to one number.

`mean` over samples makes the loss of a batch; `fit` does that. Elementwise losses take a number and a
number, or a list and a list of the same length. Those for classes take scores before any softmax or
sigmoid (logits), because the fused forms cannot overflow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from math import isnan
from typing import Any

import numpy as np

from autograd import Value, clamp, dot, log_softmax, mean, relu, select, softplus
from autograd import sum as sum_
from autograd.engine import operators
from autograd.engine.functions import shifted
from autograd.engine.value import data_of

Scalar = Any
Numbers = Any


def squared_error(prediction: Numbers, target: Numbers) -> Any:
    """Half the squared distance, 1/2 sum of (p_i - y_i)^2: the derivative is p - y, as in the notes.

    >>> squared_error(3.0, 1.0)
    2.0
    """
    return 0.5 * _squared_distance(prediction, target, "squared_error")


def mean_squared_error(prediction: Numbers, target: Numbers) -> Any:
    """1/n sum of (p_i - y_i)^2, without the half: as in scikit-learn and PyTorch.

    >>> mean_squared_error([3.0, 1.0], [1.0, 1.0])
    2.0
    """
    return _squared_distance(prediction, target, "mean_squared_error") / len(_list(prediction))


def cross_entropy(logits: Sequence[Any], target: Any) -> Any:
    """-log softmax(logits)[target] = logsumexp(logits) - logits[target], in nats.

    Computed from the logits less the largest, so that what all have in common changes nothing.

    A target is a class, counted from 0, or a list of probabilities t: then - sum of t_i log softmax_i.
    The gradient is softmax - target. A list of rows of logits, with a list of targets, gives the mean.

    >>> print(f"{cross_entropy([0.0, 0.0, 1000.0], 2):.6f} {cross_entropy([0.0, 0.0], [0.5, 0.5]):.6f}")
    0.000000 0.693147
    """
    logits = _list(logits)
    if not logits:
        raise ValueError("cross_entropy needs at least one logit, got none")
    if isinstance(logits[0], (list, tuple)):
        return mean(cross_entropy(row, entry) for row, entry in _paired(logits, target, "cross_entropy"))
    if isinstance(target, (list, tuple, np.ndarray)):
        pairs = _paired(log_softmax(logits), target, "cross_entropy")
        _check_probabilities([probability for _, probability in pairs])
        return -dot(*zip(*pairs))
    _, rest = shifted(logits, "cross_entropy")
    if isinstance(target, Value):
        return operators.logsumexp(rest) - select(target, rest)
    return operators.logsumexp(rest) - rest[_class(target, len(logits), "cross_entropy")]


def elementwise(loss: Callable[..., Any]) -> Callable[..., Any]:
    """Let a loss of one number take lists too, and give the mean over their elements."""

    @wraps(loss)
    def on_lists(prediction: Numbers, target: Numbers, *options: float, **named: float) -> Any:
        return _mean_loss(loss, prediction, target, *options, **named)

    return on_lists


def _mean_loss(
    loss: Callable[..., Any], prediction: Any, target: Any, *options: float, **named: float
) -> Any:
    if isinstance(prediction, (list, tuple, np.ndarray)):
        pairs = _paired(prediction, target, loss.__name__)
        return mean(_mean_loss(loss, entry, wanted, *options, **named) for entry, wanted in pairs)
    return loss(prediction, target, *options, **named)


@elementwise
def hinge(score: Scalar, target: Scalar) -> Any:
    """The max-margin loss max(0, 1 - target * score), for targets -1 and 1; 0 from margin 1 on.

    >>> hinge(0.25, 1), hinge(0.25, -1), hinge(-3.0, -1)
    (0.75, 1.25, 0.0)
    """
    if isinstance(target, Value):
        return relu(1.0 - target * score)
    if target == 1:
        return relu(1.0 - score)
    if target == -1:
        return relu(1.0 + score)
    raise ValueError(f"hinge needs a target of -1 or 1, got {target!r}; for classes 0 and 1 use 2 * y - 1")


@elementwise
def binary_cross_entropy(logit: Scalar, target: Scalar) -> Any:
    """-t log p - (1 - t) log(1 - p) with p = sigmoid(logit), in nats; a target t from 0 to 1.

    Computed as t softplus(-logit) + (1 - t) softplus(logit), which neither overflows nor cancels. The
    gradient is p - t.

    >>> print(f"{binary_cross_entropy(0.0, 1):.6f}", binary_cross_entropy(1000.0, 1))
    0.693147 0.0
    """
    if isinstance(target, Value):
        return target * softplus(-logit) + (1.0 - target) * softplus(logit)
    if not 0 <= target <= 1:
        raise ValueError(f"binary_cross_entropy needs a target from 0 to 1, got {target!r}; for -1 use 0")
    if target == 1:
        return softplus(-logit)
    if target == 0:
        return softplus(logit)
    return target * softplus(-logit) + (1 - target) * softplus(logit)


@elementwise
def huber(prediction: Scalar, target: Scalar, delta: float = 1.0) -> Any:
    """r^2 / 2 for |r| <= delta, else delta (|r| - delta / 2), with r = prediction - target.

    Written c (r - c / 2) with c = r clamped to [-delta, delta]: one form for both. (Huber 1964, "Robust
    estimation of a location parameter".)

    >>> huber(0.5, 0.0), huber(3.0, 0.0), huber(3.0, 0.0, delta=2.0)
    (0.125, 2.5, 4.0)
    """
    if not delta > 0:
        raise ValueError(f"huber needs delta > 0, got {delta!r}")
    residual = prediction - target
    clipped = clamp(residual, -delta, delta)
    return clipped * (residual - 0.5 * clipped)


def accuracy(prediction: Any, target: Any) -> float:
    """1.0 when the prediction is right, else 0.0: a metric for `fit`, not a loss.

    A list of scores is right when the target's is the largest; a single score when it is above 0 for the
    target 1, and not for 0 or -1. Lists of rows give the share that is right. With a NaN in it, nothing is.

    >>> accuracy([0.1, 0.7, 0.2], 1), accuracy(-0.3, 1)
    (1.0, 0.0)
    """
    if not isinstance(prediction, (list, tuple, np.ndarray)):
        (score,) = data_of([prediction])
        return float(not isnan(score) and (score > 0) == (target > 0))
    if not len(prediction):
        raise ValueError("accuracy needs at least one score, got none")
    if isinstance(prediction[0], (list, tuple, np.ndarray)):
        rights = [accuracy(row, wanted) for row, wanted in _paired(prediction, target, "accuracy")]
        return sum(rights) / len(rights)
    wanted = _class(target.data if isinstance(target, Value) else target, len(prediction), "accuracy")
    scores = data_of(prediction)
    return float(not any(map(isnan, scores)) and scores.index(max(scores)) == wanted)


def _squared_distance(prediction: Numbers, target: Numbers, name: str) -> Any:
    if isinstance(prediction, (list, tuple, np.ndarray)):
        return sum_([(p - y) ** 2 for p, y in _paired(prediction, target, name)])
    return (prediction - target) ** 2


def _list(values: Any) -> list[Any]:
    if isinstance(values, np.ndarray):
        return values.tolist()  # type: ignore[no-any-return]
    return list(values) if isinstance(values, (list, tuple)) else [values]


def _paired(predictions: Any, targets: Any, name: str) -> list[tuple[Any, Any]]:
    predictions, targets = _list(predictions), _list(targets)
    if len(predictions) != len(targets) or not predictions:
        raise ValueError(
            f"{name} needs one target for each prediction, got {len(targets)} targets "
            f"for {len(predictions)} predictions"
        )
    return list(zip(predictions, targets))


def _class(target: Any, count: int, name: str) -> int:
    if isinstance(target, (bool, list, tuple)) or not float(target).is_integer():
        raise TypeError(f"{name} needs a class, a whole number, as target, got {target!r}")
    if not 0 <= target < count:
        raise IndexError(f"{name} needs a target from 0 to {count - 1}, got {int(target)}")
    return int(target)


def _check_probabilities(probabilities: Sequence[Any]) -> None:
    numbers = [entry.data if isinstance(entry, Value) else entry for entry in probabilities]
    if any(not 0 <= number <= 1 for number in numbers) or abs(sum(numbers) - 1.0) > 1e-6:
        raise ValueError(
            f"cross_entropy needs probabilities that sum to 1 as soft targets, got {numbers!r:.60}; "
            "divide them by their sum"
        )
