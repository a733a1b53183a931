"""Gradient flow: how large gradients are in each layer, and how many of its units have stopped learning."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from viz.plots.axes import COLORS, axes_or_new, needs_log_scale
from viz.views.naming import names_in
from viz.views.reading import Graph, read

SATURATED: dict[str, Callable[[float], bool]] = {
    "tanh": lambda z: abs(z) > 0.97,
    "sigmoid": lambda z: not 0.03 < z < 0.97,
}
"""Where an activation's derivative is below about 6 % of the most it can be (tanh), 12 % (sigmoid)."""


class Flow(NamedTuple):
    """One layer: the norm of its parameters' gradients, and the shares of dead and of saturated units.

    A share is None where the layer has no units that could be so.
    """

    layer: str
    norm: float
    dead: float | None
    saturated: float | None


def plot_gradient_flow(root: Any, model: Any = None, ax: Any = None) -> Any:
    """Per layer, a dot for the norm of its parameters' gradients and, on an axis of their own, the shares
    of dead ReLUs and of saturated outputs. Returns the axes of the norms.

    The norms stand on a log scale where they span more than a factor of 30, else on one from 0.

    `root` is a loss after `backward()`, computed by `model` on as many samples as you like. A ReLU is
    dead when its output is 0 for every sample in the graph; a unit's share of saturation is that of its
    outputs beyond 0.97 in magnitude (tanh), or outside 0.03 to 0.97 (sigmoid).

    >>> import matplotlib; matplotlib.use("Agg")
    >>> from nn import MLP
    >>> model = MLP(2, [2, 1], seed=0)
    >>> loss = (model([1.0, -1.0]) - 1) ** 2
    >>> loss.backward()
    >>> [layer.get_text() for layer in plot_gradient_flow(loss, model).get_xticklabels()]
    ['layers.0', 'layers.1']
    """
    flows = gradient_flow(read(root, names_in(sys._getframe(1)), model, "plot_gradient_flow"))
    ax = axes_or_new(ax)
    at = np.arange(len(flows))
    norms = np.array([flow.norm for flow in flows])
    ax.plot(at, norms, "o-", color=COLORS[0], markersize=10, linewidth=1.2, label="gradient norm")
    if needs_log_scale(norms):
        ax.set_yscale("log")
    else:
        ax.set_ylim(bottom=0.0)
    ax.set_xticks(at, [flow.layer for flow in flows])
    ax.set_ylabel("‖gradient‖ of the parameters")
    shares = ax.twinx()
    for name, marker, color in (("dead", "v", COLORS[1]), ("saturated", "s", COLORS[3])):
        known = [
            (place, getattr(flow, name))
            for place, flow in enumerate(flows)
            if getattr(flow, name) is not None
        ]
        if known:
            places, heights = zip(*known, strict=True)
            label = "dead ReLUs" if name == "dead" else "saturated outputs"
            # A dot may lie under it.
            hollow = {"markersize": 13, "markerfacecolor": "none", "markeredgewidth": 2.5}
            shares.plot(places, heights, marker, color=color, label=label, **hollow)
    shares.set_ylim(-0.03, 1.03)
    shares.grid(False)  # one grid, that of the norms: a second one would lie over the dots
    ax.set_axisbelow(True)
    shares.set_ylabel("share")
    shares.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    dots, texts = ax.get_legend_handles_labels()
    marks, more = shares.get_legend_handles_labels()
    above = {"loc": "upper center", "bbox_to_anchor": (0.5, 1.14), "ncols": 3, "frameon": False}
    ax.legend([*dots, *marks], [*texts, *more], **above)
    return ax


def gradient_flow(graph: Graph) -> list[Flow]:
    """The numbers behind the plot. ValueError when there is no gradient, or no module, to show."""
    if graph.root.gradient is None:
        raise ValueError(
            "plot_gradient_flow needs gradients, and backward() has not been called on this root"
        )
    paths = [path for path, _ in graph.modules if path]
    layers: dict[str, list[float]] = {}
    relus: dict[str, dict[str, bool]] = {}
    squashed: dict[str, list[bool]] = {}
    for node, call in zip(graph.nodes, graph.calls, strict=True):
        if node.kind == "parameter":
            layers.setdefault(_layer(node.name, paths), []).append(node.gradient or 0.0)
        elif call and node.primitive is not None and node.primitive.name == "relu":
            units = relus.setdefault(_layer(call.path, paths), {})
            units[call.path] = units.get(call.path, True) and node.data == 0
        elif call and node.primitive is not None and node.primitive.name in SATURATED:
            outputs = squashed.setdefault(_layer(call.path, paths), [])
            outputs.append(SATURATED[node.primitive.name](node.data))
    if not layers:
        raise ValueError(
            "plot_gradient_flow found no model in this graph; give model=, whose layers it shows"
        )
    ordered = [
        path for path in dict.fromkeys(_layer(path, paths) for path in paths) if path in layers
    ] or list(layers)
    return [
        Flow(
            layer,
            math.hypot(*layers[layer]),
            _share(list(relus[layer].values())) if layer in relus else None,
            _share(squashed[layer]) if layer in squashed else None,
        )
        for layer in ordered
    ]


def _layer(path: str, paths: list[str]) -> str:
    """The outermost module inside the model that contains `path`."""
    inside = [outer for outer in paths if path == outer or path.startswith(outer + ".")]
    return min(inside, key=len, default="model")


def _share(flags: list[bool]) -> float:
    return sum(flags) / len(flags)
