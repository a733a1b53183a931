"""Backends: from a lowered program to functions. Adding one is one entry here and one file."""

from __future__ import annotations

import importlib.util
import linecache
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.grouping import Program
from autograd.compiler.numpy_support import NAMES
from autograd.compiler.numpy_text import Text, numpy_program

Functions = tuple[Callable[..., Any], Callable[..., Any] | None, str]
"""`results(p, x)`, `results_and_gradient(p, x)` where there is one result, and the source to show."""


def with_numpy(program: Program, single: bool, dtype: Any) -> Functions:
    """The program as numpy functions."""
    text = numpy_program(program, gradient=False)
    results = _load(text, "results", dtype)
    if not single:
        return results, None, text.source
    text = numpy_program(program, gradient=True)
    return results, _load(text, "results_and_gradient", dtype), text.source


def with_llvm(program: Program, single: bool, dtype: Any) -> Functions:
    """The program as machine code; the source shown is numpy's, which says the same in fewer lines."""
    from autograd.compiler.llvm_program import llvm_functions

    results, gradient = llvm_functions(program, single, dtype)
    return results, gradient, numpy_program(program, gradient=single).source


def with_the_fitting(program: Program, single: bool, dtype: Any) -> Functions:
    """LLVM where it is installed and compiles the program in seconds, else numpy."""
    small = len(program.steps) <= STEPS_FOR_LLVM and importlib.util.find_spec("llvmlite") is not None
    return (with_llvm if small else with_numpy)(program, single, dtype)


STEPS_FOR_LLVM = 150
"""Array operations up to which "auto" takes LLVM, which compiles each for some 20 ms."""

BACKENDS: dict[str, Callable[[Program, bool, Any], Functions]] = {
    "auto": with_the_fitting,
    "numpy": with_numpy,
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


def _load(text: Text, function: str, dtype: Any) -> Callable[..., Any]:
    name = f"<compiled {function} {id(text):x}>"
    linecache.cache[name] = (len(text.source), None, text.source.splitlines(keepends=True), name)
    constants = {
        key: array.astype(dtype) if array.dtype.kind == "f" else array
        for key, array in text.constants.items()
    }
    namespace: dict[str, Any] = {**NAMES, **constants}
    exec(compile(text.source, name, "exec"), namespace)
    without_warnings: Callable[..., Any] = np.errstate(all="ignore")(namespace[function])
    return without_warnings
