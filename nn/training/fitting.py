"""`fit`: the training loop, written out once.

Each epoch goes through the samples in a random order, in batches. For a batch: forget the gradients,
predict, take the mean loss, go backward, step. Everything else here reports, measures or stops.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import inf, isfinite, nan
from typing import Any

import numpy as np

from autograd import DomainError, Value, mean, no_grad
from autograd.progress import Bar
from nn.checks import check_function, check_size
from nn.data.batching import checked, gather
from nn.errors import TrainingWarning
from nn.layers.module import Module
from nn.optimizers.optimizer import Optimizer
from nn.optimizers.schedules import rate
from nn.randomness import Seed, generator
from nn.training.dead_layers import DeadLayers
from nn.training.history import History
from nn.training.interruption import stopping
from nn.training.steps import Loss, Steps, compiled_steps, eager_steps

Data = tuple[Sequence[Any], Sequence[Any]]


def fit(
    model: Module,
    data: Data,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 32,
    validation: Data | None = None,
    metric: Callable[[Any, Any], float] | None = None,
    penalty: Callable[[Module], Any] | None = None,
    gradients: Callable[[list[Value]], object] | None = None,
    callbacks: Sequence[Callable[[History], object]] = (),
    patience: int | None = None,
    seed: Seed = None,
    history: History | None = None,
    progress: bool = True,
    compiled: bool = False,
) -> History:
    """Train `model` on data = (X, y), until it has seen the data `epochs` times. Returns the History.

    `loss(prediction, target)` and `metric(prediction, target)` are for one sample; their means over the
    epoch's samples are reported, and those on `validation`, computed in evaluation mode. `penalty(model)`
    is added to a batch's loss; `gradients(parameters)` runs before each step, to clip them, say. Each
    callback is called with the history after each epoch; one that returns something true ends training.

    `patience`: stop when the loss (on validation, if given) has not improved for so many epochs. With it the
    model ends with its best state, also when the epochs run out first; a loss that is not finite counts as
    worse than any that is. Ctrl-C stops after the running batch, and leaves the model as it is then, to go
    on from; a second one stops at once.

    To go on later, save model, optimiser and history together, load them, and pass the history: `epochs`
    counts from the first run, and the result has the bits of one uninterrupted run. `seed` draws the
    order of samples; with `compiled`, steps and predictions are compiled to array code.

    >>> from nn import MLP, SGD, hinge, make_moons
    >>> model = MLP(2, [8, 1], seed=0)
    >>> optimizer = SGD(model.parameters(), lr=0.1)
    >>> X, y = make_moons(20, seed=0)
    >>> data = X, 2 * y - 1
    >>> history = fit(model, data, loss=hinge, optimizer=optimizer, epochs=5, seed=0, progress=False)
    >>> history["loss"][4] < history["loss"][0]
    True
    """
    check_size("fit", epochs=epochs, batch_size=batch_size, patience=1 if patience is None else patience)
    if not isinstance(model, Module):
        raise TypeError(f"fit needs a Module for model, got {model!r:.40}")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"fit needs an optimizer, as SGD(model.parameters(), lr=0.1), got {optimizer!r:.40}")
    given = {"metric": metric, "penalty": penalty, "gradients": gradients}
    check_function("fit", loss=loss, **{name: option for name, option in given.items() if option is not None})
    check_function("fit", **{f"callbacks[{place}]": callback for place, callback in enumerate(callbacks)})
    X, y = checked(data, "data")
    held_out = None if validation is None else checked(validation, "validation")
    history = History() if history is None else history
    history.interrupted = False
    if compiled:
        steps = compiled_steps(model, loss, optimizer, penalty, gradients, metric, progress)
    else:
        steps = eager_steps(model, loss, optimizer, penalty, gradients)
    samples = steps.prepare("X", X, batch_size > 1)
    steps.prepare("y", y, batch_size > 1)
    if held_out is not None:
        held_out = steps.prepare("validation X", held_out[0], False), held_out[1]
    source = history.generator(generator(seed))
    dead = DeadLayers(model)
    batches = -(-len(X) // batch_size)
    history.go_on_from_last(model)
    was_training = model.training
    done = len(history) * batches + history.done
    try:
        with stopping() as stop, Bar(epochs * batches, "batches", progress, done) as bar:
            while len(history) < epochs and not _patience_is_over(history, patience):
                model.train()
                with steps.block():
                    for places in history.order(source, len(X), batch_size):
                        xs, ys = gather(samples, places), gather(y, places)
                        with _told_where(history, optimizer):
                            total, predictions = steps.train(xs, ys)
                            if not isfinite(total):
                                raise ArithmeticError(f"the loss is {total}")
                        history.add(len(xs), total, _total(metric, predictions, ys))
                        if dead.suspects:
                            dead.after_step()
                        bar.advance(_told(history, epochs))
                        if stop.is_set():
                            history.interrupted = True
                            return history
                dead.after_epoch(X)
                history.close(**_measured(model, steps, held_out, loss, metric), lr=_last_rate(optimizer))
                _warn_unless_finite(history)
                if patience is not None and history.improved():
                    history.keep(model.state_dict())
                answers = [callback(history) for callback in callbacks]
                if any(answers):
                    break
        if patience is not None:
            history.give_back_best(model)
    finally:
        model.train(was_training)
    return history


def _measured(model: Module, steps: Steps, data: Data | None, loss: Loss, metric: Any) -> dict[str, float]:
    """Loss and metric on validation data, in evaluation mode and without a graph."""
    if data is None:
        return {}
    X, y = data
    model.eval()
    try:
        with no_grad():
            predictions = steps.predict(X)
            losses = mean([loss(prediction, target) for prediction, target in zip(predictions, y)])
    except (ArithmeticError, DomainError):  # as inf, which a compiled loss would give
        return {"validation_loss": inf} | ({} if metric is None else {"validation_metric": nan})
    columns = {"validation_loss": losses.data if isinstance(losses, Value) else float(losses)}
    if metric is not None:
        columns["validation_metric"] = (_total(metric, predictions, y) or 0.0) / len(y)
    return columns


def _total(metric: Any, predictions: Sequence[Any], ys: Sequence[Any]) -> float | None:
    if metric is None:
        return None
    scores = [metric(prediction, target) for prediction, target in zip(predictions, ys)]
    return float(np.sum([score.data if isinstance(score, Value) else score for score in scores]))


def _last_rate(optimizer: Optimizer) -> float:
    return rate(optimizer.schedule, max(optimizer.steps - 1, 0))


def _patience_is_over(history: History, patience: int | None) -> bool:
    return patience is not None and len(history) > 0 and history.waited() >= patience


def _told(history: History, epochs: int) -> str:
    means = ", ".join(f"{name} {value:.4f}" for name, value in history.means().items())
    return f"epoch {len(history) + 1}/{epochs}: {means}"


@contextmanager
def _told_where(history: History, optimizer: Optimizer) -> Iterator[None]:
    """Tell a numerical error where it happened, and what may help."""
    try:
        yield
    except (ArithmeticError, DomainError) as error:
        kinds = (OverflowError, ZeroDivisionError, DomainError, ArithmeticError)
        where = f"epoch {len(history) + 1}, batch {history.done + 1}, at lr = {_last_rate(optimizer):g}"
        raise next(kind for kind in kinds if isinstance(error, kind))(
            f"{error} in {where}: lower the learning rate or clip the gradients; "
            "detect_anomaly() names the operation it began with"
        ) from error


def _warn_unless_finite(history: History) -> None:
    """Warn of the first epoch whose validation loss is not a finite number."""
    losses = [row.get("validation_loss", 0.0) for row in history.rows]
    if not isfinite(losses[-1]) and all(map(isfinite, losses[:-1])):
        warnings.warn(
            f"the validation loss is {losses[-1]} in epoch {len(losses)}: it counts as worse than any finite "
            "one; look for samples of another scale, or lower the learning rate",
            TrainingWarning,
            stacklevel=3,
        )
