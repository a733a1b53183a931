"""Processes that train together: one that ends by an error waits for no other, so that they end as well.

JAX lets a process wait at its end until all are there, and those that are left abort after 100 seconds. Here
the end is at once: the others' next step fails, with a message that says so, and they end in turn.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import jax

_failed: list[BaseException] = []
"""Errors of steps that all processes take together."""


@contextmanager
def together(processes: int) -> Iterator[None]:
    """A block in which so many processes have to meet, with an error that says so where one does not come."""
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if processes == 1:
            raise
        _failed.append(error)
        raise RuntimeError(
            f"a step of {processes} processes together has failed, most likely since one of them has ended: "
            f"{str(error).splitlines()[0]}; see what that one says, and start all again from what was saved"
        ) from error


def end_at_once_after_errors() -> None:
    """Have this process wait for no other at its end, if that is an error's."""
    atexit.unregister(_end)
    atexit.register(_end)


def _end() -> None:
    if _failed or getattr(sys, "last_value", None) is not None:  # which was shown as nobody caught it
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)
