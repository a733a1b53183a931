"""compile: a function of one sample, as an array program over a batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

import numpy as np

from autograd.compiler.arguments import Arguments
from autograd.compiler.backends.bars import recording_bar
from autograd.compiler.backends.registry import BACKENDS, available
from autograd.compiler.bindings import Bindings
from autograd.compiler.comparing import compare, run_eagerly
from autograd.compiler.holding import holder_of
from autograd.compiler.lowering.stages import lower
from autograd.compiler.lowering.tracing import trace
from autograd.compiler.specialization import Recording
from autograd.compiler.training_block import Training
from autograd.engine.recording import running
from autograd.engine.value import Value
from autograd.trees import leaves, rebuild

NUMBER = attrgetter("_data")

RECORDINGS_KEPT = 8
"""For one structure of arguments: of modules in several modes, of parameters that come and go."""

PARAMETERS_KEPT = 64
"""That no recording uses any more."""


def compile(
    f: Callable[..., Any],
    *,
    backend: str = "auto",
    batched: bool = True,
    dtype: str = "float64",
    check: bool = False,
    progress: bool = True,
) -> Compiled:
    """f, written for one sample with Values and plain loops, as an array program over a batch.

    f is recorded once per structure and shape of its arguments: arrays with a leading batch axis, or
    lists, tuples and dicts of them; f sees the same structure of Values for one sample. The graph is
    simplified, grouped into array operations and run by a backend: "numpy", "llvm" (machine code; needs
    the extra `jit`), or "auto", which chooses by the work of a step, and says in `report()` what and why.
    `batched=False` is for an f of the whole batch.

    Values that f closes over are its parameters, read at each call. One that is replaced by a new Value
    is noticed, and f recorded anew, where f's code finds it by a name: in closures, globals (of modules
    that it names, too), defaults, `self`, and the attributes, slots, containers and object arrays in them;
    so are functions, methods and classes of the user's that are replaced or reloaded. In the later steps
    of a training block only the names themselves are looked at. Not searched are installed packages, and
    what f asks a function of theirs for, as `globals()`. Plain numbers that f closes over, and what Python
    decides while f runs, are frozen in the recording.

    A Python `if` on a Value, `.data` and `float()` are refused by a TraceError that names the line.
    `detach` and `no_grad` stop gradients as they do eagerly; a `checkpoint` is f as it stands. A
    comparison is a number, 1 or 0. Programs follow IEEE 754, without exceptions; `check=True` runs the
    first batch eagerly as well, compares, and raises what eager raises.
    What takes more than two seconds shows its progress on stderr, unless `progress=False`.

    >>> w = Value(3.0)
    >>> fast = compile(lambda x, y: (w * x - y) ** 2, backend="numpy")
    >>> fast([1.0, 2.0], [3.0, 5.0])
    array([0., 1.])
    >>> fast.backward([1.0, 2.0], [3.0, 5.0]), w.grad
    (0.5, 2.0)
    """
    return Compiled(f, backend, batched, dtype, check, progress)


class Compiled:
    """A compiled function; see `compile`."""

    def __init__(
        self,
        f: Callable[..., Any],
        backend: str,
        batched: bool,
        dtype: str,
        check: bool,
        progress: bool = True,
    ) -> None:
        if not callable(f):
            raise TypeError(f"compile takes a function of one sample, got {type(f).__name__}")
        if dtype not in ("float64", "float32"):
            raise ValueError(f'dtype is "float64" or "float32", got {dtype!r}')
        self.f, self.batched, self.check, self.progress = f, batched, check, progress
        self.backend = available(backend)
        self.dtype = np.dtype(dtype)
        self.order: dict[Value, int] = {}
        self._recordings: dict[Any, list[Recording]] = {}
        self.last: Recording | None = None
        self._lock = threading.RLock()
        self._blocks = 0
        self.formulas: dict[Any, Any] = {}

    def __repr__(self) -> str:
        name = getattr(self.f, "__name__", type(self.f).__name__)
        count = sum(map(len, self._recordings.values()))
        return f"<compiled {name}: backend {self.backend}, {count} recordings>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.f, self.backend, self.batched, self.dtype.name, self.check, self.progress)

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
        loss, gradient = recording.backend.gradient(self.numbers(recording), recording.rows(given))
        for row in sorted(recording.program.differentiated):
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

    def numbers(self, recording: Recording) -> Any:
        """The current data of the parameters, as one vector; a training block has them in its tables."""
        holder = holder_of(recording.parameters[0]) if recording.parameters else None
        found = None if holder is None else holder.numbers(recording)
        with np.errstate(over="ignore"):
            if found is None:
                found = list(map(NUMBER, recording.parameters))
            return np.array(found, self.dtype)

    @contextmanager
    def training(self, optimizer: Any) -> Iterator[Training]:
        """A block in which `step(*batch)` trains: gradient and update, on one flat array of parameters.

        `optimizer` is any of nn's. The block holds the Values and the optimiser: whoever reads, assigns,
        freezes or steps them, another block too, finds what eager training would have left, and what it
        changes counts from the next step on. Since all Values are then written back and read anew, a
        touch costs as much as some steps; compiled functions may be called inside without that. On leaving
        the block, also by an exception, everything is up to date.

        Other threads may step, read and assign too. What reads many Values, as copying and saving a model
        do, reads them in turn, between steps: do that in the thread that trains. Do not fork while another
        thread steps.
        """
        training = Training(self, optimizer)
        self._blocks += 1
        try:
            yield training
        finally:
            self._blocks -= 1
            try:
                training.end()
            except BaseException:  # Ctrl-C in the midst of it
                training.end()
                raise

    # ---- looking at it --------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The program of the latest recording, forward and backward, to be read."""
        return self.latest("source").source

    def report(self) -> str:
        """What the latest recording became: sizes, array operations, products, time, bytes, backend."""
        recording = self.latest("report()")
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
                f"backend                  {recording.backend.name:>10}  {recording.backend.reason}",
            ]
        )

    def jacobian(self, *_: Any) -> Any:
        """Refused: a program has one reverse pass, for one result."""
        raise TypeError(
            "a compiled function has no jacobian; use autograd.jacobian(f) on the function itself"
        )

    def latest(self, asked_by: str = "latest()") -> Recording:
        """The latest recording: its program, the Values that are its parameters, and how it was lowered.

        Drawings read it. Raises RuntimeError, which names `asked_by`, before the first call.
        """
        if self.last is None:
            raise RuntimeError(
                f"{asked_by} needs a recording: call the compiled function once on a batch first"
            )
        return self.last

    # ---- recording ------------------------------------------------------------------------------

    def _recording(self, given: Arguments) -> Recording:
        """The recording that fits, made now if there is none: by one thread at a time."""
        key = given.key()
        recording = self._kept(key)
        if recording is None:
            with self._lock:
                recording = self._kept(key) or self._record(given)
                if recording not in self._recordings.setdefault(key, []):
                    self._recordings[key].append(recording)
                    del self._recordings[key][:-RECORDINGS_KEPT]
        watching = running()
        if watching is not None and watching.records:
            run_eagerly(self.f, given, recording)
        self.last = recording
        return recording

    def _kept(self, key: Any) -> Recording | None:
        return next((kept for kept in self._recordings.get(key, []) if kept.fits()), None)

    def _forget(self) -> None:
        """Begin anew where most parameters that were ever met are used no more, outside of training."""
        used = sum(kept.used for several in self._recordings.values() for kept in several)
        if not self._blocks and len(self.order) > 2 * used + PARAMETERS_KEPT:
            self.order = {}
            self._recordings.clear()

    def _record(self, given: Arguments) -> Recording:
        start = time.perf_counter()
        self._forget()
        with recording_bar(self.progress):
            tracer, result = trace(self.f, given.as_shapes(), self.order)
            program = lower(tracer.tape, leaves(result), len(self.order))
        recording = Recording(
            program,
            list(self.order),
            result,
            tracer.draws,
            list(tracer.modules.values()),
            len(tracer.parameters),
            Bindings(self.f, tracer.parameters),
            len(tracer.tape),
            time.perf_counter() - start,
            BACKENDS[self.backend](program, self.dtype, self.progress),
        )
        if self.check:
            compare(self.f, given, recording, self.numbers(recording), tracer.tape, leaves(result))
        return recording
