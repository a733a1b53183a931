"""`draw_network`: a multilayer net as columns of neurons, its weights as lines; any other model as blocks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, ClassVar

from autograd import Value
from viz.documents import Picture
from viz.drawings import Drawing
from viz.formats import framing
from viz.formats.columns import Column, Weight, columns_svg
from viz.formats.themes import SYSTEM, Theme, theme_named
from viz.formats.variables import STAND_INS, with_variables
from viz.views.blocks import blocks_view


class Network(Picture):
    """A drawn net: shows itself in Jupyter; `save` writes .svg, .html, .png or .pdf; `svg` is its text.

    Lines are weights, or their gradients; `meaning` says what the numbers in the neurons are.
    """

    noun = "network"
    suffixes: ClassVar = {".svg": "alone", ".html": "html", ".png": "png", ".pdf": "pdf"}

    def __init__(self, columns: Sequence[Column], theme: str, gradients: bool, meaning: str) -> None:
        self.columns, self.colors, self.theme = tuple(columns), theme, theme_named(theme)
        self.gradients, self.meaning = gradients, meaning

    @property
    def title(self) -> str:
        """The sizes of the columns."""
        return "Network " + " → ".join(str(len(column.numbers)) for column in self.columns)

    @property
    def svg(self) -> str:
        """The picture as SVG."""
        return self._svg(self.theme)

    @property
    def html(self) -> str:
        """A page that the picture fills."""
        return framing.page(with_variables(self._svg(STAND_INS)), self.title, self.colors)

    def _svg(self, theme: Theme) -> str:
        return columns_svg(self.title, self.columns, theme, self.gradients, self.meaning)

    def in_theme(self, theme: str) -> Network:
        """The same picture in other colours."""
        return Network(self.columns, theme, self.gradients, self.meaning)

    def __repr__(self) -> str:
        return f"<{self.title}; .save('network.svg')>"


def draw_network(
    model: Any, x: Sequence[Any] | None = None, *, gradients: bool = False, theme: str = SYSTEM
) -> Network | Drawing:
    """A model as columns of neurons, where it is layers one after the other; any other as blocks.

    In columns, a line is a weight: its width the magnitude, on a linear scale for each layer, its colour and
    dash the sign. Exact numbers are in the tooltips. With a sample `x`, each neuron shows its output, else
    its bias. With `gradients`, lines and neurons show the gradients of weights and biases that `backward()`
    left, instead.

    A block is a module, with its parameters; with a sample `x`, also the shape of what it gives. Residual
    connections are arrows around it. How a module of your own uses those in it is not known, and not drawn.

    Layers may be those of a class of your own, as of micrograd's: `layers` with `neurons` with `w` and `b`.

    Raises TypeError for what is neither, ValueError for a sample that does not fit, and for `gradients` of
    a model that is drawn as blocks.

    >>> from nn import GPT, MLP
    >>> draw_network(MLP(2, [3, 1], seed=0), [0.5, -1.0])
    <Network 2 → 3 → 1; .save('network.svg')>
    >>> draw_network(GPT(5, 4, width=4, heads=2, seed=0)).title
    'Blocks of GPT(5 tokens, context 4), 292 parameters'
    """
    layers = _layers(model)
    if layers is None:
        if gradients:
            raise ValueError(
                "draw_network shows gradients of layers of neurons, and draws "
                f"{type(model).__name__} as blocks; draw(loss) shows them"
            )
        return Drawing(blocks_view(model, None if x is None else _shape(x)), theme, None)
    inputs = len(layers[0][1][0].w)
    if x is not None and len(x) != inputs:
        raise ValueError(f"draw_network needs a sample of {inputs} numbers, got {len(x)}")
    outputs = {} if x is None else _outputs(model, layers, x)

    def number_of(neuron: Any) -> float | None:
        if gradients:
            return _gradient(getattr(neuron, "b", None))
        if x is not None:
            return outputs.get(id(neuron))
        bias = getattr(neuron, "b", None)
        return getattr(bias, "data", bias)

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


def _layers(model: Any) -> list[tuple[str, Sequence[Any]]] | None:
    """The path and the neurons of each layer, if a model is such layers one after the other, else None.

    A neuron is a layer of one. A class of somebody else's has layers where it calls them so, as micrograd's.
    """
    if _is_neuron(model):
        return [("", [model])]
    if neurons := _neurons(model):
        return [("", neurons)]
    parts = getattr(model, "layers", None)
    parts = parts if type(parts) is list else []
    layers = [(f"layers.{at}", _neurons(part)) for at, part in enumerate(parts)]
    if layers and all(neurons for _, neurons in layers) and _is_all(model, parts, layers):
        return layers
    if hasattr(model, "describe") and hasattr(model, "named_children"):
        return None
    where = f" of {type(model).__module__}" if hasattr(model, "parameters") else ""
    raise TypeError(
        "draw_network takes a model (MLP, GPT, any nn.Module), "
        f"got {type(model).__name__}{where}; draw(output) shows any graph"
    )


def _is_neuron(part: Any) -> bool:
    """Whether it has a list `w` of Values for weights, and is called."""
    weights = getattr(part, "w", None)
    if not isinstance(weights, (list, tuple)) or not weights:
        return False
    return callable(part) and all(isinstance(weight, Value) for weight in weights)


def _neurons(part: Any) -> Sequence[Any]:
    neurons = getattr(part, "neurons", None)
    return list(neurons) if isinstance(neurons, (list, tuple)) and all(map(_is_neuron, neurons)) else []


def _is_all(model: Any, parts: Sequence[Any], layers: Sequence[tuple[str, Sequence[Any]]]) -> bool:
    """Whether these layers fit one another, and are all that the model holds."""
    sizes = [(len(neurons[0].w), len(neurons)) for _, neurons in layers]
    fits = all(before[1] == after[0] for before, after in pairwise(sizes))
    if not hasattr(model, "named_children"):
        return fits
    held = [part for _, part in model.named_children()]
    return fits and len(held) == len(parts) and all(part is one for part, one in zip(held, parts))


def _shape(x: Any) -> tuple[int, ...]:
    """How many numbers along each axis of nested lists."""
    shape = []
    while hasattr(x, "__len__") and len(x):
        shape.append(len(x))
        x = x[0]
    return tuple(shape)


def _gradient(parameter: Any) -> float | None:
    return parameter.grad if getattr(parameter, "reached", False) else None


def _outputs(model: Any, layers: Sequence[tuple[str, Sequence[Any]]], x: Sequence[Any]) -> dict[int, float]:
    """The output of each neuron for `x`, by identity: layer by layer."""
    parts = [model] if len(layers) == 1 and not layers[0][0] else model.layers
    found: dict[int, float] = {}
    for part, (_, neurons) in zip(parts, layers):
        x = part(list(x))
        x = x if isinstance(x, (list, tuple)) else [x]
        found.update((id(neuron), getattr(one, "data", one)) for neuron, one in zip(neurons, x))
    return found
