"""Where Python looks for modules: a student's folder stands behind Python's own files."""

import os
import sys

_PYTHON = os.path.dirname(os.__file__)


def let_import_from(folder: str) -> None:
    """Puts a folder behind Python's own modules and before what is installed.

    So `from nn import MLP` finds the student's nn.py, and a file named random.py harms no one.
    """
    own = (at for at, path in enumerate(sys.path) if path == _PYTHON or path.endswith("lib-dynload"))
    sys.path.insert(max(own, default=-1) + 1, folder)
