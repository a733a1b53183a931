"""Reverse mode and forward mode, with cotangents and tangents in a dictionary.

`backward` (see `engine.sweep`) leaves floats on the nodes. Here the same two lines of calculus serve
what it does not: gradients that touch no node, tangents, and derivatives that are Values and can be
differentiated again. For the last, `partials_as_values` reads the rules of the primitives on Values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from autograd.engine.graph import topological_order
from autograd.engine.operands import required_number
from autograd.engine.operators import identity
from autograd.engine.recorders import LIMITS
from autograd.engine.recording import based_on, using
from autograd.engine.value import Value
from autograd.rules.notation import CALL, OPERATORS, PYTHON, Notation
from autograd.rules.primitives import Primitive
from autograd.rules.readings import Language, Reading
from autograd.rules.table import TABLE
from autograd.symbols import subterms


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
                    for operand, partial in zip(node.operands, self._partials(node, as_values), strict=True):
                        if operand in self.nodes:
                            more = _times(cotangent, partial)
                            cotangents[operand] = _plus(cotangents.get(operand), more)
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

    def _partials(self, node: Value, as_values: bool) -> Sequence[Any]:
        if not as_values:
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


def fresh(operand: Any, where: str) -> Value:
    """A variable that stands for `operand`: a leaf for a number, an `identity` of it for a Value."""
    return identity(operand) if isinstance(operand, Value) else Value(plain_number(operand, where))


def plain_number(operand: Any, where: str) -> float:
    """A leaf of a nested structure as a float; a TypeError when it is not a number."""
    takes = "numbers, Values and nested lists, tuples or dicts of them"
    return required_number(where, operand, "use array.tolist()", takes)


def partials_as_values(node: Value, wanted: Sequence[bool]) -> Sequence[Any]:
    """The partials of a node as Values, computed from its operands and itself; None where not wanted.

    A partial may come out as a plain number: one that no operand has a part in.
    """
    if node.primitive.opaque:
        return node.primitive.partials_as_values(node, wanted)  # type: ignore[no-any-return]
    try:
        return _evaluated(node.primitive, node.operands, node, wanted)
    except ArithmeticError:  # of two plain numbers in the rule; Values have limits instead
        operands = [operand if isinstance(operand, Value) else Value(operand) for operand in node.operands]
        return _evaluated(node.primitive, operands, node, wanted)


def _evaluated(
    primitive: Primitive, operands: Sequence[Any], result: Value, wanted: Sequence[bool]
) -> tuple[Any, ...]:
    partials = on_values(primitive).partials
    return tuple(
        partials[slot](*where, result) if want else None
        for want, (slot, where) in zip(wanted, primitive.elements(operands), strict=True)
    )


VALUES = Notation(
    OPERATORS
    | {
        "where": PYTHON.templates["where"],
        "equal": (CALL, "equal({0}, {1})"),
        "unequal": (CALL, "not equal({0}, {1})"),
    },
    expands=False,
)
"""Python on Values: every function by name; a comparison is of numbers, and `where` takes one branch."""


@lru_cache(maxsize=4096)
def on_values(primitive: Primitive) -> Reading:
    """The rule in Python on Values: functions are operators, and a comparison chooses a branch for good."""
    names: dict[str, Any] = {"equal": _same_number, "inf": math.inf, "nan": math.nan}
    for expression in (part for term in primitive.partials for part in subterms(term)):
        head = expression.head
        if expression.operands and head not in VALUES.templates and head not in names:
            names[head] = expression.rule or TABLE[head].operator
    return primitive.read(Language(VALUES, names))


def _same_number(a: Any, b: Any) -> bool:
    return bool(getattr(a, "data", a) == getattr(b, "data", b))
