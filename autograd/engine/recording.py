"""Recording: which recorder is the current one, and `no_grad`.

One context variable names it, for each thread and async task; None is the usual case, eager recording.
`using` makes another one current inside a block. What a recorder does, `recorders` says.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator
from contextlib import ContextDecorator
from contextvars import ContextVar
from typing import Any

from autograd.engine.graph import Node
from autograd.engine.recorders import EAGER, UNRECORDED, Evaluator, Recorder, in_force
from autograd.rules.primitives import Primitive

current: ContextVar[Recorder | None] = ContextVar("autograd.recorder", default=None)
"""The recorder that was entered last in this context; None for eager recording. One whose block has been
left elsewhere may still stand here: `running` says what counts. (A printed operator asks only for None.)"""


open_blocks: list[using] = []
"""The blocks that are open, of all threads and tasks. Where there is none, no recorder is current anywhere: a
printed operator need not ask."""


def running() -> Recorder | None:
    """The current recorder in this context; None for eager recording."""
    entered = current.get()
    recorder = in_force(entered)
    if recorder is not entered:
        current.set(recorder)
    return recorder


def record(primitive: Primitive, *operands: Any) -> Any:
    """Apply `primitive`, as the current recorder does: a node when an operand is a Value, else a float."""
    return (running() or EAGER).record(primitive, operands)


def relation(symbol: str, left: Any, right: Any) -> Any:
    """Whether `left < right` or the like holds, as the current recorder sees it."""
    return (running() or EAGER).relation(symbol, left, right)


def detached(operand: Node) -> Any:
    """A leaf with the number of `operand`, as the current recorder makes it."""
    return (running() or EAGER).detach(operand)


def notice(event: object) -> Any:
    """Tell the current recorder of something that is no operation: its answer, or None."""
    recorder = running()
    return None if recorder is None else recorder.notice(event)


class using:  # noqa: N801
    """Make `recorder` the current one inside a `with` block, in this thread and async task alone.

    A recorder is entered once. Its block may be left in another context than it was entered in, as those of
    async generators are: it then counts as left everywhere, also where the recorder is still current.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder: Recorder | None = recorder
        if recorder is EAGER:
            self.recorder = None
        elif isinstance(recorder, Evaluator):  # LIMITS, say: one object, entered many times
            self.recorder = recorder.anew()

    def __enter__(self) -> Recorder | None:
        self.below = running()
        if self.recorder is not None:
            if self.recorder.entered:
                raise RuntimeError(f"a recorder is entered once; make another {type(self.recorder).__name__}")
            self.recorder.below, self.recorder.entered = self.below, True
        current.set(self.recorder)
        open_blocks.append(self)
        return self.recorder

    def __exit__(self, *_: object) -> None:
        open_blocks.remove(self)
        if self.recorder is not None:
            self.recorder.left = True
        if self.recorder is None or self.recorder in _stack():
            current.set(in_force(self.below))


def _stack() -> Iterator[Recorder]:
    """The recorders that were entered in this context, or where it was copied from, the last one first."""
    recorder = current.get()
    while recorder is not None:
        yield recorder
        recorder = recorder.below


def based_on(evaluator: Evaluator) -> Recorder:
    """The current recorder around another evaluator: `using(based_on(EAGER))` records even in `no_grad`."""
    return (running() or EAGER).over(evaluator)


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
        block = using(based_on(UNRECORDED))
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
