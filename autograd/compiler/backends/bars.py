"""Bars on stderr for recording and for compiling, shown from two seconds on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from autograd.compiler.program.program import Program
from autograd.progress import DELAY, Bar, advance, watching


@contextmanager
def recording_bar(shown: bool) -> Iterator[None]:
    """A block that records and lowers; how many nodes there will be is not known."""
    with Bar(None, "nodes", shown, delay=DELAY) as bar, watching(bar):
        advance("recording", 0)
        yield


@contextmanager
def writing_bar(
    program: Program, gradient: bool, shown: bool, compiling: float | None = None
) -> Iterator[None]:
    """A block that writes a program, forward and perhaps in reverse.

    If it compiles what it wrote, silently, `compiling` says for how many seconds; for many, the bar comes at
    once.
    """
    delay = 0.0 if compiling is not None and compiling > DELAY else DELAY
    total = (1 + gradient) * len(program.steps) + (compiling is not None)
    with Bar(total, "operations", shown, delay=delay) as bar, watching(bar):
        advance("writing", 0)
        yield
