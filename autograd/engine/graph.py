"""The graph as a reader sees it: nodes in topological order. No mathematics, and nothing is changed.

A Value is a node; `operands` are what it was made from, in order, numbers included; `parents` are
those of them that are nodes. (The backward pass has an order of its own, in `sweep`, that marks the
nodes it meets; reading a graph leaves no trace, so that several threads may read one at once.)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autograd.engine.messages import describe

if TYPE_CHECKING:
    from autograd.engine.value import Value


def topological_order(*roots: Value, stop: Iterable[Value] = ()) -> list[Value]:
    """Every node that `roots` depend on, and the roots: operands before results, without recursion.

    The order is that of a depth-first walk along the operands, so it is the same on every run.
    Nodes in `stop` are included when met, and not walked through.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> [node.label or node._op for node in topological_order(a * b + a)]
    ['a', 'b', '*', '+']
    """
    order: list[Value] = []
    met: set[Value] = set()
    closed = set(stop)
    for root in roots:
        if root in met:
            continue
        if not hasattr(root, "parents"):
            raise TypeError(f"topological_order takes Values, got {describe(root)}")
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
