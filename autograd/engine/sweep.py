"""The reverse sweep: backpropagation itself.

Two steps. `reachable` puts the nodes below the root in topological order; `backward` walks that order
from the root down and does, at each node and for each operand, the one thing that backpropagation is:

    cotangent of operand  +=  cotangent of node  *  partial of node with respect to operand

The partials were computed when the nodes were recorded, so the sweep calls no mathematics. `graph` says in
which slots of a node they lie beside the operands. The same stands in ten lines, with the cotangents in a
dictionary instead of on the nodes, in `tools.modes`: `Dependents.pull_back`.

Two tools put something else where a node has its partials, and the sweep need not know: what
`tools.checkpointing` puts there runs a function when it is multiplied, and what `tools.handwritten`
puts there when it is read.
"""

from __future__ import annotations

from typing import Any

from autograd.engine.graph import Node
from autograd.engine.recording import running


def backward(root: Node, seed: float = 1.0) -> None:
    """Add d(root)/d(leaf) * seed to the gradient of every leaf; give every interior node its own.

    Leaves accumulate over calls. If the pass fails, every leaf keeps the gradient it had.
    """
    leaves: list[Node] = []
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


def reachable(root: Node, leaves: list[Node], before: list[float | None]) -> list[Node]:
    """The interior nodes below `root`, operands before results. Leaves go to `leaves`, their gradients
    to `before`. The gradient of every node met becomes 0.

    A depth-first walk without recursion: `path` leads from the root to `node`; a node is emitted when
    all its operands have been met. The zero is a float object of this pass alone, so that a node whose
    gradient *is* that zero has been met: no set of visited nodes, and no mark on the node.
    """
    zero = float("0")
    order: list[Node] = []
    path: list[Node] = []
    half_read: list[tuple[Node, list[Node]]] = []
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
