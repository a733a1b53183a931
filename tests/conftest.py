"""Settings of the whole suite, and the browser that its pages are opened in."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests import optional_packages
from tests.chromium import launched

# Derandomised: the suite gives the same verdict on every run. No deadline: a slow machine is no failure.
settings.register_profile(
    "suite", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

# The processes that tests start find this checkout, too, from whichever folder the tests were started.
PATHS = [str(optional_packages.ROOT), os.environ.get("PYTHONPATH", "")]
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, PATHS))


def pytest_configure(config):
    """Let the plugin see the doctests of the packages, too."""
    config.pluginmanager.register(optional_packages)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; see `tests.chromium`."""
    with launched() as found:
        if found is None:
            pytest.skip("not installed: Chromium")
        yield found
