"""The whole of a program in LLVM's instructions: one function that calls those of the steps.

Every array operation is a function of its own: loops over its rows and over the samples, with the rules of
the table as instructions inside. A batch goes through them in stretches that fit into the processor's caches.
A batch of one sample has a program of its own, without loops over samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.backends.llvm.arithmetic import Instruction
from autograd.compiler.backends.llvm.layout import ALIGNMENT, SPACES
from autograd.compiler.backends.llvm.loops import INT, Access, Loops, Place
from autograd.compiler.backends.llvm.reverse import SEED, Reverse
from autograd.progress import watched

INPUT = Access(Place("x", "x", 0, True), np.arange(2), ("r",))
"""Inputs, row by row."""


class ProgramWriter(Reverse):
    """Writes the module of a program: all steps forward, then all of them in reverse."""

    size: int
    """How many numbers the workspace holds."""

    def entry(self, results: bool, gradient: bool) -> ir.Function:
        """The function that calls those of the steps, in order.

        It is given p, x, the arrays that it fills, the workspace, and the number of samples. It fills, with
        `results`, those of each sample (results, batch); with `gradient`, the mean of the loss over the
        samples; and the gradient of that mean.
        """
        for step in watched(self.program.steps, every=1):
            self.forward(step)
        if results:
            self.stack_if_mixed(self.program.results, reader=None)
        if gradient:
            self.reverse()
        given = ["p", "x", *["results"] * results, *["mean"] * gradient, "gradient", "workspace"]
        loops = Loops(self.llvm, "program", given, self.real, 1, self.stride)
        self._divide(loops)
        if gradient:
            self._clear(loops, "dp", self.program.parameters)
            self._clear(loops, "e", self.rows[True])
            loops.store(self._weight(loops), SEED, {})
        mean = loops.variable(0.0) if gradient else None
        self._call(loops, "before", INT(1))
        with self._stretches(loops) as (first, samples):
            self._call(loops, "each", samples)
            if mean is not None:
                self._add_to_mean(loops, mean, samples)
            if results:
                self._write_results(loops, first, samples)
        self._call(loops, "after", INT(1))
        if gradient:
            loops.builder.store(loops.builder.load(mean), loops.spaces["mean"])
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
        """The share of each sample in the mean."""
        one = loops.arithmetic.number(1.0)
        if self.program.loss.uniform:
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

    def _add_to_mean(self, loops: Loops, mean: Instruction, samples: Instruction) -> None:
        """Take the loss of a stretch's samples into its mean."""
        builder, found = loops.builder, self.access(self.program.loss, "r")
        if not found.place.varies:
            builder.store(loops.load(found, {"r": INT(0)}), mean)
            return
        with loops.nest(self._each_result(1, samples)) as at:
            term = loops.arithmetic.multiply(loops.load(found, at), loops.load(SEED, {}))
            builder.store(loops.arithmetic.add(builder.load(mean), term), mean)

    def _write_results(self, loops: Loops, first: Instruction, samples: Instruction) -> None:
        """Write all results of a stretch's samples where they belong."""
        builder, found = loops.builder, self.access(self.program.results, "r")
        with loops.nest(self._each_result(found.rows.size, samples)) as at:
            value = loops.load(found, at)
            sample = loops.plus(first, at.get("b", INT(0)))
            target = loops.plus(builder.mul(at["r"], loops.samples), sample)
            builder.store(value, builder.gep(loops.spaces["results"], [target]))

    def _each_result(self, rows: int, samples: Instruction) -> dict[str, Any]:
        """Loops over results, and over the samples of a stretch."""
        return {"r": rows} if self.alone else {"r": rows, "b": samples}

    @staticmethod
    def _smaller(loops: Loops, a: Instruction, b: Instruction) -> Instruction:
        return loops.builder.select(loops.builder.icmp_signed("<", a, b), a, b)

    def _clear(self, loops: Loops, space: str, count: int) -> None:
        byte = ir.IntType(8)
        clear = self.llvm.declare_intrinsic("llvm.memset", [byte.as_pointer(), INT])
        start = loops.builder.bitcast(loops.spaces[space], byte.as_pointer())
        loops.builder.call(clear, [start, byte(0), INT(count * self.bytes), ir.IntType(1)(0)])
