"""`draw_network`: a multilayer net as columns of neurons, its weights as lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import autograd
from viz.documents import Document
from viz.formats.columns import Column, Weight, columns_svg
from viz.formats.themes import theme_named
from viz.views.reading import read


class Network(Document):
    """A drawn net: shows itself in Jupyter; `save` writes .svg or .html; `svg` is its text.

    Lines are weights, or their gradients; `meaning` says what the numbers in the neurons are.
    """

    kind = "network"
    suffixes: ClassVar = {".svg": "svg", ".html": "html"}

    def __init__(self, columns: Sequence[Column], theme: str, gradients: bool, meaning: str) -> None:
        self.columns, self.theme = tuple(columns), theme_named(theme)
        self.gradients, self.meaning = gradients, meaning

    @property
    def title(self) -> str:
        """The sizes of the columns."""
        return "Network " + " → ".join(str(len(column.numbers)) for column in self.columns)

    @property
    def svg(self) -> str:
        """The picture as SVG."""
        return columns_svg(self.title, self.columns, self.theme, self.gradients, self.meaning)

    def in_theme(self, theme: str) -> Network:
        """The same picture in other colours."""
        return Network(self.columns, theme, self.gradients, self.meaning)

    def __repr__(self) -> str:
        return f"<{self.title}; .save('network.svg')>"


def draw_network(
    model: Any, x: Sequence[Any] | None = None, *, gradients: bool = False, theme: str = "light"
) -> Network:
    """A model of layers of neurons, as columns. A line is a weight: its width the magnitude, on a linear
    scale for each layer, its colour and dash the sign. Exact numbers are in the tooltips.

    With a sample `x`, each neuron shows its activation, else its bias. With `gradients`, lines and
    neurons show the gradients of weights and biases that `backward()` left, instead.

    Raises TypeError when the model has no layers whose neurons have `w` and `b`.

    >>> from nn import MLP
    >>> draw_network(MLP(2, [3, 1], seed=0), [0.5, -1.0])
    <Network 2 → 3 → 1; .save('network.svg')>
    """
    modules = list(model.named_modules()) if hasattr(model, "named_modules") else []
    layers = [(path, part) for path, part in modules if getattr(part, "neurons", None)]
    if not layers and hasattr(model, "w"):
        layers = [("", _Single([model]))]
    if not layers:
        raise TypeError(
            "draw_network takes a model of layers of neurons (MLP, Layer, Neuron), "
            f"got {type(model).__name__}; draw(output) shows any graph"
        )
    if x is not None and len(x) != len(layers[0][1].neurons[0].w):
        raise ValueError(
            f"draw_network needs a sample of {len(layers[0][1].neurons[0].w)} numbers, got {len(x)}"
        )
    active = {} if x is None else _activations(model, x)
    inputs = len(layers[0][1].neurons[0].w)
    given = [None] * inputs if x is None or gradients else [getattr(v, "data", v) for v in x]
    columns = [Column("inputs", tuple(given), ())]
    for path, layer in layers:
        numbers, weights = [], []
        for target, neuron in enumerate(layer.neurons):
            if gradients:
                numbers.append(_gradient(neuron.b))
            elif x is not None:
                numbers.append(active.get(id(neuron)))
            else:
                numbers.append(None if neuron.b is None else neuron.b.data)
            weights += [
                Weight(source, target, _gradient(w) if gradients else w.data)
                for source, w in enumerate(neuron.w)
            ]
        columns.append(Column(path or type(model).__name__, tuple(numbers), tuple(weights)))
    meaning = "gradient of the bias" if gradients else "bias" if x is None else "output"
    return Network(columns, theme, gradients, meaning)


class _Single(NamedTuple):
    """One neuron, as a layer."""

    neurons: Sequence[Any]


def _gradient(parameter: Any) -> float | None:
    return parameter.grad if parameter is not None and parameter.reached else None


def _activations(model: Any, x: Sequence[Any]) -> dict[int, float]:
    """Each neuron's output for `x`, by identity: the last node that its parameters lead to."""
    output = model(list(x))
    root = autograd.sum(output) if isinstance(output, (list, tuple)) else output
    graph = read(root, model=model)
    by_path = {call.path: node.data for node, call in zip(graph.nodes, graph.calls, strict=True) if call}
    return {id(part): by_path[path] for path, part in model.named_modules() if path in by_path}
