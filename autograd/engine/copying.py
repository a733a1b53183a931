"""Copies of graphs, for `copy`, `deepcopy` and `pickle`: exact, and without recursion.

A node keeps the attributes that its user gave it; an instance of a subclass of Value keeps its class too, and
the slots of its own, or what its `__getstate__` says. (What operators make of such instances are plain
Values.) The class is what `__class__` says: a training block in another thread may hold a leaf meanwhile.

A pickle names `restore_leaf`, `restore_graph` and `restore_states` by this file's path: they stay here.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from autograd.engine import graph
from autograd.engine.graph import SLOTS, N, Node, make_leaf, make_node, topological_order


def copy_node(node: N, operands: Sequence[Any]) -> N:
    """A node like `node`, made from `operands`."""
    new = _stateless(node, operands)
    _restore(new, node.__getstate__())
    return new


def copy_graph(root: N, memo: dict[int, Any]) -> N:
    """An independent copy of `root` and of all that it depends on."""
    new = []
    for node in topological_order(root):
        if id(node) not in memo:
            memo[id(node)] = _stateless(node, [memo.get(id(operand), operand) for operand in node.operands])
            new.append((node, memo[id(node)]))
    for node, copied in new:
        if node.notes:
            copied._notes = copy.deepcopy(node._notes, memo)
        _restore(copied, copy.deepcopy(node.__getstate__(), memo))
    return memo[id(root)]  # type: ignore[no-any-return]


def reduced(root: Node) -> tuple[Any, ...]:
    """What `pickle` stores of a graph: its leaves, and a tuple for each operation, operands first."""
    if root.primitive is None:
        facts = (root._data, root._grad, _plain_notes(root), *_subclass(root))
        return restore_leaf, facts, root.__getstate__()
    order = topological_order(root)
    leaves = [node for node in order if node.primitive is None]
    place: dict[Any, int] = {node: at for at, node in enumerate(leaves)}
    operations = []
    for node in order:
        if node.primitive is not None:
            place[node] = len(place)
            are_nodes = [isinstance(operand, Node) for operand in node.operands]
            operands = [place.get(operand, operand) for operand in node.operands]
            facts = (node._data, node.partials, node._grad, _plain_notes(node))
            operations.append((node.primitive, are_nodes, operands, *facts, *_subclass(node)))
    found = {at: node.__getstate__() for at, node in enumerate(order) if node.primitive is not None}
    states = {at: state for at, state in found.items() if state is not None}
    whole = restore_graph, (leaves, operations)
    return (*whole, states, None, None, restore_states) if states else whole


def _subclass(node: Node) -> tuple[type, ...]:
    """The class of a node, where that is not Value itself."""
    return () if node.__class__ is graph.Value else (node.__class__,)


def _plain_notes(node: Node) -> dict[str, Any]:
    """The notes that are text or numbers; a mark of the module that made the node is left behind."""
    return {key: fact for key, fact in node.notes.items() if isinstance(fact, (str, int, float))}


def restore_leaf(data: float, grad: float | None, notes: dict[str, Any], kind: type | None = None) -> Node:
    """A leaf as `reduced` stored it."""
    leaf: Node = _new(kind or graph.Value, None, (), data, ())
    leaf._grad = grad
    if notes:
        leaf._notes = dict(notes)
    return leaf


def restore_graph(leaves: list[Node], operations: list[tuple[Any, ...]]) -> Node:
    """The root of a graph as `reduced` stored it."""
    nodes = list(leaves)
    for primitive, are_nodes, operands, data, partials, grad, notes, *kind in operations:
        found = [
            nodes[operand] if is_node else operand
            for is_node, operand in zip(are_nodes, operands, strict=True)
        ]
        node = _new(kind[0] if kind else graph.Value, primitive, found, data, partials)
        node._grad = grad
        if notes:
            node._notes = dict(notes)
        nodes.append(node)
    return nodes[-1]


def restore_states(root: Node, states: dict[int, Any]) -> None:
    """Give interior nodes the attributes that they had: last, since these may hold the graph itself."""
    order = topological_order(root)
    for at, state in states.items():
        _restore(order[at], state)


def _new(kind: type, primitive: Any, operands: Sequence[Any], data: float, partials: Sequence[Any]) -> Any:
    """A node or a leaf of a class, without its `__init__`."""
    if kind is graph.Value:
        return make_leaf(data) if primitive is None else make_node(primitive, operands, data, partials)
    plain = _new(graph.Value, primitive, operands, data, partials)
    new: Node = object.__new__(kind)
    for name in SLOTS:
        setattr(new, name, getattr(plain, name))
    return new


def _stateless(node: N, operands: Sequence[Any]) -> N:
    """A node like `node`, made from `operands`, without what its user gave it."""
    new: N = _new(node.__class__, node._primitive, operands, node._data, node.partials)
    new._grad = node._grad
    if node.notes:
        new._notes = dict(node.notes)
    return new


def state_of(node: Node) -> Any:
    """What a node holds besides data, gradient, notes and how it was made; None where that is nothing.

    As pickle has it: the attributes in its `__dict__`, None for none, and those in slots of its own.
    """
    state: Any = object.__getstate__(node)
    own = {name: held for name, held in (state[0] or {}).items() if name != "_notes"}
    slots = {name: held for name, held in state[1].items() if name not in SLOTS}
    return (own or None, slots) if own or slots else None


def _restore(node: Node, state: Any) -> None:
    """Give a node its state, as pickle does."""
    if state is None:
        return
    if hasattr(node, "__setstate__"):
        node.__setstate__(state)
        return
    attributes, slots = state if isinstance(state, tuple) else (state, None)
    node.__dict__.update(attributes or {})
    for name, held in (slots or {}).items():
        setattr(node, name, held)
