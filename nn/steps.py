"""One training step on a batch: eager, as in the books, or compiled to array code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value, compile, mean, no_grad
from autograd.trees import map_leaves
from nn.dropout import Dropout
from nn.module import Module
from nn.normalization import BatchNorm
from nn.stepping import Optimizer

Loss = Callable[[Any, Any], Any]
Step = Callable[[list[Any], list[Any]], tuple[float, list[Any]]]


def eager_step(
    model: Module, loss: Loss, optimizer: Optimizer, penalty: Any = None, gradients: Any = None
) -> Step:
    """One training step on a batch: its mean loss, and the predictions."""

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

    return step


def predict_all(model: Module, xs: Sequence[Any]) -> list[Any]:
    """The model's outputs, one for each sample."""
    predictions = model.batch(xs)
    if len(predictions) != len(xs):
        raise ValueError(
            f"the model's batch() must give an output for each of {len(xs)} samples, got {len(predictions)}"
        )
    return predictions


def compiled_step(
    model: Module, loss: Loss, optimizer: Optimizer, penalty: Any = None, gradients: Any = None
) -> Step:
    """The same step as array code: called and answering as the eager one."""
    if gradients is not None:
        raise ValueError("fit(compiled=True) has no place for gradients=; train with compiled=False")
    if any(isinstance(part, BatchNorm) for _, part in model.named_modules()):
        raise ValueError(
            "fit(compiled=True) compiles the model for one sample, and BatchNorm needs the batch together; "
            "train with compiled=False, or normalise with LayerNorm"
        )

    def sample_loss(x: Any, y: Any) -> Any:
        total = loss(model(x), y)
        return total if penalty is None else total + penalty(model)

    fast, predict = compile(sample_loss), compile(model)
    seen: set[str] = set()
    sources = [part.generator for _, part in model.named_modules() if isinstance(part, Dropout)]

    def step(xs: list[Any], ys: list[Any]) -> tuple[float, list[Any]]:
        X, y = np.asarray(xs), np.asarray(ys)
        states = [source.bit_generator.state for source in sources]
        found = predict(X)
        for source, state in zip(sources, states):  # the loss sees the masks that the predictions saw
            source.bit_generator.state = state
        predictions = [_sample(found, place) for place in range(len(xs))]
        _check_targets(loss, predictions, ys, seen)
        with fast.training(optimizer) as train:
            total = train(X, y)
        return total, predictions

    return step


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
