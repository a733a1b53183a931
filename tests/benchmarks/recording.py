"""What recording and lowering cost, in time and in memory, for each size of two models."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.benchmarks import blocks, dense
from tests.benchmarks.timing import table

SIZES = {
    "MLP": ("dense", [(196, 128, 64, 10), (392, 256, 128, 10), dense.SIZES]),
    "GPT": ("blocks", [blocks.Sizes(1), blocks.Sizes(2), blocks.Sizes(4)]),
}


def print_table() -> None:
    """A row for each size."""
    rows = []
    for name, (kind, every) in SIZES.items():
        for sizes in every:
            command = [sys.executable, "-m", "tests.benchmarks.recording_worker", kind, *map(str, sizes)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            parameters, operands, steps, record, low, before, peak = found
            shown = "-".join(map(str, sizes)) if name == "MLP" else f"of {sizes[0]}, 64 wide, 64 tokens"
            sized = [f"{name} {shown}", f"{parameters:,}", f"{operands:,}", f"{steps}"]
            rows.append([*sized, f"{record:.2f}", f"{low:.2f}", f"{before:.0f}", f"{peak:.0f}"])
    head = ["", "parameters", "operands recorded", "array operations", "s to record", "s to lower"]
    table("Recording and lowering", [*head, "MB with the model", "MB more at the peak"], rows)
