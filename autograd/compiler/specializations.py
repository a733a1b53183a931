"""Specializations of one function: the one that fits the arguments of a call is found, or made."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from autograd.compiler.arguments import Arguments
from autograd.compiler.backends.bars import recording_bar
from autograd.compiler.backends.protocol import Backend
from autograd.compiler.bindings import Bindings
from autograd.compiler.comparing import compare_with_eager, run_eagerly
from autograd.compiler.lowering.stages import lower
from autograd.compiler.lowering.tracing import trace
from autograd.compiler.program.inputs import Inputs
from autograd.compiler.specialization import Specialization
from autograd.engine.messages import describe
from autograd.engine.recording import running
from autograd.engine.value import Value
from autograd.trees import leaves

KEPT_FOR_ONE_STRUCTURE = 8
"""Specializations for one structure of arguments: for modules in several modes, parameters that change."""

UNUSED_PARAMETERS_KEPT = 64
"""Rows of parameters that no specialization uses any more, up to which none is given up."""


class Specializations:
    """What a compiled function and its training blocks share: f, its parameters, and what was made of f."""

    def __init__(
        self,
        f: Callable[..., Any],
        backend: Backend,
        batched: bool,
        dtype: Any,
        check: bool,
        progress: bool,
        has_aux: bool,
    ) -> None:
        self.f, self.backend, self.batched, self.dtype = f, backend, batched, dtype
        self.check, self.progress, self.has_aux = check, progress, has_aux
        self.rows: dict[Value, int] = {}
        """The row of each parameter that f was ever seen to use, the same for all specializations."""
        self.made: dict[Any, list[Specialization]] = {}
        """By the structure and shapes of the arguments: see `KEPT_FOR_ONE_STRUCTURE`."""
        self.latest: Specialization | None = None
        self._lock = threading.RLock()
        self.keepers_of_rows: WeakSet[Any] = WeakSet()
        """Who has a column for each row, as an open training block: while there is one, rows are kept."""

    def __len__(self) -> int:
        return sum(map(len, self.made.values()))

    def fitting(self, given: Arguments) -> Specialization:
        """The specialization that fits the arguments, made now if there is none: by one thread at a time.

        A recorder around the call, as `detect_anomaly`, has nothing to record of a program: it sees f run
        eagerly.
        """
        key = given.key()
        found = self._fitting(key)
        if found is None:
            with self._lock:
                found = self._fitting(key) or self._make(given)
                if found not in self.made.setdefault(key, []):
                    self.made[key].append(found)
                    del self.made[key][:-KEPT_FOR_ONE_STRUCTURE]
        watching = running()
        if watching is not None and watching.records:
            run_eagerly(self.f, given, found)
        self.latest = found
        return found

    def differentiable(self, given: Arguments) -> Specialization:
        """The specialization that fits, with a loss for each sample; a TypeError if f returns no loss."""
        found = self.fitting(given)
        if not found.is_differentiable:
            raise TypeError(
                f"backward needs one result per sample, got {len(leaves(found.structure))}; return their "
                "sum, or (loss, all else) with compile(f, has_aux=True)"
            )
        return found

    def _fitting(self, key: Any) -> Specialization | None:
        return next((made for made in self.made.get(key, []) if made.fits()), None)

    def _make(self, given: Arguments) -> Specialization:
        start = time.perf_counter()
        self._forget()
        with recording_bar(self.progress):
            tracer, result = trace(self.f, given.as_shapes(), self.rows)
            if self.has_aux:
                _check_pair(result)
            program = lower(tracer.tape, leaves(result), len(self.rows), first_alone=self.has_aux)
        made = Specialization(
            program=program,
            inputs=Inputs(given.shapes, tracer.draws),
            backend=self.backend,
            executable=self.backend.executable(program, self.dtype, self.progress),
            dtype=self.dtype,
            batched=self.batched,
            has_aux=self.has_aux,
            structure=result,
            parameters=list(self.rows),
            used=len(tracer.parameters),
            bindings=Bindings(self.f, tracer.parameters),
            modules=list(tracer.modules.values()),
            nodes=len(tracer.tape),
            seconds=time.perf_counter() - start,
        )
        if self.check:
            compare_with_eager(made, self.f, given, tracer.tape, leaves(result))
        return made

    def _forget(self) -> None:
        """Give up all rows and specializations, if most rows are of unused parameters and no block trains."""
        used = sum(made.used for several in self.made.values() for made in several)
        if not self.keepers_of_rows and len(self.rows) > 2 * used + UNUSED_PARAMETERS_KEPT:
            self.rows = {}
            self.made.clear()


def _check_pair(result: Any) -> None:
    if isinstance(result, tuple) and len(result) == 2 and not isinstance(result[0], (list, tuple, dict)):
        return
    if isinstance(result, tuple) and len(result) == 2:
        got = f"a {describe(result[0])} for the loss"
    else:
        got = f"a {describe(result)}" if isinstance(result, (list, tuple, dict)) else "one Value"
    raise TypeError(
        f"compile(f, has_aux=True) takes an f that returns (loss, aux), the loss one Value, got {got}"
    )
