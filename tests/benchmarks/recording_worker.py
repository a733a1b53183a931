"""One program recorded and lowered, in a process of its own: `recording.py` starts it for each size.

It answers with a line of JSON. The peak of memory is that of this process alone.
"""

from __future__ import annotations

import json
import resource
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


if __name__ == "__main__":
    main(sys.argv[1], list(map(int, sys.argv[2:])))
