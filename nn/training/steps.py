"""How `fit` takes a step on a batch, and predicts: eagerly, as in the books, or compiled to array code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from autograd import Value, compile, mean, no_grad
from autograd.trees import map_leaves
from nn.layers.dropout import Dropout
from nn.layers.module import Module
from nn.layers.normalization import BatchNorm
from nn.layers.parts import modules_in
from nn.optimizers.optimizer import Optimizer

Loss = Callable[[Any, Any], Any]


class Steps(NamedTuple):
    """How to train and to predict."""

    train: Callable[[list[Any], list[Any]], tuple[float, list[Any]]]
    """One step on a batch: its mean loss, and the predictions."""

    predict: Callable[[Sequence[Any]], list[Any]]
    """The model's outputs, one for each sample."""

    prepare: Callable[[str, list[Any], bool], list[Any]] = lambda where, samples, batched: samples
    """Check samples, by what they are called and whether they come in batches, and lay them out."""

    block: Callable[[], AbstractContextManager[Any]] = nullcontext
    """What the steps of an epoch run in."""


def eager_steps(
    model: Module, loss: Loss, optimizer: Optimizer, penalty: Any = None, gradients: Any = None
) -> Steps:
    """Steps on Values."""

    def step(xs: list[Any], ys: list[Any]) -> tuple[float, list[Any]]:
        model.zero_grad()
        predictions = predict_all(model, xs)
        total = mean([loss(prediction, target) for prediction, target in zip(predictions, ys)])
        if penalty is not None:
            total = total + penalty(model)
        if not isinstance(total, Value):
            raise TypeError(f"the loss of a batch is a Value, got {type(total).__name__}: nothing to train")
        total.backward()
        if gradients is not None:
            gradients(optimizer.parameters)
        optimizer.step()
        return total.data, predictions

    return Steps(step, partial(predict_all, model))


def predict_all(model: Module, xs: Sequence[Any]) -> list[Any]:
    """The model's outputs, one for each sample."""
    predictions = model.batch(xs)
    if len(predictions) != len(xs):
        raise ValueError(
            f"the model's batch() must give an output for each of {len(xs)} samples, got {len(predictions)}"
        )
    return predictions


def compiled_steps(
    model: Module,
    loss: Loss,
    optimizer: Optimizer,
    penalty: Any = None,
    gradients: Any = None,
    metric: Any = None,
    progress: bool = True,
) -> Steps:
    """The same as array code. Predictions are made where there is a metric to use them, or a new target."""
    if gradients is not None:
        raise ValueError("fit(compiled=True) has no place for gradients=; train with compiled=False")
    if any(isinstance(part, BatchNorm) for part in modules_in(model)):
        raise ValueError(
            "fit(compiled=True) compiles the model for one sample, and BatchNorm needs the batch together; "
            "train with compiled=False, or normalise with LayerNorm"
        )

    def sample_loss(x: Any, y: Any) -> Any:
        total = loss(model(x), y)
        return total if penalty is None else total + penalty(model)

    fast, outputs = (compile(f, progress=progress) for f in (sample_loss, model))
    seen: set[str] = set()
    running: list[Any] = []
    sources = [part.generator for part in modules_in(model) if isinstance(part, Dropout)]

    def predict(xs: Sequence[Any]) -> list[Any]:
        places: dict[Any, list[int]] = {}
        for place, x in enumerate(xs):
            places.setdefault(x.shape, []).append(place)
        found: dict[int, Any] = {}
        for group in places.values():
            columns = outputs(np.stack([xs[place] for place in group]))
            found |= {place: _sample(columns, at) for at, place in enumerate(group)}
        return [found[place] for place in range(len(xs))]

    @contextmanager
    def block() -> Iterator[None]:
        with fast.training(optimizer) as train:
            running.append(train)
            try:
                yield
            finally:
                running.pop()

    def step(xs: list[Any], ys: list[Any]) -> tuple[float, list[Any]]:
        predictions: list[Any] = []
        if metric is not None or any(repr(target) not in seen for target in ys):
            states = [source.bit_generator.state for source in sources]
            predictions = predict(xs)
            for source, state in zip(sources, states):  # the loss sees the masks that the predictions saw
                source.bit_generator.state = state
            _check_targets(loss, predictions, ys, seen)
        return running[-1](np.stack(xs), np.asarray(ys)), predictions

    return Steps(step, predict, _as_arrays, block)


def _as_arrays(where: str, samples: list[Any], batched: bool) -> list[Any]:
    """Each sample as an array; an error names the first that cannot be one, or not in a batch with others."""
    arrays: list[Any] = []
    for place, sample in enumerate(samples):
        try:
            array = np.asarray(sample)
        except ValueError:
            raise ValueError(
                f"fit(compiled=True) makes an array of each sample, and {where}[{place}] has lists of "
                "several lengths; train with compiled=False"
            ) from None
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"fit(compiled=True) takes samples that are numbers or lists of them, got {where}[{place}] = "
                f"{sample!r:.40}; train with compiled=False"
            )
        if batched and arrays and array.shape != arrays[0].shape:
            raise ValueError(
                "fit(compiled=True) makes one array of a batch, whose samples need one shape, but "
                f"{where}[0] has shape {arrays[0].shape} and {where}[{place}] {array.shape}; use "
                "batch_size=1, fit those of each length in turn, or train with compiled=False"
            )
        arrays.append(array)
    return arrays


def _sample(columns: Any, place: int) -> Any:
    """One sample of what a program gives, as plain numbers in its structure."""
    return map_leaves(lambda column: column[place].tolist(), columns)


def _check_targets(loss: Loss, predictions: Sequence[Any], ys: Sequence[Any], seen: set[str]) -> None:
    """Let the loss see each target that is new, eagerly: a program cannot refuse one, as the loss may."""
    with no_grad():
        for prediction, target in zip(predictions, ys):
            if repr(target) not in seen:
                loss(map_leaves(Value, prediction), target)
                seen.add(repr(target))
