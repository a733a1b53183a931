"""The graph: nodes, what each was made from, and their topological order. No mathematics.

A node was made by a *primitive* from *operands*: nodes and plain numbers, in order, and one may stand
there twice. Those that are nodes are its *parents*; a node that no primitive made is a *leaf*. Beside
each parent lies the *partial*: the local derivative, computed when the node was made.

The slots of a node. One or two operands lie flat: `_x` and its partial `_dx`, `_y` and its partial
`_dy`; a partial of None says that the operand is a plain number, and a `_y` of None that there is no
second one. A node of many operands has None in `_dx` and `_dy`, the tuple of all operands in `_x`, and in
`_y` two tuples: the parents, and their partials.

People hold Values, nodes with arithmetic, which `value` defines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

N = TypeVar("N", bound="Node")


SLOTS = ("_data", "_grad", "_primitive", "_x", "_dx", "_y", "_dy")


class Node:
    """A number in a graph, and how it was made."""

    __slots__ = (*SLOTS, "__dict__")

    _data: float
    _grad: Any
    _primitive: Any
    _x: Any
    _dx: Any
    _y: Any
    _dy: Any
    _notes: dict[str, Any]

    @property
    def primitive(self) -> Any:
        """The row of the table that made this node; None for a leaf."""
        return self._primitive

    @property
    def operands(self: N) -> tuple[N | float, ...]:
        """What this node was made from, in order: nodes and plain numbers. Empty for a leaf."""
        if self._primitive is None:
            return ()
        if type(self._x) is tuple:
            return self._x
        return (self._x,) if self._y is None else (self._x, self._y)

    @property
    def parents(self: N) -> tuple[N, ...]:
        """The operands that are nodes, in order; one that is used twice stands here twice."""
        if self._dx is not None:
            return (self._x,) if self._dy is None else (self._x, self._y)
        if self._dy is not None:
            return (self._y,)
        return () if self._primitive is None else self._y[0]

    @property
    def partials(self) -> tuple[float | None, ...]:
        """The local derivative with respect to each operand; None where it is a plain number."""
        if self._primitive is None:
            return ()
        if type(self._x) is tuple:
            rest = iter(self._y[1])
            return tuple([next(rest) if isinstance(operand, Node) else None for operand in self._x])
        return (self._dx,) if self._y is None else (self._dx, self._dy)

    def replace_partials(self, partials: Sequence[Any]) -> None:
        """Take other partials: one for each operand, None where it is a plain number."""
        if type(self._x) is tuple:
            self._y = self._y[0], tuple([partial for partial in partials if partial is not None])
        else:
            self._dx, self._dy = partials if len(partials) == 2 else (partials[0], None)

    @property
    def notes(self) -> dict[str, Any]:
        """What people and tools have noted about this node: its label, its module, its source line."""
        return getattr(self, "_notes", None) or {}

    def note(self, key: str, fact: Any) -> None:
        """Note a fact about this node. A node without notes pays nothing for the possibility."""
        self._notes = {**self.notes, key: fact}

    _prev = parents  # micrograd's name

    @property
    def _op(self) -> str:
        """Micrograd's name for the symbol of the operation; '' on a leaf."""
        return "" if self._primitive is None else str(self._primitive.symbol)


def note_together(nodes: Iterable[Node], key: str, fact: Any) -> None:
    """Note one fact about several nodes that have no notes yet, for the price of one: they share it."""
    notes = {key: fact}  # `note` replaces it, and never changes it
    for node in nodes:
        node._notes = notes


Value: type[Node] = Node
"""The class of the nodes that operations make: a forward declaration, which `value` fills."""


def make_leaf(data: float) -> Any:
    """A Value that no primitive made."""
    leaf = object.__new__(Value)
    leaf._data = data
    leaf._grad = leaf._primitive = leaf._x = leaf._dx = leaf._y = leaf._dy = None
    return leaf


def make_node(primitive: Any, operands: Sequence[Any], data: Any, partials: Sequence[Any]) -> Any:
    """A Value made by `primitive`, with a partial for each operand: None where it is a plain number."""
    node = object.__new__(Value)
    node._data = data
    node._primitive = primitive
    node._grad = node._dx = node._y = node._dy = None
    if primitive.families or len(operands) > 2:
        parents = tuple([operand for operand in operands if isinstance(operand, Node)])
        node._x = tuple(operands)
        node._y = parents, tuple([partial for partial in partials if partial is not None])
    else:
        node._x, node._dx = operands[0], partials[0]
        if len(operands) == 2:
            node._y, node._dy = operands[1], partials[1]
    return node


def topological_order(*roots: N, stop: Iterable[N] = ()) -> list[N]:
    """Every node that `roots` depend on, and the roots: operands before results, without recursion.

    The order is that of a depth-first walk along the operands, so it is the same on every run.
    Nodes in `stop` are included when met, and not walked through. Reading leaves no mark on the graph:
    several threads may read one at once.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> [node.label or node._op for node in topological_order(a * b + a)]
    ['a', 'b', '*', '+']
    """
    order: list[N] = []
    met: set[N] = set()
    closed = set(stop)
    for root in roots:
        if root in met:
            continue
        if not hasattr(root, "parents"):
            raise TypeError(f"topological_order takes Values, got {type(root).__name__}")
        met.add(root)
        path = [(root, iter(() if root in closed else root.parents))]
        while path:
            node, parents = path[-1]
            for parent in parents:
                if parent not in met:
                    met.add(parent)
                    path.append((parent, iter(() if parent in closed else parent.parents)))
                    break
            else:
                order.append(node)
                path.pop()
    return order
