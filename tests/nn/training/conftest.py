"""Ctrl-C for tests of training."""

import signal

import pytest


@pytest.fixture
def ctrl_c():
    """Ctrl-C as in the foreground, also where the tests run with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
