"""Exercises and their solutions are matched by number."""

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
