"""A graph as a tree of text, a view as lines: for a terminal, a screen reader, and where no Graphviz is."""

from __future__ import annotations

from viz.views.boxes import Arrow, View
from viz.views.reading import Graph, Node, Operand
from viz.views.text import NO_GRADIENT, count, number, plain, signed
from viz.views.titles import title_line

_MOST_LINES = 200


def text_tree(graph: Graph, most: int = _MOST_LINES) -> str:
    """The root on top, operands indented below their result; a shared part is shown once.

    Each line: what it is, its data, its gradient, and the local derivative on the way up.
    """
    lines: list[str] = []
    shown: set[int] = set()
    names = {node.position: f"[{at}]" for at, node in enumerate(_shared(graph), 1)}
    pending = [(graph.root.position, "", "", "")]
    while pending and len(lines) < most:
        position, first, rest, local = pending.pop()
        node = graph.nodes[position]
        again = position in shown and bool(node.operands)
        mark = f" {names[position]}" if position in names else ""
        body = "  (above)" if again else f"  data {number(node.data)}  grad {signed(node.gradient)}{local}"
        lines.append(f"{first}{plain(title_line(node))}{mark}{body}")
        if again:
            continue
        shown.add(position)
        below = [operand for operand in node.operands if operand.node is not None]
        for at, operand in reversed(list(enumerate(below))):
            assert operand.node is not None
            branch, stem = ("└─ ", "   ") if at == len(below) - 1 else ("├─ ", "│  ")
            pending.append((operand.node, rest + branch, rest + stem, _local(node, operand)))
    if pending:
        lines.append(f"… of {count(len(graph.nodes))} Values, the first {most} lines")
    if graph.root.gradient is None:
        lines.append(f"–: {NO_GRADIENT}")
    return "\n".join(lines)


def _local(node: Node, operand: Operand) -> str:
    if operand.partial is None:
        return "  local ?" if node.by_hand else ""
    return f"  local {number(operand.partial)}"


def view_tree(view: View, most: int = _MOST_LINES) -> str:
    """What a picture shows, box by box: results on top, what they are made of indented below, captions.

    What several use is written out once.
    """
    into: dict[str, list[Arrow]] = {}
    for arrow in view.arrows:
        into.setdefault(arrow.target, []).append(arrow)
    boxes = {box.key: box for box in view.boxes}
    used = {arrow.source for arrow in view.arrows}
    pending = [(key, 0, "") for key in reversed(boxes) if key not in used][::-1]
    lines: list[str] = []
    written: set[str] = set()
    while pending and len(lines) < most:
        key, depth, label = pending.pop()
        words = ", ".join(map(plain, boxes[key].lines)) + (f", by {label}" if label else "")
        again = key in written and key in into
        lines.append("  " * depth + words + (" (above)" if again else ""))
        if not again:
            written.add(key)
            pending += [(arrow.source, depth + 1, arrow.label) for arrow in reversed(into.get(key, []))]
    return "\n".join([*lines, *["…"] * bool(pending), *view.captions])


def text_lines(view: View) -> str:
    """One line for each box, operands before results, and the captions."""
    sources: dict[str, list[str]] = {}
    for arrow in view.arrows:
        label = f" ({arrow.label})" if arrow.label else ""
        sources.setdefault(arrow.target, []).append(arrow.source + label)
    lines = [
        f"{box.key}: {', '.join(map(plain, box.lines))}"
        + (f"; from {', '.join(sources[box.key])}" if box.key in sources else "")
        for box in view.boxes
    ]
    return "\n".join([*lines, *view.captions])


def _shared(graph: Graph) -> list[Node]:
    """The operations that are used more than once."""
    return [node for node, many in zip(graph.nodes, graph.uses) if many > 1 and node.operands]
