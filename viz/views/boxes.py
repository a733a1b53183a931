"""A view: a graph as boxes and arrows, in words and numbers, before any format.

Each box stands for a group of nodes; in the full view a group is one node. DOT and SVG, Mermaid and the
player's page are written from a view.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from viz.views.reading import Edge, Graph, Node
from viz.views.text import Line, Span, clean, count, cut, number, signed

_CROWDED = 90
"""With more arrows than this, and more than two to a box, one would see nothing but their numbers."""


class Group(NamedTuple):
    """Nodes drawn as one box: their positions; `title` says what they are when they are more than one."""

    members: tuple[int, ...]
    title: str = ""


class Box(NamedTuple):
    """One box: its lines of text, and what its shape, colour and border say."""

    key: str
    kind: str
    """The kind of a node, or "folded": the shape shows it."""
    is_root: bool
    """Whether it holds the root; of a program, a result."""
    lines: tuple[Line, ...]
    tooltip: str
    gradient: float | None
    members: tuple[int, ...]


class Arrow(NamedTuple):
    """One edge, or several drawn once: `label` is the local derivative, or how many edges there are."""

    key: str
    source: str
    target: str
    label: str
    tooltip: str
    flow: float | None
    """What passes back along it, added up."""
    edges: tuple[Edge, ...]


class View(NamedTuple):
    """What is drawn, and what is said of it."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    captions: tuple[str, ...]
    """Lines below the picture."""
    outcome: str = ""
    """The root's data and gradient, in words."""
    path: tuple[str, ...] = ()
    """The keys of the boxes and arrows to highlight; none for no highlight."""
    crowded: bool = False
    """Whether there are so many arrows that they carry no numbers."""
    signs: str = ""
    """The signs that gradients have, "+" and "-", whose colours the legend explains."""
    least_width: float = 0.0
    """Of a box, in inches: room for numbers that will change."""
    legend_words: Mapping[str, str] = MappingProxyType({})
    """What the legend calls a kind of box, where that is not the kind's own name."""

    @property
    def description(self) -> str:
        """What the picture says, for those who cannot see it."""
        return " ".join(filter(None, (self.outcome, *self.captions)))


def unfolded(graph: Graph) -> list[Group]:
    """One group per node, for the full view."""
    return [Group((node.position,)) for node in graph.nodes]


def view_of(
    graph: Graph, groups: Sequence[Group], captions: Sequence[str] = (), highlight: Sequence[Edge] = ()
) -> View:
    """The view of a graph with a box for each of `groups`, which cover it and are in topological order.

    `highlight` are the edges to stand out.
    """
    keys: dict[int, str] = {}
    for group in groups:
        keys |= dict.fromkeys(group.members, f"n{group.members[-1]}")
    edges = graph.edges
    leaving = {edge.source for edge in edges if keys[edge.source] != keys[edge.target]} | {
        graph.root.position
    }
    boxes = [
        _folded_box(graph, group, keys[group.members[-1]], leaving)
        if group.title
        else _node_box(graph, graph.nodes[group.members[0]], keys[group.members[0]])
        for group in groups
    ]
    bundles: dict[tuple[str, str], list[Edge]] = {}
    arrows: list[Arrow] = []
    folded = {box.key for box in boxes if box.kind == "folded"}
    for edge in edges:
        source, target = keys[edge.source], keys[edge.target]
        if source in folded or target in folded:
            if source != target:
                bundles.setdefault((source, target), []).append(edge)
        else:
            arrows.append(_arrow(graph, source, target, (edge,)))
    arrows += [_arrow(graph, *ends, tuple(bundle)) for ends, bundle in bundles.items()]
    crowded = len(arrows) > _CROWDED and len(arrows) > 2 * len(boxes)
    if crowded:
        arrows = [arrow._replace(label="") for arrow in arrows]
        captions = (*captions, "local derivatives: in the tooltips of the arrows")
    followed = set(highlight)
    on_path = dict.fromkeys(
        key
        for arrow in arrows
        if followed and not followed.isdisjoint(arrow.edges)
        for key in (arrow.key, arrow.source, arrow.target)
    )
    return View(
        _title(graph),
        tuple(boxes),
        tuple(arrows),
        (*captions, *_what_dashes_mean(graph)),
        f"data {number(graph.root.data)}, gradient {signed(graph.root.gradient)}.",
        tuple(on_path),
        crowded,
        _signs(boxes, arrows),
    )


def _title(graph: Graph) -> str:
    many, name = len(graph.nodes), cut(graph.root.name)
    return f"Drawing of {name + ', ' if name else ''}{count(many)} {'Value' if many == 1 else 'Values'}"


def _signs(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> str:
    numbers = [box.gradient or 0.0 for box in boxes if box.kind != "folded"]
    numbers += [arrow.flow or 0.0 for arrow in arrows]
    return "+" * any(number > 0 for number in numbers) + "-" * any(number < 0 for number in numbers)


def title_line(node: Node) -> Line:
    """The first line of a node's box: its name, and the operation with its plain numbers in place.

    `tanh`, `d = × 2`, `2 -`, `clamp(·, -1, 1)`.
    """
    name = (Span(cut(node.name), "name"),) if node.name else ()
    if node.primitive is None:
        return name or (Span(node.kind, "muted"),)
    return (*name, Span(" = ", "muted"), *operation_line(node)) if name else operation_line(node)


def operation_line(node: Node) -> Line:
    """The symbol or name of the operation, its plain numbers in place."""
    symbol = Span(sign_of(node.primitive), "symbol")
    operands, literals = node.operands, [operand for operand in node.operands if operand.node is None]
    if not literals or node.primitive.families:
        return (symbol,)
    if getattr(node.primitive, "infix", False) and len(operands) == 2:
        literal = Span(number(literals[0].number), "literal")
        return (literal, Span(" "), symbol) if operands[0].node is None else (symbol, Span(" "), literal)
    inside: list[Span] = []
    for operand in operands:
        inside += [Span(", " if inside else "", "literal")]
        inside += [Span("·" if operand.node is not None else number(operand.number), "literal")]
    return (symbol, Span("(", "literal"), *inside[1:], Span(")", "literal"))


def sign_of(primitive: Any) -> str:
    """The sign of an operation as a picture shows it: its symbol in code, but × for *."""
    return "×" if primitive.symbol == "*" else str(primitive.symbol)


def _node_box(graph: Graph, node: Node, key: str) -> Box:
    lines = (
        title_line(node),
        (Span("data ", "muted"), Span(number(node.data), "data")),
        (Span("grad ", "muted"), Span(signed(node.gradient), "gradient")),
    )
    tooltip = f"data {node.data!r}\ngrad {'–' if node.gradient is None else repr(node.gradient)}"
    if node.primitive is not None:
        name = clean(node.name) + " = " if node.name else ""
        tooltip = f"{name}{node.primitive.name}({_operands(graph, node)})\n{tooltip}"
    elif node.name:
        tooltip = f"{clean(node.name)}\n{tooltip}"
    return Box(key, node.kind, node is graph.root, lines, tooltip, node.gradient, (node.position,))


def _folded_box(graph: Graph, group: Group, key: str, leaving: set[int]) -> Box:
    """A box for many nodes: how many operations, what comes out of it, and its gradients' norm."""
    members = group.members
    norm = _gradient_norm(graph, members)
    operations = sum(graph.nodes[at].primitive is not None for at in members)
    out = [graph.nodes[at].data for at in members if at in leaving]
    low, high = min(out), max(out)
    data = number(low) if len(out) == 1 else f"{number(low)} … {number(high)}"
    lines = [(Span(cut(group.title), "name"),), (Span("out ", "muted"), Span(data, "data"))]
    if operations and not group.title.startswith(count(operations) + " ×"):
        lines.insert(1, (Span(f"{count(operations)} operation{'s' * (operations > 1)}", "muted"),))
    lines.append((Span("‖grad‖ ", "muted"), Span("–" if norm is None else number(norm), "norm")))
    tooltip = f"{clean(group.title)}\n{count(len(members))} Values, {count(len(out))} used outside"
    tooltip += f"\nfrom {low!r} to {high!r}\ngradient norm {norm!r}"
    return Box(key, "folded", graph.root.position in members, tuple(lines), tooltip, norm, members)


def _gradient_norm(graph: Graph, members: Sequence[int]) -> float | None:
    """The Euclidean length of all the gradients in a group; None where none has been reached."""
    reached = [graph.nodes[at].gradient for at in members]
    known = [gradient for gradient in reached if gradient is not None]
    return math.hypot(*known) if known else None


def _operands(graph: Graph, node: Node) -> str:
    texts = [
        repr(operand.number)
        if operand.node is None
        else clean(graph.nodes[operand.node].name) or repr(operand.number)
        for operand in node.operands[:12]
    ]
    return ", ".join(texts) + (", …" if len(node.operands) > 12 else "")


def _arrow(graph: Graph, source: str, target: str, edges: tuple[Edge, ...]) -> Arrow:
    flows = [graph.flow(edge) for edge in edges]
    known = [flow for flow in flows if flow is not None]
    flow = math.fsum(known) if known and all(map(math.isfinite, known)) else sum(known) if known else None
    first = edges[0]
    if len(edges) > 1:
        label, tooltip = f"×{count(len(edges))}", f"used {count(len(edges))} times"
    elif first.partial is None:
        label, tooltip = "", "several numbers: computed again in the backward pass"
    else:
        label, tooltip = number(first.partial), f"local derivative {first.partial!r}"
    if flow is not None:
        tooltip += f"\npasses back {flow!r}"
    key = f"e{first.source}_{first.target}_{first.slot}"
    return Arrow(key, source, target, label, tooltip, flow, edges)


def _what_dashes_mean(graph: Graph) -> list[str]:
    if graph.root.gradient is None:
        return ["– : no gradient yet, backward() has not been called"]
    if any(node.gradient is None and not node.opaque for node in graph.nodes):
        return ["– : not reached by backward()"]
    return []
