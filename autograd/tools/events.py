"""Events: what is no operation and yet matters to a recorder, a random draw or a module that runs.

Who draws or runs tells the current recorder by `recording.notice`, which hands an event on and knows none.
`checkpoint` listens, to draw the same numbers in the second run, and so does the compiler, whose
programs draw afresh at each call and depend on the mode of the modules they met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograd.engine.recording import notice


@dataclass(frozen=True)
class Draw:
    """Numbers from [0, 1) are wanted. A recorder may answer with a list of them; else they are drawn."""

    generator: Any
    count: int


@dataclass(frozen=True)
class Entered:
    """A module begins to run."""

    module: Any


def uniform(generator: Any, count: int) -> list[Any]:
    """`count` random numbers from [0, 1): how a module draws, so that checkpoints and programs know of it.

    Drawn from a numpy generator; while compiling, Values that stand for the numbers of each call.
    """
    answer = notice(Draw(generator, count))
    return generator.random(count).tolist() if answer is None else answer  # type: ignore[no-any-return]
