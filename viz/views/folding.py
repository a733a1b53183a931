"""Folding: which nodes of a large graph share a box, so that the picture stays legible.

What one module made shares a box, as the modules marked it when they ran. Where no module is known, runs of
one operation share a box, then equal operations at one distance from the root, then all that is far from it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from heapq import heapify, heappop, heappush

from viz.views.graphs import Group
from viz.views.reading import Graph
from viz.views.text import count

FULL, COMPACT, LEGIBLE = 60, 300, 40
"""Up to 60 nodes in full, up to 300 compact; beyond, about 40 boxes."""

SLOW = 2000
"""Nodes from which Graphviz takes minutes for them all."""

COLLAPSES = ("none", "compact", "modules", "layers", "runs")

Paths = str | Iterable[str]


def fold(graph: Graph, collapse: str | None = None, expand: Paths = ()) -> tuple[list[Group], list[str]]:
    """The groups to draw, in topological order, and the captions that say what was folded.

    `collapse` is one of COLLAPSES, or None to go by size; `expand` names modules to leave unfolded.
    """
    if collapse is not None and collapse not in COLLAPSES:
        raise ValueError(f"collapse is {', '.join(map(repr, COLLAPSES))} or None, got {collapse!r}")
    opened = _check_paths(graph, (expand,) if isinstance(expand, str) else tuple(expand))
    size = len(graph.nodes)
    if collapse == "none" or (collapse is None and size <= FULL):
        return [Group((node.position,)) for node in graph.nodes], []
    folding = _Folding(graph, opened)
    if collapse == "compact" or (collapse is None and size <= COMPACT):
        folding.fold_runs(("add", "sum"))
        return folding.groups(), folding.captions()
    if collapse != "runs" and any(graph.calls):
        _fold_by_module(folding, collapse)
    if folding.too_many() or collapse == "runs":
        folding.fold_runs()
    for step in (folding.fold_siblings, folding.fold_leaves, folding.fold_levels, folding.fold_leaves):
        if folding.too_many():
            step()
    if folding.too_many() and not opened:
        folding.fold_far()
    return folding.groups(), folding.captions()


def _fold_by_module(folding: _Folding, collapse: str | None) -> None:
    """One box per call of the innermost modules; if these are too many, per module, then per outer one.

    A module that runs between two operations of the module around it would be in a circle with it: a way to
    fold that leaves no circle is preferred.
    """
    deepest = max(call.path.count(".") for call in folding.graph.calls if call) + 1
    depths = {"modules": [deepest], "layers": [1]}.get(collapse or "", range(deepest, 0, -1))
    ways = [(depth, by_call) for depth in depths for by_call in (True, False)]
    legible = []
    for way in ways:
        folding.fold_modules(*way)
        if len({owner for owner in folding.owners if owner in folding.titles}) <= LEGIBLE:
            legible.append(way)
            if folding.has_no_circle():
                return
    folding.fold_modules(*(legible or ways[-1:])[0])


def _check_paths(graph: Graph, paths: tuple[str, ...]) -> tuple[str, ...]:
    known = dict(graph.modules)
    for path in paths:
        if path not in known:
            some = ", ".join(map(repr, list(known)[1:9])) or "none: no module made a part of this graph"
            raise ValueError(f"expand got {path!r}, which is no module of this graph; there are {some}")
    return paths


class _Folding:
    """Which box each node is drawn in: `owners`, by position. A node that stands alone is its own owner.

    `consumers` are the nodes that use a node; `distances` counts the edges of its longest way to the root.
    """

    def __init__(self, graph: Graph, opened: tuple[str, ...]) -> None:
        self.graph, self.opened = graph, opened
        self.owners: list[Hashable] = [node.position for node in graph.nodes]
        self.titles: dict[Hashable, str] = {}
        self.consumers: list[list[int]] = [[] for _ in graph.nodes]
        for node in graph.nodes:
            for source in dict.fromkeys(operand.node for operand in node.operands):
                if source is not None:
                    self.consumers[source].append(node.position)
        self.distances = [0] * len(graph.nodes)
        for node in reversed(graph.nodes):
            further = self.distances[node.position] + 1
            for operand in node.operands:
                if operand.node is not None and self.distances[operand.node] < further:
                    self.distances[operand.node] = further

    def too_many(self) -> bool:
        """Whether the boxes are more than a reader can take in."""
        return len(set(self.owners)) > LEGIBLE

    def is_free(self, position: int) -> bool:
        """Whether a node may still be folded: it stands alone, is not the root, is in no opened module."""
        call = self.graph.calls[position]
        opened = call is not None and any(_inside(call.path, path) for path in self.opened)
        return not opened and self.owners[position] == position and position != self.graph.root.position

    def has_no_circle(self) -> bool:
        """Whether no boxes use one another in a circle."""
        return len(self.box_order()) == len(set(self.owners))

    def box_order(self) -> list[Hashable]:
        """The boxes in topological order, else by their last nodes; without those that a circle holds up."""
        used_by: dict[Hashable, dict[Hashable, None]] = {owner: {} for owner in self.owners}
        last = {owner: position for position, owner in enumerate(self.owners)}
        waits = dict.fromkeys(used_by, 0)
        for position, users in enumerate(self.consumers):
            for user in users:
                source, target = self.owners[position], self.owners[user]
                if source != target and target not in used_by[source]:
                    used_by[source][target] = None
                    waits[target] += 1
        ready = [last[owner] for owner, many in waits.items() if not many]
        heapify(ready)
        order = []
        while ready:
            owner = self.owners[heappop(ready)]
            order.append(owner)
            for target in used_by[owner]:
                waits[target] -= 1
                if not waits[target]:
                    heappush(ready, last[target])
        return order

    def fold_modules(self, depth: int, by_call: bool) -> None:
        """One box per module, at most `depth` levels inside the model; per call of it, or for all calls."""
        classes = dict(self.graph.modules)
        self.titles = {}
        numbers: dict[str, dict[int, None]] = {}
        above = {call.path: _outer(call.path, classes, depth) for call in self.graph.calls if call}
        for call in self.graph.calls:
            if call:
                numbers.setdefault(above[call.path], {})[call.number] = None
        for position, call in enumerate(self.graph.calls):
            self.owners[position] = position
            if call is None or any(_inside(call.path, path) for path in self.opened):
                continue
            path = above[call.path]
            name = path or classes[path]
            many = len(numbers[path])
            owner = ("module", path, call.number if by_call else 0)
            self.owners[position] = owner
            self.titles[owner] = f"{name}, call {call.number}" if by_call and many > 1 else name
            if not by_call and many > 1:
                self.titles[owner] = f"{name}, {count(many)} calls"
        self.fold_parameters(depth)

    def fold_parameters(self, depth: int) -> None:
        """A leaf joins the one box that uses it; parameters that several use share a box per module."""
        classes = dict(self.graph.modules)
        for node in self.graph.nodes:
            if node.primitive is not None:
                continue
            users = {self.owners[consumer] for consumer in self.consumers[node.position]}
            apart = node.kind == "variable" and node.name  # what somebody named is to be seen
            if len(users) == 1 and users <= self.titles.keys() and not apart:
                self.owners[node.position] = next(iter(users))
            elif node.kind == "parameter" and users & self.titles.keys():
                path = _outer(node.name, classes, depth)
                if not any(_inside(path, opened) for opened in self.opened):
                    owner = ("parameters", path)
                    self.owners[node.position] = owner
                    self.titles[owner] = f"{path or classes.get(path, 'model')}: parameters"

    def fold_runs(self, names: Sequence[str] = ()) -> None:
        """A node joins its only consumer when both are the same operation: chains and sums."""
        members: dict[Hashable, int] = {}
        for node in reversed(self.graph.nodes):
            users = self.consumers[node.position]
            if node.primitive is None or (names and node.primitive.name not in names) or len(users) != 1:
                continue
            consumer = self.graph.nodes[users[0]]
            owner = self.owners[consumer.position]
            alike = consumer.primitive is node.primitive and (owner == consumer.position or owner in members)
            if alike and self.is_free(node.position) and not node.name:
                owner = ("run", consumer.position) if owner == consumer.position else owner
                self.owners[consumer.position] = self.owners[node.position] = owner
                members[owner] = members.get(owner, 1) + 1
                self.titles[owner] = f"{count(members[owner])} × {node.primitive.symbol}"

    def fold_siblings(self) -> None:
        """Equal operations that feed the same boxes share a box."""
        alike: dict[Hashable, list[int]] = {}
        for node in reversed(self.graph.nodes):
            if node.primitive is not None and self.is_free(node.position) and not node.name:
                users = frozenset(self.owners[user] for user in self.consumers[node.position])
                owner = ("siblings", node.primitive.symbol, users)
                alike.setdefault(owner, []).append(node.position)
                self.owners[node.position] = alike[owner][0]  # so that their operands are siblings, too
        for positions in alike.values():
            if len(positions) > 1:
                symbol = self.graph.nodes[positions[0]].primitive.symbol
                self._share(positions, ("siblings", positions[0]), symbol)

    def _share(self, positions: Sequence[int], owner: Hashable, what: str) -> None:
        self.titles[owner] = f"{count(len(positions))} × {what}"
        for position in positions:
            self.owners[position] = owner

    def fold_levels(self) -> None:
        """Equal operations at the same distance from the root share a box."""
        alike: dict[tuple[int, str], list[int]] = {}
        for node in self.graph.nodes:
            if node.primitive is not None and self.is_free(node.position):
                alike.setdefault((self.distances[node.position], node.primitive.symbol), []).append(
                    node.position
                )
        for (depth, symbol), positions in alike.items():
            if len(positions) > 1:
                self._share(positions, ("level", depth, symbol), symbol)

    def fold_leaves(self) -> None:
        """Leaves of one kind that feed the same boxes share a box."""
        alike: dict[tuple[str, tuple[Hashable, ...]], list[int]] = {}
        for node in self.graph.nodes:
            if node.primitive is None and self.is_free(node.position):
                users = tuple(dict.fromkeys(self.owners[user] for user in self.consumers[node.position]))
                alike.setdefault((node.kind, users), []).append(node.position)
        for (kind, users), positions in alike.items():
            if len(positions) > 1:
                self._share(positions, ("leaves", kind, users), kind)

    def fold_far(self) -> None:
        """All but the boxes nearest to the root share one box."""
        nearest: dict[Hashable, int] = {}
        for position, owner in enumerate(self.owners):
            nearest[owner] = min(self.distances[position], nearest.get(owner, self.distances[position]))
        ordered = sorted(nearest, key=lambda owner: nearest[owner])
        horizon = nearest[ordered[LEGIBLE - 1]]
        far = {owner for owner in ordered if nearest[owner] >= horizon}
        kept = [owner for owner in ordered if owner not in far]
        if len(kept) < 2:
            return
        positions = [position for position, owner in enumerate(self.owners) if owner in far]
        owner = ("far",)
        self.titles[owner] = f"{count(len(positions))} Values further back"
        for position in positions:
            self.owners[position] = owner

    def groups(self) -> list[Group]:
        """The boxes, each after those it uses; boxes that use one another in a circle by their last nodes."""
        members: dict[Hashable, list[int]] = {}
        for position, owner in enumerate(self.owners):
            members.setdefault(owner, []).append(position)
        order = self.box_order()
        if len(order) < len(members):
            order = sorted(members, key=lambda owner: members[owner][-1])
        return [Group(tuple(members[owner]), self.titles.get(owner, "")) for owner in order]

    def captions(self) -> list[str]:
        """The line that says what was folded, and how to see it all."""
        boxes = len(set(self.owners))
        if boxes == len(self.graph.nodes):
            return []
        slow = f" (slow above {count(SLOW)})" if len(self.graph.nodes) > SLOW else ""
        more = ", expand='...' one module" if any(self.graph.calls) else ""
        return [
            f"{count(len(self.graph.nodes))} Values folded into {count(boxes)} boxes; "
            f"collapse='none' draws them all{slow}{more}"
        ]


def _outer(path: str, classes: dict[str, str], depth: int) -> str:
    """The module that contains `path`, at most `depth` levels inside the outermost one known."""
    names = path.split(".")
    around = [outer for at in range(1, len(names) + 1) if (outer := ".".join(names[:at])) in classes]
    return around[min(depth, len(around)) - 1] if around else ""


def _inside(path: str, outer: str) -> bool:
    return path == outer or not outer or path.startswith(outer + ".")
