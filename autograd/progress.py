"""Progress of what takes long, on stderr: tqdm's bar where it is installed, else one line of text.

Who shows a bar says so; a loop deep inside that may or may not be watched tells the bar that is watching.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")

STEPS = 1024
"""How many things `watched` hands on before it tells the bar."""


class Bar:
    """A bar of `total` steps: shown after `delay` seconds, and not at all with `shown=False`.

    >>> with Bar(10, "batches", shown=False) as bar:
    ...     bar.advance("epoch 1")
    """

    def __init__(self, total: int, unit: str, shown: bool = True, done: int = 0, delay: float = 0.0) -> None:
        self.bar: Any = None
        if shown:
            try:
                from tqdm.std import tqdm
            except ImportError:
                self.bar = _Line(total, unit, done, delay)
            else:
                self.bar = tqdm(total=total, unit=f" {unit}", initial=done, delay=delay, dynamic_ncols=True)

    def advance(self, text: str | None = None, steps: int = 1) -> None:
        """One step further, or several; `text` says how it stands."""
        if self.bar is not None:
            if text is not None:
                self.bar.set_description_str(text, refresh=False)
            self.bar.update(steps)

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.close()


_watching: ContextVar[Bar | None] = ContextVar("watching", default=None)


@contextmanager
def watching(bar: Bar) -> Iterator[None]:
    """A context in which `bar` is told of what is `watched`."""
    token = _watching.set(bar)
    try:
        yield
    finally:
        _watching.reset(token)


def watched(things: Iterable[T]) -> Iterator[T]:
    """The things, one by one; the bar that is watching, if any, is told of them.

    >>> with Bar(3, "numbers", shown=False) as bar, watching(bar):
    ...     sum(watched([1, 2, 3]))
    6
    """
    bar = _watching.get()
    if bar is None:
        yield from things
        return
    count = 0
    for count, thing in enumerate(things, 1):
        yield thing
        if count % STEPS == 0:
            bar.advance(steps=STEPS)
    bar.advance(steps=count % STEPS)


class _Line:
    """What is used of tqdm, as a line on stderr that is rewritten at most ten times a second."""

    def __init__(self, total: int, unit: str, done: int, delay: float) -> None:
        self.total, self.unit, self.done, self.text, self.written = total, unit, done, "", 0.0
        self.start = time.monotonic() + delay

    def set_description_str(self, text: str, refresh: bool) -> None:
        self.text = text

    def update(self, steps: int) -> None:
        self.done += steps
        now = time.monotonic()
        if now >= self.start and now - self.written > 0.1:
            self.written = now
            self._write("\r")

    def close(self) -> None:
        if time.monotonic() >= self.start:
            self._write("\r")
            sys.stderr.write("\n")

    def _write(self, start: str) -> None:
        sys.stderr.write(f"{start}{self.text} {self.done}/{self.total} {self.unit}\033[K")
        sys.stderr.flush()
