"""Every lesson runs, quick, as a notebook, and its solutions hold.

The notebooks run beside the other tests of this file, in kernels of their own, and are asked at the end.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from demos.__main__ import main
from demos.catalogue import FOLDER, NAMES, find
from demos.notebooks import write_notebook
from demos.running import run_solutions

nbformat = pytest.importorskip("nbformat")


def test_a_notebook_has_the_lesson_s_cells_and_its_parameters(tmp_path, capsys):
    """The first cell is the title; the parameters are those of the command line."""
    assert main(["--notebook", "first-steps", "--out", str(tmp_path), "--seed", "7", "--quick"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'first-steps.ipynb'}\n"
    notebook = nbformat.read(tmp_path / "first-steps.ipynb", 4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.cells[0].cell_type == "markdown" and notebook.cells[0].source.startswith(
        "# First steps\n"
    )
    parameters = [cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert parameters == ["seed, quick, out = 7, True, 'out'"]


def test_the_same_lesson_is_the_same_file(tmp_path):
    """No random names: a notebook under version control changes when its lesson does."""
    first, again = (write_notebook(find("moons"), tmp_path / name).read_bytes() for name in ("one", "two"))
    assert first == again


def execute(name, folder):
    """The lesson's notebook after a run, quick, at seed 0, in a kernel that finds this checkout."""
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(write_notebook(find(name), folder, quick=True), 4)
    paths = os.pathsep.join([str(FOLDER.parent), os.environ.get("PYTHONPATH", "")])
    runner = client.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}})
    return asyncio.run(runner.async_execute(env=os.environ | {"PYTHONPATH": paths}))


@pytest.fixture(scope="module", autouse=True)
def running(request, tmp_path_factory):
    """The notebooks of the tests that were chosen, being executed as many at a time as there are cores."""
    chosen = [item for item in request.session.items if item.name.startswith("test_the_notebook_of_every")]
    names = [item.callspec.params["name"] for item in chosen]
    folders = {name: tmp_path_factory.mktemp("notebook") for name in names}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {name: (pool.submit(execute, name, folder), folder) for name, folder in folders.items()}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_solutions_of_every_lesson_hold(name, capsys):
    """They are shown as they run, and assert what they say."""
    run_solutions(find(name), quick=True)
    assert "    assert " in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_of_every_lesson_executes(running, name):
    """From top to bottom, its claims asserted; its pictures are shown in it and written beside it."""
    future, folder = running[name]
    outputs = [output for cell in future.result().cells for output in cell.get("outputs", [])]
    assert any(output.output_type == "stream" and "✓" in output.text for output in outputs)
    assert any(output.output_type == "display_data" for output in outputs)
    assert list((folder / "out" / name).glob("*.svg"))
