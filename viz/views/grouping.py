"""Grouping: which owner each node of a graph belongs to, by rules that can be combined.

An owner says by which rule its nodes share a box, and what they have in common. Whether the boxes use one
another in a circle is not asked here: see `parting`.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import NamedTuple

from viz.views.nesting import Nesting, prefixes
from viz.views.origins import is_inside
from viz.views.parting import stretches
from viz.views.reading import Graph, Node


class Owner(NamedTuple):
    """What the nodes of a box have in common: the rule, and what it looked at.

    "module": path and call. "own": what a module does between the modules in it, which stand apart.
    "parameters": their module. "inputs", "run", "alike", "far", "stretch".
    """

    rule: str
    what: Hashable
    path: str = ""
    """Of the module, for "module", "own" and "parameters"."""


class Grouping:
    """The owner of each node, by position; a node that stands alone is its own owner.

    `consumers` are the nodes that use a node, each once; `opened` the modules to leave unfolded.
    """

    def __init__(self, graph: Graph, opened: Collection[str] = ()) -> None:
        self.graph, self.opened = graph, opened
        self.nesting = Nesting(graph)
        self.owners: list[Hashable] = list(range(len(graph.nodes)))
        self.consumers: list[list[int]] = [[] for _ in graph.nodes]
        for node in graph.nodes:
            for source in dict.fromkeys(operand.node for operand in node.operands):
                if source is not None:
                    self.consumers[source].append(node.position)

    def users(self, position: int) -> tuple[Hashable, ...]:
        """The owners that use a node."""
        return tuple(dict.fromkeys([self.owners[user] for user in self.consumers[position]]))

    def is_free(self, position: int) -> bool:
        """Whether a node may still be folded: it stands alone, is not the root, is in no opened module."""
        call = self.graph.calls[position]
        opened = call is not None and self._is_opened(call.path)
        return self.owners[position] == position and position != self.graph.root.position and not opened

    def by_module(self, depth: int, by_call: bool) -> None:
        """One owner per module, at most `depth` levels inside the model; per call of it, or for all calls."""
        cut = {path: self.nesting.module(path, depth) for path in self.nesting.paths}
        holding = {path for shown in cut.values() for path in prefixes(shown) if path != shown}
        for position, call in enumerate(self.graph.calls):
            if call is None or self._is_opened(call.path):
                continue
            path = cut[call.path]
            around = call.at(path) if by_call else None
            which = (around.path, around.number) if around else ()
            self.owners[position] = Owner("own" if path in holding else "module", which, path)

    def runs(self, names: Sequence[str] = ()) -> None:
        """A node joins its only consumer when both are the same operation: chains and sums."""
        for node in reversed(self.graph.nodes):
            users = self.consumers[node.position]
            if node.primitive is None or (names and node.primitive.name not in names) or len(users) != 1:
                continue
            consumer = self.graph.nodes[users[0]]
            owner = self.owners[consumer.position]
            in_run = isinstance(owner, Owner) and owner.rule == "run"
            alike = consumer.primitive is node.primitive and (in_run or owner == consumer.position)
            if alike and self.is_free(node.position) and not node.name:
                owner = owner if in_run else Owner("run", consumer.position)
                self.owners[consumer.position] = self.owners[node.position] = owner

    def siblings(self) -> None:
        """Equal operations that feed the same owners."""
        alike: dict[Hashable, list[int]] = {}
        for node in reversed(self.graph.nodes):
            if node.primitive is not None and self.is_free(node.position) and not node.name:
                key = (node.primitive.symbol, frozenset(self.users(node.position)))
                alike.setdefault(key, []).append(node.position)
                self.owners[node.position] = alike[key][0]  # so that their operands are siblings, too
        for positions in alike.values():
            self._share(positions, Owner("alike", positions[0]))

    def levels(self) -> None:
        """Equal operations at the same distance from the root."""
        distances = self.distances()
        alike: dict[Hashable, list[int]] = {}
        for node in self.graph.nodes:
            if node.primitive is not None and self.is_free(node.position):
                alike.setdefault((distances[node.position], node.primitive.symbol), []).append(node.position)
        for positions in alike.values():
            self._share(positions, Owner("alike", positions[-1]))

    def parameters(self, depth: int) -> None:
        """Parameters join the one box of their own module that uses them; else they share one per module."""
        for node in self._leaves("parameter"):
            users = self.users(node.position)
            user = users[0] if len(users) == 1 else None
            path = self.nesting.module(node.name, depth)
            if isinstance(user, Owner) and user.rule == "module" and self._is_in(node, user.path):
                self.owners[node.position] = user
            elif not self._is_opened(path):
                self.owners[node.position] = Owner("parameters", (), path)

    def inputs(self, most: int) -> None:
        """Leaves of the same users: those without a name; those with one where they are more than `most`."""
        alike: dict[tuple[bool, bool, frozenset[Hashable]], list[int]] = {}
        for node in self._leaves():
            key = (node.kind == "parameter", bool(node.name), frozenset(self.users(node.position)))
            alike.setdefault(key, []).append(node.position)
        for (_, named, _), positions in alike.items():
            if not named or len(positions) > most:
                self._share(positions, Owner("inputs", positions[0]))

    def far(self, kept: int) -> None:
        """All but about as many owners as `kept`, those nearest to the root."""
        distances = self.distances()
        nearest: dict[Hashable, int] = {}
        for position, owner in enumerate(self.owners):
            nearest[owner] = min(distances[position], nearest.get(owner, distances[position]))
        ordered = sorted(nearest.values())
        horizon = ordered[min(kept, len(ordered)) - 1]
        if sum(distance < horizon for distance in ordered) > 1:
            far = [at for at, owner in enumerate(self.owners) if nearest[owner] >= horizon]
            self._share(far, Owner("far", ()))

    def stretches(self, many: int) -> None:
        """As many pieces of the topological order, about equally long: the last resort, for any graph."""
        pieces = enumerate(stretches(range(len(self.owners)), many))
        self.owners = [Owner("stretch", at) for at, piece in pieces for _ in piece]

    def distances(self) -> list[int]:
        """Per node, the edges of its longest way to the root."""
        found = [0] * len(self.graph.nodes)
        for node in reversed(self.graph.nodes):
            further = found[node.position] + 1
            for operand in node.operands:
                if operand.node is not None and found[operand.node] < further:
                    found[operand.node] = further
        return found

    def _leaves(self, *kinds: str) -> Iterable[Node]:
        nodes = self.graph.nodes
        leaves = [node for node in nodes if node.primitive is None and self.is_free(node.position)]
        return [node for node in leaves if not kinds or node.kind in kinds]

    def _is_in(self, parameter: Node, path: str) -> bool:
        return is_inside(self.nesting.module(parameter.name, self.nesting.deepest), path)

    def _is_opened(self, path: str) -> bool:
        return any(is_inside(path, opened) for opened in self.opened)

    def _share(self, positions: Sequence[int], owner: Owner) -> None:
        for position in positions:
            self.owners[position] = owner
