"""compile: a function of one sample, as an array program over a batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograd.compiler.arguments import Arguments
from autograd.compiler.arranging import arrange
from autograd.compiler.backends import BACKENDS, Backend, available
from autograd.compiler.grouping import Program, group, parameters_used
from autograd.compiler.numpy_text import numpy_program
from autograd.compiler.simplify import simplify
from autograd.compiler.tracing import trace
from autograd.compiler.training import Training
from autograd.errors import TraceError
from autograd.recording import EAGER, based_on, current, using
from autograd.trees import leaves, rebuild
from autograd.value import Value


def compile(
    f: Callable[..., Any],
    *,
    backend: str = "auto",
    batched: bool = True,
    dtype: str = "float64",
    check: bool = False,
) -> Compiled:
    """f, written for one sample with Values and plain loops, as an array program over a batch.

    f is recorded once per structure and shape of its arguments: arrays with a leading batch axis, or
    lists, tuples and dicts of them; f sees the same structure of Values for one sample. The graph is
    simplified, grouped into array operations and run by a backend: "numpy", "llvm" (machine code; needs
    the extra `jit`), or "auto", LLVM where it is installed and the program is short. `batched=False` is
    for an f of the whole batch.

    Values that f closes over are its parameters, read at each call. Plain numbers that f closes over,
    and what Python decides while f runs, are frozen in the recording. A Python `if` on a Value, `.data` and
    `float()` are refused by a TraceError that names the line. Programs follow IEEE 754, without
    exceptions; `check=True` runs the first batch eagerly as well, compares, and raises what eager raises.

    >>> w = Value(3.0)
    >>> fast = compile(lambda x, y: (w * x - y) ** 2, backend="numpy")
    >>> fast([1.0, 2.0], [3.0, 5.0])
    array([0., 1.])
    >>> fast.backward([1.0, 2.0], [3.0, 5.0]), w.grad
    (0.5, 2.0)
    """
    return Compiled(f, backend, batched, dtype, check)


@dataclass
class Recording:
    """One recording, lowered: its program, and what a backend makes of it."""

    program: Program
    parameters: list[Value]
    used: list[int]
    structure: Any
    draws: list[tuple[Any, int]]
    modules: dict[Any, bool]
    recorded: int
    lowering: float
    backend: Backend

    @property
    def is_single(self) -> bool:
        """Whether there is one result per sample, which has a gradient."""
        return len(leaves(self.structure)) == 1

    @cached_property
    def source(self) -> str:
        """The program as numpy has it; a backend of machine code does the same."""
        return numpy_program(self.program, gradient=self.is_single).source

    def is_current(self) -> bool:
        """Whether every module that ran is still in the mode it was in."""
        return all(module.training == training for module, training in self.modules.items())

    def rows(self, arguments: Arguments) -> Any:
        """The scalars of one call, fresh random draws included."""
        if not self.draws:
            return arguments.rows([])
        counts: dict[Any, int] = {}
        for generator, count in self.draws:
            counts[generator] = counts.get(generator, 0) + count
        drawn = {generator: generator.random((arguments.batch, count)) for generator, count in counts.items()}
        parts, used = [], dict.fromkeys(drawn, 0)
        for generator, count in self.draws:
            start = used[generator]
            parts.append(drawn[generator][:, start : start + count].astype(arguments.dtype, copy=False))
            used[generator] += count
        return arguments.rows(parts)


class Compiled:
    """A compiled function; see `compile`."""

    def __init__(self, f: Callable[..., Any], backend: str, batched: bool, dtype: str, check: bool) -> None:
        if not callable(f):
            raise TypeError(f"compile takes a function of one sample, got {type(f).__name__}")
        if dtype not in ("float64", "float32"):
            raise ValueError(f'dtype is "float64" or "float32", got {dtype!r}')
        self.f, self.batched, self.check = f, batched, check
        self.backend = available(backend)
        self.dtype = np.dtype(dtype)
        self.order: dict[Value, int] = {}
        self._recordings: dict[Any, list[Recording]] = {}
        self._last: Recording | None = None

    def __repr__(self) -> str:
        name = getattr(self.f, "__name__", type(self.f).__name__)
        count = sum(map(len, self._recordings.values()))
        return f"<compiled {name}: backend {self.backend}, {count} recordings>"

    # ---- running --------------------------------------------------------------------------------

    def __call__(self, *arguments: Any) -> Any:
        """f of every sample: arrays (batch,), in the structure of f's result."""
        given = Arguments(arguments, self.batched, self.dtype)
        recording = self._recording(given)
        p, x = self.numbers(recording), recording.rows(given)
        found = recording.backend.results(p, x)
        count = len(leaves(recording.structure))
        rows = np.broadcast_to(np.asarray(found), (count, given.batch)).copy()
        return rebuild(recording.structure, iter(rows if self.batched else rows[:, 0].tolist()))

    def backward(self, *arguments: Any) -> float:
        """The mean of f over the batch; adds its gradient to `.grad` of every Value that f closes over."""
        recording, given = self.recorded(arguments)
        loss, gradient = self.loss_and_gradient(recording, given, self.numbers(recording))
        for row in recording.used:
            parameter, entry = recording.parameters[row], float(gradient[row])
            if parameter.primitive is None:
                parameter.grad += entry
            else:
                parameter.backward(entry)
        return loss

    def recorded(self, arguments: Any) -> tuple[Recording, Arguments]:
        """The recording that fits the arguments, made now if there is none, with one result per sample."""
        given = Arguments(arguments, self.batched, self.dtype)
        recording = self._recording(given)
        if not recording.is_single:
            count = len(leaves(recording.structure))
            raise TypeError(f"backward needs one result per sample, got {count}; return their sum")
        return recording, given

    def loss_and_gradient(self, recording: Recording, given: Arguments, p: Any) -> tuple[float, Any]:
        """One pass forward and back: the mean loss, and the gradient of the parameters."""
        losses, gradient = recording.backend.gradient(
            p[: recording.program.parameters], recording.rows(given)
        )
        return float(losses.sum()) / losses.size, gradient

    def numbers(self, recording: Recording) -> Any:
        """The current data of the parameters, as one vector."""
        return np.array([parameter.data for parameter in recording.parameters], self.dtype)

    @contextmanager
    def training(self, optimizer: Any) -> Iterator[Training]:
        """A block in which `step(*batch)` trains: gradient and update, on one flat array of parameters.

        `optimizer` is any of nn's. Inside, the Values lag behind until `step.sync()`; on leaving the
        block, also by an exception, data, gradients and the optimiser's state are what eager training
        would have left.
        """
        training = Training(self, optimizer)
        try:
            yield training
        finally:
            training.sync()

    # ---- looking at it --------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The program of the latest recording, forward and backward, to be read."""
        return self._latest("source").source

    def report(self) -> str:
        """What the latest recording became: sizes, array operations, matrix products, time, bytes."""
        recording = self._latest("report()")
        program = recording.program
        scalars = sum(array.rows for array in program.arrays)
        products = sum(step.kind == "matmul" for step in program.steps)
        return "\n".join(
            [
                f"nodes recorded           {recording.recorded:>10,}",
                f"after simplification     {program.entries:>10,}",
                f"array operations         {len(program.steps):>10,}",
                f"of them matrix products  {products:>10,}",
                f"parameters               {program.parameters:>10,}",
                f"seconds to compile       {recording.lowering + recording.backend.seconds:>10.3f}",
                f"bytes held per sample    {scalars * self.dtype.itemsize:>10,}",
            ]
        )

    def jacobian(self, *_: Any) -> Any:
        """Refused: a program has one reverse pass, for one result."""
        raise TypeError(
            "a compiled function has no jacobian; use autograd.jacobian(f) on the function itself"
        )

    def _latest(self, what: str) -> Recording:
        if self._last is None:
            raise RuntimeError(f"{what} needs a recording: call the compiled function once on a batch first")
        return self._last

    # ---- recording ------------------------------------------------------------------------------

    def _recording(self, given: Arguments) -> Recording:
        kept = self._recordings.setdefault(given.key(), [])
        for recording in kept:
            if recording.is_current():
                self._last = recording
                break
        else:
            self._last = self._record(given)
            kept.append(self._last)
            if self.check:
                self._compare(given)
        watching = current.get()
        if watching is not None and watching.records:
            self._run_eagerly(given)
        return self._last

    def _record(self, given: Arguments) -> Recording:
        start = time.perf_counter()
        tracer, result = trace(self.f, given.as_shapes(), self.order)
        roots = leaves(result)
        tape, roots = simplify(tracer.tape, roots)
        program = arrange(group(tape, roots, len(self.order), tracer.inputs))
        return Recording(
            program,
            list(self.order),
            parameters_used(program),
            result,
            tracer.draws,
            dict(tracer.modules),
            len(tracer.tape),
            time.perf_counter() - start,
            BACKENDS[self.backend](program, self.dtype),
        )

    def _run_eagerly(self, given: Arguments) -> list[list[float]]:
        """f on each sample, under the current recorder; an error says which sample it was."""
        states = [(source, source.bit_generator.state) for source, _ in self._latest("check").draws]
        found = []
        try:
            with using(based_on(EAGER)):
                for at in range(given.batch):
                    try:
                        sample = leaves(self.f(*given.sample(at)))
                    except (ArithmeticError, ValueError) as error:
                        error.add_note(f"in sample {at} of the batch given to a compiled function")
                        raise
                    found.append(
                        [entry.data if isinstance(entry, Value) else float(entry) for entry in sample]
                    )
        finally:
            for source, state in states:
                source.bit_generator.state = state
        return found

    def _compare(self, given: Arguments) -> None:
        eager = np.array(self._run_eagerly(given))
        recording = self._latest("check")
        states = [(source, source.bit_generator.state) for source, _ in recording.draws]
        found = np.asarray(recording.backend.results(self.numbers(recording), recording.rows(given)))
        for source, state in states:
            source.bit_generator.state = state
        found = np.broadcast_to(found, (eager.shape[1], given.batch)).T
        tolerance = 1e-9 if self.dtype == np.float64 else 1e-3
        wrong = ~np.isclose(found, eager, rtol=tolerance, atol=tolerance, equal_nan=True)
        if wrong.any():
            sample, result = np.argwhere(wrong)[0]
            raise TraceError(
                f"the program disagrees with f in sample {sample}, result {result}: "
                f"{found[sample, result]!r} against {eager[sample, result]!r}; "
                "f depends on something that was frozen when it was recorded"
            )
