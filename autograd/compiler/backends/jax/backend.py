"""The JAX backend: programs compiled by `jax.jit`, on whatever devices JAX has."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax

from autograd.compiler.backends.bars import writing_bar
from autograd.compiler.backends.host.trainer import HostTrainer, Pair, mean, stepping
from autograd.compiler.backends.host.updates import on_arrays
from autograd.compiler.backends.jax.devices import Placement, devices_of, in_words
from autograd.compiler.backends.jax.functions import results, results_and_gradient
from autograd.compiler.backends.jax.inputs import as_rows, typed
from autograd.compiler.backends.jax.scope import in_64_bits
from autograd.compiler.backends.jax.trainer import JaxTrainer, is_traceable
from autograd.compiler.backends.parameter_table import ParameterTable
from autograd.compiler.program.inputs import Inputs
from autograd.compiler.program.program import Program


class Jax:
    """The backend "jax"."""

    def executable(self, program: Program, dtype: Any, progress: bool) -> JaxFunctions:
        """See `protocol.Backend`."""
        return JaxFunctions(program, dtype, progress)

    @in_64_bits
    def laid_out(self, inputs: Inputs, arrays: Sequence[Any], batch: int, dtype: Any) -> Any:
        """The size of the batch, and the arrays of one call, with draws made now."""
        return batch, [typed(array, dtype) for array in [*arrays, *inputs.drawn(batch)]]

    def trainer(self, table: ParameterTable, devices: Any, shard: bool) -> JaxTrainer | HostTrainer:
        """One on devices; in this process's memory where the optimiser's formula is not one to be traced."""
        if is_traceable(table):
            return JaxTrainer(table, Placement(devices_of(devices), shard))
        if devices is not None or shard:
            raise TypeError(
                f"devices run an update that is pure and calls no numpy, and that of "
                f"{type(table.optimizer).__name__} is not; write it so, or train without devices= and shard="
            )
        return HostTrainer(table, on_arrays)


class JaxFunctions:
    """A program as jitted functions: JAX compiles each when it is first called on batches of a new size."""

    name = "jax"

    def __init__(self, program: Program, dtype: Any, progress: bool) -> None:
        self.program, self.dtype, self.progress = program, dtype, progress
        self.seconds = 0.0
        self.devices = devices_of(None)
        """Where it was run last: a training block may have several."""
        self._functions: dict[Any, Any] = {}

    @property
    def reason(self) -> str:
        """On which devices."""
        return in_words(self.devices)

    def results(self, p: Any, x: Any) -> Any:
        """See `protocol.Executable`."""
        return self._called(results, p, x)

    def gradient(self, p: Any, x: Any) -> tuple[float, Any]:
        """See `protocol.Executable`."""
        found, gradient = self.results_and_gradient(p, x)
        return mean(found[0]), gradient

    def results_and_gradient(self, p: Any, x: Any) -> tuple[Any, Any]:
        """See `protocol.Executable`."""
        return self._called(results_and_gradient, p, x)  # type: ignore[no-any-return]

    def bound(self, x: Any, pair: Pair, results: Any) -> Callable[[int], float]:
        """See `HostExecutable`."""
        inputs = x.shape[1], [x.T]
        return stepping(
            lambda p: self.results_and_gradient(p, inputs), self.program.parameters, pair, results
        )

    @in_64_bits
    def _called(self, function: Callable[..., Any], p: Any, x: Any) -> Any:
        """Numpy arrays, of a function of `functions`."""
        batch, arrays = x
        key = function, batch
        if key in self._functions:
            return jax.device_get(self._functions[key](p, arrays))
        start = time.perf_counter()
        self._functions[key] = jax.jit(partial(self._traced, function, batch))
        with writing_bar(self.program, function is results_and_gradient, self.progress):
            found = jax.device_get(self._functions[key](p, arrays))
        self.seconds += time.perf_counter() - start
        return found

    def _traced(self, function: Callable[..., Any], batch: int, p: Any, arrays: Any) -> Any:
        return function(self.program, p, as_rows(arrays, batch, self.dtype))
