"""Comparing a program with f itself, which is run eagerly on each sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.arguments import Arguments
from autograd.compiler.backends.host.buffer import InputBuffer
from autograd.compiler.lowering.tape import Tape
from autograd.compiler.specialization import Specialization
from autograd.engine.recorders import EAGER
from autograd.engine.recording import based_on, using
from autograd.engine.value import Value
from autograd.errors import TraceError
from autograd.trees import leaves


def run_eagerly(f: Callable[..., Any], given: Arguments, specialization: Specialization) -> list[list[float]]:
    """The results of f on each sample, under the current recorder; an error says which sample it was."""
    found = []
    with specialization.inputs.same_draws(), using(based_on(EAGER)):
        for at in range(given.batch):
            try:
                sample = leaves(f(*given.sample(at)))
            except (ArithmeticError, ValueError) as error:
                error.add_note(f"in sample {at} of the batch given to a compiled function")
                raise
            found.append([entry.data if isinstance(entry, Value) else float(entry) for entry in sample])
    return found


def compare_with_eager(
    specialization: Specialization,
    f: Callable[..., Any],
    given: Arguments,
    tape: Tape,
    roots: Sequence[int],
) -> None:
    """Run f eagerly and as a program; a TraceError where they disagree, that says whose fault it is.

    `tape` is what was recorded, with the results at `roots`. If it gives f's number, step by step by the
    rules, then what was made of it is wrong; else something else was recorded than f does now.
    """
    eager = np.array(run_eagerly(f, given, specialization))
    inputs, executable, p = specialization.inputs, specialization.executable, specialization.numbers()
    buffer = InputBuffer(inputs, given.batch, specialization.dtype)
    with inputs.same_draws():
        buffer.fill(given.arrays)
    with inputs.same_draws():
        found = np.asarray(executable.results(p, specialization.laid_out(given)))
    found = np.broadcast_to(found, (eager.shape[1], given.batch)).T
    tolerance = 1e-9 if p.dtype == np.float64 else 1e-3

    def agrees(ours: Any, theirs: Any) -> Any:
        return np.isclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True)

    wrong = ~agrees(found, eager)
    if not wrong.any():
        return
    sample, result = (int(at) for at in np.argwhere(wrong)[0])
    recorded = tape.evaluate(p.tolist(), buffer.array[:, sample].tolist())[roots[result]]
    what = f"the program disagrees with f in sample {sample}, result {result}: "
    if agrees(recorded, eager[sample, result]):
        raise TraceError(
            f"{what}{found[sample, result]!r} against {eager[sample, result]!r}, which is also what was "
            f"recorded: the fault is seegrad's {executable.name} backend's, not f's; please report "
            "it, with f, the batch and the compiled function's source, and use another backend until then"
        )
    raise TraceError(
        f"{what}{found[sample, result]!r} against {eager[sample, result]!r}; "
        "f depends on something that was frozen when it was recorded"
    )
