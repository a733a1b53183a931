"""`explain`: a gradient as the sum over paths of the product of local derivatives, which is what it is.

There may be more paths than could ever be listed. They are counted, summed and ranked by dynamic
programming, operands before results: of the paths from a node on, only the largest are kept.
"""

from __future__ import annotations

import heapq
import math
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from autograd import DomainError, Value
from autograd.rules.reductions import total
from autograd.tools.differences import slope_at
from viz.views.naming import names_in
from viz.views.reading import Graph, Node, position_of, read
from viz.views.text import count, cut, number
from viz.views.titles import sign_of


class Path(NamedTuple):
    """One way from the root back to the variable: names, local derivatives, and their product.

    None for a derivative that is not known, since a `_backward` is written by hand, and for its products.
    """

    nodes: tuple[str, ...]
    partials: tuple[float | None, ...]
    product: float | None


class Explanation(NamedTuple):
    """d(root)/d(wrt) as a sum over paths. `str` is the text.

    `paths` holds those of largest magnitude, of which the text writes equal ones once; `many` says how many
    there are, `total` is the sum over all of them and `rest` over those not shown; `difference` is a central
    difference, whose step, `step`, was chosen for this function. They are None where a path leads through an
    operation of `by_hand`, whose `_backward` is written by hand.
    """

    root: str
    wrt: str
    paths: tuple[Path, ...]
    many: int
    total: float | None
    rest: float | None
    difference: float | None
    step: float
    by_hand: tuple[str, ...] = ()

    def __repr__(self) -> str:
        head = f"d({self.root})/d({self.wrt}) = {_shown(self.total)}"
        if not self.many:
            return f"{head}: no path leads from {self.root} back to {self.wrt}"
        ways = "the one path" if self.many == 1 else f"the sum over {count(self.many)} paths"
        rows = [
            (_shorten(path.nodes, " → "), _shorten(path.partials, " × "), _with_count(path, many))
            for path, many in Counter(self.paths).items()
        ]
        hidden = self.many - len(self.paths)
        if hidden:
            rows.append((f"… and {count(hidden)} path{'s' * (hidden > 1)} more", "", _shown(self.rest)))
        rows.append(("sum", "", _shown(self.total)))
        if not self.by_hand:
            rows.append(("central difference", "", _shown(self.difference)))
        wide, factors = (max(len(row[at]) for row in rows) for at in (0, 1))
        lines = [f"  {way:{wide}}   {product:{factors}} = {result}" for way, product, result in rows]
        if self.by_hand:
            lines.append(f"  ?: not known; the _backward of {', '.join(self.by_hand)} is written by hand")
        return "\n".join([f"{head}, {ways} from {self.root} back to {self.wrt}:", *lines])


def explain(root: Any, wrt: Any, most: int = 10, names: bool = True, model: Any = None) -> Explanation:
    """Why d(root)/d(wrt) is what it is: each path between them, and the product along it.

    Shows the `most` paths of largest |product|, and the number and sum of the rest; beside the sum, a
    central difference of the recorded graph with respect to `wrt`. Branches that were chosen when the
    graph was recorded stay chosen. Uses the recorded local derivatives: `backward()` is not needed.

    Raises ValueError for a graph with a checkpoint, whose local derivatives are not numbers.

    >>> from autograd import Value
    >>> a = Value(3.0)
    >>> b = a + a
    >>> explain(b * a, a)
    d(×)/d(a) = 12, the sum over 3 paths from × back to a:
      × → a                6     = 6
      × → b → a            3 × 1 = 3 (×2)
      sum                        = 12
      central difference         = 12
    """
    if not isinstance(wrt, Value):
        raise TypeError(f"explain takes a Value as wrt, got {type(wrt).__name__}; give the Value itself")
    if most < 1:
        raise ValueError(f"explain shows at least one path, got most={most}")
    held = names_in(sys._getframe(1) if names else None)
    graph = read(root, held, model, "explain")
    position = position_of(wrt, root)
    if position is None:
        name = wrt.label or held.values.get(id(wrt), "") or "the variable"
        return Explanation(_name(graph.root), cut(name), (), 0, 0.0, 0.0, 0.0, 0.0)
    return explanation_of(graph, position, most)


def explanation_of(graph: Graph, position: int, most: int = 10) -> Explanation:
    """The explanation for the node at `position` in a graph that has been read."""
    root = _name(graph.root)
    if graph.has_checkpoint:
        raise ValueError(
            "explain cannot follow a path through a checkpoint, which stores no local derivatives; "
            "build the graph without"
        )
    wrt = graph.nodes[position]
    counts, sums = _totals(graph, position)
    paths = _largest(graph, position, min(most, counts[-1]))
    hidden = counts[-1] > len(paths)
    whole = sums[-1]
    if whole is None:
        between = [node for node in graph.nodes[position + 1 :] if node.by_hand and counts[node.position]]
        by_hand = tuple(dict.fromkeys(cut(node.primitive.name) for node in between))
        return Explanation(root, _name(wrt), tuple(paths), counts[-1], None, None, None, 0.0, by_hand)
    rest = whole - total(path.product for path in paths if path.product is not None) if hidden else 0.0
    digits = 1e-6 * min(1.0, abs(whole) or 1.0)
    found = slope_at(lambda data: _replay(graph, position, data), wrt.data, digits)
    return Explanation(root, _name(wrt), tuple(paths), counts[-1], whole, rest, found.value, found.step)


def _totals(graph: Graph, position: int) -> tuple[list[int], list[float | None]]:
    """Per node: the number of paths to the node at `position`, and the sum of their products."""
    counts = [0] * len(graph.nodes)
    sums: list[float | None] = [0.0] * len(graph.nodes)
    counts[position], sums[position] = 1, 1.0
    for node in graph.nodes[position + 1 :]:
        for below, partial in _partials(node):
            if counts[below]:
                counts[node.position] += counts[below]
                more, earlier = _times(partial, sums[below]), sums[node.position]
                sums[node.position] = None if more is None or earlier is None else earlier + more
    return counts, sums


class _Link(NamedTuple):
    """A path from a node down to the variable: its first edge, the rest of it, and the product along it."""

    partial: float | None
    below: int
    rest: _Link | None
    product: float | None


def _largest(graph: Graph, position: int, most: int) -> list[Path]:
    """The paths of largest |product|, largest first; those that tie in the order of their operands.

    A largest path from a node on begins with one of its operands and goes on with a largest path from
    there: so `most` paths per node are enough.
    """
    best = {position: [_Link(1.0, position, None, 1.0)]}
    for node in graph.nodes[position + 1 :]:
        found = [
            _Link(partial, below, rest, _times(partial, rest.product))
            for below, partial in _partials(node)
            for rest in best.get(below, ())
        ]
        if found:
            best[node.position] = heapq.nlargest(most, found, key=lambda link: _size(link.product))
    return [_path(graph, link) for link in best.get(graph.root.position, [])]


def _partials(node: Node) -> Iterator[tuple[int, float | None]]:
    """The operands that are nodes, by position, each with its local derivative; None if it is not known."""
    for edge in node.edges:
        yield edge.source, edge.partial


def _times(partial: float | None, product: float | None) -> float | None:
    return None if partial is None or product is None else partial * product


def _path(graph: Graph, link: _Link) -> Path:
    names, partials = [_name(graph.root)], list[float | None]()
    product: float | None = 1.0
    while link.rest is not None:
        names.append(_name(graph.nodes[link.below]))
        partials.append(link.partial)
        product = _times(link.partial, product)
        link = link.rest
    return Path(tuple(names), tuple(partials), product)


def _replay(graph: Graph, position: int, data: float) -> float:
    """The root's data with `data` at one node, from the recorded operations; by limits where undefined."""
    changed = {position: data}
    for node in graph.nodes[position + 1 :]:
        if any(operand.node in changed for operand in node.operands):
            numbers = [changed.get(operand.node, operand.number) for operand in node.operands]  # type: ignore[arg-type]
            try:
                changed[node.position] = node.primitive.evaluate(numbers)
            except (ArithmeticError, DomainError):
                changed[node.position] = node.primitive.limit(numbers)
    return changed.get(graph.root.position, graph.root.data)


def _size(product: float | None) -> float:
    """The magnitude to order by; NaN and what is not known count as the largest: they decide the sum."""
    return math.inf if product is None or product != product else abs(product)


def _shown(found: float | None) -> str:
    return "?" if found is None else number(found)


def _name(node: Node) -> str:
    if node.name:
        return cut(node.name)
    return number(node.data) if node.primitive is None else sign_of(node.primitive)


def _with_count(path: Path, many: int) -> str:
    """The product along a path, and how many paths there are with these nodes and factors."""
    return _shown(path.product) + (f" (×{count(many)})" if many > 1 else "")


def _shorten(parts: tuple[Any, ...], separator: str) -> str:
    texts = [part if isinstance(part, str) else _shown(part) for part in parts]
    if len(texts) > 12:
        texts = [*texts[:5], f"… {count(len(texts) - 10)} more …", *texts[-5:]]
    return separator.join(texts)
