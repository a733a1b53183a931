"""Recorders: from an operation to a node of the graph.

The innermost recorder, an `Evaluator`, computes the number and the partials and makes the node; what it
does in plain words, the printed operators do fast. Another recorder stands around it, sees every
operation, hands it on to its `inner` recorder, and may change what comes back: `detect_anomaly` and the
compiler's tracing are such. Which recorder is the current one, `recording` says.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from autograd.engine.graph import Node, make_leaf, make_node
from autograd.engine.messages import explain, refuse
from autograd.engine.operands import check_index, number, numbers_of
from autograd.errors import DomainError
from autograd.rules.primitives import Primitive
from autograd.symbols import Expression

R = TypeVar("R", bound="Recorder")


class Recorder:
    """Sees every operation, and hands it on to `inner`. A subclass says where it does something else.

    `recording.using` makes it the current one for a block of the program, around the one that was current:

    >>> from autograd import Value
    >>> from autograd.engine.recording import using
    >>> class Naming(Recorder):
    ...     def record(self, primitive, operands):
    ...         print(primitive.name)
    ...         return self.inner.record(primitive, operands)
    >>> with using(Naming()):
    ...     y = Value(0.5).tanh() * 2.0
    tanh
    mul
    """

    entered = left = False
    """Whether its block has begun; and has ended, in whatever context: what is `below` then counts."""
    below: Recorder | None = None
    """The recorder that was current where its block began; None for eager recording."""
    _inner: Recorder | None = None
    """What `over` has put in the place of `below`; None where it has put nothing there."""

    @property
    def inner(self) -> Recorder:
        """The recorder that an operation is handed on to."""
        return in_force(self._inner or self.below) or EAGER

    def record(self, primitive: Primitive, operands: Sequence[Any]) -> Any:
        """The node that an operation makes, or its number when no operand is a node."""
        return self.inner.record(primitive, operands)

    def relation(self, symbol: str, left: Any, right: Any) -> Any:
        """Whether `left < right` or the like holds: a bool, or while tracing a Value that stands for it."""
        return self.inner.relation(symbol, left, right)

    def detach(self, operand: Node) -> Any:
        """A leaf with the number of `operand`."""
        return self.inner.detach(operand)

    @property
    def records(self) -> bool:
        """Whether operations on Values make nodes that remember their operands."""
        return self.inner.records

    def cotangent(self, node: Node, cotangent: float) -> float:
        """The cotangent to use for a node, given the finished one; called once per node of a pass."""
        return self.inner.cotangent(node, cotangent)

    def notice(self, event: object) -> Any:
        """The answer to something that is no operation (see `recording.notice`); None for no answer."""
        return self.inner.notice(event)

    def anew(self: R) -> R:
        """The same recorder, to be entered once more."""
        new = copy.copy(self)
        new.entered = False
        return new

    def over(self, evaluator: Evaluator) -> Recorder:
        """The same recorders around another evaluator."""
        new = self.anew()
        new._inner = self.inner.over(evaluator)
        return new


class Evaluator(Recorder):
    """The innermost recorder: computes the number, and makes the node. See EAGER, UNRECORDED and LIMITS."""

    def __init__(self, evaluate: Callable[[Primitive, Sequence[float]], float], records: bool) -> None:
        self.evaluate, self._records = evaluate, records

    def record(self, primitive: Primitive, operands: Sequence[Any]) -> Any:
        """The node, with its data and partials computed from the operands' numbers.

        Of symbols it is an expression. NotImplemented when an operand is no number and Python has an operator
        for the primitive, so that the other operand's class has its turn; for a function a TypeError.
        """
        try:
            numbers = numbers_of(operands)[0]
        except (TypeError, AttributeError):
            numbers = []
            for operand in operands:
                if isinstance(operand, Expression):
                    return primitive(*operands)
                found = operand._data if isinstance(operand, Node) else number(operand)
                if found is NotImplemented:
                    return refuse(primitive, operand)
                numbers.append(found)
        if primitive.takes_index:
            check_index(primitive, numbers[0], len(numbers) - 1)
        try:
            result = self.evaluate(primitive, numbers)
        except (ArithmeticError, DomainError) as error:
            raise explain(primitive, operands, numbers, error) from None
        if not any(isinstance(operand, Node) for operand in operands):
            return result
        if not self._records:
            return make_leaf(result)
        are_nodes = [isinstance(operand, Node) for operand in operands]
        kept = [
            operand if is_node else found
            for operand, is_node, found in zip(operands, are_nodes, numbers, strict=True)
        ]
        return make_node(primitive, kept, result, primitive.local_derivatives(numbers, result, are_nodes))

    def relation(self, symbol: str, left: Any, right: Any) -> Any:
        """Whether it holds between the numbers; NotImplemented when one is no number."""
        numbers = [o._data if isinstance(o, Node) else number(o) for o in (left, right)]
        return NotImplemented if NotImplemented in numbers else _RELATIONS[symbol](*numbers)

    def detach(self, operand: Node) -> Any:
        """A new leaf."""
        return make_leaf(operand._data)

    @property
    def records(self) -> bool:
        """Whether the nodes remember their operands."""
        return self._records

    def cotangent(self, node: Node, cotangent: float) -> float:
        """The same cotangent."""
        return cotangent

    def notice(self, event: object) -> Any:
        """None: there is no answer."""
        return None

    def over(self, evaluator: Evaluator) -> Recorder:
        """The evaluator that is to take its place."""
        return evaluator


_RELATIONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
}


EAGER = Evaluator(Primitive.evaluate, records=True)
"""Evaluates as Python's floats do, an error where a number is undefined, and records: the usual case."""

UNRECORDED = Evaluator(Primitive.evaluate, records=False)
"""Evaluates in the same way and records nothing: for `no_grad`."""

LIMITS = Evaluator(Primitive.limit, records=True)
"""Evaluates by IEEE 754 and records: for derivatives of derivatives, which have limits, not errors."""


def in_force(recorder: Recorder | None) -> Recorder | None:
    """The recorder, or what counts in its place once its block has been left; None for eager recording."""
    while recorder is not None and recorder.left:
        recorder = recorder.below
    return recorder
