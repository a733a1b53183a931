"""Exercises and their solutions are matched by number."""

import pytest

from demos.catalogue import NAMES, cells, entry_named
from demos.notebooks import as_notebook
from demos.pages.exercises import exercises

ASKED = """1. What is $x$?
   Predict it.
2. And what is y? In
   1999 it was 3.

Solutions: elsewhere
"""

SOLVED = """# %% [markdown]
# # Small: solutions
#
# 1. It is 1,
#    as predicted.

# %%
x = 1

# %% [markdown]
# ## 2. A title
# It is 2.

# %%
y = 2
"""


def test_each_exercise_has_the_cells_of_its_number():
    """A title is taken from the heading; text that is indented under its number is text."""
    found = exercises(ASKED, as_notebook(SOLVED).cells)
    first, second = found.exercises
    assert (first.number, first.text, first.title) == (1, "What is $x$?\nPredict it.", "")
    assert [cell.source for cell in first.solution] == ["It is 1,\nas predicted.", "x = 1"]
    assert (second.text, second.title) == ("And what is y? In\n1999 it was 3.", "A title")
    assert [cell.source for cell in second.solution] == ["It is 2.", "y = 2"]
    assert (found.afterwards, found.shared) == ("Solutions: elsewhere", [])


def test_what_stands_before_the_first_solution_is_shared():
    """Imports, say; the file's title is not."""
    shared = (
        "# %% [markdown]\n# # Small: solutions\n\n# %%\nimport math\n\n# %% [markdown]\n# ## 1. A\n# Yes.\n"
    )
    found = exercises("1. Is it?\n", as_notebook(shared).cells)
    assert [cell.source for cell in found.shared] == ["import math"]
    assert [cell.source for cell in found.exercises[0].solution] == ["Yes."]


@pytest.mark.parametrize("name", NAMES)
def test_every_lesson_ends_with_three_exercises_or_more_and_each_has_its_solution(name):
    """In words and with code; no solution is left over; it is said how they are run."""
    entry = entry_named(name)
    asked = cells(entry.path)[-1].prose.partition("## Exercises\n")[2]
    solutions = as_notebook(entry.solutions.read_text("utf-8")).cells
    found = exercises(asked, solutions)
    assert [exercise.number for exercise in found.exercises] == list(range(1, len(found.exercises) + 1))
    assert len(found.exercises) >= 3
    solved = [exercise.solution for exercise in found.exercises]
    assert all({"markdown", "code"} == {cell.cell_type for cell in each} for each in solved)
    assert len(solutions) - 1 <= sum(map(len, [found.shared, *solved])) <= len(solutions)
    assert f"python -m demos --solutions {name}" in found.afterwards
