"""The browser that tests and benchmarks drive: a headless Chromium, by playwright."""

import os
import shutil
from contextlib import contextmanager

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def launched():
    """$CHROMIUM, one that is installed, or the one that `playwright install` brings; None without any."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), playwright.chromium.executable_path]
        path = next((path for path in found if path and os.path.exists(path)), None)
        if path is None:
            yield None
            return
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
