"""Backends: from a lowered program to functions. Adding one is one entry here and one file."""

from __future__ import annotations

import importlib.util
import itertools
import linecache
import time
import weakref
from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from autograd.compiler.backends.choosing import ASKED, Auto
from autograd.compiler.backends.numpy.runtime import NAMES
from autograd.compiler.backends.numpy.text import Text, numpy_program
from autograd.compiler.program.program import Program
from autograd.compiler.showing import writing
from autograd.compiler.tables import Tables

Function = Callable[[Any, Any], Any]

NUMBERS = itertools.count(1)
"""Of functions, so that a traceback finds the source of each."""


class Backend(Protocol):
    """What a backend makes of a program, when it is first asked for."""

    @property
    def name(self) -> str:
        """As the user asks for it."""
        ...

    @property
    def reason(self) -> str:
        """Why it is this one."""
        ...

    @property
    def seconds(self) -> float:
        """Spent on compiling so far."""
        ...

    def results(self, p: Any, x: Any) -> Any:
        """The results of all samples: (results, batch)."""
        ...

    def gradient(self, p: Any, x: Any) -> tuple[float, Any]:
        """The mean of the one result over the samples, and its gradient."""
        ...

    def bound(self, x: Any, tables: Tables) -> Callable[[int], float]:
        """The same for rows x that are filled anew before each call, to be told which table to read.

        The parameters are in row 1 of that table, and the gradient goes to row 0 of the other.
        """
        ...


class Numpy:
    """A program as numpy functions."""

    name, reason = "numpy", ASKED

    def __init__(self, program: Program, dtype: Any, progress: bool = False) -> None:
        self.program, self.dtype, self.progress = program, dtype, progress
        self.seconds = 0.0

    @cached_property
    def results(self) -> Function:
        """The forward pass."""
        return self._made("results", gradient=False)

    @cached_property
    def _results_and_gradient(self) -> Function:
        return self._made("results_and_gradient", gradient=True)

    def gradient(self, p: Any, x: Any) -> tuple[float, Any]:
        """Forward and reverse."""
        results, gradient = self._results_and_gradient(p, x)
        return float(np.add.reduce(results, axis=None)) / results.size, gradient

    def bound(self, x: Any, tables: Tables) -> Callable[[int], float]:
        """See `Backend`."""
        known, pair = self.program.parameters, tables.pair

        def run(here: int) -> float:
            loss, gradient = self.gradient(pair[here][1, :known], x)
            pair[1 - here][0, :known] = gradient
            pair[1 - here][0, known:] = 0.0
            return loss

        return run

    def _made(self, name: str, gradient: bool) -> Function:
        start = time.perf_counter()
        with writing(self.program, gradient, self.progress):
            function = _load(numpy_program(self.program, gradient), name, self.dtype)
        self.seconds += time.perf_counter() - start
        return function


def with_llvm(program: Program, dtype: Any, progress: bool) -> Backend:
    """A program as machine code."""
    from autograd.compiler.backends.llvm.backend import MachineCode

    return MachineCode(program, dtype, progress)


def with_either(program: Program, dtype: Any, progress: bool) -> Backend:
    """A program as the one that suits the size of the batch."""
    return Auto(program, dtype, progress, {"numpy": Numpy, "llvm": with_llvm})


BACKENDS: dict[str, Callable[[Program, Any, bool], Backend]] = {
    "auto": with_either,
    "numpy": Numpy,
    "llvm": with_llvm,
}

ALIASES = {"numba": "llvm"}
"""llvmlite is the part of numba that is needed, and `pip install numba` brings it."""


def available(backend: str) -> str:
    """The name of a backend, checked."""
    backend = ALIASES.get(backend, backend)
    if backend not in BACKENDS:
        raise ValueError(f"backend is {' or '.join(map(repr, BACKENDS))}, got {backend!r}")
    if backend == "llvm" and importlib.util.find_spec("llvmlite") is None:
        raise ImportError('backend="llvm" needs llvmlite: pip install "seegrad[jit]"; or use backend="numpy"')
    return backend


def _load(text: Text, function: str, dtype: Any) -> Function:
    name = f"<compiled {function} {next(NUMBERS)}>"
    linecache.cache[name] = (len(text.source), None, text.source.splitlines(keepends=True), name)
    constants = {
        key: array.astype(dtype) if array.dtype.kind == "f" else array
        for key, array in text.constants.items()
    }
    namespace: dict[str, Any] = {**NAMES, "real": dtype.type, **constants}
    exec(compile(text.source, name, "exec"), namespace)
    without_warnings: Function = np.errstate(all="ignore")(namespace[function])
    weakref.finalize(without_warnings, linecache.cache.pop, name, None).atexit = False
    return without_warnings
