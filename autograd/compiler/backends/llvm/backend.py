"""The LLVM backend: a program as machine code for this processor."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.backends.bars import writing_bar
from autograd.compiler.backends.choosing import LLVM_SECONDS
from autograd.compiler.backends.host.backend import HostBackend
from autograd.compiler.backends.host.trainer import Pair, Update
from autograd.compiler.backends.llvm.entry import write_program
from autograd.compiler.backends.llvm.layout import ALIGNMENT
from autograd.compiler.backends.llvm.machine import MachineFunction, address
from autograd.compiler.backends.llvm.updates import as_machine_code
from autograd.compiler.backends.protocol import ASKED
from autograd.compiler.program.program import Program
from autograd.progress import advance


class LLVM(HostBackend):
    """The backend "llvm"."""

    def __init__(self) -> None:
        self.formulas: dict[Any, Any] = {}

    def executable(self, program: Program, dtype: Any, progress: bool) -> MachineCode:
        """See `protocol.Backend`."""
        return MachineCode(program, dtype, progress)

    def update(self, pair: Pair) -> Update:
        """As machine code, which blocks of one compiled function share."""
        return as_machine_code(pair, self.formulas)


class MachineCode:
    """A program as machine code: compiled when it first runs, apart for one sample and for several."""

    name, reason = "llvm", ASKED

    def __init__(self, program: Program, dtype: Any, progress: bool) -> None:
        self.program, self.dtype, self.progress = program, dtype, progress
        self.seconds = 0.0
        self._compiled: dict[tuple[bool, bool, bool], _Compiled] = {}
        """By whether results are filled, whether the gradient is, and whether there is one sample."""

    def results(self, p: Any, x: Any) -> Any:
        """The results of all samples (results, batch)."""
        results = self._results_for(x)
        no_gradient = results[:0]
        self._compiled_for(x, results=True).run(p, x, [results], no_gradient)
        return results

    def gradient(self, p: Any, x: Any) -> tuple[float, Any]:
        """The mean of the first result over the samples, and its gradient."""
        mean, gradient = np.empty(1, self.dtype), np.empty(self.program.parameters, self.dtype)
        self._compiled_for(x, gradient=True).run(p, x, [mean], gradient)
        return mean.item(), gradient

    def results_and_gradient(self, p: Any, x: Any) -> tuple[Any, Any]:
        """The results of all samples, and the gradient of the first one's mean, in one run."""
        results, gradient = self._results_for(x), np.empty(self.program.parameters, self.dtype)
        mean = np.empty(1, self.dtype)
        self._compiled_for(x, results=True, gradient=True).run(p, x, [results, mean], gradient)
        return results, gradient

    def bound(self, x: Any, pair: Pair, results: Any) -> Callable[[int], float]:
        """See `HostExecutable`."""
        compiled = self._compiled_for(x, results=results is not None, gradient=True)
        mean = np.empty(1, self.dtype)
        filled = [mean] if results is None else [results, mean]
        if compiled not in pair.workspaces:
            pair.workspaces[compiled] = compiled.workspace()
        workspace, known = pair.workspaces[compiled], self.program.parameters
        ends = list(zip(pair.arrays, reversed(pair.arrays)))
        calls = [
            compiled.function.prepared(here[1], x, *filled, there[0], workspace, x.shape[1])
            for here, there in ends
        ]
        beyond = [there[0, known:] for _, there in ends] if known < len(pair.table.values) else []

        def run(here: int) -> float:
            calls[here]()
            if beyond:
                beyond[here].fill(0.0)
            return mean.item()  # type: ignore[no-any-return]

        return run

    def _results_for(self, x: Any) -> Any:
        return np.empty((self.program.results.shape[0], x.shape[1]), self.dtype)

    def _compiled_for(self, x: Any, results: bool = False, gradient: bool = False) -> _Compiled:
        key = results, gradient, x.shape[1] == 1
        if key not in self._compiled:
            start = time.perf_counter()
            compiling = len(self.program.steps) * LLVM_SECONDS
            with writing_bar(self.program, gradient, self.progress, compiling):
                self._compiled[key] = _Compiled(self.program, *key, self.dtype)
            self.seconds += time.perf_counter() - start
        return self._compiled[key]


class _Compiled:
    """A function of `write_program`, and its `spare` workspaces, which nobody uses now."""

    def __init__(self, program: Program, results: bool, gradient: bool, one_sample: bool, dtype: Any) -> None:
        entry = write_program(program, dtype, one_sample, results, gradient)
        advance("compiling machine code", 0)
        self.function = MachineFunction(entry.function)
        advance()
        self.size, self.dtype = entry.workspace, dtype
        self.spare: list[Any] = []

    def workspace(self) -> Any:
        """Room for the values and the cotangents of a chunk of the batch, as vectors want to be aligned."""
        room = np.empty(self.size + ALIGNMENT // self.dtype.itemsize, self.dtype)
        start = -address(room) % ALIGNMENT // self.dtype.itemsize
        return room[start : start + self.size]

    def run(self, p: Any, x: Any, filled: list[Any], gradient: Any) -> None:
        """One call, in a workspace of its own, since threads may call at the same time."""
        try:
            workspace = self.spare.pop()
        except IndexError:
            workspace = self.workspace()
        self.function(p, x, *filled, gradient, workspace, x.shape[1])
        self.spare.append(workspace)
