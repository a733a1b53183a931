"""The numpy backend: a program's text, loaded as functions."""

from __future__ import annotations

import itertools
import linecache
import time
import weakref
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from autograd.compiler.backends.bars import writing_bar
from autograd.compiler.backends.host.backend import HostBackend
from autograd.compiler.backends.host.trainer import Pair, mean, stepping
from autograd.compiler.backends.numpy.runtime import NAMES
from autograd.compiler.backends.numpy.text import Text, numpy_program
from autograd.compiler.backends.protocol import ASKED
from autograd.compiler.program.program import Program

Function = Callable[[Any, Any], Any]

SERIAL = itertools.count(1)
"""Numbers functions, so that a traceback finds the source of each."""


class Numpy(HostBackend):
    """The backend "numpy"."""

    def executable(self, program: Program, dtype: Any, progress: bool) -> Functions:
        """See `protocol.Backend`."""
        return Functions(program, dtype, progress)


class Functions:
    """A program as numpy functions."""

    name, reason = "numpy", ASKED

    def __init__(self, program: Program, dtype: Any, progress: bool) -> None:
        self.program, self.dtype, self.progress = program, dtype, progress
        self.seconds = 0.0

    @cached_property
    def results(self) -> Function:
        """The forward pass."""
        return self._made("results", gradient=False)

    @cached_property
    def results_and_gradient(self) -> Function:
        """Forward and reverse."""
        return self._made("results_and_gradient", gradient=True)

    def gradient(self, p: Any, x: Any) -> tuple[float, Any]:
        """The mean of the first result over the samples, and its gradient."""
        results, gradient = self.results_and_gradient(p, x)
        return mean(results[0]), gradient

    def bound(self, x: Any, pair: Pair, results: Any) -> Callable[[int], float]:
        """See `HostExecutable`."""
        return stepping(lambda p: self.results_and_gradient(p, x), self.program.parameters, pair, results)

    def _made(self, name: str, gradient: bool) -> Function:
        start = time.perf_counter()
        with writing_bar(self.program, gradient, self.progress):
            function = _load(numpy_program(self.program, gradient), name, self.dtype)
        self.seconds += time.perf_counter() - start
        return function


def _load(text: Text, function: str, dtype: Any) -> Function:
    name = f"<compiled {function} {next(SERIAL)}>"
    linecache.cache[name] = (len(text.source), None, text.source.splitlines(keepends=True), name)
    constants = {
        key: array.astype(dtype) if array.dtype.kind == "f" else array
        for key, array in text.constants.items()
    }
    namespace: dict[str, Any] = {**NAMES, "real": dtype.type, **constants}
    exec(compile(text.source, name, "exec"), namespace)
    without_warnings: Function = np.errstate(all="ignore")(namespace.pop(function))
    weakref.finalize(without_warnings, linecache.cache.pop, name, None).atexit = False
    return without_warnings
