"""Highlighting: which edges of a graph are to stand out."""

from __future__ import annotations

from viz.views.reading import Edge, Graph


def highlighted(graph: Graph, highlight: str | None) -> list[Edge]:
    """The edges that `highlight` names, from the root down; none for None.

    "max-gradient": at each node from the root on, the edge along which most gradient flows.
    """
    if highlight is None:
        return []
    if highlight != "max-gradient":
        raise ValueError(f"highlight is 'max-gradient' or None, got {highlight!r}")
    if graph.root.gradient is None:
        raise ValueError(
            "highlight='max-gradient' follows gradients, and there are none yet; call backward()"
        )
    node = graph.root
    path: list[Edge] = []
    while node.edges:
        path.append(max(node.edges, key=lambda edge: abs(graph.flow(edge) or 0.0)))
        node = graph.nodes[path[-1].source]
    return path
