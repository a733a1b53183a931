"""Grades an engine that a student wrote, or the tests of one: `python -m demos.grade --help`.

`python -m` looks for modules in the folder where it is started before all others, and there may lie a
student's random.py: that folder is put behind Python's own.
"""

import os as _os
import sys as _sys

from demos.grade.searching import let_import_from as _let_import_from

if _sys.path and _sys.path[0] in ("", _os.getcwd()):
    _let_import_from(_sys.path.pop(0))
