"""Ctrl-C in what trains: it stops between steps, and what is done is kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, in place of raising in the midst of a step; the second raises.

    Within `passed_on`, the first one is raised as well, when this block ends.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def on_interrupt(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous or signal.default_int_handler)
        if stop.is_set() and previous is _raise:
            _raise()


@contextmanager
def passed_on() -> Iterator[None]:
    """A block around several runs of `stopping`: a Ctrl-C that stopped one of them is raised at its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, _raise)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous or signal.default_int_handler)


def _raise(*_: object) -> NoReturn:
    raise KeyboardInterrupt
