"""Progress of what takes long, on stderr: tqdm's bar where it is installed, else one line of text.

`watching` makes a bar the current one. `advance`, and a loop over what `watched` hands on, move the current
bar where there is one, and cost next to nothing where there is none.
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

DELAY = 2.0
"""Seconds before a bar is shown for work that is usually quicker than that."""

STEPS = 1024
"""How many things `watched` hands on before it moves the bar."""


class Bar:
    """A bar of `total` steps, or None where that is not known.

    It is shown after `delay` seconds, by the first step from then on; not at all with `shown=False`.

    >>> with Bar(10, "batches", shown=False) as bar:
    ...     bar.advance("epoch 1")
    """

    def __init__(
        self, total: int | None, unit: str, shown: bool = True, done: int = 0, delay: float = 0.0
    ) -> None:
        self.total, self.unit, self.shown, self.done = total, unit, shown, done
        self.text = ""
        self.start = time.monotonic() + delay
        self.bar: Any = None
        if shown and delay <= 0.0:
            self._show()

    def _show(self) -> None:
        try:
            from tqdm.std import tqdm
        except ImportError:
            self.bar = _Line(self.total, self.unit, self.done)
        else:
            self.bar = tqdm(total=self.total, unit=f" {self.unit}", initial=self.done, dynamic_ncols=True)

    def advance(self, text: str | None = None, steps: int = 1) -> None:
        """Move by one step, or several; `text` stands beside the bar from then on."""
        if not self.shown:
            return
        self.text = self.text if text is None else text
        if self.bar is None and time.monotonic() >= self.start:
            self._show()
        self.done += steps
        if self.bar is not None:
            self.bar.set_description_str(self.text, refresh=False)
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
    """A context in which `bar` is the current one, which `advance` and `watched` move."""
    token = _watching.set(bar)
    try:
        yield
    finally:
        _watching.reset(token)


def advance(text: str | None = None, steps: int = 1) -> None:
    """Advance the current bar, if there is one; see `Bar.advance`."""
    bar = _watching.get()
    if bar is not None:
        bar.advance(text, steps)


def watched(things: Iterable[T], every: int = STEPS) -> Iterator[T]:
    """The things, one by one; the current bar, if there is one, moves after every so many of them.

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
        if count % every == 0:
            bar.advance(steps=every)
    bar.advance(steps=count % every)


class _Line:
    """The methods of tqdm that Bar calls, as one line on stderr, rewritten at most ten times a second."""

    def __init__(self, total: int | None, unit: str, done: int) -> None:
        self.total, self.unit, self.done, self.text, self.written = total, unit, done, "", 0.0

    def set_description_str(self, text: str, refresh: bool) -> None:
        self.text = text

    def update(self, steps: int) -> None:
        self.done += steps
        if time.monotonic() - self.written > 0.1:
            self.written = time.monotonic()
            self._write("\r")

    def close(self) -> None:
        self._write("\r")
        sys.stderr.write("\n")

    def _write(self, start: str) -> None:
        count = self.done if self.total is None else f"{self.done}/{self.total}"
        sys.stderr.write(f"{start}{self.text} {count} {self.unit}\033[K")
        sys.stderr.flush()
