"""A specialization: what f became for one structure and shape of its arguments, ready to run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from autograd.compiler.arguments import Arguments
from autograd.compiler.backends.numpy.text import numpy_program
from autograd.compiler.backends.protocol import Backend, Executable
from autograd.compiler.bindings import Bindings
from autograd.compiler.holding import holder_of
from autograd.compiler.program.inputs import Inputs
from autograd.compiler.program.program import Program
from autograd.engine.value import Value
from autograd.trees import leaves, rebuild

DATA = attrgetter("_data")


@dataclass(eq=False)
class Specialization:
    """f for one structure and shape of its arguments: its program, and what a backend made of it."""

    program: Program
    inputs: Inputs
    backend: Backend
    executable: Executable
    dtype: Any
    batched: bool
    has_aux: bool

    structure: Any
    """f's result when it was recorded, with an int for each leaf."""

    parameters: list[Value]
    """The Value of each row of p. All specializations share the rows, so this one may not use them all."""

    used: int
    """How many of the parameters f used while it was recorded."""

    bindings: Bindings
    modules: list[tuple[Any, bool]]
    """The modules that ran, and whether each was in training mode."""

    nodes: int
    """How many operations and sources were recorded."""

    seconds: float
    """What recording and lowering took."""

    # ---- whether it fits ------------------------------------------------------------------------

    def is_current(self) -> bool:
        """Whether the modules are in the mode they were in, and the names that f reads bound as they were."""
        return self.bindings.names_are_unchanged() and not [
            module for module, training in self.modules if module.training != training
        ]

    def fits(self) -> bool:
        """Whether it is current, and the parameters are where f found them, however deep."""
        return self.is_current() and self.bindings.are_unchanged()

    # ---- running --------------------------------------------------------------------------------

    def numbers(self) -> Any:
        """The data of the parameters now, as one vector p: from a training block, if one holds them."""
        holder = holder_of(self.parameters[0]) if self.parameters else None
        found = None if holder is None else holder.parameters_of(self)
        with np.errstate(over="ignore"):
            if found is None:
                found = list(map(DATA, self.parameters))
            return np.array(found, self.dtype)

    def laid_out(self, given: Arguments) -> Any:
        """The arguments of one call, and fresh draws, as the executable takes them."""
        return self.backend.laid_out(self.inputs, given.arrays, given.batch, self.dtype)

    def results(self, given: Arguments) -> Any:
        """f of every sample: arrays (batch,), in the structure of f's result."""
        found = self.executable.results(self.numbers(), self.laid_out(given))
        return self._as_returned(self.structure, found, given.batch)

    def gradient(self, given: Arguments) -> tuple[float, Any, Any]:
        """The mean loss, its gradient (parameters,), and what f returned beside the loss, if anything."""
        p, x = self.numbers(), self.laid_out(given)
        if not self.has_aux:
            return *self.executable.gradient(p, x), None
        results, gradient = self.executable.results_and_gradient(p, x)
        with np.errstate(all="ignore"):
            loss = float(np.mean(results[0]))
        return loss, gradient, self.aux(results[1:], given.batch)

    def aux(self, others: Any, *shape: int) -> Any:
        """What f returned beside the loss, if anything: arrays of this shape, the batch last."""
        return self._as_returned(self.structure[1], others, *shape) if self.has_aux else None

    def _as_returned(self, structure: Any, found: Any, *shape: int) -> Any:
        """Results in the structure in which f returned them; without the axis of the batch, if f has none."""
        count = len(leaves(structure))
        rows = np.broadcast_to(np.asarray(found), (count, *shape)).copy() if count else np.empty((0, *shape))
        if not self.batched:
            rows = rows[..., 0].tolist() if rows.ndim == 2 else rows[..., 0]
        return rebuild(structure, iter(rows))

    # ---- looking at it --------------------------------------------------------------------------

    @property
    def is_differentiable(self) -> bool:
        """Whether there is one loss per sample, which has a gradient."""
        return self.has_aux or len(leaves(self.structure)) == 1

    @cached_property
    def source(self) -> str:
        """The program as numpy has it; every other backend computes the same."""
        return numpy_program(self.program, gradient=self.is_differentiable).source

    @cached_property
    def javascript(self) -> str:
        """The program as JavaScript, with the functions that it calls."""
        # Here, since few ask for it, and it takes a fifth of the time of importing the compiler.
        from autograd.compiler.backends.javascript.text import javascript_program
        from autograd.rules.javascript import functions_called

        text = javascript_program(self.program, gradient=self.is_differentiable)
        return "\n".join(filter(None, [functions_called(text), text]))
