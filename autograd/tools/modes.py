"""Reverse mode and forward mode, with cotangents and tangents in a dictionary.

`backward` (see `engine.sweep`) leaves floats on the nodes. Here the same two lines of calculus serve
what it does not: gradients that touch no node, tangents, and derivatives that are Values and can be
differentiated again (see `partials`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from autograd.engine.graph import topological_order
from autograd.engine.recorders import LIMITS
from autograd.engine.recording import based_on, using
from autograd.engine.value import Value
from autograd.tools.handwritten import Handwritten, passed_back
from autograd.tools.partials import partials_as_values


class Dependents:
    """The nodes that lie between some variables and some roots: in `order`, operands before results.

    `below` is what the roots depend on altogether, down to the variables and to leaves.
    """

    def __init__(self, variables: Sequence[Value], roots: Iterable[Value]) -> None:
        self.variables = variables
        self.below = topological_order(*roots, stop=variables)
        self.order: list[Value] = []
        self.nodes = set(variables)
        for node in self.below:
            if node not in self.nodes and any(parent in self.nodes for parent in node.parents):
                self.nodes.add(node)
                self.order.append(node)

    def pull_back(self, cotangents: dict[Any, Any], as_values: bool) -> list[Any]:
        """The cotangent of each variable, for those given at some nodes: reverse mode.

        cotangent of operand  +=  cotangent of node  *  partial of node with respect to operand
        """
        cotangents = dict(cotangents)
        recorder = based_on(LIMITS)
        with using(recorder):
            for node in reversed(self.order):
                if node in cotangents:
                    cotangent = cotangents.pop(node)
                    if not as_values:
                        cotangent = recorder.cotangent(node, cotangent)
                    for operand, share in self._shares(node, cotangent, as_values):
                        cotangents[operand] = _plus(cotangents.get(operand), share)
        return [cotangents.get(variable, 0.0) for variable in self.variables]

    def push_forward(self, tangents: dict[Any, Any], as_values: bool) -> dict[Any, Any]:
        """The tangent of each node, for those given at some variables: forward mode.

        tangent of node  +=  tangent of operand  *  partial of node with respect to operand
        """
        tangents = dict(tangents)
        with using(based_on(LIMITS)):
            for node in self.order:
                for operand, partial in zip(node.operands, self._partials(node, as_values), strict=True):
                    if operand in tangents:
                        more = _times(tangents[operand], partial)
                        tangents[node] = _plus(tangents.get(node), more)
        return tangents

    def _shares(self, node: Value, cotangent: Any, as_values: bool) -> Iterator[tuple[Any, Any]]:
        """What a node passes back to each operand that depends on the variables."""
        if isinstance(node.primitive, Handwritten) and not as_values:
            shares = zip(node.parents, passed_back(node, cotangent), strict=True)
            yield from ((operand, share) for operand, share in shares if operand in self.nodes)
        else:
            for operand, partial in zip(node.operands, self._partials(node, as_values), strict=True):
                if operand in self.nodes:
                    yield operand, _times(cotangent, partial)

    def _partials(self, node: Value, as_values: bool) -> Sequence[Any]:
        if not as_values:
            if isinstance(node.primitive, Handwritten):
                node.primitive.refuse("forward mode")
            return node.partials
        return partials_as_values(node, [operand in self.nodes for operand in node.operands])


def _times(factor: Any, partial: Any) -> Any:
    """Their product; without a node for a factor of 1."""
    if type(partial) is float and partial == 1.0:
        return factor
    if type(factor) is float and factor == 1.0 and isinstance(partial, (float, Value)):
        return partial
    return factor * partial


def _plus(earlier: Any, more: Any) -> Any:
    return more if earlier is None else earlier + more
