"""Lessons as notebooks: valid, the same every time, and they execute from top to bottom."""

import os
from pathlib import Path

import pytest

from demos.__main__ import main
from demos.catalogue import NAMES, find
from demos.notebooks import write_notebook

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


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_of_every_lesson_executes(tmp_path, monkeypatch, name):
    """Quick, at seed 0, where the claims are asserted; its pictures are shown in it and written beside it."""
    client = pytest.importorskip("nbclient")
    root = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(write_notebook(find(name), tmp_path, quick=True), 4)
    client.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [output.output_type for cell in notebook.cells for output in cell.get("outputs", [])]
    assert "stream" in shown
    assert "display_data" in shown
    assert list((tmp_path / "out" / name).glob("*.svg"))
