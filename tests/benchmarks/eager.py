"""The eager engine against micrograd, and against a Value as small as the GPT script's: one table.

The two of a row run in turns in this process. The collector is on, as it is for everybody, and counted: a
peer's graph holds cycles that it alone frees, while ours is freed when its last name goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from autograd import Value
from tests.benchmarks import gpt_loops, memory, mlp, moons, statements
from tests.benchmarks.gpt_names import documents
from tests.benchmarks.random_graph import build, draw_steps
from tests.benchmarks.scalar_value import ScalarValue
from tests.benchmarks.timing import (
    Work,
    interleaved,
    table,
    timed,
    timed_with_collection,
    with_deep_stack,
)

LETTERS = 7
"""The length of the GPT's name: the median, begin and end aside."""


class Row(NamedTuple):
    """A work, on the peer and here: functions that give its seconds."""

    work: str
    peer: Work
    ours: Work


def rows() -> Iterator[Row]:
    """Every row, made when its turn comes; micrograd's where it is installed."""
    try:
        from micrograd.engine import Value as Peer
    except ImportError:
        print("micrograd is not installed: no comparison with it")
    else:
        yield from _statements(Peer)
        yield from _random_graphs(Peer)
        yield from _moons(Peer)
    yield _gpt()


def _statements(peer: Any) -> Iterator[Row]:
    for statement in statements.STATEMENTS:
        yield Row(
            f"`{statement}`",
            lambda statement=statement: statements.measured(statement, peer),
            lambda statement=statement: statements.measured(statement, Value),
        )


def _random_graphs(peer: Any) -> Iterator[Row]:
    for count, numbers in [(10_000, 0.0), (100_000, 0.0), (10_000, 0.5), (100_000, 0.5)]:
        steps = draw_steps(count, numbers)
        operands = "half of the second operands numbers" if numbers else "no numbers"
        yield Row(
            f"a random graph of {count:,} operations, {operands}: build, backward, free",
            lambda steps=steps: timed_with_collection(lambda: build(peer, steps).backward()),
            lambda steps=steps: timed(lambda: build(Value, steps).backward()),
        )


def _moons(peer: Any) -> Iterator[Row]:
    X, y = moons.samples()
    theirs, ours = moons.in_loops(peer, X, y), moons.in_loops(Value, X, y)
    yield Row(
        "the moons' step in the lecture's loops", lambda: timed_with_collection(theirs), lambda: timed(ours)
    )
    with_theirs, with_ours = moons.with_micrograds_nn(X, y), mlp.eager()
    yield Row(
        "the moons' step, each with its own `MLP`",
        lambda: timed_with_collection(with_theirs),
        lambda: timed(lambda: with_ours(0)),
    )


def _gpt() -> Row:
    place = next(at for at, tokens in enumerate(documents()) if len(tokens) == LETTERS + 2)
    theirs, ours = gpt_loops.training(ScalarValue), gpt_loops.training(Value)
    return Row(
        "the GPT's step in plain loops, on a Value as in the script",
        lambda: timed_with_collection(lambda: theirs(place)),
        lambda: timed(lambda: ours(place)),
    )


def speed(repeats: int) -> None:
    """Print the table."""
    found = []
    for row in rows():
        seconds = interleaved({"peer": row.peer, "ours": row.ours}, repeats)
        faster = seconds["peer"] / seconds["ours"]
        found.append([row.work, readable(seconds["peer"]), readable(seconds["ours"]), f"{faster:.1f}×"])
    table("The eager engine", ["work", "micrograd, or the Value named", "seegrad", "faster"], found)


def readable(seconds: float) -> str:
    """In ns or ms."""
    return f"{seconds * 1e9:.0f} ns" if seconds < 1e-5 else f"{seconds * 1e3:.1f} ms"


def main(repeats: int) -> None:
    """Print every table of the eager engine."""
    with_deep_stack(lambda: speed(repeats))
    memory.main()
