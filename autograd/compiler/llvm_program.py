"""The LLVM backend: a lowered program as loops, which LLVM turns into machine code for this processor.

Every array operation is a function of its own: loops over its rows and over the batch, with the rules of
the table as instructions inside. A batch of one sample has a program of its own, without the loop over
the batch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from ctypes import addressof, c_char
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.llvm_arithmetic import Instruction
from autograd.compiler.llvm_engine import machine_code
from autograd.compiler.llvm_layout import SPACES
from autograd.compiler.llvm_loops import INT
from autograd.compiler.llvm_reverse import Reverse
from autograd.compiler.program import Program

Function = Callable[[Any, Any], Any]


class MachineCode:
    """A program as machine code: compiled when it first runs, apart for one sample and for several."""

    def __init__(self, program: Program, dtype: Any) -> None:
        self.program, self.dtype = program, dtype
        self.seconds = 0.0
        self._compiled: dict[tuple[bool, bool], Function] = {}

    def results(self, p: Any, x: Any) -> Any:
        """The forward pass."""
        return self._run(False, p, x)

    def gradient(self, p: Any, x: Any) -> Any:
        """Forward and reverse."""
        return self._run(True, p, x)

    def _run(self, gradient: bool, p: Any, x: Any) -> Any:
        alone = x.shape[1] == 1
        if (gradient, alone) not in self._compiled:
            start = time.perf_counter()
            self._compiled[gradient, alone] = _compiled(self.program, gradient, self.dtype, alone)
            self.seconds += time.perf_counter() - start
        return self._compiled[gradient, alone](p, x)


def _compiled(program: Program, gradient: bool, dtype: Any, alone: bool) -> Function:
    writer = ProgramWriter(program, dtype, alone)
    function = machine_code(writer.module(gradient), "program")
    count, parameters = program.results.shape[0], program.parameters
    rows, uniform = writer.rows[False], writer.rows[True]

    def run(p: Any, x: Any) -> Any:
        batch = x.shape[1]
        end = count * batch
        work = np.empty(end + parameters + (1 + gradient) * (rows * batch + uniform), dtype)
        function(address(p, dtype), address(x, dtype), address(work, dtype), batch)
        results = work[:end].reshape(count, batch)
        return (results, work[end : end + parameters]) if gradient else results

    return run


def address(array: Any, dtype: Any) -> int:
    """Where the numbers of an array lie, one after the other."""
    if not array.flags.c_contiguous or array.dtype != dtype:
        raise TypeError(f"a program of {dtype} was given numbers of {array.dtype}, which it cannot read")
    return addressof(c_char.from_buffer(array)) if array.size else 0


class ProgramWriter(Reverse):
    """Writes the module of a program: all steps forward, then all of them in reverse."""

    def module(self, gradient: bool) -> ir.Module:
        """`program(p, x, workspace, batch)`, which calls the functions of the steps in order."""
        results = self.program.results
        for step in self.program.steps:
            self.forward(step)
        self.stack_if_mixed(results, reader=None)
        with self.function() as loops:
            self.copy(loops, self.access(results, "r"), self.results(results))
        if gradient:
            self.reverse(results)
        self._program(gradient)
        return self.llvm

    def _program(self, gradient: bool) -> None:
        number = self.real.as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [number, number, number, INT])
        function = ir.Function(self.llvm, kind, "program")
        builder = ir.IRBuilder(function.append_basic_block())
        p, x, workspace, batch = function.args
        results = self.program.results

        def rows(count: int) -> Instruction:
            return builder.mul(INT(count), batch)

        parts = {
            "results": rows(results.shape[0]),
            "dp": INT(self.program.parameters),
            "v": rows(self.rows[False]),
            "u": INT(self.rows[True]),
            "d": rows(self.rows[False]),
            "e": INT(self.rows[True]),
        }
        places = {"p": p, "x": x}
        for name, size in parts.items():
            places[name] = workspace
            if name in ("dp", "d", "e") and gradient:
                self._clear(builder, workspace, size)
            workspace = builder.gep(workspace, [size])
        for step in self.written:
            builder.call(step, [*(places[name] for name in SPACES), batch])
        builder.ret_void()

    def _clear(self, builder: ir.IRBuilder, start: Instruction, size: Instruction) -> None:
        clear = self.llvm.declare_intrinsic("llvm.memset", [ir.IntType(8).as_pointer(), INT])
        bytes_each = 8 if self.real == ir.DoubleType() else 4
        start = builder.bitcast(start, ir.IntType(8).as_pointer())
        builder.call(clear, [start, ir.IntType(8)(0), builder.mul(size, INT(bytes_each)), ir.IntType(1)(0)])
