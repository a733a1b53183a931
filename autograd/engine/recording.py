"""Recording: from a primitive and its operands to a node of the graph.

`record` is the readable reference: what the printed operators do fast, it does in plain words. One
context variable names the current recorder; None is the usual case, eager recording. `no_grad`,
`detect_anomaly` and whatever else wants to see operations as they happen are recorders, and this is
all that the engine knows of them.
"""

from __future__ import annotations

import copy
import functools
import inspect
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import ContextDecorator
from contextvars import ContextVar
from typing import Any

from autograd.engine.graph import Node, make_leaf, make_node
from autograd.engine.messages import explain, refuse
from autograd.engine.operands import check_index, number
from autograd.errors import DomainError
from autograd.rules.primitives import Primitive
from autograd.symbols import Expression


def record(primitive: Primitive, *operands: Any) -> Any:
    """Apply `primitive`: a node when an operand is a Value, else a float.

    NotImplemented when an operand is not a number and Python has an operator for the primitive, so
    that the other operand's class has its turn; TypeError for a function.
    """
    return (running() or EAGER).record(primitive, operands)


def compare(symbol: str, left: Any, right: Any) -> Any:
    """Whether `left < right`, or another comparison of their numbers; NotImplemented for no number."""
    return (running() or EAGER).compare(symbol, left, right)


def detached(operand: Node) -> Any:
    """A leaf with the same number, as the current recorder gives it."""
    return (running() or EAGER).detach(operand)


class Recorder:
    """Turns operations into nodes. A subclass sees every operation and hands it on to `inner`."""

    below: Recorder | None = None
    """What was current where this one was entered."""
    entered_before = False
    ended = False
    """Whether the block that entered it has been left, in whatever context: then what was below counts."""

    def __init__(self, inner: Recorder | None = None) -> None:
        self._inner = inner or EAGER

    @property
    def inner(self) -> Recorder:
        """The recorder that an operation is handed on to."""
        return _in_force(self._inner) or EAGER

    def record(self, primitive: Primitive, operands: Sequence[Any]) -> Any:
        """The node, or the number, that this operation makes."""
        return self.inner.record(primitive, operands)

    def adopt(self, node: Node) -> Node:
        """Take note of a node that no `record` made: those of `checkpoint`."""
        return self.inner.adopt(node)

    def compare(self, symbol: str, left: Any, right: Any) -> Any:
        """A comparison of numbers: a bool, or whatever stands for one while tracing."""
        return self.inner.compare(symbol, left, right)

    def detach(self, operand: Node) -> Node:
        """A leaf with the same number."""
        return self.inner.detach(operand)

    @property
    def records(self) -> bool:
        """Whether operations on Values make nodes."""
        return self.inner.records

    @property
    def checkpoints(self) -> bool:
        """Whether a checkpoint may stand for what it runs: not for who wants to see every operation."""
        return self.inner.checkpoints

    def cotangent(self, node: Node, cotangent: float) -> float:
        """Called in a backward pass with the finished cotangent of each node; the one to use."""
        return self.inner.cotangent(node, cotangent)

    def randomness(self, generator: Any) -> None:
        """Called before numbers are drawn from a random generator."""
        self.inner.randomness(generator)

    def uniform(self, generator: Any, count: int) -> list[Any]:
        """`count` random numbers from [0, 1): how a module is to draw from its generator."""
        self.randomness(generator)
        return self.inner.uniform(generator, count)

    def entered(self, module: Any) -> None:
        """Called by a module that begins to run."""
        self.inner.entered(module)

    def over(self, base: Base) -> Recorder:
        """The same recorders, with `base` at the bottom."""
        new = copy.copy(self)
        new._inner = self.inner.over(base)
        return new


class Base(Recorder):
    """The innermost recorder: evaluates, and makes the node. See EAGER, DETACHED and LIMITS."""

    def __init__(self, evaluate: Callable[[Primitive, Sequence[float]], float], records: bool) -> None:
        self.evaluate, self._records = evaluate, records

    def record(self, primitive: Primitive, operands: Sequence[Any]) -> Any:
        """The node, with its data and its partials computed from the operands' numbers."""
        numbers = []
        for operand in operands:
            found = operand._data if isinstance(operand, Node) else number(operand)
            if isinstance(operand, Expression):
                return primitive(*operands)
            if found is NotImplemented:
                return refuse(primitive, operand)
            numbers.append(found)
        if primitive.families and "index" in primitive.operands:
            check_index(primitive, numbers[0], len(numbers) - 1)
        try:
            result = self.evaluate(primitive, numbers)
        except (ArithmeticError, DomainError) as error:
            raise explain(primitive, operands, numbers, error) from None
        are_nodes = [isinstance(operand, Node) for operand in operands]
        if not any(are_nodes):
            return result
        if not self._records:
            return make_leaf(result)
        kept = [
            operand if is_node else found
            for operand, is_node, found in zip(operands, are_nodes, numbers, strict=True)
        ]
        return make_node(primitive, kept, result, primitive.local_derivatives(numbers, result, are_nodes))

    def adopt(self, node: Node) -> Node:
        """The node as it is."""
        return node

    def compare(self, symbol: str, left: Any, right: Any) -> Any:
        """A bool."""
        numbers = [o._data if isinstance(o, Node) else number(o) for o in (left, right)]
        return NotImplemented if NotImplemented in numbers else _COMPARISONS[symbol](*numbers)

    def detach(self, operand: Node) -> Any:
        """A new leaf."""
        return make_leaf(operand._data)

    @property
    def records(self) -> bool:
        """Whether operations on Values make nodes."""
        return self._records

    @property
    def checkpoints(self) -> bool:
        """Yes."""
        return True

    def cotangent(self, node: Node, cotangent: float) -> float:
        """The cotangent as it is."""
        return cotangent

    def randomness(self, generator: Any) -> None:
        """Nothing to do."""

    def uniform(self, generator: Any, count: int) -> list[Any]:
        """Drawn now."""
        return generator.random(count).tolist()  # type: ignore[no-any-return]

    def entered(self, module: Any) -> None:
        """Nothing to do."""

    def over(self, base: Base) -> Recorder:
        """The other base."""
        return base


_COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
}


EAGER = Base(Primitive.evaluate, records=True)
"""Evaluate as Python's floats do, with clear errors, and record."""

DETACHED = Base(Primitive.evaluate, records=False)
"""Evaluate, and record nothing: what `no_grad` stands on."""

LIMITS = Base(Primitive.limit, records=True)
"""Evaluate by IEEE 754 and record: for the derivatives of derivatives, which have limits, not errors."""

current: ContextVar[Recorder | None] = ContextVar("autograd.recorder", default=None)
"""The recorder that was entered last; None records eagerly. One that has ended may still stand here: to
know what counts, ask `running`. (A fast operator need only know that it is not None.)"""


def running() -> Recorder | None:
    """The current recorder in this context; None for eager recording."""
    recorder = current.get()
    if recorder is not None and recorder.ended:
        recorder = _in_force(recorder)
        current.set(recorder)
    return recorder


def _in_force(recorder: Recorder | None) -> Recorder | None:
    """The recorder, or what counts in its place once its block has been left; None for eager recording."""
    while recorder is not None and recorder.ended:
        recorder = recorder.below
    return recorder


class using:  # noqa: N801
    """Make `recorder` the current one inside a `with` block, in this thread and async task alone.

    A block may be left in another context than it was entered in, as those of async generators are: it then
    counts as left everywhere, also where its recorder is still current.
    """

    def __init__(self, recorder: Recorder | None) -> None:
        self.recorder = None if recorder is EAGER else recorder

    def __enter__(self) -> Recorder | None:
        self.below = running()
        if self.recorder is not None:
            if self.recorder.entered_before or isinstance(self.recorder, Base):
                self.recorder = copy.copy(self.recorder)  # the marks set below are those of one block
            self.recorder.below, self.recorder.ended, self.recorder.entered_before = self.below, False, True
        current.set(self.recorder)
        return self.recorder

    def __exit__(self, *_: object) -> None:
        if self.recorder is not None:
            self.recorder.ended = True
            if self.recorder not in _stack():
                return
        current.set(_in_force(self.below))


def _stack() -> Iterator[Recorder]:
    """The recorders that were entered in this context, or where it was copied from, the last one first."""
    recorder = current.get()
    while recorder is not None:
        yield recorder
        recorder = recorder.below


def based_on(base: Base) -> Recorder:
    """The current recorder with another base: `using(based_on(EAGER))` records even in `no_grad`."""
    return (running() or EAGER).over(base)


class no_grad(ContextDecorator):  # noqa: N801
    """A context, or a decorator `@no_grad()`, in which operations compute and record nothing.

    It nests, ends with the block also after an exception, and holds for this thread and async task. Threads
    and tasks may share one object. A block that has been left, be it that of a generator in another context
    than it was entered in, leaves nothing switched off anywhere.

    >>> from autograd import Value
    >>> a = Value(2.0)
    >>> with no_grad():
    ...     b = a * a
    >>> b.parents
    ()
    """

    def __init__(self, *wrong: Any) -> None:
        if wrong:
            raise TypeError("no_grad takes no argument; as a decorator, write @no_grad() with brackets")
        self._open: list[using] = []

    def __enter__(self) -> None:
        block = using(based_on(DETACHED))
        block.__enter__()
        self._open.append(block)

    def __exit__(self, *_: object) -> None:
        if not self._open:
            raise RuntimeError("a no_grad block was left that was not entered; write `with no_grad():`")
        ours = (block for recorder in _stack() for block in self._open if block.recorder is recorder)
        block = next(ours, self._open[-1])  # the last one in this context; else it was entered in another
        self._open.remove(block)
        block.__exit__()

    def __call__(self, function: Any) -> Any:
        """The function, run without recording. A generator function cannot be decorated."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError("no_grad cannot decorate a generator; write `with no_grad():` inside it")

        @functools.wraps(function)
        def quiet(*arguments: Any, **keywords: Any) -> Any:
            with no_grad():
                return function(*arguments, **keywords)

        @functools.wraps(function)
        async def quiet_async(*arguments: Any, **keywords: Any) -> Any:
            with no_grad():
                return await function(*arguments, **keywords)

        return quiet_async if inspect.iscoroutinefunction(function) else quiet
