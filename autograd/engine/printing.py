"""`python -m autograd.engine.printing` rewrites `operators.py`, the fast operators of the table.

The command imports the package, and with it the operators as they are: a row that leaves the table, or is
given another name, takes its old operator along by hand.
"""

from __future__ import annotations

from pathlib import Path

from autograd.commands import run_command
from autograd.engine.operator_text import operators_source
from autograd.rules.table import TABLE


def main() -> None:
    """Rewrite `operators.py` beside this file."""
    path = Path(__file__).with_name("operators.py")
    path.write_text(operators_source(TABLE.values()), encoding="utf-8")
    print(f"wrote {path}")


if __name__ == "__main__":
    run_command(main)
