"""Notebooks: whether this process is a kernel, which shows what it is given where the cell is."""

from __future__ import annotations

import sys
from typing import Any


def is_here() -> bool:
    """Whether this is a kernel; the shell in a terminal is none."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def show(document: Any) -> bool:
    """Hand the document to the notebook, if this is one; whether it is."""
    if not is_here():
        return False
    from IPython.display import display

    display(document)  # type: ignore[no-untyped-call]
    return True
