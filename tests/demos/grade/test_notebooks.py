"""Notebooks as submissions: cell after cell, on past what fails."""

import json

import pytest

from demos.grade.inside.loading import Submission, UnusableError, defines
from demos.grade.inside.notebooks import Notebook, NotebookError, cells_of, without_magics
from demos.grade.inside.observing import describe
from tests.demos.grade.engines import LECTURE
from tests.demos.grade.limits import ENDLESS


def notebook_of(*cells, form=4, language="python"):
    """A notebook as text, with what its cells have printed before, and a cell of prose between them."""
    if form == 3:
        code = [{"cell_type": "code", "input": cell, "outputs": [], "language": "python"} for cell in cells]
        return json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": code}]})
    code = [
        one
        for cell in cells
        for one in (
            {"cell_type": "markdown", "source": ["class Value: in words"]},
            {
                "cell_type": "code",
                "source": cell.splitlines(keepends=True),
                "outputs": [{"output_type": "stream", "text": ["class Value: pass"]}],
            },
        )
    ]
    kernel = {"kernelspec": {"language": language}}
    return json.dumps({"nbformat": 4, "metadata": kernel, "cells": code})


@pytest.fixture
def ran(tmp_path):
    """Runs cells; the names they leave, and what failed."""

    def ran(*cells, without=(), **options):
        path = tmp_path / "ada.ipynb"
        path.write_text(notebook_of(*cells, **options), encoding="utf-8")
        notebook = Notebook(
            str(path), defines, lambda raised: describe(raised, lambda name: "ada" in name), without
        )
        names = {"__name__": "submission"}
        notebook.run(names)
        return names, notebook.failed

    return ran


@pytest.mark.parametrize("form", [3, 4])
def test_code_cells_run_in_order_in_one_namespace(ran, form):
    """Of both formats; prose and old output are not looked at."""
    names, failed = ran("a = 1\nb = 2", "a = a + b", form=form)
    assert (names["a"], failed) == (3, [])


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install \\\n  torch\nx = 1", "pass\n\nx = 1"),
        ("!echo don't (\nx = 1", "pass\nx = 1"),
        ("files = !ls", "files = None"),
        ("for i in range(3):\n    %time f(i)", "for i in range(3):\n    f(i)"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%bash\nls (", ""),
        ("x?\n??y", "pass\npass"),
        ("x = 7 \\\n % 4", "x = 7 \\\n % 4"),
        ("text = '''\n%time\n!ls\n'''", "text = '''\n%time\n!ls\n'''"),
        ("x = = 3  # why?", "x = = 3  # why?"),
    ],
)
def test_magics_are_left_out_and_python_is_left_alone(cell, python):
    """Line for line, so that what fails later is said to be where it is."""
    assert without_magics(cell) == python


def test_a_cell_that_fails_is_named_with_its_line_and_the_next_ones_run(ran):
    """An error, one of syntax, sys.exit: the cell's number among the code cells, and the line in it."""
    names, failed = ran("a = 1", "b = 2\n1 / 0", "c = ", "import sys\nsys.exit()", "d = 4")
    assert failed == [
        f"code cell {number} fails: {what}; the cells after it were run"
        for number, what in (
            (2, "ZeroDivisionError: division by zero (ada.ipynb, code cell 2 line 2)"),
            (3, "SyntaxError: invalid syntax (ada.ipynb, code cell 3 line 1)"),
            (4, "calls sys.exit (ada.ipynb, code cell 4 line 2)"),
        )
    ]
    assert (names["b"], names["d"]) == (2, 4)


def test_a_missing_module_costs_its_import_alone(ran):
    """The rest of the cell runs, and what is missing is named."""
    names, failed = ran("import torch_of_mine.nn as nn\nimport math")
    assert "math" in names
    assert failed == [
        "code cell 1: ModuleNotFoundError: No module named 'torch_of_mine' (ada.ipynb, code cell 1 line 1); "
        "`torch_of_mine` is neither handed in nor installed here; the rest of the cell was run"
    ]


def test_the_class_is_that_of_the_last_cell_that_defines_it(ran):
    """Also where a later cell imports another of that name, or deletes it."""
    names, _ = ran(
        "class Value: first = 1", "class Value: second = 2", "from fractions import Fraction as Value"
    )
    assert names["Value"].second == 2
    names, _ = ran("class Value: first = 1", "del Value")
    assert names["Value"].first == 1


def test_display_and_get_ipython_do_no_harm(ran):
    """What Jupyter gives every notebook is there, and does nothing."""
    assert ran("get_ipython().run_line_magic('matplotlib', 'inline')\ndisplay(3, metadata={})")[1] == []


def test_futures_hold_for_the_cells_below(ran):
    """As in Jupyter; and none holds that the notebook does not import."""
    names, _ = ran("def f(x: int): pass\nhint = f.__annotations__['x']")
    assert names["hint"] is int
    names, failed = ran(
        "from __future__ import annotations", "def f(x: NoSuchType): pass\nhint = f.__annotations__['x']"
    )
    assert (names["hint"], failed) == ("NoSuchType", [])


def test_a_cell_can_be_left_out(ran):
    """The others keep their numbers."""
    names, failed = ran("a = 1", "a = 2", "1 / 0", without=[2])
    assert names["a"] == 1 and "code cell 3" in failed[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is no notebook: Expecting"),
        ("[]", "is no notebook: it holds no code cell"),
        (notebook_of(), "is no notebook: it holds no code cell"),
        (notebook_of("x", language="julia"), "is a notebook of julia, not of Python"),
        ("[" * 100_000, "is no notebook: "),
    ],
)
def test_what_is_no_notebook_is_told(tmp_path, text, says):
    """One sentence, whatever the file holds."""
    (tmp_path / "x.ipynb").write_text(text)
    with pytest.raises(NotebookError, match=says):
        cells_of(str(tmp_path / "x.ipynb"))


def test_each_trial_gets_a_class_of_its_own_from_a_notebook(tmp_path):
    """What one trial leaves in the class is gone in the next; cells that do something ran once."""
    path = tmp_path / "ada.ipynb"
    path.write_text(notebook_of("import math", "class Value:\n    kept = []", "Value.kept.append(1)"))
    submission = Submission(str(path), "", str(tmp_path))
    submission.engine().kept.append(2)
    assert submission.engine().kept == []


def test_without_a_class_it_is_told_which_cells_failed(tmp_path):
    """The reason why there is none is likely there."""
    path = tmp_path / "ada.ipynb"
    path.write_text(notebook_of("class Value(Base): pass"))
    with pytest.raises(UnusableError, match=r"no class `Value` in it.*code cell 1 line 1"):
        Submission(str(path), "", str(tmp_path)).engine()


@pytest.mark.slow
def test_a_notebook_is_graded_and_a_cell_without_end_is_left_out(graded):
    """The lecture's engine between cells that plot, fail and train forever."""
    text = notebook_of("import math\n%matplotlib inline", LECTURE, "while True: pass", "Value(2.0) + None")
    report = graded({"ada.ipynb": text}, "reuse", ENDLESS)["ada.ipynb"]
    assert report.problem == "" and report.stuck is None
    assert report.remarks[0] == "code cell 3 did not end within 6 s, and was left out"
    assert report.remarks[1].startswith("code cell 4 fails: TypeError: unsupported operand")
    assert "(ada.ipynb, code cell 2 line 17, in __add__)" in report.remarks[1]
