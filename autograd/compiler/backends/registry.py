"""The backends by name. Adding one is one entry here and one folder, which keeps what `protocol` says."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

from autograd.compiler.backends.auto import Auto, has_llvm
from autograd.compiler.backends.numpy.backend import Numpy
from autograd.compiler.backends.protocol import Backend


def _llvm() -> Backend:
    if not has_llvm():
        raise ImportError('backend="llvm" needs llvmlite: pip install "seegrad[jit]"; or use backend="numpy"')
    from autograd.compiler.backends.llvm.backend import LLVM

    return LLVM()


def _jax() -> Backend:
    if importlib.util.find_spec("jax") is None:
        raise ImportError('backend="jax" needs JAX: pip install "seegrad[jax]"; or use backend="auto"')
    from autograd.compiler.backends.jax.backend import Jax

    return Jax()


BACKENDS: dict[str, Callable[[], Backend]] = {"auto": Auto, "numpy": Numpy, "llvm": _llvm, "jax": _jax}

ALIASES = {"numba": "llvm"}
"""llvmlite is the part of numba that is needed, and `pip install numba` brings it."""


def find(name: str) -> tuple[str, Backend]:
    """The name of a backend, where an alias may be given, and a new backend of that name."""
    name = ALIASES.get(name, name)
    if name not in BACKENDS:
        raise ValueError(f"backend is {' or '.join(map(repr, BACKENDS))}, got {name!r}")
    return name, BACKENDS[name]()
