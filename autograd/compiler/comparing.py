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
    found = _by_program(specialization, given, eager.shape[1])
    tolerance = 1e-9 if specialization.dtype == np.float64 else 1e-3

    def agrees(ours: Any, theirs: Any) -> Any:
        return np.isclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True)

    wrong = ~agrees(found, eager)
    if not wrong.any():
        return
    sample, result = (int(at) for at in np.argwhere(wrong)[0])
    recorded = _by_tape(specialization, given, tape, sample)[roots[result]]
    what = (
        f"the program disagrees with f in sample {sample}, result {result}: "
        f"{found[sample, result]!r} against {eager[sample, result]!r}"
    )
    if agrees(recorded, eager[sample, result]):
        raise TraceError(
            f"{what}, which is also what was recorded: the fault is seegrad's "
            f"{specialization.executable.name} backend's, not f's; please report it, with f, the batch and "
            "the compiled function's source, and use another backend until then"
        )
    raise TraceError(f"{what}; f depends on something that was frozen when it was recorded")


def _by_program(specialization: Specialization, given: Arguments, results: int) -> Any:
    """The results of the program, (batch, results)."""
    with specialization.inputs.same_draws():
        x = specialization.laid_out(given)
    found = np.asarray(specialization.executable.results(specialization.numbers(), x))
    return np.broadcast_to(found, (results, given.batch)).T


def _by_tape(specialization: Specialization, given: Arguments, tape: Tape, sample: int) -> list[float]:
    """What the tape gives for one sample, at each place."""
    buffer = InputBuffer(specialization.inputs, given.batch, specialization.dtype)
    with specialization.inputs.same_draws():
        buffer.fill(given.arrays)
    return tape.evaluate(specialization.numbers().tolist(), buffer.array[:, sample].tolist())
