"""The lessons: each is a script, a notebook and a page, in the percent format of jupytext.

The first cell has, each in a paragraph of its own: the title, one line, **What you will learn** with its
points, `Notes:` with sections of the notes (`demos.catalogue.SECTIONS`), `Time:` in class with the exercises,
`Builds on:` with the lessons nearest before it, and `Needs:` with packages beyond those of all lessons.

Formulas are LaTeX between dollar signs. Presenting steps from heading to heading. A page shows below a cell
what it showed, in its order, and pictures one after the other side by side where there is room, all at the
size at which they were made. What a cell shows after `lesson.predict` is covered until it is asked for.

The last cell is `## Exercises`: a numbered list, and how the solutions are run. These are in
`demos/solutions/`, where a cell of prose begins with the number of its exercise.
"""
