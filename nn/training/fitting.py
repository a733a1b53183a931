"""`fit`: the training loop, written out once.

Each epoch goes through the data in batches; samples come in a random order. For a batch, `steps` forgets the
gradients, predicts, takes the mean loss, goes backward and steps; what is here counts, measures, reports and
stops.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from math import inf, isfinite, nan
from typing import Any

import numpy as np

from autograd import DomainError, Value
from autograd.progress import Bar
from nn.checks import check_function, check_size
from nn.data.sources import BATCH_SIZE, Batch, Pairs, Ready, Samples, source_of
from nn.errors import InputError, TrainingWarning
from nn.layers.module import Module
from nn.optimizers.optimizer import Optimizer
from nn.optimizers.schedules import rate
from nn.randomness import Seed, generator, state_of
from nn.training.compiled_steps import CompiledSteps, Machine
from nn.training.dead_layers import DeadLayers
from nn.training.history import History
from nn.training.interruption import stopping
from nn.training.steps import EagerSteps, Loss, Metric, Penalty, Result

Data = Any
"""See `nn.data.sources`: (X, y), a sequence of samples (x, y), batches, or a function that gives them."""


def fit(
    model: Module,
    data: Data,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None = None,
    validation: Data | None = None,
    metric: Metric | None = None,
    penalty: Penalty | None = None,
    gradients: Callable[[list[Value]], object] | None = None,
    callbacks: Sequence[Callable[[History], object]] = (),
    patience: int | None = None,
    seed: Seed = None,
    history: History | None = None,
    progress: bool = True,
    compiled: bool | str = False,
    devices: Any = None,
    shard: bool = False,
) -> History:
    """Train `model` on data, until it has seen them `epochs` times. Returns the History.

    `data` are samples, taken `batch_size` (32) at a time in an order that `seed` draws anew for each epoch:
    a pair (X, y) of arrays, lists, tables or whatever has len() and entries by number; or one such sequence
    of pairs (x, y), as a PyTorch Dataset. Or they are batches (X, y) that come ready, in an order of their
    own: from what can be iterated anew for each epoch, as a DataLoader; from a function that is called for
    each, `lambda: batches`, as for a list of them; or from a generator, which is good for one epoch. A
    `numpy.memmap`, a data set of h5py or a sequence of the user's own is read a batch at a time, so that it
    may be larger than memory, and checked for NaN as it is read; what is in memory is checked at once.

    `loss(prediction, target)` and `metric(prediction, target)` are for one sample; their means over the
    epoch's samples are reported, and those on `validation`, computed in evaluation mode. `penalty(model)`
    is added to a batch's loss; `gradients(parameters)` runs before each step, to clip them, say. Each
    callback is called with the history after each epoch; one that returns something true ends training.

    `patience`: stop when the loss (on validation, if given) has not improved for so many epochs. With it the
    model ends with its best state, also when the epochs run out first; a loss that is not finite counts as
    worse than any that is. Ctrl-C stops after the running batch, and leaves the model as it is then, to go
    on from; a second one stops at once.

    To go on later, save model, optimiser and history together, load them, and pass the history: `epochs`
    counts from the first run, and the result has the bits of one uninterrupted run. Of batches that come
    anew those that were done are passed over; a generator goes on where it stands.

    With `compiled`, array programs do the same, to rounding: one run gives the loss, the step and what
    `metric` is given, for several batches at a call, or for one where schedule or update are the user's own.
    Samples and targets are numbers or lists of them, of one shape in a batch; BatchNorm and `gradients` are
    refused. The loss is shown each distinct target before anything is trained, or where targets are read
    batch by batch, before the step; samples are not checked, as an Embedding checks its index eagerly.
    Programs follow IEEE 754: what overflows is no error until the loss is not finite, and the validation loss
    may be NaN. Ctrl-C stops after the running call, within a tenth of a second or so. After a loss that is
    not finite, an error in `metric` or a second Ctrl-C, the model is ahead of the history by the batches that
    this call had still done.

    `compiled` may be the name of a backend: with `compiled="jax", devices="all"` all its devices share each
    batch, and with `shard=True` the parameters, too (see `autograd.compile`). Samples in memory are put there
    once.

    >>> from nn import MLP, SGD, hinge, make_moons
    >>> model = MLP(2, [8, 1], seed=0)
    >>> optimizer = SGD(model.parameters(), lr=0.1)
    >>> X, y = make_moons(20, seed=0)
    >>> data = X, 2 * y - 1
    >>> history = fit(model, data, loss=hinge, optimizer=optimizer, epochs=5, seed=0, progress=False)
    >>> history["loss"][4] < history["loss"][0]
    True
    """
    size = BATCH_SIZE if batch_size is None else batch_size
    check_size("fit", epochs=epochs, batch_size=size, patience=1 if patience is None else patience)
    _check_kinds(model, optimizer, loss, callbacks, metric=metric, penalty=penalty, gradients=gradients)
    history = History() if history is None else history
    source = source_of(data, "data")
    held_out = None if validation is None else source_of(validation, "validation")
    _check_sources(source, held_out, epochs - len(history), batch_size=batch_size, seed=seed)
    if compiled and gradients is not None:
        raise ValueError("fit(compiled=True) has no place for gradients=; train with compiled=False")
    steps: EagerSteps | CompiledSteps
    if compiled:
        machine = Machine(compiled if isinstance(compiled, str) else "auto", devices, shard)
        sizes = _sizes(source, size)
        steps = CompiledSteps(
            model, loss, optimizer, source, held_out, penalty, size > 1, progress, machine, sizes
        )
    elif devices is not None or shard:
        raise ValueError('fit trains on devices= by programs of JAX: give compiled="jax" as well')
    else:
        steps = EagerSteps(model, loss, optimizer, held_out, penalty, gradients)
    history.interrupted = False
    order = history.generator(generator(seed))
    history.go_on_from_last(model)
    dead = DeadLayers(model)
    per_epoch = source.count() if isinstance(source, Ready) else -(-len(source) // size)
    total, done = None if per_epoch is None else epochs * per_epoch, len(history) * (per_epoch or 0)
    was_training = model.training
    try:
        with stopping() as stop, Bar(total, "batches", progress, done + history.done) as bar, steps:
            while len(history) < epochs and not _patience_is_over(history, patience):
                model.train()
                for batches in _in_calls(_epoch(source, history, order, size), steps, dead):
                    results = _located(steps.train(batches), history, optimizer, source)
                    for batch, (batch_loss, predictions) in zip(batches, results):
                        scores = None if metric is None else _total(metric, predictions, batch.ys)
                        history.add(len(batch), batch_loss, scores)
                    dead.after_step()
                    bar.advance(_in_words(history, epochs), len(batches))
                    if stop.is_set():
                        history.interrupted = True
                        return history
                dead.after_epoch(lambda: source.parts(size) if isinstance(source, Samples) else [])
                measured = {} if held_out is None else _measured(model, steps, metric, size)
                history.close(**measured, lr=_last_rate(optimizer))
                if isinstance(source, Samples):
                    history.random = state_of(order)  # from which the next epoch's order is drawn
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


def _check_kinds(model: Any, optimizer: Any, loss: Any, callbacks: Sequence[Any], **options: Any) -> None:
    """A TypeError unless each is what its name says; options may be None."""
    if not isinstance(model, Module):
        raise TypeError(f"fit needs a Module for model, got {model!r:.40}")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"fit needs an optimizer, as SGD(model.parameters(), lr=0.1), got {optimizer!r:.40}")
    given = {name: option for name, option in options.items() if option is not None}
    given |= {f"callbacks[{place}]": callback for place, callback in enumerate(callbacks)}
    check_function("fit", loss=loss, **given)


def _check_sources(
    source: Samples | Ready, held_out: Samples | Ready | None, epochs: int, **options: Any
) -> None:
    """A ValueError for options that batches have no use for, and for several epochs of what comes once."""
    for name, option in options.items():
        if isinstance(source, Ready) and option is not None:
            raise ValueError(
                f"fit({name}=...) is for samples, and data gives batches that are ready, in their own order: "
                f"leave {name} out, or set it where they are made"
            )
    for each in (source, held_out):
        if isinstance(each, Ready):
            each.refuse_again(epochs)


def _epoch(
    source: Samples | Ready, history: History, order: np.random.Generator, size: int
) -> Iterator[Batch]:
    """The batches of the running epoch that are not yet done."""
    if isinstance(source, Ready):
        return source.batches(history.done)
    return map(source.at, history.order(order, len(source), size))


def _sizes(source: Samples | Ready, size: int) -> list[int]:
    """The sizes of the batches of an epoch, where they are known: the last one may be short."""
    if isinstance(source, Ready):
        return []
    whole, rest = divmod(len(source), size)
    return [size] * (whole > 0) + [rest] * (rest > 0)


def _in_calls(
    batches: Iterator[Batch], steps: EagerSteps | CompiledSteps, dead: DeadLayers
) -> Iterator[list[Batch]]:
    """The batches, as many at a time as `steps` takes at once: one, while `dead` has gradients to look at."""
    while several := list(islice(batches, 1 if dead.suspects else steps.at_once)):
        yield several


def _located(
    results: Iterable[Result], history: History, optimizer: Optimizer, source: Samples | Ready
) -> Iterator[Result]:
    """The results of steps; a numerical error in one says in which, and what may help."""
    first = optimizer.steps - history.done
    try:
        for loss, predictions in results:
            if not isfinite(loss):
                raise ArithmeticError(f"the loss is {loss}")
            yield loss, predictions
    except InputError as error:
        if isinstance(source, Pairs):
            error.add_note(
                "data has len() and entries by number, so each entry is a sample (x, y); for batches give a "
                "function, lambda: data"
            )
        raise
    except (ArithmeticError, DomainError) as error:
        kinds = (OverflowError, ZeroDivisionError, DomainError, ArithmeticError)
        where = f"epoch {len(history) + 1}, batch {history.done + 1}"
        with suppress(ArithmeticError, ValueError):  # unless it is the schedule that failed
            where += f", at lr = {rate(optimizer.schedule, first + history.done):g}"
        raise next(kind for kind in kinds if isinstance(error, kind))(
            f"{error} in {where}: lower the learning rate or clip the gradients; "
            "detect_anomaly() names the operation it began with"
        ) from error


def _measured(
    model: Module, steps: EagerSteps | CompiledSteps, metric: Metric | None, size: int
) -> dict[str, float]:
    """Loss and metric on validation data, in evaluation mode and without a graph."""
    model.eval()
    losses: list[Any] = []
    scores: list[float] = []
    try:
        for some, predictions, targets in steps.measure(size):
            losses.extend(some)
            if metric is not None:
                scores.extend(_scores(metric, predictions, targets))
        loss = steps.mean(losses)
    except (ArithmeticError, DomainError):  # as inf, which a compiled loss would give
        return {"validation_loss": inf} | ({} if metric is None else {"validation_metric": nan})
    measured = {"validation_loss": loss}
    if metric is not None:
        measured["validation_metric"] = float(np.sum(scores)) / len(scores)
    return measured


def _total(metric: Metric, predictions: Iterable[Any], ys: Sequence[Any]) -> float:
    """The sum of the metric over samples."""
    return float(np.sum(_scores(metric, predictions, ys)))


def _scores(metric: Metric, predictions: Iterable[Any], ys: Sequence[Any]) -> list[Any]:
    scores = [metric(prediction, target) for prediction, target in zip(predictions, ys)]
    return [score.data if isinstance(score, Value) else score for score in scores]


def _last_rate(optimizer: Optimizer) -> float:
    return rate(optimizer.schedule, max(optimizer.steps - 1, 0))


def _patience_is_over(history: History, patience: int | None) -> bool:
    return patience is not None and len(history) > 0 and history.waited() >= patience


def _in_words(history: History, epochs: int) -> str:
    means = ", ".join(f"{name} {value:.4f}" for name, value in history.means().items())
    return f"epoch {len(history) + 1}/{epochs}: {means}"


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
