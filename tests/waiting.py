"""Waiting for another process, without judging how fast it is."""

import time


def eventually(condition):
    """Whether it comes true; what takes longer than five minutes hangs."""
    hangs = time.monotonic() + 300.0
    while not (true := condition()) and time.monotonic() < hangs:
        time.sleep(0.01)
    return true
