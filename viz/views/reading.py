"""A graph as it was read: a small immutable description, of which every picture is a view.

`read(root)` walks the engine's graph once and changes nothing. What it returns holds plain numbers,
names and positions, no Values: it can be kept, compared, folded and drawn while the graph lives on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from autograd import Value, topological_order
from autograd.tools.handwritten import Handwritten
from viz.views.naming import Names, names_in
from viz.views.origins import Call, Modules


class Operand(NamedTuple):
    """What stands in one slot of an operation: a node of the graph, or a plain number."""

    node: int | None
    """The node's position; None for a plain number."""
    number: float
    """The node's data, or the plain number itself."""
    partial: float | None
    """The local derivative; None for a plain number, where it is not one number (a checkpoint), and where it
    is not known (a `_backward` written by hand)."""


class Node(NamedTuple):
    """One Value, as it was when the graph was read."""

    position: int
    kind: str
    """"operation", "parameter", "variable", or "constant": a leaf without a name and without a gradient."""
    name: str
    data: float
    gradient: float | None
    """None where no backward pass has come, and at a checkpoint, where it is several numbers."""
    primitive: Any
    """The row of the table; None for a leaf."""
    operands: tuple[Operand, ...]

    @property
    def edges(self) -> list[Edge]:
        """The edges that lead to it: one for each slot in which a node stands, in order."""
        return [
            Edge(operand.node, self.position, slot, operand.partial)
            for slot, operand in enumerate(self.operands)
            if operand.node is not None
        ]

    @property
    def opaque(self) -> bool:
        """Whether it belongs to a checkpoint, which stores neither its interior nor partials."""
        return self.primitive is not None and bool(self.primitive.opaque) and not self.by_hand

    @property
    def by_hand(self) -> bool:
        """Whether its `_backward` is written by hand, so that its local derivatives are not known."""
        return isinstance(self.primitive, Handwritten)


class Edge(NamedTuple):
    """One use of the node `source` by the node `target`: in which slot, with which local derivative."""

    source: int
    target: int
    slot: int
    partial: float | None


class Graph(NamedTuple):
    """Nodes in topological order, operands before results; the root is the last one."""

    nodes: tuple[Node, ...]
    calls: tuple[Call | None, ...]
    """Per node, the call of a module that made it."""
    modules: tuple[tuple[str, str], ...]
    """Path and class of every module known."""
    results: tuple[int, ...] = ()
    """Positions of the nodes that are used outside of it, where it is a part of a graph."""

    @property
    def root(self) -> Node:
        """The node that `read` was given."""
        return self.nodes[-1]

    def is_result(self, position: int) -> bool:
        """Whether a node is the root, or is used outside of a graph that is a part of another one."""
        return position == len(self.nodes) - 1 or position in self.results

    @property
    def has_checkpoint(self) -> bool:
        """Whether part of the computation is not in the graph, because a checkpoint stores none of it."""
        return any(node.opaque for node in self.nodes)

    @property
    def by_hand(self) -> list[str]:
        """What the operations whose `_backward` is written by hand are called, each once, in order."""
        return list(dict.fromkeys(node.primitive.name for node in self.nodes if node.by_hand))

    @property
    def edges(self) -> list[Edge]:
        """All edges, in topological order of the nodes that they lead to."""
        return [edge for node in self.nodes for edge in node.edges]

    @property
    def uses(self) -> list[int]:
        """In how many slots of operations each node stands, by position."""
        many = [0] * len(self.nodes)
        for node in self.nodes:
            for operand in node.operands:
                if operand.node is not None:
                    many[operand.node] += 1
        return many

    def flow(self, edge: Edge) -> float | None:
        """What passes back along an edge: the gradient of the result times the local derivative."""
        gradient = self.nodes[edge.target].gradient
        return None if gradient is None or edge.partial is None else gradient * edge.partial


def read(root: Any, names: Names | None = None, model: Any = None, asked_by: str = "draw") -> Graph:
    """The description of the graph below `root`.

    A node's name is its label, else its path as a parameter of a model, else the variable that holds it.
    Raises TypeError, which names `asked_by`, when `root` is not a Value.
    """
    if not isinstance(root, Value):
        raise TypeError(f"{asked_by} takes a Value, got {type(root).__name__}; {_advice(root)}")
    names = names or names_in(None)
    order = topological_order(root)
    modules = Modules(order, model, names.modules)
    positions = {id(value): position for position, value in enumerate(order)}
    nodes = []
    for position, value in enumerate(order):
        path = modules.parameters.get(id(value), "")
        name = value.label or path or names.values.get(id(value), "")
        slots = zip(value.operands, value.partials, strict=True)
        nodes.append(
            Node(
                position,
                _kind(value, is_parameter=bool(path), is_named=bool(name)),
                name,
                value.data,
                value.grad if value.reached else None,
                value.primitive,
                tuple([_operand(operand, partial, positions) for operand, partial in slots]),
            )
        )
    return Graph(tuple(nodes), modules.calls(positions), tuple(modules.classes.items()))


def _kind(value: Value, is_parameter: bool, is_named: bool) -> str:
    if value.primitive is not None:
        return "operation"
    return "parameter" if is_parameter else "variable" if is_named or value.reached else "constant"


def _operand(operand: Any, partial: Any, positions: dict[int, int]) -> Operand:
    if not isinstance(operand, Value):
        return Operand(None, operand, None)
    return Operand(positions[id(operand)], operand.data, partial if type(partial) is float else None)


def position_of(wanted: Value, root: Value) -> int | None:
    """Where `wanted` stands in the description of the graph below `root`; None when it is not in it."""
    return next((at for at, value in enumerate(topological_order(root)) if value is wanted), None)


def _advice(root: Any) -> str:
    if isinstance(root, (list, tuple)):
        return "draw one of its elements, or their sum"
    if isinstance(root, (int, float)):
        return "a plain number has no history; start from Value(...)"
    return "give the result of operations on Values"
