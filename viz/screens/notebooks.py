"""Notebooks: whether this process is a kernel, which shows what it is given where the cell is."""

from __future__ import annotations

import sys
from typing import Any


def show(document: Any) -> bool:
    """Hand the document to the notebook, if this is one; whether it is."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if not hasattr(shell, "kernel"):  # the shell in a terminal has none
        return False
    from IPython.display import display

    display(document)  # type: ignore[no-untyped-call]
    return True
