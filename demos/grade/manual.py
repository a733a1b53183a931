"""What `python -m demos.grade --help` says: the essentials on one screen, and the rest below the options."""

from demos.grade.trials.stages import STAGES
from demos.mistakes import MISTAKES

_STAGES = "\n".join(f"  {stage.name:<12} {stage.title}" for stage in STAGES)
_MISTAKES = "\n".join(f"  {mistake.name:<20} {mistake.words}" for mistake in MISTAKES)

ESSENTIALS = """\
Grade `Value` classes that students wrote, and say what is likely wrong with them.

examples
  python -m demos.grade ada.py                         one student: what is wrong, and why
  python -m demos.grade class.zip --html pages         a class: a page for each student, to be mailed
  python -m demos.grade submissions/*.py --csv class.csv --histogram class.png
  python -m demos.grade ada.ipynb --until non-leaf     only the stages of the first weeks
  python -m demos.grade ada.py --results results.json  for Gradescope; or --json, --junit
  python -m demos.grade --tests test_ada.py            which mistakes would her tests catch?
"""

DETAILS = f"""\
what a submission needs
  A class that is made from one number, `Value(2.0)`, with `.data` and `.grad`, which are numbers, and
  `.backward()`; the operators + - * / ** and the methods `.exp()`, `.tanh()`, `.relu()`. Other usual names
  (`.value`, `.gradient`, `.backprop()`, functions such as `tanh(v)`) are found, and the report says so;
  --names gives unusual ones. What is not written is called so, and nothing else suffers from it. The class is
  the one named `Value`, or the only one in the file that looks like an engine, or the base of those that do,
  or the one that you name: ada.py:Node. How it works inside, by closures, a tape or recursion, is its own
  affair. Labels, `_prev` and the like are not needed; a `grad` of None counts as 0 where nothing has
  arrived. Of a file that trains for longer than the limit, what it defines is graded. The tests of a
  student take the class from any module (`from engine import Value`), which is replaced by each broken
  engine in turn; they need pytest.

a class
  A folder or a zip, as Moodle, Canvas or Gradescope export it, or as you made it. Each folder and each zip in
  it is a student's, and so is each file; but files that import one another (engine.py, nn.py, test.py) are
  one student's. Names of students are read from the names that the platforms give to files and folders. Of
  several files the one that defines the engine is graded, and the others lie beside it. A zip in a student's
  zip is opened, too. Links, and what would be written elsewhere or unpack without end, are refused by name.
  What systems add (__MACOSX, .DS_Store, checkpoints) is skipped.

notebooks
  The code cells run in order. A cell that fails, or does not end, is named with its line, and those after it
  run; a module that is not installed costs its import alone. Magics are left out, but for %time, %run and
  %%writefile. The class is that of the last cell that defines it.

what is written
  --html     A file for each student, which needs no network and no script: what to look at first, its
             expression drawn, the student's number beside the right one, and every stage. index.html is for
             you: where the class is stuck, which mistakes it makes, and links to the pages.
  --results  results.json as Gradescope documents it, and as otter-grader writes it: a point for each stage
             that counts; what goes beyond is shown without points.
  --junit    Valid by the schemas of Ant and of Jenkins: a suite for each submission, a case for each stage.

stages (for --until)
{_STAGES}
  A stage is passed, failed, not written yet, or not needed (`_backward`, in another design). What goes
  beyond is advice: it does not count, unless you say --strict. Nor do conventions: relu'(0), gradients that
  start anew at each backward().

mistakes that are recognised, by comparing numbers
{_MISTAKES}

safety
  Each submission runs as a copy, in a process of its own, with nothing to read on standard input and its
  output kept from the screen. `~` and temporary files are in its own folder, which is deleted afterwards.
  What is right is computed in another process, which runs no student's code, and each expression is asked for
  a second time with numbers that are drawn: what is written down, printed or sent into any open file counts
  for nothing. Time is that of a quiet machine: what it waits for a processor is not counted. Memory, files
  (64 MB each, 256 MB in all) and processes (64) are limited. Where the kernel can (Linux 5.13 and later), it
  reads libraries, Python's and the system's, and its own files alone, and writes in its own folder alone; on
  x86-64 and ARM it changes no file's mode, owner or time, and reaches no local socket, as a desktop's; where
  an ordinary user may have namespaces, it has no network, sees no other process, and nothing that it starts
  outlives it.
  Not promised: on other systems it can read and delete what you can, and leave processes behind. A hole in
  the kernel is open. A file that it has deleted and keeps open is not counted, and can fill the disk until
  it ends. What gives the right numbers by other means than a class of the student's own, as a library that
  is installed here does, passes. Tests (--tests) that know how the mistaken engines are written can tell
  them. So do not grade as root; what you would not run yourself, grade in a container.

exit status
  0  every stage asked for is passed, not needed, or advice  (with --tests: every mistake is caught)
  1  some stage is not, or there was nothing to grade
  2  the command line is not understood, or a file cannot be written
  130  it was stopped with Ctrl-C
"""
