"""Settings of the whole suite, and the browser that its pages are opened in."""

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

from tests import optional_packages

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
    """A headless Chromium: $CHROMIUM, one that is installed, or the one that `playwright install` brings."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        found = [os.environ.get("CHROMIUM"), *map(shutil.which, names), playwright.chromium.executable_path]
        chromium = next((path for path in found if path and os.path.exists(path)), None)
        if chromium is None:
            pytest.skip("not installed: Chromium")
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()
