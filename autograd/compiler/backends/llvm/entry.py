"""The entry of a program: the function that takes a batch through the functions of the steps.

Each step of a program is a function of its own: loops over its rows and over samples, with the rules of the
table as instructions inside. A batch goes through them in chunks that fit into the processor's caches. A
batch of one sample has a program of its own, without loops over samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir

from autograd.compiler.backends.accesses import Access, Location
from autograd.compiler.backends.llvm.arithmetic import Instruction
from autograd.compiler.backends.llvm.layout import ALIGNMENT, SPACES, Layout
from autograd.compiler.backends.llvm.loops import INT, Indices, Loops
from autograd.compiler.backends.llvm.steps import SEED, Steps
from autograd.compiler.program.program import Program

INPUT = Access(Location("x", "x", 0, False), np.arange(2), ("r",))
"""The input of row r; two rows are enough to say that rows follow one another."""


class Entry(NamedTuple):
    """A program as a function of an LLVM module."""

    function: ir.Function
    workspace: int
    """How many numbers its workspace holds."""


def write_program(program: Program, dtype: Any, one_sample: bool, results: bool, gradient: bool) -> Entry:
    """The function of a program.

    It is given p, x, the arrays that it fills, the workspace, and the number of samples. It fills, with
    `results`, those of each sample (results, batch); with `gradient`, the mean of the loss over the samples,
    and the gradient of that mean.
    """
    layout = Layout(program, dtype, one_sample)
    steps = Steps(layout)
    steps.write_forward()
    if results:
        steps.gather(program.results)
    if gradient:
        steps.write_reverse()
    given = ["p", "x", *["results"] * results, *["mean"] * gradient, "gradient", "workspace"]
    loops = Loops(layout.module, "program", given, layout.real, 1, layout.chunk)
    writer = _EntryWriter(layout, loops)
    size = writer.divide_workspace()
    if gradient:
        writer.clear("dp", program.parameters)
        writer.clear("e", layout.uniform_rows)
        loops.store(writer.share_of_sample(), SEED, {})
    mean = loops.variable(0.0) if gradient else None
    writer.call(steps.before, INT(1))
    with writer.chunks() as (first, samples):
        writer.call(steps.each, samples)
        if mean is not None:
            writer.add_to_mean(mean, samples)
        if results:
            writer.write_results(first, samples)
    writer.call(steps.after, INT(1))
    if gradient:
        loops.builder.store(loops.builder.load(mean), loops.spaces["mean"])
    loops.close()
    return Entry(loops.function, size)


class _EntryWriter:
    """Writes the parts of the function."""

    def __init__(self, layout: Layout, loops: Loops) -> None:
        self.layout, self.loops = layout, loops

    def divide_workspace(self) -> int:
        """Give each part of the workspace its place; the size of the whole."""
        builder, spaces, start = self.loops.builder, self.loops.spaces, 0
        spaces["dp"], spaces["all x"] = spaces["gradient"], spaces["x"]
        unit = ALIGNMENT // self.layout.bytes
        for name, size in self.layout.parts().items():
            spaces[name] = builder.gep(spaces["workspace"], [INT(start)])
            start += -(-size // unit) * unit
        return start

    def clear(self, space: str, count: int) -> None:
        """Set the first numbers of a space to 0."""
        byte = ir.IntType(8)
        clear = self.layout.module.declare_intrinsic("llvm.memset", [byte.as_pointer(), INT])
        start = self.loops.builder.bitcast(self.loops.spaces[space], byte.as_pointer())
        size = INT(count * self.layout.bytes)
        self.loops.builder.call(clear, [start, byte(0), size, ir.IntType(1)(0)])

    def share_of_sample(self) -> Instruction:
        """The share of each sample in the mean."""
        loops, one = self.loops, self.loops.arithmetic.number(1.0)
        if self.layout.program.loss.uniform:
            return one
        return loops.builder.fdiv(one, loops.builder.sitofp(loops.samples, self.layout.real))

    def call(self, functions: list[Any], samples: Instruction) -> None:
        """Call functions of steps, one after the other."""
        for function in functions:
            self.loops.builder.call(function, [*(self.loops.spaces[name] for name in SPACES), samples])

    @contextmanager
    def chunks(self) -> Iterator[tuple[Instruction, Instruction]]:
        """A loop over the chunks of the batch, inputs in place: the first sample, and how many there are."""
        if self.layout.one_sample:
            yield INT(0), INT(1)
            return
        loops, builder, most = self.loops, self.loops.builder, INT(self.layout.chunk)
        with loops.loop(builder.sdiv(loops.plus(loops.samples, INT(self.layout.chunk - 1)), most)) as chunk:
            first = builder.mul(chunk, most)
            samples = self._smaller(builder.sub(loops.samples, first), most)
            if self.layout.program.inputs:
                self._take_inputs(first, samples)
            yield first, samples

    def _take_inputs(self, first: Instruction, samples: Instruction) -> None:
        """Copy the inputs of a chunk; lanes beyond its samples get those of the last one."""
        loops, builder, lanes = self.loops, self.loops.builder, INT(self.layout.lanes)
        last = builder.sub(samples, INT(1))
        vectors = builder.udiv(loops.plus(last, lanes), lanes)
        with loops.nest({"r": self.layout.program.inputs, "b": builder.mul(vectors, lanes)}) as at:
            sample = loops.plus(first, self._smaller(at["b"], last))
            source = loops.plus(builder.mul(at["r"], loops.samples), sample)
            loops.store(builder.load(builder.gep(loops.spaces["all x"], [source])), INPUT, at)

    def add_to_mean(self, mean: Instruction, samples: Instruction) -> None:
        """Add the losses of a chunk's samples to their mean."""
        loops, builder = self.loops, self.loops.builder
        loss = self.layout.access(self.layout.program.loss, "r")
        if loss.location.uniform:
            builder.store(loops.load(loss, {"r": INT(0)}), mean)
            return
        with self._each_result(1, samples) as at:
            term = loops.arithmetic.multiply(loops.load(loss, at), loops.load(SEED, {}))
            builder.store(loops.arithmetic.add(builder.load(mean), term), mean)

    def write_results(self, first: Instruction, samples: Instruction) -> None:
        """Write all results of a chunk's samples where they belong."""
        loops, builder = self.loops, self.loops.builder
        results = self.layout.access(self.layout.program.results, "r")
        with self._each_result(results.rows.size, samples) as at:
            value = loops.load(results, at)
            sample = loops.plus(first, at.get("b", INT(0)))
            target = loops.plus(builder.mul(at["r"], loops.samples), sample)
            builder.store(value, builder.gep(loops.spaces["results"], [target]))

    def _each_result(self, rows: int, samples: Instruction) -> AbstractContextManager[Indices]:
        """Loops over results, and over the samples of a chunk."""
        return self.loops.nest({"r": rows} if self.layout.one_sample else {"r": rows, "b": samples})

    def _smaller(self, a: Instruction, b: Instruction) -> Instruction:
        return self.loops.builder.select(self.loops.builder.icmp_signed("<", a, b), a, b)
