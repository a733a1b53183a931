"""Marks: what a picture shows that a legend has to explain, also in what its boxes open to.

A mark is the kind of a box, a sign of gradients, or one of "root", "derivative", "uses", "range", "norm".
"""

from __future__ import annotations

from collections.abc import Iterable

from viz.views.boxes import View
from viz.views.levels import AT_ONCE
from viz.views.opening import OUTSIDE
from viz.views.reading import Graph
from viz.views.text import plain


def marks(view: View) -> set[str]:
    """The marks in a view, and those in what its boxes open to, if it says them."""
    lines = [line for box in view.boxes for line in box.lines]
    folded = [line for box in view.boxes if box.kind == "folded" for line in box.lines]
    labelled = [arrow for arrow in view.arrows if arrow.label]
    found = {
        "root": len(view.boxes) > 1,
        "derivative": any(len(arrow.edges) == 1 for arrow in labelled),
        "uses": any(len(arrow.edges) > 1 for arrow in labelled),
        "range": any(" … " in plain(line) for line in folded),
        "norm": any(span.role == "norm" for line in lines for span in line),
    }
    return {
        *(mark for mark, is_there in found.items() if is_there),
        *(box.kind for box in view.boxes),
        *view.signs,
        *view.inside,
    }


def with_inside_of(view: View, graph: Graph) -> View:
    """The view with the marks of all that lies in its folded boxes."""
    members = {at for box in view.boxes if box.kind == "folded" for at in box.members}
    if not members:
        return view
    flows = [graph.flow(edge) for edge in graph.edges if edge.target in members]
    gradients = [each or 0.0 for each in (*flows, *(graph.nodes[at].gradient for at in members))]
    signs = [sign for sign, has in (("+", max(gradients) > 0), ("-", min(gradients) < 0)) if has]
    nothing = ["0"] if 0.0 in flows else []
    several = any(len(box.members) > AT_ONCE for box in view.boxes)
    more = ("uses", "range", *("±" for _ in signs[1:])) if several else ()
    kinds = {graph.nodes[at].kind: None for at in members}
    return view._replace(inside=(*kinds, OUTSIDE, "derivative", *signs, *nothing, *more))


def with_kinds(view: View, kinds: Iterable[str]) -> View:
    """The view with the marks of boxes of these kinds in its folded boxes."""
    folds = any(box.kind == "folded" for box in view.boxes)
    return view._replace(inside=(*kinds, OUTSIDE)) if folds else view
