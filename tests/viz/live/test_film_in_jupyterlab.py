"""A film in JupyterLab itself, in a browser: its page moves while the cell runs, and is saved as it ended."""

import json
import os
import subprocess
import sys
from contextlib import suppress

import pytest

from tests.waiting import eventually

STEPS = 30
CELL = f"""
import time
from autograd import mean
from nn import MLP, SGD, hinge, make_moons
from viz import film

X, y = make_moons(20, seed=0)
targets = (2 * y - 1).tolist()
model = MLP(2, [4, 1], seed=0)
optimizer = SGD(model.parameters(), lr=0.1)
with film(model, hinge, X, targets) as record:
    for _ in range({STEPS}):
        loss = mean([hinge(model(x), target) for x, target in zip(X.tolist(), targets)])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        record()
        time.sleep(0.1)  # a room looks on
"""
KNOWN = "typeof takeFilm === 'undefined' ? 0 : frames.length"
"""How many frames of the film the page in a frame of the window knows; the other frames are none of ours."""


@pytest.fixture
def laboratory(tmp_path):
    """The address of a JupyterLab in an empty folder, and a notebook in it."""
    cell = {
        "cell_type": "code",
        "id": "one",
        "metadata": {},
        "source": CELL,
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "work" / "film.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(notebook))
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "RUNTIME")}
    options = ["--allow-root", "--no-browser", "--port=0", "--IdentityProvider.token="]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={path.parent}"],
        env=os.environ | folders | {"HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        found = eventually(lambda: list((tmp_path / "runtime").glob("jpserver-*.json")))
        yield json.loads(found[0].read_text())["url"], path
    finally:
        server.terminate()
        server.wait()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.needs("jupyterlab")
def test_the_page_moves_while_the_cell_runs_and_is_saved_as_it_ended(laboratory, browser):
    """It is told of frame after frame; the saved notebook has the film, which plays without a kernel."""
    address, path = laboratory
    tab = browser.new_page(viewport={"width": 1280, "height": 1000})
    tab.goto(f"{address}lab/tree/{path.name}")
    tab.wait_for_selector("text=/ipykernel.*Idle/", timeout=120_000)
    tab.click(".jp-CodeCell .cm-content")
    tab.keyboard.press("Shift+Enter")
    seen = []

    def finished():
        known = frames_known(tab)
        if known and known not in seen:
            seen.append(known)
        return known == STEPS + 1 and "film-" not in tab.content()

    assert eventually(finished)
    assert len(seen) > 3  # how many it can paint is the machine's

    def saved():
        tab.keyboard.press("Control+s")
        with suppress(json.JSONDecodeError):  # it is just being written
            return json.loads(path.read_text())["cells"][0]["outputs"]

    outputs = eventually(saved)
    tab.close()
    empty, kept = ("".join(output["data"]["text/html"]) for output in outputs)
    assert empty == ""
    alone = browser.new_page(offline=True)
    alone.set_content(kept)
    assert eventually(lambda: frames_known(alone) == STEPS + 1)
    alone.close()


def frames_known(tab):
    """How many frames of the film the page knows that is in a tab; 0 while there is none."""
    from playwright.sync_api import Error

    for frame in tab.frames:
        with suppress(Error):  # it is just being replaced
            if known := frame.evaluate(KNOWN):
                return known
    return 0
