"""What tests of the engine begin from."""

import gc

import pytest


@pytest.fixture
def without_collector():
    """The cycle collector is off: what is freed is freed by reference counting alone.

    It never looks at what was there before, which for the whole suite would take it half a second each time.
    """
    gc.disable()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.enable()
