"""What a `_backward` that is written by hand passes back in one pass: it is run, and leaves no trace."""

from __future__ import annotations

from autograd import Value, topological_order
from autograd.engine.graph import Node
from autograd.engine.recorders import Recorder
from autograd.engine.recording import using
from autograd.tools.handwritten import Handwritten, passed_back
from autograd.tools.modes import Dependents


class _Cotangents(Recorder):
    """Notes the cotangent of each node that a pass comes to."""

    def __init__(self) -> None:
        self.found: dict[Node, float] = {}

    def cotangent(self, node: Node, cotangent: float) -> float:
        self.found[node] = found = self.inner.cotangent(node, cotangent)
        return found


def passed_by_hand(root: Value) -> dict[int, list[float]]:
    """By position, what each `_backward` that is written by hand adds to each parent, for a seed of 1."""
    order = topological_order(root)
    recorder = _Cotangents()
    with using(recorder):
        Dependents([node for node in order if node.primitive is None], [root]).pull_back({root: 1.0}, False)
    return {
        position: passed_back(node, recorder.found.get(node, 0.0))
        for position, node in enumerate(order)
        if isinstance(node.primitive, Handwritten)
    }
