"""What a compiled function became, for who wants to look at it: a drawing does."""

from __future__ import annotations

from typing import NamedTuple

from autograd.compiler.compiled import Compiled
from autograd.compiler.program.program import Program
from autograd.engine.value import Value


class Lowered(NamedTuple):
    """The program of a recording, the Values that are its parameters, row by row, and what it came from."""

    program: Program
    parameters: list[Value]
    recorded: int
    """Nodes on the tape before it was simplified."""
    batched: bool
    """Whether arrays have an axis for the samples of a batch."""


def lowered(compiled: Compiled, what: str) -> Lowered:
    """The latest recording of a compiled function; RuntimeError, naming `what`, when there is none."""
    recording = compiled._latest(what)
    return Lowered(recording.program, recording.parameters, recording.recorded, compiled.batched)
