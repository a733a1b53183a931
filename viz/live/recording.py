"""Recording: a model and its loss as one program, whose results are all that a page of training shows.

The first result is the loss; then come the predictions, a metric, and the outputs of the neurons. Only the
loss is differentiated. What the numbers look like in a page is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any, NamedTuple

from autograd.compiler.lowering.stages import lower
from autograd.compiler.lowering.tracing import Shape, trace
from autograd.compiler.program.program import Program
from autograd.engine.value import Value
from autograd.trees import leaves
from viz.live.columns import Column, columns_of

Loss = Callable[[Any, Any], Any]


class Recorded(NamedTuple):
    """One program, and which of its results is what."""

    program: Program
    predictions: int
    """How many numbers the model predicts: the results from number 1 on."""
    metric: int | None
    """The result that is the metric, if one was recorded."""
    columns: tuple[Column, ...]
    """The layers of neurons, in order; none where the model is something else than such layers in a row."""
    draws: tuple[int, ...]
    """How many random numbers each draw takes; the last inputs of the program."""
    squashed: bool
    """Whether the one prediction is a probability: a sigmoid."""


def record(
    model: Any,
    loss: Loss,
    metric: Loss | None,
    shapes: Sequence[tuple[int, ...]],
    rows: dict[Value, int],
    with_neurons: bool = True,
) -> Recorded:
    """The program of one sample and its target, of these two shapes. `rows` gets a row for each parameter."""

    def run(x: Any, target: Any) -> list[Any]:
        prediction = model(x)
        measured = [] if metric is None else [metric(prediction, target)]
        return [loss(prediction, target), *leaves(prediction), *measured]

    tracer, places = trace(run, [Shape(shape) for shape in shapes], rows)
    results = list(places)
    paths = {id(module): path for path, module in model.named_modules()}
    given = [at for at, head in enumerate(tracer.tape.heads) if getattr(head, "kind", "") == "input"]
    columns = columns_of(tracer, paths, given[: prod(shapes[0])], results) if with_neurons else ()
    predicted = len(places) - 1 - (metric is not None)
    head = tracer.tape.heads[places[1]]
    return Recorded(
        program=lower(tracer.tape, results, len(rows), first_alone=True),
        predictions=predicted,
        metric=None if metric is None else len(places) - 1,
        columns=columns,
        draws=tuple(count for _, count in tracer.draws),
        squashed=predicted == 1 and getattr(head, "name", "") == "sigmoid",
    )


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """A block in which a model and all in it are in evaluation mode."""
    modes = [(module, module.training) for _, module in model.named_modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            object.__setattr__(module, "training", training)  # a frozen dataclass allows no other way
