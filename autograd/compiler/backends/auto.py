"""The backend "auto": numpy or LLVM, as suits the program and the size of the batch."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cached_property
from typing import Any

from autograd.compiler.backends.choosing import Choice, choose
from autograd.compiler.backends.host.backend import HostBackend
from autograd.compiler.backends.host.trainer import HostExecutable, Pair, Update
from autograd.compiler.backends.numpy.backend import Numpy
from autograd.compiler.program.program import Program


def has_llvm() -> bool:
    """Whether the backend "llvm" can be used here."""
    return importlib.util.find_spec("llvmlite") is not None


class Auto(HostBackend):
    """The backend "auto"."""

    @cached_property
    def numpy(self) -> Numpy:
        """The one that is always there."""
        return Numpy()

    @cached_property
    def llvm(self) -> HostBackend | None:
        """The one of machine code; None where it is not installed."""
        if not has_llvm():
            return None
        from autograd.compiler.backends.llvm.backend import LLVM

        return LLVM()

    def executable(self, program: Program, dtype: Any, progress: bool) -> Chosen:
        """See `protocol.Backend`."""
        return Chosen(self, program, dtype, progress)

    def update(self, pair: Pair) -> Update:
        """As machine code where that is possible, whatever runs the program."""
        return (self.llvm or self.numpy).update(pair)


class Chosen:
    """A program for each size of batch by the backend that is chosen when the size first comes."""

    def __init__(self, auto: Auto, program: Program, dtype: Any, progress: bool) -> None:
        self.auto, self.program, self.dtype, self.progress = auto, program, dtype, progress
        self.executables: dict[str, HostExecutable] = {}
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
        return sum(executable.seconds for executable in self.executables.values())

    def results(self, p: Any, x: Any) -> Any:
        """See `protocol.Executable`."""
        return self.for_batch(x.shape[1]).results(p, x)

    def gradient(self, p: Any, x: Any) -> tuple[float, Any]:
        """See `protocol.Executable`."""
        return self.for_batch(x.shape[1]).gradient(p, x)

    def results_and_gradient(self, p: Any, x: Any) -> tuple[Any, Any]:
        """See `protocol.Executable`."""
        return self.for_batch(x.shape[1]).results_and_gradient(p, x)

    def bound(self, x: Any, pair: Pair, results: Any) -> Callable[[int], float]:
        """See `HostExecutable`."""
        return self.for_batch(x.shape[1]).bound(x, pair, results)

    def for_batch(self, batch: int) -> HostExecutable:
        """The program for batches of about this size: up to the next power of two."""
        size = batch.bit_length()
        if size not in self.chosen:
            self.chosen[size] = choose(self.program, batch, has_llvm())
        self.latest = choice = self.chosen[size]
        if choice.backend not in self.executables:
            llvm = self.auto.llvm if choice.backend == "llvm" else None
            backend = llvm or self.auto.numpy
            self.executables[choice.backend] = backend.executable(self.program, self.dtype, self.progress)
        return self.executables[choice.backend]
