"""What recording and lowering cost: `python -m tests.benchmarks.recording dense 784 512 256 10`.

It answers with a line of JSON. Each size has a process of its own, so that the peak of memory is its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import nn
from autograd.compiler.bindings import Bindings
from autograd.compiler.lowering.stages import lower
from autograd.compiler.lowering.tracing import Shape, trace
from autograd.trees import leaves
from tests.benchmarks import blocks, dense
from tests.benchmarks.timing import table

SIZES = {
    "MLP": ("dense", [(196, 128, 64, 10), (392, 256, 128, 10), dense.SIZES]),
    "GPT": ("blocks", [blocks.Sizes(1), blocks.Sizes(2), blocks.Sizes(4)]),
}


def dense_loss(*sizes: int) -> tuple[Callable[..., Any], list[Shape]]:
    """The loss of one sample of an MLP, and the shapes of its arguments."""
    model = dense.model(sizes)
    return lambda x, target: nn.cross_entropy(model(x), target), [Shape((sizes[0],)), Shape(())]


def blocks_loss(*sizes: int) -> tuple[Callable[..., Any], list[Shape]]:
    """The loss of one text of a GPT, and the shape of its argument."""
    given = blocks.Sizes(*sizes)
    model = blocks.model(given)
    return lambda text: nn.cross_entropy(model(text[:-1]), text[1:]), [Shape((given.context + 1,))]


def lowered(loss: Callable[..., Any], shapes: Sequence[Shape]) -> tuple[Any, int, list[float]]:
    """The program of a loss; how many operands were recorded; the seconds for recording and lowering."""
    rows: dict[Any, int] = {}
    begun = time.process_time()
    tracer, result = trace(loss, shapes, rows)
    Bindings(loss, tracer.parameters)
    recorded = time.process_time()
    program = lower(tracer.tape, leaves(result), len(rows))
    seconds = [recorded - begun, time.process_time() - recorded]
    return program, sum(map(len, tracer.tape.operands)), seconds


def main(kind: str, sizes: Sequence[int]) -> None:
    """Record one; print what it took."""
    loss, shapes = {"dense": dense_loss, "blocks": blocks_loss}[kind](*sizes)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    program, operands, seconds = lowered(loss, shapes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    steps = len(program.steps)
    print(json.dumps([program.parameters, operands, steps, *seconds, before / 1024, peak / 1024]))


def print_table() -> None:
    """A row for each size."""
    rows = []
    for name, (kind, every) in SIZES.items():
        for sizes in every:
            command = [sys.executable, "-m", "tests.benchmarks.recording", kind, *map(str, sizes)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            parameters, operands, steps, record, low, before, peak = found
            shown = "-".join(map(str, sizes)) if name == "MLP" else f"of {sizes[0]}, 64 wide, 64 tokens"
            sized = [f"{name} {shown}", f"{parameters:,}", f"{operands:,}", f"{steps}"]
            rows.append([*sized, f"{record:.2f}", f"{low:.2f}", f"{before:.0f}", f"{peak:.0f}"])
    head = ["", "parameters", "operands recorded", "array operations", "s to record", "s to lower"]
    table("Recording and lowering", [*head, "MB with the model", "MB more at the peak"], rows)


if __name__ == "__main__":
    main(sys.argv[1], list(map(int, sys.argv[2:])))
