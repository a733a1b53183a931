"""`draw_network`: a multilayer net as columns of neurons, its weights as lines between them."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

import autograd
from viz.reading import read
from viz.svg import FAMILY
from viz.themes import Theme, find
from viz.wording import count, number

_MOST = 16
"""Neurons shown of a column; a taller one has its middle folded."""
_COLUMN, _ROW, _RADIUS = 240.0, 62.0, 24.0


class Weight(NamedTuple):
    """A line: from which neuron of the column before, to which of the next, and the number it shows."""

    source: int
    target: int
    number: float | None


class Column(NamedTuple):
    """The inputs, or a layer: per neuron its number, if known, and the weights that lead to it."""

    title: str
    numbers: tuple[float | None, ...]
    weights: tuple[Weight, ...]


class Network:
    """A drawn net: shows itself in Jupyter; `save` writes .svg or .html; `svg` is its text."""

    def __init__(self, columns: Sequence[Column], theme: Theme, gradients: bool) -> None:
        self.columns, self.theme, self.gradients = tuple(columns), theme, gradients

    @property
    def svg(self) -> str:
        """The picture as SVG."""
        return _svg(self.columns, self.theme, self.gradients)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture to `path`, which ends in .svg or .html; returns it."""
        path = Path(path)
        if path.suffix not in (".svg", ".html"):
            raise ValueError(f"a network is saved as .svg or .html, got {path.name!r}; give it one of these")
        head = f'<meta charset="utf-8">\n<title>{html.escape(repr(self))}</title>\n'
        page = f'<!doctype html>\n<html lang="en">\n{head}'
        page += f'<body style="margin:0;background:{self.theme.paper}">\n{self.svg}</body>\n</html>\n'
        path.write_text(self.svg if path.suffix == ".svg" else page, encoding="utf-8")
        return path

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **_: Any
    ) -> dict[str, str]:
        framed = f'<div style="overflow:auto;background:{self.theme.paper}">{self.svg}</div>'
        bundle = {"text/html": framed, "text/plain": repr(self)}
        wanted = set(bundle if include is None else include) - set(exclude or ())
        return {kind: shown for kind, shown in bundle.items() if kind in wanted}

    def __repr__(self) -> str:
        sizes = " → ".join(str(len(column.numbers)) for column in self.columns)
        return f"<Network {sizes}; .save('network.svg')>"


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
    return Network(columns, find(theme), gradients)


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
    by_path = {part.path: node.data for node, part in zip(graph.nodes, graph.parts, strict=True) if part}
    return {id(part): by_path[path] for path, part in model.named_modules() if path in by_path}


# ---- the picture -----------------------------------------------------------------------------------


def _svg(columns: Sequence[Column], theme: Theme, gradients: bool) -> str:
    shown = [_visible(len(column.numbers)) for column in columns]
    tallest = max(map(len, shown))
    width = 90 + _COLUMN * (len(columns) - 1) + 90
    height = 60 + tallest * _ROW + 40
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{width:g}",
            "height": f"{height:g}",
            "viewBox": f"0 0 {width:g} {height:g}",
            "role": "img",
            "font-family": FAMILY,
            "style": "max-width:100%;height:auto",
        },
    )
    SubElement(root, "title").text = "Network " + " → ".join(str(len(column.numbers)) for column in columns)
    SubElement(root, "desc").text = "Lines are " + ("gradients of weights" if gradients else "weights")
    SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": theme.paper})
    places = [
        {
            neuron: (90 + at * _COLUMN, 70 + (row + (tallest - len(rows)) / 2) * _ROW)
            for row, neuron in enumerate(rows)
        }
        for at, rows in enumerate(shown)
    ]
    for at, column in enumerate(columns[1:], 1):
        _lines(root, column, places[at - 1], places[at], theme)
    for column, spots in zip(columns, places, strict=True):
        _neurons(root, column, spots, theme, signs=gradients)
    _legend(root, theme, gradients, height)
    return tostring(root, encoding="unicode") + "\n"


def _visible(size: int) -> list[int]:
    """The neurons to show; -1 stands for those left out."""
    if size <= _MOST:
        return list(range(size))
    half = _MOST // 2
    return [*range(half), -1, *range(size - half, size)]


def _lines(root: Element, column: Column, before: dict[int, Any], here: dict[int, Any], theme: Theme) -> None:
    finite = [abs(w.number) for w in column.weights if w.number is not None and math.isfinite(w.number)]
    largest = max(finite, default=0.0)
    for source, target, weight in sorted(column.weights, key=lambda w: abs(w.number or 0.0)):
        if source not in before or target not in here:
            continue
        (x1, y1), (x2, y2) = before[source], here[target]
        size = abs(weight) / largest if weight is not None and largest and math.isfinite(weight) else 0.0
        line = SubElement(
            root,
            "line",
            {
                "x1": f"{x1 + _RADIUS:g}",
                "y1": f"{y1:g}",
                "x2": f"{x2 - _RADIUS:g}",
                "y2": f"{y2:g}",
                "stroke": theme.sign(weight),
                "stroke-width": f"{0.6 + 4.4 * size:.2f}",
                "stroke-opacity": f"{0.35 + 0.65 * size:.2f}",
            },
        )
        if weight is not None and weight < 0:
            line.set("stroke-dasharray", "6,3")
        SubElement(line, "title").text = f"{source} → {target}: {'–' if weight is None else repr(weight)}"


def _neurons(root: Element, column: Column, spots: dict[int, Any], theme: Theme, signs: bool) -> None:
    x, top = next(iter(spots.values()))
    _text(root, x, top - 38, column.title, theme.ink, "15", "bold")
    for neuron, (x, y) in spots.items():
        if neuron < 0:
            left_out = len(column.numbers) - len(spots) + 1
            _text(root, x, y + 5, f"⋮ {count(left_out)} more", theme.muted, "14")
            continue
        shown = column.numbers[neuron]
        fill = theme.fill("variable" if column.title == "inputs" else "operation")
        group = SubElement(root, "g", {"class": "neuron"})
        circle = {
            "cx": f"{x:g}",
            "cy": f"{y:g}",
            "r": f"{_RADIUS:g}",
            "fill": fill,
            "stroke": theme.sign(shown),
        }
        SubElement(group, "circle", {**circle, "stroke-width": "2.5" if shown else "1.2"})
        SubElement(group, "title").text = f"{column.title} {neuron}: {'–' if shown is None else repr(shown)}"
        if shown is not None:
            text = _short(shown)
            _text(
                group, x, y + 5, f"+{text}" if signs and shown > 0 else text, theme.sign(shown), "13", "bold"
            )
        elif column.title == "inputs":
            _text(group, x, y + 5, f"x{neuron + 1}", theme.ink, "14", "bold")


def _legend(root: Element, theme: Theme, gradients: bool, height: float) -> None:
    what = "gradient" if gradients else "weight"
    for x, color, dash, sign in ((30, theme.positive, "", ">"), (200, theme.negative, "6,3", "<")):
        y = height - 20
        line = {"x1": f"{x}", "x2": f"{x + 34}", "y1": f"{y - 4:g}", "y2": f"{y - 4:g}", "stroke": color}
        SubElement(
            root, "line", {**line, "stroke-width": "3", **({"stroke-dasharray": dash} if dash else {})}
        )
        _text(root, x + 42, y, f"{what} {sign} 0", theme.muted, "13", anchor="start")


def _text(
    root: Element,
    x: float,
    y: float,
    text: str,
    fill: str,
    size: str,
    weight: str = "",
    anchor: str = "middle",
) -> None:
    more = {"font-weight": weight} if weight else {}
    element = SubElement(
        root,
        "text",
        {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor, "font-size": size, "fill": fill, **more},
    )
    element.text = text


def _short(value: float) -> str:
    """Two significant digits, for the inside of a circle; exact in the tooltip."""
    if not math.isfinite(value):
        return number(value)
    return format(value, ".2g") if value else "0"
