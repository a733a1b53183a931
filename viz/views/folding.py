"""Folding: the ways to draw a graph with fewer boxes, from fine to coarse, none with a circle.

What one module made shares a box, as the modules marked it when they ran. Where no module is known, runs of
one operation share a box, then equal operations at one distance from the root, then all that is far from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

from viz.views.contents import Titles
from viz.views.graphs import Group
from viz.views.grouping import Grouping, Owner
from viz.views.nesting import Nesting
from viz.views.parting import parts
from viz.views.reading import Graph
from viz.views.recurrences import steps
from viz.views.text import count

LEGIBLE = 40
"""About how many boxes can be taken in."""

SLOW = 2000
"""Nodes from which Graphviz takes minutes for them all."""

COLLAPSES = ("none", "compact", "modules", "layers", "runs")

Paths = str | Iterable[str]


def fold(graph: Graph, collapse: str, expand: Paths = ()) -> list[Group]:
    """The groups to draw, in topological order, as one of COLLAPSES says; without the modules `expand`."""
    opened = _checked(graph, collapse, expand)
    if collapse == "none":
        return in_full(graph)
    return compact(graph, opened) if collapse == "compact" else few(folds(graph, opened, collapse))


def ways(graph: Graph, expand: Paths = ()) -> Iterator[list[Group]]:
    """All the ways to draw a graph, from fine to coarse: in full, with sums merged, folded.

    `expand` names modules to leave unfolded.
    """
    opened = _checked(graph, None, expand)
    yield in_full(graph)
    yield compact(graph, opened)
    yield from folds(graph, opened)


def in_full(graph: Graph) -> list[Group]:
    """A box for each Value."""
    return [Group((node.position,)) for node in graph.nodes]


def compact(graph: Graph, opened: Sequence[str] = ()) -> list[Group]:
    """Chains of additions as one box each, everything else in full."""
    grouping = Grouping(graph, opened)
    grouping.runs(("add", "sum"))
    return _groups(grouping)


def folds(graph: Graph, opened: Sequence[str] = (), collapse: str | None = None) -> Iterator[list[Group]]:
    """The ways to fold a graph, from fine to coarse, each in topological order and without a circle.

    `opened` are modules that stay unfolded. `collapse` is "modules" to fold by the innermost modules alone,
    "layers" by those directly in the model, "runs" without regard to modules.
    """
    yield from by_structure(graph, opened, collapse)
    if opened:
        return
    last = _ways(graph, collapse)[-1]
    for kept in (LEGIBLE, 20, 10):
        grouping = _grouping(graph, opened, *last, 3)
        grouping.far(kept)
        yield _groups(grouping)
    for many in (24, 12, 6):
        grouping = Grouping(graph)
        grouping.stretches(many)
        yield _groups(grouping)


def by_structure(
    graph: Graph, opened: Sequence[str] = (), collapse: str | None = None
) -> Iterator[list[Group]]:
    """Those of `folds` in which the nodes of a box have a module or an operation in common."""
    ways = _ways(graph, collapse)
    latest: list[Group] = []
    for depth, by_call in ways:
        for coarseness in range(4 if (depth, by_call) == ways[-1] else 2):
            groups = _groups(_grouping(graph, opened, depth, by_call, coarseness))
            if groups != latest:
                yield groups
            latest = groups


def _ways(graph: Graph, collapse: str | None) -> list[tuple[int | None, bool]]:
    if collapse == "runs" or not any(graph.calls):
        return [(None, True)]
    return list(_module_ways(graph, collapse))


def _module_ways(graph: Graph, collapse: str | None) -> Iterator[tuple[int | None, bool]]:
    """How deep modules are told apart, and whether the calls of one are."""
    nesting = Nesting(graph)
    highest = min(nesting.shared + 1, nesting.deepest)
    coarsest = 0 if nesting.has_one_root and not nesting.shared else highest
    depths = {"modules": [nesting.deepest], "layers": [highest]}.get(
        collapse or "", list(range(nesting.deepest, coarsest - 1, -1))
    )
    repeated = any(call.number > 1 for call in graph.calls if call)
    for depth in depths:
        for by_call in (True, False) if repeated else (True,):
            yield depth, by_call


def _grouping(
    graph: Graph, opened: Sequence[str], depth: int | None, by_call: bool, coarseness: int
) -> Grouping:
    """Who owns what: by modules, else by runs; the coarser, the more of the rest is put together."""
    grouping = Grouping(graph, opened)
    if depth is None:
        grouping.runs()
    else:
        grouping.by_module(depth, by_call)
    if coarseness > 0:
        grouping.siblings()
    if coarseness > 1:
        grouping.levels()
    if depth is not None:
        grouping.parameters(depth)
    if depth is not None or coarseness:
        grouping.inputs(most=(len(graph.nodes), 12, 12, 1)[coarseness])
    return grouping


def _groups(grouping: Grouping) -> list[Group]:
    """The boxes of a grouping; an owner has several where one would close a circle."""
    owners = grouping.owners
    firm = {owner for owner in owners if isinstance(owner, Owner) and owner.rule == "module"}
    found = parts(grouping.consumers, owners, firm)
    titles = Titles(grouping.graph)
    many = Counter(owner for owner, _ in found)
    met: Counter[Hashable] = Counter()
    groups = []
    for (owner, members), step in zip(found, steps(grouping.consumers, found)):
        met[owner] += 1
        alone = len(members) == 1 and not (isinstance(owner, Owner) and owner.rule == "module")
        part = f" ({met[owner]} of {many[owner]})" if many[owner] > 1 else ""
        title = "" if alone else titles.of(owner, members, part)
        calls = titles.calls_in(owner, members)
        groups.append(Group(members, title, titles.given(owner, members), calls, step))
    return groups


def few(ways: Iterator[list[Group]]) -> list[Group]:
    """The first of some ways to fold that has about 40 boxes, else the one with the fewest."""
    fewest: list[Group] = []
    for groups in ways:
        if not fewest or len(groups) < len(fewest):
            fewest = groups
        if len(groups) <= LEGIBLE:
            break
    return fewest


def captions(graph: Graph, groups: Sequence[Group]) -> list[str]:
    """The line that says what was folded, and how to see it all."""
    if len(groups) == len(graph.nodes):
        return []
    slow = f" (slow above {count(SLOW)})" if len(graph.nodes) > SLOW else ""
    more = ", expand='...' one module" if any(graph.calls) else ""
    return [
        f"{count(len(graph.nodes))} Values folded into {count(len(groups))} boxes; "
        f"collapse='none' draws them all{slow}{more}, fit=(1920, 1080) suits a larger window"
    ]


def _checked(graph: Graph, collapse: str | None, expand: Paths) -> tuple[str, ...]:
    """The modules to leave unfolded. ValueError for a fold or a module that is not there."""
    if collapse is not None and collapse not in COLLAPSES:
        raise ValueError(f"collapse is {', '.join(map(repr, COLLAPSES))} or None, got {collapse!r}")
    paths = (expand,) if isinstance(expand, str) else tuple(expand)
    known = dict(graph.modules)
    for path in paths:
        if path not in known:
            some = ", ".join(map(repr, list(known)[1:9])) or "none: no module made a part of this graph"
            raise ValueError(f"expand got {path!r}, which is no module of this graph; there are {some}")
    return paths
