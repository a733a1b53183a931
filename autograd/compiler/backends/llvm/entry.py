"""The whole of a program in LLVM's instructions: one function that calls those of the steps.

Every array operation is a function of its own: loops over its rows and over the samples, with the rules of
the table as instructions inside. A batch goes through them in stretches that fit into the processor's caches.
A batch of one sample has a program of its own, without loops over samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from llvmlite import ir

from autograd.compiler.backends.llvm.arithmetic import Instruction
from autograd.compiler.backends.llvm.layout import ALIGNMENT, SPACES
from autograd.compiler.backends.llvm.loops import INT, Access, Loops, Place
from autograd.compiler.backends.llvm.reverse import SEED, Reverse
from autograd.progress import watched

GIVEN = ("p", "x", "results", "gradient", "workspace")
"""What the function is given, besides the number of samples."""

INPUT = Access(Place("x", "x", 0, True), np.arange(2), ("r",))
"""Inputs, row by row."""


class ProgramWriter(Reverse):
    """Writes the module of a program: all steps forward, then all of them in reverse."""

    size: int
    """How many numbers the workspace holds."""

    def entry(self, gradient: bool) -> ir.Function:
        """The function that calls those of the steps, in order; with `gradient`, its result is their mean."""
        results = self.program.results
        for step in watched(self.program.steps, every=1):
            self.forward(step)
        self.stack_if_mixed(results, reader=None)
        if gradient:
            self.reverse(results)
        loops = Loops(self.llvm, "program", GIVEN, self.real, 1, self.stride)
        self._divide(loops)
        if gradient:
            self._clear(loops, "dp", self.program.parameters)
            self._clear(loops, "e", self.rows[True])
            loops.store(self._weight(loops), SEED, {})
        mean = loops.variable(0.0) if gradient else None
        self._call(loops, "before", INT(1))
        with self._stretches(loops) as (first, samples):
            self._call(loops, "each", samples)
            self._deliver(loops, mean, first, samples)
        self._call(loops, "after", INT(1))
        if gradient:
            loops.builder.store(loops.builder.load(mean), loops.spaces["results"])
        loops.close()
        return loops.function

    def _divide(self, loops: Loops) -> None:
        """Give each part of the workspace its place."""
        builder, given, start = loops.builder, loops.spaces, 0
        sizes = {"seed": 1, "v": self.rows[False] * self.stride, "u": self.rows[True]}
        sizes |= {"d": sizes["v"], "e": sizes["u"]}
        given["dp"], given["all x"] = given["gradient"], given["x"]
        if not self.alone:
            sizes["x"] = self.program.inputs * self.stride
        unit = ALIGNMENT // self.bytes
        for name, size in sizes.items():
            given[name] = builder.gep(given["workspace"], [INT(start)])
            start += -(-size // unit) * unit
        self.size = start

    def _weight(self, loops: Loops) -> Instruction:
        """The share of each result in their mean."""
        one = loops.arithmetic.number(1.0)
        if self.program.results.uniform:
            return one
        return loops.builder.fdiv(one, loops.builder.sitofp(loops.samples, self.real))

    def _call(self, loops: Loops, when: str, samples: Instruction) -> None:
        for part in self.parts[when]:
            loops.builder.call(part, [*(loops.spaces[name] for name in SPACES), samples])

    @contextmanager
    def _stretches(self, loops: Loops) -> Iterator[tuple[Instruction, Instruction]]:
        """A loop over stretches of the batch, inputs in place: the first sample, and how many there are."""
        if self.alone:
            yield INT(0), INT(1)
            return
        builder, most = loops.builder, INT(self.stride)
        with loops.loop(builder.sdiv(loops.plus(loops.samples, INT(self.stride - 1)), most)) as stretch:
            first = builder.mul(stretch, most)
            samples = self._smaller(loops, builder.sub(loops.samples, first), most)
            if self.program.inputs:
                self._take_inputs(loops, first, samples)
            yield first, samples

    def _take_inputs(self, loops: Loops, first: Instruction, samples: Instruction) -> None:
        """Copy the inputs of a stretch; lanes beyond its samples get those of the last one."""
        builder, last = loops.builder, loops.builder.sub(samples, INT(1))
        turns = builder.udiv(loops.plus(last, INT(self.lanes)), INT(self.lanes))
        with loops.nest({"r": self.program.inputs, "b": builder.mul(turns, INT(self.lanes))}) as at:
            sample = loops.plus(first, self._smaller(loops, at["b"], last))
            source = loops.plus(builder.mul(at["r"], loops.samples), sample)
            value = builder.load(builder.gep(loops.spaces["all x"], [source]))
            loops.store(value, INPUT, at)

    def _deliver(
        self, loops: Loops, mean: Instruction | None, first: Instruction, samples: Instruction
    ) -> None:
        """Take the results of a stretch into their mean, or write them where they belong."""
        builder, found = loops.builder, self.access(self.program.results, "r")
        if mean is not None and not found.place.varies:
            builder.store(loops.load(found, {"r": INT(0)}), mean)
            return
        rows = {"r": self.program.results.shape[0]}
        with loops.nest(rows if self.alone else {**rows, "b": samples}) as at:
            value = loops.load(found, at)
            if mean is not None:
                term = loops.arithmetic.multiply(value, loops.load(SEED, {}))
                builder.store(loops.arithmetic.add(builder.load(mean), term), mean)
            else:
                sample = loops.plus(first, at.get("b", INT(0)))
                target = loops.plus(builder.mul(at["r"], loops.samples), sample)
                builder.store(value, builder.gep(loops.spaces["results"], [target]))

    @staticmethod
    def _smaller(loops: Loops, a: Instruction, b: Instruction) -> Instruction:
        return loops.builder.select(loops.builder.icmp_signed("<", a, b), a, b)

    def _clear(self, loops: Loops, space: str, count: int) -> None:
        byte = ir.IntType(8)
        clear = self.llvm.declare_intrinsic("llvm.memset", [byte.as_pointer(), INT])
        start = loops.builder.bitcast(loops.spaces[space], byte.as_pointer())
        loops.builder.call(clear, [start, byte(0), INT(count * self.bytes), ir.IntType(1)(0)])
