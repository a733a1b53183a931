"""Every lesson runs, quick, as a notebook, and its solutions hold: see `conftest.py` for where they run."""

import pytest

from demos.__main__ import main
from demos.catalogue import entry_named, lessons
from demos.notebooks import write_notebook

EVERY = [pytest.param(entry.name, marks=pytest.mark.needs(*entry.needs)) for entry in lessons()]


@pytest.mark.needs("jupytext")
def test_a_notebook_has_the_lesson_s_cells_and_its_parameters(tmp_path, capsys):
    """The first cell is the title; the parameters are those of the command line."""
    import nbformat

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


@pytest.mark.needs("jupytext")
def test_the_same_lesson_is_the_same_file(tmp_path):
    """No random names: a notebook under version control changes when its lesson does."""
    first, again = (
        write_notebook(entry_named("moons"), tmp_path / name).read_bytes() for name in ("one", "two")
    )
    assert first == again


@pytest.mark.slow
@pytest.mark.needs("matplotlib", "tqdm", "sklearn")
@pytest.mark.parametrize("name", EVERY)
def test_the_solutions_of_every_lesson_hold(solutions_run):
    """They are shown as they run, and assert what they say."""
    ended, _ = solutions_run
    assert ended.returncode == 0, ended.stderr
    assert "    assert " in ended.stdout


@pytest.mark.slow
@pytest.mark.needs("matplotlib", "tqdm", "sklearn", "jupytext", "nbclient", "ipykernel")
@pytest.mark.parametrize("name", EVERY)
def test_the_notebook_of_every_lesson_executes(notebook_run, name):
    """From top to bottom, its claims asserted; its pictures are shown in it and written beside it."""
    notebook, folder = notebook_run
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any(output.output_type == "stream" and "✓" in output.text for output in outputs)
    assert any(output.output_type == "display_data" for output in outputs)
    assert list((folder / "out" / name).glob("*.svg"))
