"""Comparing: the user's function on each sample as it stands, and a program against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.arguments import Arguments
from autograd.compiler.recordings import Recording
from autograd.errors import TraceError
from autograd.recording import EAGER, based_on, using
from autograd.trees import leaves
from autograd.value import Value


def run_eagerly(f: Callable[..., Any], given: Arguments, recording: Recording) -> list[list[float]]:
    """The results of f on each sample, under the current recorder; an error says which sample it was."""
    found = []
    with recording.same_draws(), using(based_on(EAGER)):
        for at in range(given.batch):
            try:
                sample = leaves(f(*given.sample(at)))
            except (ArithmeticError, ValueError) as error:
                error.add_note(f"in sample {at} of the batch given to a compiled function")
                raise
            found.append([entry.data if isinstance(entry, Value) else float(entry) for entry in sample])
    return found


def compare(f: Callable[..., Any], given: Arguments, recording: Recording, p: Any) -> None:
    """Run f eagerly and as a program; a TraceError where they disagree."""
    eager = np.array(run_eagerly(f, given, recording))
    with recording.same_draws():
        found = np.asarray(recording.backend.results(p, recording.rows(given)))
    found = np.broadcast_to(found, (eager.shape[1], given.batch)).T
    tolerance = 1e-9 if p.dtype == np.float64 else 1e-3
    wrong = ~np.isclose(found, eager, rtol=tolerance, atol=tolerance, equal_nan=True)
    if wrong.any():
        sample, result = np.argwhere(wrong)[0]
        raise TraceError(
            f"the program disagrees with f in sample {sample}, result {result}: "
            f"{found[sample, result]!r} against {eager[sample, result]!r}; "
            "f depends on something that was frozen when it was recorded"
        )
