"""`draw_network`: a multilayer net as columns of neurons, its weights as lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import autograd
from viz.documents import Picture
from viz.formats.columns import Column, Weight, columns_svg
from viz.formats.themes import theme_named
from viz.views.reading import read


class Network(Picture):
    """A drawn net: shows itself in Jupyter; `save` writes .svg, .html, .png or .pdf; `svg` is its text.

    Lines are weights, or their gradients; `meaning` says what the numbers in the neurons are.
    """

    noun = "network"
    suffixes: ClassVar = {".svg": "alone", ".html": "html", ".png": "png", ".pdf": "pdf"}

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

    With a sample `x`, each neuron shows its output, else its bias. With `gradients`, lines and neurons show
    the gradients of weights and biases that `backward()` left, instead.

    Raises TypeError when the model has no layers whose neurons have `w` and `b`.

    >>> from nn import MLP
    >>> draw_network(MLP(2, [3, 1], seed=0), [0.5, -1.0])
    <Network 2 → 3 → 1; .save('network.svg')>
    """
    layers = _layers(model)
    inputs = len(layers[0][1][0].w)
    if x is not None and len(x) != inputs:
        raise ValueError(f"draw_network needs a sample of {inputs} numbers, got {len(x)}")
    outputs = {} if x is None else _outputs(model, x)

    def number_of(neuron: Any) -> float | None:
        if gradients:
            return _gradient(neuron.b)
        if x is not None:
            return outputs.get(id(neuron))
        return None if neuron.b is None else neuron.b.data

    given = [None] * inputs if x is None or gradients else [getattr(v, "data", v) for v in x]
    columns = [Column("inputs", tuple(given), ())]
    for path, neurons in layers:
        weights = [
            Weight(source, target, _gradient(w) if gradients else w.data)
            for target, neuron in enumerate(neurons)
            for source, w in enumerate(neuron.w)
        ]
        title = path or type(model).__name__
        columns.append(Column(title, tuple(map(number_of, neurons)), tuple(weights)))
    meaning = "gradient of the bias" if gradients else "bias" if x is None else "output"
    return Network(columns, theme, gradients, meaning)


def _layers(model: Any) -> list[tuple[str, Sequence[Any]]]:
    """The path and the neurons of each layer in a model; a neuron is a layer of one."""
    modules = model.named_modules() if hasattr(model, "named_modules") else ()
    layers = [(path, module.neurons) for path, module in modules if getattr(module, "neurons", None)]
    if not layers and hasattr(model, "w"):
        layers = [("", [model])]
    if not layers:
        raise TypeError(
            "draw_network takes a model of layers of neurons (MLP, Layer, Neuron), "
            f"got {type(model).__name__}; draw(output) shows any graph"
        )
    return layers


def _gradient(parameter: Any) -> float | None:
    return parameter.grad if parameter is not None and parameter.reached else None


def _outputs(model: Any, x: Sequence[Any]) -> dict[int, float]:
    """The output of each module for `x`, by identity: the last node that its call made."""
    output = model(list(x))
    root = autograd.sum(output) if isinstance(output, (list, tuple)) else output
    graph = read(root, model=model)
    by_path = {call.path: node.data for node, call in zip(graph.nodes, graph.calls, strict=True) if call}
    return {id(module): by_path[path] for path, module in model.named_modules() if path in by_path}
