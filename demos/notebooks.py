"""Lessons as Jupyter notebooks: the same cells, through jupytext."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from demos.catalogue import Entry
from demos.running import filled


def write_notebook(entry: Entry, folder: Path, seed: int = 0, quick: bool = False) -> Path:
    """Write the lesson into `folder` as NAME.ipynb, with these parameters filled in; its path.

    Run in Jupyter, it writes its pictures into `out/` beside the notebook, and shows them.
    """
    import jupytext

    notebook = as_notebook(filled(entry.path.read_text("utf-8"), seed, quick, "out"))
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "title": entry.title,
    }
    for place, cell in enumerate(notebook.cells):
        cell["id"] = f"{entry.name}-{place}"  # jupytext's are random: the same lesson is the same file
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{entry.name}.ipynb"
    jupytext.write(notebook, path, fmt="ipynb")
    return path


def as_notebook(text: str) -> Any:
    """A text in the percent format as a notebook in memory."""
    import jupytext

    return jupytext.reads(text, fmt="py:percent")
