"""Columns: the layers of neurons that a model turned out to be, by what its modules gave as it was recorded.

Neurons are a column where they ran once and read the sample, or what was made of the column before alone: as
many numbers as that gave.
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


class _Layer(NamedTuple):
    """Neurons that ran side by side: the places of what they read and gave."""

    module: Any
    neurons: list[Any]
    inputs: list[int]
    outputs: list[int]


def columns_of(
    tracer: Tracer, paths: Mapping[int, str], sample: Sequence[int], results: list[int]
) -> tuple[Column, ...]:
    """The columns of a recording, in order; empty where its neurons are no row of columns.

    `paths` are those of the modules, by identity; `sample` are the places of the sample's numbers. `results`,
    the places of the results, gets those that the columns need.
    """
    layers = _layers(tracer)
    met = [neuron for layer in layers or () for neuron in layer.neurons]
    if not layers or len(set(map(id, met))) < len(met) or not _are_in_a_row(tracer, layers, sample):
        return ()
    if any(weight not in tracer.rows for neuron in met for weight in _own(neuron)):
        return ()
    return tuple(
        Column(
            path=paths.get(id(layer.module), ""),
            activation=str(getattr(layer.neurons[0].activation, "__name__", "a function")),
            outputs=tuple(_numbered(place, results) for place in layer.outputs),
            inputs=None if not at else tuple(_numbered(place, results) for place in layer.inputs),
            weights=tuple(tuple(tracer.rows[weight] for weight in neuron.w) for neuron in layer.neurons),
            biases=tuple(None if neuron.b is None else tracer.rows[neuron.b] for neuron in layer.neurons),
        )
        for at, layer in enumerate(layers)
    )


def _layers(tracer: Tracer) -> list[_Layer] | None:
    """Layers, and neurons that ran one by one on the same numbers; None where one of them gave no numbers."""
    found: list[_Layer] = []
    for event in tracer.returned:
        neurons: Any = getattr(event.module, "neurons", None)
        is_layer = isinstance(neurons, list) and bool(neurons) and all(map(_is_neuron, neurons))
        if not is_layer and not _is_neuron(event.module):
            continue
        inputs = _places(tracer, *event.inputs[:1])
        outputs = _places(tracer, event.output if is_layer else [event.output])
        if inputs is None or outputs is None:
            return None
        if is_layer:
            found.append(_Layer(event.module, list(neurons), inputs, outputs))
        elif found and found[-1].module is None and found[-1].inputs == inputs:
            found[-1].neurons.append(event.module)
            found[-1].outputs.extend(outputs)
        else:
            found.append(_Layer(None, [event.module], inputs, outputs))
    return found


def _is_neuron(module: Any) -> bool:
    return all(hasattr(module, name) for name in ("w", "b", "activation")) and isinstance(module.w, list)


def _own(neuron: Any) -> list[Any]:
    return [weight for weight in (*neuron.w, neuron.b) if weight is not None]


def _are_in_a_row(tracer: Tracer, layers: Sequence[_Layer], sample: Sequence[int]) -> bool:
    """Whether the first layer reads the sample, and each other what was made of the one before alone."""
    before = list(sample)
    for layer in layers:
        if len(layer.inputs) != len(before):
            return False
        if layer.inputs != before and (layer is layers[0] or _reaches(tracer, layer.inputs, before, sample)):
            return False
        before = layer.outputs
    return True


def _reaches(tracer: Tracer, places: Sequence[int], stops: Sequence[int], sample: Sequence[int]) -> bool:
    """Whether numbers depend on the sample around those at `stops`."""
    met, waiting = set(stops), list(places)
    while waiting:
        place = waiting.pop()
        if place in met:
            continue
        met.add(place)
        waiting += tracer.tape.operands[place]
    return not met.isdisjoint(sample)


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
