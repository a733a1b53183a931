"""Large programs: what it costs to record and lower them, and their steps against peers."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks import blocks, compiled, dense, recording
from tests.benchmarks.compiled import Table

TABLES = [
    Table(
        "dense",
        "One training step of an MLP 784-512-256-10: 535,818 parameters, 128 samples, Adam",
        dense,
        {},
    ),
    Table("blocks", "One training step of a GPT of 4 blocks, 64 wide, on 64 tokens, Adam", blocks, {}),
]


def main(repeats: int, only: Sequence[str] = ()) -> None:
    """Print all tables; `only` names engines by parts of their names."""
    recording.print_table()
    for entry in TABLES:
        compiled.measure(entry, repeats, only)
