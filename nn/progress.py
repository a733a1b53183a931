"""A progress bar: tqdm's where it is installed, else one line of text."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any


class Bar:
    """A bar of `total` steps; with `shown=False` it shows nothing.

    >>> with Bar(10, "batches", shown=False) as bar:
    ...     bar.advance("epoch 1")
    """

    def __init__(self, total: int, unit: str, shown: bool = True, done: int = 0) -> None:
        self.bar: Any = None
        if shown:
            try:
                from tqdm.std import tqdm
            except ImportError:
                self.bar = _Line(total, unit, done)
            else:
                self.bar = tqdm(total=total, unit=f" {unit}", initial=done, dynamic_ncols=True)

    def advance(self, text: str) -> None:
        """One step further; `text` says how it stands."""
        if self.bar is not None:
            self.bar.set_description_str(text, refresh=False)
            self.bar.update()

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.close()


class _Line:
    """What is used of tqdm, as a line on stderr that is rewritten at most ten times a second."""

    def __init__(self, total: int, unit: str, done: int) -> None:
        self.total, self.unit, self.done, self.text, self.written = total, unit, done, "", 0.0

    def set_description_str(self, text: str, refresh: bool) -> None:
        self.text = text

    def update(self) -> None:
        self.done += 1
        if time.monotonic() - self.written > 0.1:
            self.written = time.monotonic()
            self._write("\r")

    def close(self) -> None:
        self._write("\r")
        sys.stderr.write("\n")

    def _write(self, start: str) -> None:
        sys.stderr.write(f"{start}{self.text} {self.done}/{self.total} {self.unit}\033[K")
        sys.stderr.flush()
