"""Events: what is no operation and yet matters to a recorder.

Whoever draws random numbers, runs a module or makes a node by hand tells the current recorder, by
`recording.notice`, which hands every event on and knows none. `checkpoint` listens, so that its second run
draws the same numbers; so does the compiler, whose programs draw afresh at each call and depend on the mode
of the modules that ran.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograd.engine.graph import Node
from autograd.engine.recording import notice


@dataclass(frozen=True)
class Draw:
    """`count` numbers from [0, 1) are to be drawn, unless a recorder answers with a list of them."""

    generator: Any
    count: int


@dataclass(frozen=True)
class Entered:
    """A module begins to run."""

    module: Any


@dataclass(frozen=True)
class Returned:
    """A module has run: what it was given, and its output."""

    module: Any
    inputs: tuple[Any, ...]
    output: Any


@dataclass(frozen=True)
class Shortcut:
    """One node is to stand for all that a function does. A recorder that allows none answers False."""


@dataclass(frozen=True)
class Made:
    """A node that no operation made: one that stands for all that a function does, or for its result."""

    node: Node


def uniform(generator: Any, count: int) -> list[Any]:
    """`count` random numbers from [0, 1): how a module draws, so that checkpoints and programs know of it.

    Drawn from a numpy generator; while compiling, Values that stand for the numbers of each call.
    """
    answer = notice(Draw(generator, count))
    return generator.random(count).tolist() if answer is None else answer  # type: ignore[no-any-return]
