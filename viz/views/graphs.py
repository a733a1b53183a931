"""A graph as boxes and arrows: a box for each group of nodes; in the full view a group is one node."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from viz.views.boxes import Arrow, Box, View
from viz.views.contents import operations
from viz.views.highlighting import highlighted
from viz.views.opening import OUTSIDE
from viz.views.reading import Edge, Graph, Node
from viz.views.text import NO_GRADIENT, Line, Span, clean, count, cut, ends, number, signed
from viz.views.titles import terms_line, title_line

_CROWDED = 90
"""With more arrows than this, and more than two to a box, one would see nothing but their numbers."""

_WEB = 3
"""Boxes that are folded, as the neurons of two layers, so many on both sides, make a web of arrows."""


class Step(NamedTuple):
    """One step of a recurrence: which module is called again and again, and which of the calls this is."""

    path: str
    number: int


class Group(NamedTuple):
    """Nodes drawn as one box: their positions; `title` says what they are when they are more than one."""

    members: tuple[int, ...]
    title: str = ""
    given: str = ""
    """The plain numbers that came in, in words."""
    calls: int = 0
    """How many calls of one module it holds, where that is called several times."""
    step: Step | None = None
    """Where it is one call of a module, and reads the call before."""


def view_of(
    graph: Graph, groups: Sequence[Group], captions: Sequence[str] = (), highlight: str | None = None
) -> View:
    """The view of a graph with a box for each of `groups`, which cover it and are in topological order.

    `highlight` says what is to stand out: see `highlighting`.
    """
    keys = {member: f"n{group.members[-1]}" for group in groups for member in group.members}
    edges = graph.edges
    boxes = _boxes(graph, groups, edges, keys)
    folded = {box.key for box in boxes if box.kind == "folded"}
    arrows = _arrows(graph, edges, keys, folded)
    crowded, web = len(arrows) > max(_CROWDED, 2 * len(boxes)), _web(arrows, folded)
    arrows = [arrow._replace(label="") if crowded or arrow.key in web else arrow for arrow in arrows]
    if crowded or web:
        where = "" if crowded else " between layers"
        captions = (*captions, f"local derivatives{where}: in the tooltips of the arrows")
    return View(
        title=_title(graph),
        boxes=tuple(boxes),
        arrows=tuple(arrows),
        captions=(*captions, *_what_question_marks_mean(graph), *_what_dashes_mean(graph)),
        path=highlighted(graph, boxes, arrows, highlight),
        crowded=crowded,
        web=tuple(web),
        signs=_signs(boxes, arrows),
        recurrences=_recurrences(groups, boxes),
    )


def _boxes(graph: Graph, groups: Sequence[Group], edges: Sequence[Edge], keys: dict[int, str]) -> list[Box]:
    leaving = {edge.source for edge in edges if keys[edge.source] != keys[edge.target]}
    leaving.update(graph.results, [graph.root.position])
    return [
        _folded_box(graph, group, keys[group.members[-1]], leaving)
        if group.title
        else _node_box(graph, graph.nodes[group.members[0]], keys[group.members[0]])
        for group in groups
    ]


def _arrows(graph: Graph, edges: Sequence[Edge], keys: dict[int, str], folded: set[str]) -> list[Arrow]:
    """An arrow for each edge; but one for all those from or to a folded box, and none inside it."""
    arrows: list[Arrow] = []
    bundles: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        source, target = keys[edge.source], keys[edge.target]
        if source not in folded and target not in folded:
            arrows.append(_arrow(graph, source, target, (edge,)))
        elif source != target:
            bundles.setdefault((source, target), []).append(edge)
    return arrows + [_arrow(graph, *ends, tuple(bundle)) for ends, bundle in bundles.items()]


def _recurrences(groups: Sequence[Group], boxes: Sequence[Box]) -> tuple[tuple[str, ...], ...]:
    steps: dict[str, list[str]] = {}
    for group, box in zip(groups, boxes):
        if group.step:
            steps.setdefault(group.step.path, []).append(box.key)
    return tuple(map(tuple, steps.values()))


def _web(arrows: Sequence[Arrow], folded: set[str]) -> dict[str, None]:
    """The keys of the arrows from folded boxes to folded boxes, many to many."""
    between = [arrow for arrow in arrows if {arrow.source, arrow.target} <= folded]
    leaving, coming = Counter(arrow.source for arrow in between), Counter(arrow.target for arrow in between)
    return {
        arrow.key: None for arrow in between if leaving[arrow.source] >= _WEB and coming[arrow.target] >= _WEB
    }


def _title(graph: Graph) -> str:
    many, name = len(graph.nodes), cut(graph.root.name)
    return f"Drawing of {name + ', ' if name else ''}{count(many)} {'Value' if many == 1 else 'Values'}"


def _signs(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> str:
    numbers = [box.gradient or 0.0 for box in boxes if box.kind != "folded"]
    numbers += [arrow.flow or 0.0 for arrow in arrows if not arrow.mixed]
    found = {
        "+": any(number > 0 for number in numbers),
        "-": any(number < 0 for number in numbers),
        "0": any(arrow.flow == 0 for arrow in arrows),
        "±": any(arrow.mixed for arrow in arrows),
    }
    return "".join(sign for sign, is_there in found.items() if is_there)


def _node_box(graph: Graph, node: Node, key: str) -> Box:
    lines = (
        title_line(node),
        *filter(None, [terms_line(node, graph)]),
        (Span("data ", "muted"), Span(number(node.data), "data")),
        (Span("grad ", "muted"), Span(signed(node.gradient), "gradient")),
    )
    tooltip = f"data {node.data!r}\ngrad {'–' if node.gradient is None else repr(node.gradient)}"
    if node.primitive is not None:
        name = clean(node.name) + " = " if node.name else ""
        tooltip = f"{name}{clean(node.primitive.name)}({_operands(graph, node)})\n{tooltip}"
    elif node.name:
        tooltip = f"{clean(node.name)}\n{tooltip}"
    is_root = graph.is_result(node.position)
    return Box(key, node.kind, is_root, lines, tooltip, node.gradient, (node.position,))


def _folded_box(graph: Graph, group: Group, key: str, leaving: set[int]) -> Box:
    """A box for many nodes: how many operations, what comes out of it, and its gradients' norm."""
    members = group.members
    norm = _gradient_norm(graph, members)
    made = sum(graph.nodes[at].primitive is not None for at in members)
    out = [graph.nodes[at].data for at in members if at in leaving]
    out_of = "out " if made else "data "
    lines: list[Line] = [(Span(cut(group.title), "name"),)]
    if group.given:
        name = f"x{group.step.number} = " if group.step else "in "
        lines.append((Span(name, "muted"), Span(group.given)))
    lines += [(Span(what, "muted"),) for what in [_what_is_in(graph, group, made)] if what]
    lines.append((Span(out_of, "muted"), Span(ends(out), "data")))
    lines.append((Span("‖grad‖ ", "muted"), Span("–" if norm is None else number(norm), "norm")))
    tooltip = f"{clean(group.title)}\n{count(len(members))} Values, {count(len(out))} used outside"
    tooltip += f"\nfrom {min(out)!r} to {max(out)!r}\ngradient norm {norm!r}"
    return Box(key, "folded", any(map(graph.is_result, members)), tuple(lines), tooltip, norm, members)


def _what_is_in(graph: Graph, group: Group, made: int) -> str:
    """How many calls and operations, or leaves of which kind; "" where the title says it."""
    if made:
        calls = [f"{count(group.calls)} calls"] if group.calls > 1 else []
        many = f"{count(made)} operation{'s' * (made > 1)}"
        return ", ".join(calls + [many] * (not group.title.endswith(operations(graph, group.members))))
    (kind, *others) = dict.fromkeys(graph.nodes[at].kind for at in group.members)
    many, noun = count(len(group.members)), "leave" if others else kind
    if noun == OUTSIDE:
        return f"{many} from outside"
    return "" if group.title.endswith(f"× {kind}") else f"{many} {noun}s"


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
    sums = _passed_back(graph, edges)
    flow, mixed = _together(sums) if sums else (None, False)
    first = edges[0]
    if len(edges) > 1:
        label, tooltip = f"×{count(len(edges))}", f"used {count(len(edges))} times"
    elif graph.nodes[first.target].by_hand:
        label, tooltip = "?", "local derivative not known: its _backward is written by hand"
    elif first.partial is None:
        label, tooltip = "", "several numbers: computed again in the backward pass"
    else:
        label, tooltip = number(first.partial), f"local derivative {first.partial!r}"
    if flow is not None:
        several = f"gradients of length {abs(flow)!r}{', of both signs' * mixed}"
        tooltip += f"\npasses back {several if len(sums) > 1 else repr(flow)}"
    key = f"e{first.source}_{first.target}_{first.slot}"
    return Arrow(key, source, target, label, tooltip, flow, edges, mixed)


def _passed_back(graph: Graph, edges: Sequence[Edge]) -> list[float]:
    """What each Value at the beginning of these edges gets along them, as far as it is known."""
    shares: dict[int, list[float]] = {}
    for edge in edges:
        flow = graph.flow(edge)
        if flow is not None:
            shares.setdefault(edge.source, []).append(flow)
    return [math.fsum(each) if all(map(math.isfinite, each)) else sum(each) for each in shares.values()]


def _together(sums: Sequence[float]) -> tuple[float, bool]:
    """The length of these numbers, less than 0 if they are, and whether they have both signs."""
    length, low, high = math.hypot(*sums), min(sums), max(sums)
    return -length if low < 0 and not high > 0 else length, low < 0 < high and math.isfinite(length)


def _what_question_marks_mean(graph: Graph) -> list[str]:
    names = [f"“{cut(clean(name))}”" for name in graph.by_hand[:4]]
    more = ", …" if len(graph.by_hand) > 4 else ""
    return [f"? : not known; the _backward of {', '.join(names)}{more} is written by hand"] if names else []


def _what_dashes_mean(graph: Graph) -> list[str]:
    if graph.root.gradient is None:
        return [f"– : {NO_GRADIENT}"]
    if any(node.gradient is None and not node.opaque for node in graph.nodes):
        return ["– : not reached by backward()"]
    return []
