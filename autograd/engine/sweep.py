"""The reverse sweep: backpropagation itself.

Two steps. `reachable` puts the nodes below the root in topological order; `backward` walks that order
from the root down and does, at each node and for each operand, the one thing that backpropagation is:

    cotangent of operand  +=  cotangent of node  *  partial of node with respect to operand

The partials were computed when the nodes were recorded, so the sweep calls no mathematics. A node's
operands and partials lie in flat slots: `_x`, `_dx` and `_y`, `_dy` for one and two operands, with a
partial of None where the operand is a plain number. A node with more operands has None in `_dx` and
`_dy`, a tuple of all operands in `_x`, and in `_y` two tuples: the operands that are Values, and their
partials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.engine.recording import running

if TYPE_CHECKING:
    from autograd.engine.value import Value


def backward(root: Value, seed: float = 1.0) -> None:
    """Add d(root)/d(leaf) * seed to the gradient of every leaf; give every interior node its own.

    Leaves accumulate over calls. If the pass fails, every leaf keeps the gradient it had.
    """
    leaves: list[Value] = []
    before: list[float | None] = []
    recorder = running()
    try:
        interiors = reachable(root, leaves, before)
        root._grad = seed
        interiors.reverse()
        for node in interiors:
            cotangent = node._grad
            if recorder is not None:
                cotangent = node._grad = recorder.cotangent(node, cotangent)
            partial = node._dx
            if partial is not None:
                node._x._grad += cotangent * partial
            partial = node._dy
            if partial is not None:
                node._y._grad += cotangent * partial
            elif node._dx is None:
                for operand, partial in zip(*node._y):
                    operand._grad += cotangent * partial
        if recorder is not None:
            for leaf in leaves:
                leaf._grad = recorder.cotangent(leaf, leaf._grad)
        for leaf, earlier in zip(leaves, before):
            if earlier is not None:
                leaf._grad += earlier
    except BaseException:
        for leaf, earlier in zip(leaves, before):
            leaf._grad = earlier
        raise


def reachable(root: Value, leaves: list[Value], before: list[float | None]) -> list[Value]:
    """The interior nodes below `root`, operands before results. Leaves go to `leaves`, their gradients
    to `before`. The gradient of every node met becomes 0.

    A depth-first walk without recursion: `path` leads from the root to `node`; a node is emitted when
    all its operands have been met. The zero is a float object of this pass alone, so that a node whose
    gradient *is* that zero has been met: no set of visited nodes, and no mark on the node.
    """
    zero = float("0")
    order: list[Value] = []
    path: list[Value] = []
    half_read: list[tuple[Value, list[Value]]] = []
    node = root
    if root._primitive is None:
        leaves.append(root)
        before.append(root._grad)
        return order
    root._grad = zero
    while True:
        parent: Any = None
        if node._dx is not None and node._x._grad is not zero:
            parent = node._x
        elif node._dy is not None and node._y._grad is not zero:
            parent = node._y
        elif node._dx is None and node._dy is None:
            if half_read and half_read[-1][0] is node:
                unmet = half_read.pop()[1]
            else:
                unmet = [operand for operand in node._y[0] if operand._grad is not zero]
            while unmet:
                parent = unmet.pop()
                if parent._grad is not zero:
                    half_read.append((node, unmet))
                    break
                parent = None
        if parent is not None:
            if parent._primitive is None:
                leaves.append(parent)
                before.append(parent._grad)
                parent._grad = zero
            else:
                parent._grad = zero
                path.append(node)
                node = parent
        else:
            order.append(node)
            if not path:
                return order
            node = path.pop()
