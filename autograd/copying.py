"""Copies of graphs, for `copy`, `deepcopy` and `pickle`: exact, and without recursion."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import autograd.value as value
from autograd.graph import topological_order
from autograd.recording import make_node

if TYPE_CHECKING:
    from autograd.value import Value


def copy_node(node: Value, operands: Sequence[Any]) -> Value:
    """A node like `node`, made from `operands`."""
    if node.primitive is None:
        new = value.Value(node.data)
    else:
        new = make_node(node.primitive, operands, node._data, node.partials)
    new._grad = node._grad
    if node.notes:
        new._notes = dict(node.notes)
    return new


def copy_graph(root: Value, memo: dict[int, Any]) -> Value:
    """An independent copy of `root` and of all that it depends on."""
    new = []
    for node in topological_order(root):
        if id(node) not in memo:
            memo[id(node)] = copy_node(node, [memo.get(id(operand), operand) for operand in node.operands])
            new.append(memo[id(node)])
    for node in new:
        if node.notes:
            node._notes = copy.deepcopy(node._notes, memo)
    return memo[id(root)]  # type: ignore[no-any-return]


def to_tape(root: Value) -> tuple[Any, ...]:
    """What `pickle` stores of a graph: its leaves, and one record per operation, in order."""
    if root.primitive is None:
        return restore_leaf, (root._data, root._grad, _plain_notes(root))
    order = topological_order(root)
    leaves = [node for node in order if node.primitive is None]
    place: dict[Any, int] = {node: at for at, node in enumerate(leaves)}
    tape = []
    for node in order:
        if node.primitive is not None:
            place[node] = len(place)
            are_nodes = [isinstance(operand, value.Value) for operand in node.operands]
            operands = [place.get(operand, operand) for operand in node.operands]
            facts = (node._data, node.partials, node._grad, _plain_notes(node))
            tape.append((node.primitive, are_nodes, operands, *facts))
    return restore_graph, (leaves, tape)


def _plain_notes(node: Value) -> dict[str, Any]:
    """The notes that are text or numbers; a mark of the module that made the node is left behind."""
    return {key: fact for key, fact in node.notes.items() if isinstance(fact, (str, int, float))}


def restore_leaf(data: float, grad: float | None, notes: dict[str, Any]) -> Value:
    """A leaf as `to_tape` stored it."""
    leaf = value.Value(data)
    leaf._grad = grad
    if notes:
        leaf._notes = dict(notes)
    return leaf


def restore_graph(leaves: list[Value], tape: list[tuple[Any, ...]]) -> Value:
    """The root of a graph as `to_tape` stored it."""
    nodes = list(leaves)
    for primitive, are_nodes, operands, data, partials, grad, notes in tape:
        found = [
            nodes[operand] if is_node else operand
            for is_node, operand in zip(are_nodes, operands, strict=True)
        ]
        node = make_node(primitive, found, data, partials)
        node._grad = grad
        if notes:
            node._notes = dict(notes)
        nodes.append(node)
    return nodes[-1]
