"""Columns: the layers of neurons that a model turned out to be, by what its modules gave as it was recorded.

A layer is a column where it ran once and read the sample, or as many numbers as the column before it gave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from autograd.compiler.lowering.tracing import Tracer


class Column(NamedTuple):
    """Neurons that read the same numbers."""

    path: str
    """Of the layer, in the model; empty where the model is the layer."""
    activation: str
    outputs: tuple[int, ...]
    """The result that each neuron's output is."""
    inputs: tuple[int, ...] | None
    """The results that they read; None for the numbers of the sample."""
    weights: tuple[tuple[int, ...], ...]
    """The rows of each neuron's weights, in the order of what it reads."""
    biases: tuple[int | None, ...]


def columns_of(
    tracer: Tracer, paths: Mapping[int, str], sample: Sequence[int], results: list[int]
) -> tuple[Column, ...]:
    """The columns of a recording, in order; empty where its layers are no row of columns.

    `paths` are those of the modules, by identity; `sample` are the places of the sample's numbers. `results`,
    the places of the results, gets those that the columns need.
    """
    layers = [event for event in tracer.returned if _is_layer(event.module)]
    if not layers or len({id(event.module) for event in layers}) < len(layers):
        return ()
    columns: list[Column] = []
    more = list(results)
    before: list[int] = list(sample)
    for event in layers:
        outputs, inputs = _places(tracer, event.output), _places(tracer, *event.inputs[:1])
        if inputs is None or outputs is None or len(inputs) != len(before):
            return ()
        neurons: list[Any] = event.module.neurons
        own = [weight for neuron in neurons for weight in (*neuron.w, neuron.b) if weight is not None]
        if (not columns and inputs != before) or any(weight not in tracer.rows for weight in own):
            return ()
        weights = tuple(tuple(tracer.rows[weight] for weight in neuron.w) for neuron in neurons)
        biases = tuple(None if neuron.b is None else tracer.rows[neuron.b] for neuron in neurons)
        read = None if not columns else tuple(_numbered(place, more) for place in inputs)
        shown = tuple(_numbered(place, more) for place in outputs)
        columns.append(
            Column(paths.get(id(event.module), ""), _activation(neurons[0]), shown, read, weights, biases)
        )
        before = outputs
    results[:] = more
    return tuple(columns)


def _is_layer(module: Any) -> bool:
    neurons = getattr(module, "neurons", None)
    return isinstance(neurons, list) and all(
        hasattr(neuron, "w") and hasattr(neuron, "b") for neuron in neurons
    )


def _places(tracer: Tracer, values: Any = None) -> list[int] | None:
    """Where numbers stand on the tape; None where they are no list of them."""
    if not isinstance(values, (list, tuple)):
        return None
    places = [tracer.place_of(value) for value in values]
    return None if None in places else places  # type: ignore[return-value]


def _numbered(place: int, results: list[int]) -> int:
    """Which result stands at a place: one that is there already, or a new one."""
    if place not in results:
        results.append(place)
    return results.index(place)


def _activation(neuron: Any) -> str:
    return str(getattr(neuron.activation, "__name__", "a function"))
