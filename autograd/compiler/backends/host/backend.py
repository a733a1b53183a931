"""The base of backends whose programs read and write arrays in this process's memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.backends.host.buffer import InputBuffer
from autograd.compiler.backends.host.trainer import HostExecutable, HostTrainer, Pair, Update
from autograd.compiler.backends.host.updates import on_arrays
from autograd.compiler.backends.parameter_table import ParameterTable
from autograd.compiler.program.inputs import Inputs
from autograd.compiler.program.program import Program


class HostBackend:
    """See `protocol.Backend`. A subclass has executables of its own, and perhaps updates."""

    def executable(self, program: Program, dtype: Any, progress: bool) -> HostExecutable:
        """A program made to run."""
        raise NotImplementedError

    def laid_out(self, inputs: Inputs, arrays: Sequence[Any], batch: int, dtype: Any) -> Any:
        """The scalars of one call (scalars, batch)."""
        buffer = InputBuffer(inputs, batch, dtype)
        buffer.fill(arrays)
        return buffer.array

    def trainer(self, table: ParameterTable, devices: Any, shard: bool) -> HostTrainer:
        """See `protocol.Backend`."""
        if devices is not None or shard:
            raise ValueError(
                'devices= and shard= are for compile(f, backend="jax"): the other backends compute on this '
                "machine's processor"
            )
        return HostTrainer(table, self.update)

    def update(self, pair: Pair) -> Update:
        """How a step moves the parameters: by the formula, on arrays."""
        return on_arrays(pair)
