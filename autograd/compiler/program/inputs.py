"""The inputs of a program: arrays whose shapes are known, and random draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


class Inputs:
    """What a program is given for each sample: arrays of these `shapes`, the last of which are random draws.

    The inputs of the program are their numbers, one array after the other, each with its last axis fastest.
    `draws` are pairs of a generator and how many numbers it draws, in the order in which f asks for them.
    """

    def __init__(self, shapes: Sequence[tuple[int, ...]], draws: Sequence[tuple[Any, int]]) -> None:
        self.draws = list(draws)
        self.shapes = [*shapes, *((count,) for _, count in draws)]

    def drawn(self, batch: int) -> list[Any]:
        """Numbers drawn afresh, an array (batch, count) for each draw, as eager calls would draw them."""
        counts: dict[Any, int] = {}
        for generator, count in self.draws:
            counts[generator] = counts.get(generator, 0) + count
        drawn = {generator: generator.random((batch, count)) for generator, count in counts.items()}
        used, found = dict.fromkeys(drawn, 0), []
        for generator, count in self.draws:
            start = used[generator]
            found.append(drawn[generator][:, start : start + count])
            used[generator] += count
        return found

    @contextmanager
    def same_draws(self) -> Iterator[None]:
        """A block after which the generators are where they were before it."""
        states = [(generator, generator.bit_generator.state) for generator, _ in self.draws]
        try:
            yield
        finally:
            for generator, state in states:
                generator.bit_generator.state = state
