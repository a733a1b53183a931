"""Lessons' notebooks and solutions run beside all other tests, in processes of their own.

They start when the tests have been collected, on the cores that pytest leaves idle; the tests that ask for
their results come last.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from demos.catalogue import entry_named
from demos.notebooks import write_notebook


def execute_notebook(name, folder):
    """The lesson's notebook after a run, quick, at seed 0, in a kernel that finds this checkout."""
    import nbclient
    import nbformat

    notebook = nbformat.read(write_notebook(entry_named(name), folder, quick=True), 4)
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}})
    return asyncio.run(client.async_execute(env=dict(os.environ)))


def run_solutions(name, folder):
    """What the solutions print; numbers that overflow, layers that die and the like are errors."""
    strict = ["-W", "error::RuntimeWarning", "-W", "error::UserWarning"]
    command = [sys.executable, *strict, "-m", "demos", "--solutions", name, "--quick", "--out", str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


WORK = {"notebook_run": execute_notebook, "solutions_run": run_solutions}
"""The fixture that waits for a result, and the function that makes it."""

FUTURES = pytest.StashKey()


def waits(item):
    """The names of those fixtures that a test asks for, unless it is skipped."""
    if item.get_closest_marker("skip"):
        return []
    return [fixture for fixture in WORK if fixture in getattr(item, "fixturenames", ())]


def pytest_collection_modifyitems(items):
    """Put the tests that wait for results at the end."""
    items.sort(key=lambda item: bool(waits(item)))


def pytest_collection_finish(session):
    """Begin the work of the tests that were chosen, in their order."""
    chosen = [(fixture, item.callspec.params["name"]) for item in session.items for fixture in waits(item)]
    if not chosen or session.config.option.collectonly:
        return
    pool = ThreadPoolExecutor(max(1, (os.cpu_count() or 2) - 1))
    root = tempfile.TemporaryDirectory()
    session.config.add_cleanup(root.cleanup)
    session.config.add_cleanup(lambda: pool.shutdown(cancel_futures=True))
    futures = session.config.stash[FUTURES] = {}
    for fixture, name in chosen:
        folder = Path(root.name) / fixture / name
        folder.mkdir(parents=True)
        futures[fixture, name] = pool.submit(WORK[fixture], name, folder), folder


@pytest.fixture
def notebook_run(request, name):
    """(The executed notebook of the lesson, the folder it ran in.)"""
    future, folder = request.config.stash[FUTURES]["notebook_run", name]
    return future.result(), folder


@pytest.fixture
def solutions_run(request, name):
    """(The ended process of the lesson's solutions, the folder it ran in.)"""
    future, folder = request.config.stash[FUTURES]["solutions_run", name]
    return future.result(), folder
