"""A recording: what one run of the user's function became, for one structure and shape of its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograd.compiler.arguments import Arguments, Rows
from autograd.compiler.backends.numpy.text import numpy_program
from autograd.compiler.backends.protocol import Backend
from autograd.compiler.bindings import Bindings
from autograd.compiler.program.program import Program
from autograd.engine.value import Value
from autograd.trees import leaves


@dataclass(eq=False)
class Recording:
    """One recording, lowered: its program, and what a backend makes of it."""

    program: Program
    parameters: list[Value]
    structure: Any
    draws: list[tuple[Any, int]]
    modules: list[tuple[Any, bool]]
    used: int
    """How many of the parameters it has a use for."""

    bindings: Bindings
    recorded: int
    lowering: float
    backend: Backend

    @property
    def is_single(self) -> bool:
        """Whether there is one result per sample, which has a gradient."""
        return len(leaves(self.structure)) == 1

    @cached_property
    def source(self) -> str:
        """The program as numpy has it; a backend of machine code does the same."""
        return numpy_program(self.program, gradient=self.is_single).source

    def is_current(self) -> bool:
        """Whether the modules are in the mode they were in, and the names that f reads bound as they were."""
        return self.bindings.names_are_unchanged() and not [
            module for module, training in self.modules if module.training != training
        ]

    def fits(self) -> bool:
        """The same, and the parameters are where f found them, however deep."""
        return self.is_current() and self.bindings.are_unchanged()

    def room(self, arguments: Arguments) -> Rows:
        """Room for the scalars of such arguments, and for the random draws."""
        draws = [(count,) for _, count in self.draws]
        return Rows([*arguments.shapes, *draws], arguments.batch, arguments.dtype)

    def fill(self, rows: Rows, arrays: Sequence[Any]) -> None:
        """Take the numbers of the arrays, and draw afresh."""
        rows.fill([*arrays, *self._drawn(rows.array.shape[1])] if self.draws else arrays)

    def rows(self, arguments: Arguments) -> Any:
        """The scalars of one call (scalars, batch)."""
        rows = self.room(arguments)
        self.fill(rows, arguments.arrays)
        return rows.array

    def _drawn(self, batch: int) -> Iterator[Any]:
        """Random draws (batch, count), in the order in which eager calls would draw them."""
        counts: dict[Any, int] = {}
        for generator, count in self.draws:
            counts[generator] = counts.get(generator, 0) + count
        drawn = {generator: generator.random((batch, count)) for generator, count in counts.items()}
        used = dict.fromkeys(drawn, 0)
        for generator, count in self.draws:
            start = used[generator]
            yield drawn[generator][:, start : start + count]
            used[generator] += count

    @contextmanager
    def same_draws(self) -> Iterator[None]:
        """A block after which the random generators are where they were before it."""
        states = [(source, source.bit_generator.state) for source, _ in self.draws]
        try:
            yield
        finally:
            for source, state in states:
                source.bit_generator.state = state
