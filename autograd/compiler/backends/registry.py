"""The backends by name. Adding one is one entry here and one folder, which keeps what `protocol` says."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from autograd.compiler.backends.auto import Auto
from autograd.compiler.backends.numpy.backend import Numpy
from autograd.compiler.backends.protocol import Backend
from autograd.compiler.program.program import Program


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
