"""Bars on stderr for recording and for compiling, shown from two seconds on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from autograd.compiler.backends.choosing import LLVM_SECONDS
from autograd.compiler.program.program import Program
from autograd.progress import DELAY, Bar, advance, watching

LONG = round(DELAY / LLVM_SECONDS)
"""Array operations from which a bar comes at once: LLVM, silent meanwhile, takes longer than the delay."""


@contextmanager
def recording_bar(shown: bool) -> Iterator[None]:
    """A block that records and lowers; how many nodes there will be is not known."""
    with Bar(None, "nodes", shown, delay=DELAY) as bar, watching(bar):
        advance("recording", 0)
        yield


@contextmanager
def writing_bar(program: Program, gradient: bool, shown: bool, machine: bool = False) -> Iterator[None]:
    """A block that writes a program, forward and perhaps back, and compiles it if it is machine code."""
    steps = len(program.steps)
    delay = 0.0 if machine and steps > LONG else DELAY
    total = (1 + gradient) * steps + machine
    with Bar(total, "operations", shown, delay=delay) as bar, watching(bar):
        advance("writing", 0)
        yield
