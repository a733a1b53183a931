"""The backend "auto": numpy or LLVM, as suits the program and the size of the batch."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from autograd.compiler.backends.choosing import Choice, choose
from autograd.compiler.backends.host.tables import Tables
from autograd.compiler.backends.protocol import Backend
from autograd.compiler.program.program import Program


class Auto:
    """The backend "auto": one of the others, chosen for each size of batch when it first comes."""

    def __init__(
        self, program: Program, dtype: Any, progress: bool, makers: dict[str, Callable[..., Any]]
    ) -> None:
        self.program, self.dtype, self.progress, self.makers = program, dtype, progress, makers
        self.has_llvm = importlib.util.find_spec("llvmlite") is not None
        self.backends: dict[str, Backend] = {}
        self.chosen: dict[int, Choice] = {}
        self.latest = Choice("auto", "nothing has been run")

    @property
    def name(self) -> str:
        """That of the latest choice."""
        return self.latest.backend

    @property
    def reason(self) -> str:
        """Why it was chosen."""
        return self.latest.reason

    @property
    def seconds(self) -> float:
        """Spent on compiling, by all that were chosen."""
        return sum(backend.seconds for backend in self.backends.values())

    def results(self, p: Any, x: Any) -> Any:
        """See `Backend`."""
        return self.for_batch(x.shape[1]).results(p, x)

    def gradient(self, p: Any, x: Any) -> tuple[float, Any]:
        """See `Backend`."""
        return self.for_batch(x.shape[1]).gradient(p, x)

    def bound(self, x: Any, tables: Tables) -> Callable[[int], float]:
        """See `Backend`."""
        return self.for_batch(x.shape[1]).bound(x, tables)

    def for_batch(self, batch: int) -> Backend:
        """The backend for batches of about this size: up to the next power of two."""
        size = batch.bit_length()
        if size not in self.chosen:
            self.chosen[size] = choose(self.program, batch, self.has_llvm)
        self.latest = choice = self.chosen[size]
        if choice.backend not in self.backends:
            self.backends[choice.backend] = self.makers[choice.backend](
                self.program, self.dtype, self.progress
            )
        return self.backends[choice.backend]
