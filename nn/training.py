"""`fit`: the training loop, written out once.

Each epoch goes through the samples in a random order, in batches. For a batch: forget the gradients,
predict, take the mean loss, go backward, step. Everything else here reports, measures or stops.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from typing import Any

import numpy as np

from autograd import Value, mean, no_grad
from autograd.progress import Bar
from nn.batching import checked, gather
from nn.checks import function, size
from nn.history import History
from nn.module import Module
from nn.notices import DeadLayers
from nn.randomness import Seed, generator
from nn.schedules import rate
from nn.stepping import Optimizer
from nn.steps import Loss, Steps, compiled_steps, eager_steps

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

    `patience`: stop when the loss (on validation, if given) has not improved for so many epochs, and give
    the model back its best state. Ctrl-C stops after the running batch; a second one, at once.

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
    size("fit", epochs=epochs, batch_size=batch_size, patience=1 if patience is None else patience)
    if not isinstance(model, Module):
        raise TypeError(f"fit needs a Module for model, got {model!r:.40}")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"fit needs an optimizer, as SGD(model.parameters(), lr=0.1), got {optimizer!r:.40}")
    given = {"metric": metric, "penalty": penalty, "gradients": gradients}
    function("fit", loss=loss, **{name: option for name, option in given.items() if option is not None})
    function("fit", **{f"callbacks[{place}]": callback for place, callback in enumerate(callbacks)})
    X, y = checked(data, "data")
    held_out = None if validation is None else checked(validation, "validation")
    history = History() if history is None else history
    history.interrupted = False
    if compiled:
        steps = compiled_steps(model, loss, optimizer, penalty, gradients, metric)
    else:
        steps = eager_steps(model, loss, optimizer, penalty, gradients)
    source = history.generator(generator(seed))
    dead = DeadLayers(model)
    batches = -(-len(X) // batch_size)
    was_training = model.training
    done = len(history) * batches + history.done
    try:
        with _interruption() as stop, Bar(epochs * batches, "batches", progress, done) as bar:
            while len(history) < epochs and not _patience_is_over(history, patience):
                model.train()
                with steps.block():
                    for places in history.order(source, len(X), batch_size):
                        xs, ys = gather(X, places), gather(y, places)
                        total, predictions = steps.train(xs, ys)
                        if not isfinite(total):
                            raise ArithmeticError(_diverged(total, history, _last_rate(optimizer)))
                        history.add(len(xs), total, _total(metric, predictions, ys))
                        if dead.suspects:
                            steps.sync()
                            dead.after_step()
                        bar.advance(_told(history, epochs))
                        if stop.is_set():
                            history.interrupted = True
                            return history
                dead.after_epoch(X)
                history.close(**_measured(model, steps, held_out, loss, metric), lr=_last_rate(optimizer))
                if patience is not None and history.improved():
                    history.keep(model.state_dict())
                answers = [callback(history) for callback in callbacks]
                if any(answers):
                    break
        if _patience_is_over(history, patience):
            assert history.best is not None
            model.load_state_dict(history.best["state"])
    finally:
        model.train(was_training)
    return history


def _measured(model: Module, steps: Steps, data: Data | None, loss: Loss, metric: Any) -> dict[str, float]:
    """Loss and metric on validation data, in evaluation mode and without a graph."""
    if data is None:
        return {}
    X, y = data
    model.eval()
    with no_grad():
        predictions = steps.predict(X)
        losses = mean([loss(prediction, target) for prediction, target in zip(predictions, y)])
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


def _diverged(total: float, history: History, lr: float) -> str:
    return (
        f"the loss is {total} in epoch {len(history) + 1}, batch {history.done + 1}, at lr = {lr:g}: lower "
        "the learning rate or clip the gradients; detect_anomaly() names the operation it began with"
    )


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets, instead of raising in the midst of a step. The second one raises."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def on_interrupt(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous or signal.default_int_handler)
