"""The eager engine against micrograd, and against a Value as small as the GPT script's: one table.

The two of a row run in turns in this process. The collector is on, as it is for everybody. A peer's graph
holds cycles that it alone frees, while ours is freed when its last name goes: of a graph that is built once,
the collection that frees it is counted; in training it comes in the steps that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from autograd import Value, micrograd
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
"""The length of the GPT's name: the median of all, its begin and end aside."""

STEPS = 3
"""Training steps in a row. The collector frees what one leaves in the next, as in a longer loop: a forced
collection after the last would add to a peer what no loop spends."""


class Row(NamedTuple):
    """A work, and how to make it on the peer and here: two functions that give seconds."""

    work: str
    make: Callable[[], tuple[Work, Work]]
    steps: int = 1
    """How many steps these seconds are for."""


def rows() -> Iterator[Row]:
    """Every row; micrograd's where it is installed."""
    try:
        from micrograd.engine import Value as Peer
    except ImportError:
        print("micrograd is not installed: no comparison with it")
    else:
        for statement in statements.STATEMENTS:
            yield _statement(statement, Peer)
        for count, numbers in [(10_000, 0.0), (100_000, 0.0), (10_000, 0.5), (100_000, 0.5)]:
            yield _random_graph(count, numbers, Peer)
        for name, ours in (("", Value), (", ours `autograd.micrograd`'s", micrograd.Value)):
            yield _training(
                f"the moons' step, in the lecture's loops{name}", lambda ours=ours: _in_loops(Peer, ours)
            )
        yield _training("the moons' step, each with its own `MLP`", _with_nn)
    yield _training("the GPT's step, in the script's loops, against a Value as small as the script's", _gpt)


def _statement(statement: str, peer: Any) -> Row:
    return Row(
        f"`{statement}`",
        lambda: (
            lambda: statements.seconds(statement, peer),
            lambda: statements.seconds(statement, Value),
        ),
    )


def _random_graph(count: int, numbers: float, peer: Any) -> Row:
    def make() -> tuple[Work, Work]:
        steps = draw_steps(count, numbers)
        return (
            lambda: timed_with_collection(lambda: build(peer, steps).backward()),
            lambda: timed(lambda: build(Value, steps).backward()),
        )

    return Row(f"a random graph of {count:,} operations, {numbers:.0%} numbers: build, backward, free", make)


def _training(work: str, steps: Callable[[], tuple[Work, Work]]) -> Row:
    def make() -> tuple[Work, Work]:
        theirs, ours = (_in_a_row(step) for step in steps())
        return lambda: timed(theirs), lambda: timed(ours)

    return Row(work, make, STEPS)


def _in_a_row(step: Work) -> Work:
    def work() -> None:
        for _ in range(STEPS):
            step()

    return work


def _in_loops(peer: Any, ours: Any) -> tuple[Work, Work]:
    X, y = moons.samples()
    return moons.in_loops(peer, X, y), moons.in_loops(ours, X, y)


def _with_nn() -> tuple[Work, Work]:
    ours = mlp.eager()
    return moons.with_micrograds_nn(*moons.samples()), lambda: ours(0)


def _gpt() -> tuple[Work, Work]:
    place = next(at for at, tokens in enumerate(documents()) if len(tokens) == LETTERS + 2)
    theirs, ours = gpt_loops.training(ScalarValue), gpt_loops.training(Value)
    return lambda: theirs(place), lambda: ours(place)


def measured(row: Row, repeats: int) -> list[str]:
    """The row as it is printed. Where a repeat is several steps, fewer repeats do."""
    peer, ours = row.make()
    medians = interleaved({"peer": peer, "ours": ours}, max(min(repeats, 3), repeats // row.steps))
    seconds = [median / row.steps for median in medians.values()]
    faster = seconds[0] / seconds[1]
    return [row.work, *map(readable, seconds), f"{faster:.{1 if faster >= 1 else 2}f}×"]


def readable(seconds: float) -> str:
    """In ns or ms."""
    return f"{seconds * 1e9:.0f} ns" if seconds < 1e-5 else f"{seconds * 1e3:.1f} ms"


def main(repeats: int, only: Sequence[str] = ()) -> None:
    """Print every table of the eager engine; `only` names rows of the first by parts of their names."""
    wanted = [row for row in rows() if not only or any(part in row.work for part in only)]
    found = with_deep_stack(lambda: [measured(row, repeats) for row in wanted])
    table("The eager engine", ["", "peer", "seegrad", "faster"], found)
    if not only:
        memory.main()
