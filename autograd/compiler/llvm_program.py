"""The LLVM backend: a lowered program as loops, which LLVM turns into machine code for this processor.

Every array operation is a function of its own: loops over its rows and over the batch, with the rules of
the table as instructions inside. A batch of one sample has a program of its own, without the loop over
the batch. All arrays lie in one workspace: the results and the gradient of the parameters, then the
values `v` of the samples and `u` that are the same for all of them, then their cotangents `d` and `e`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.grouping import (
    INPUTS,
    NUMBERS,
    PARAMETERS,
    SUM,
    Array,
    Program,
    Selection,
    Step,
    moving_arrays,
)
from autograd.compiler.llvm_arithmetic import REDUCTIONS, Instruction
from autograd.compiler.llvm_engine import machine_code
from autograd.compiler.llvm_loops import INT, Access, Loops, Place, table
from autograd.compiler.numpy_text import numpy_program, same_number
from autograd.symbols import Expression, Term

SPACES = ("p", "x", "results", "dp", "v", "u", "d", "e")
"""What a step's function is given: parameters, inputs, and the parts of the workspace."""


def llvm_functions(program: Program, single: bool, dtype: Any) -> Any:
    """The functions of a program, compiled when they first run, and numpy's source to show."""
    source = numpy_program(program, gradient=single).source
    results = _by_batch(program, False, dtype)
    return results, _by_batch(program, True, dtype) if single else None, source


def _by_batch(program: Program, gradient: bool, dtype: Any) -> Callable[[Any, Any], Any]:
    """A function that runs the program for many samples, or the one for a single sample."""
    compiled: dict[bool, Callable[[Any, Any], Any]] = {}

    def run(p: Any, x: Any) -> Any:
        alone = x.shape[1] == 1
        if alone not in compiled:
            compiled[alone] = _compiled(program, gradient, dtype, alone)
        return compiled[alone](p, x)

    return run


def _compiled(program: Program, gradient: bool, dtype: Any, alone: bool) -> Callable[[Any, Any], Any]:
    writer = ProgramWriter(program, dtype, alone)
    function = machine_code(writer.module(gradient), "program")
    assert program.results is not None
    count, parameters = program.results.shape[0], program.parameters
    rows, uniform = writer.rows[False], writer.rows[True]

    def run(p: Any, x: Any) -> Any:
        batch = x.shape[1]
        end = count * batch
        work = np.empty(end + parameters + (1 + gradient) * (rows * batch + uniform), dtype)
        function(address(p), address(x), address(work), batch)
        results = work[:end].reshape(count, batch)
        return (results, work[end : end + parameters]) if gradient else results

    return run


def address(array: Any) -> int:
    """Where the numbers of an array lie, one after the other."""
    assert array.flags.c_contiguous
    return array.__array_interface__["data"][0]  # type: ignore[no-any-return]


class ProgramWriter:
    """Writes the module of a program: all steps forward, then all of them in reverse."""

    def __init__(self, program: Program, dtype: Any, alone: bool) -> None:
        self.program, self.alone = program, alone
        self.real = ir.DoubleType() if dtype == np.float64 else ir.FloatType()
        self.llvm = ir.Module("program")
        self.moving = moving_arrays(program)
        self.stacks: dict[Any, Array] = {}
        self.next = len(program.arrays)
        self.first: dict[int, int] = {}
        self.rows = {False: 0, True: 0}
        self.begun: set[int] = set()
        self.written: list[Any] = []

    def module(self, gradient: bool) -> ir.Module:
        """`program(p, x, workspace, batch)`, which calls the functions of the steps in order."""
        results = self.program.results
        assert results is not None
        for step in self.program.steps:
            self._forward(step)
        self._stack_if_mixed(results)
        with self.function() as loops:
            self._copy(loops, self.access(results, "r"), self._results(results))
        if gradient:
            self._reverse(results)
        self._program(gradient)
        return self.llvm

    def _program(self, gradient: bool) -> None:
        number = self.real.as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [number, number, number, INT])
        function = ir.Function(self.llvm, kind, "program")
        builder = ir.IRBuilder(function.append_basic_block())
        p, x, workspace, batch = function.args
        results = self.program.results
        assert results is not None

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

    @contextmanager
    def function(self) -> Iterator[Loops]:
        """A function of the module, to be called after those that are there."""
        loops = Loops(self.llvm, f"part_{len(self.written)}", SPACES, self.real, self.alone)
        yield loops
        loops.close()
        self.written.append(loops.function)

    # ---- where things are -----------------------------------------------------------------------

    def allocate(self, array: Array) -> None:
        """Room for an array in the workspace."""
        self.first[array.at] = self.rows[array.uniform]
        self.rows[array.uniform] += array.rows

    def place(self, array: Array, cotangent: bool = False) -> Place:
        """Where an array lies, or its cotangent."""
        if array.at == PARAMETERS:
            return Place("dp", "dp", 0, False) if cotangent else Place("p", "p", 0, False)
        if array.at == INPUTS:
            return Place("x", "x", 0, True)
        space = ("e" if cotangent else "u") if array.uniform else ("d" if cotangent else "v")
        return Place(f"{space}{array.at}", space, self.first[array.at], not array.uniform)

    def _space(self, at: int) -> str:
        return "numbers" if at == NUMBERS else self.place(self.program.arrays[at]).space

    def access(self, selection: Selection, *variables: str, cotangent: bool = False) -> Access:
        """The elements of a selection, with a variable for each of its axes."""
        arrays = selection.sources
        if len(arrays) > 1:
            stack = self.stacks[self._key(selection)]
            rows = np.arange(stack.rows).reshape(selection.shape)
            return Access(self.place(stack, cotangent), rows, variables)
        if arrays[0] == NUMBERS:
            return self._numbers(selection.rows, variables)
        return Access(self.place(self.program.arrays[arrays[0]], cotangent), selection.rows, variables)

    def _numbers(self, rows: Any, variables: tuple[str, ...]) -> Access:
        numbers = np.array(self.program.numbers, dtype=float)[rows]
        constant = table(self.llvm, numbers, self.real)
        rows = (
            np.zeros(numbers.shape, np.int64)
            if same_number(numbers)
            else np.arange(numbers.size).reshape(rows.shape)
        )
        return Access(Place(constant.name, constant.name, 0, False), rows, variables)

    def _results(self, results: Selection) -> Access:
        return Access(Place("results", "results", 0, True), np.arange(results.shape[0]), ("r",))

    def out(self, array: Array, cotangent: bool = False) -> Access:
        """The elements of a step's result."""
        return Access(self.place(array, cotangent), np.arange(array.rows), ("r",))

    def moves(self, selection: Selection) -> bool:
        """Whether any part of the selection has a gradient."""
        return bool(self.moving & set(selection.sources))

    @staticmethod
    def _key(selection: Selection) -> Any:
        return selection.arrays.tobytes(), selection.rows.tobytes(), selection.shape

    # ---- selections from several arrays ---------------------------------------------------------

    def _stack_if_mixed(self, selection: Selection) -> None:
        """Copy a selection from several arrays into one of its own, once."""
        if len(selection.sources) == 1 or self._key(selection) in self.stacks:
            return
        stack = Array(self.next, selection.rows.size, selection.uniform)
        self.next += 1
        self.stacks[self._key(selection)] = stack
        self.allocate(stack)
        with self.function() as loops:
            for rows, source in self._pieces(selection, cotangent=False):
                self._copy(loops, source, Access(self.place(stack), rows, ("r",)))

    def _unstack(self, selection: Selection) -> None:
        """Hand the cotangent of a stack on to the arrays that it was copied from."""
        if len(selection.sources) == 1:
            return
        stack = self.stacks[self._key(selection)]
        with self.function() as loops:
            for rows, source in self._pieces(selection, cotangent=True):
                given = Access(self.place(stack, cotangent=True), rows, ("r",))
                loops.contract(source, [given], loops.sizes({"r": rows.size}, given))

    def _pieces(self, selection: Selection, cotangent: bool) -> Iterator[tuple[Any, Access]]:
        """What a mixed selection consists of: rows of its stack, and where they come from.

        Arrays of one space are one piece. Only arrays that move have cotangents.
        """
        arrays, rows = selection.arrays.ravel(), selection.rows.ravel()
        spaces: dict[str, list[int]] = {}
        for at in selection.sources:
            if not cotangent or at in self.moving:
                spaces.setdefault(self._space(at), []).append(at)
        for members in spaces.values():
            places = np.flatnonzero(np.isin(arrays, members))
            if members == [NUMBERS]:
                yield places, self._numbers(rows[places], ("r",))
                continue
            place = self.place(self.program.arrays[members[0]], cotangent)
            if len(members) == 1:
                yield places, Access(place, rows[places], ("r",))
            else:
                starts = np.array([self.first[at] for at in arrays[places].tolist()])
                yield places, Access(Place("", place.space, 0, place.varies), starts + rows[places], ("r",))

    def _copy(self, loops: Loops, source: Access, target: Access) -> None:
        with loops.nest(loops.sizes({"r": target.rows.size}, target)) as at:
            loops.store(loops.load(source, at), target, at)

    # ---- forward --------------------------------------------------------------------------------

    def _forward(self, step: Step) -> None:
        for selection in _selections(step):
            self._stack_if_mixed(selection)
        self.allocate(step.out)
        with self.function() as loops:
            if step.kind == "matmul":
                out, matrix, vectors = self._product(step)
                sizes = loops.sizes({**_rows(out), **_rows(matrix), **_rows(vectors)}, out)
                loops.contract(out, [matrix, vectors], sizes, self._terms(step))
            elif step.kind == "dot" or step.primitive is SUM:
                out = self.out(step.out)
                factors = [self.access(selection, "j", "r") for selection in step.operands]
                loops.contract(
                    out, factors, loops.sizes({**_rows(out), **_rows(factors[0])}, out), self._terms(step)
                )
            else:
                self._values(loops, step)

    def _product(self, step: Step, cotangent: bool = False) -> tuple[Access, Access, Access]:
        """The result, the matrix and the vectors of a matrix product, over (r, m), (r, j) and (j, m)."""
        matrix, vectors = step.operands
        rows = np.arange(step.out.rows).reshape(matrix.shape[0], vectors.shape[1])
        return (
            Access(self.place(step.out, cotangent), rows, ("r", "m")),
            self.access(matrix, "r", "j"),
            self.access(vectors, "j", "m"),
        )

    def _terms(self, step: Step, cotangent: bool = False) -> list[Access]:
        """What a dot or a matrix product adds besides."""
        if step.plain is None:
            return []
        terms = self.access(step.plain, "t", "r", cotangent=cotangent)
        return [Access(terms.place, rows, ("r",)) for rows in terms.rows]

    def _values(self, loops: Loops, step: Step) -> None:
        out = self.out(step.out)
        with loops.nest(loops.sizes(_rows(out), out)) as at:
            bindings = self._singles(loops, step, at)
            value = self._evaluate(loops, step, step.primitive.value, bindings, at)
            loops.store(value, out, at)

    def _singles(self, loops: Loops, step: Step, at: dict[str, Instruction]) -> dict[str, Instruction]:
        """The operands that are not families."""
        return {
            name: loops.load(self.access(selection, "r"), at)
            for name, selection in zip(step.primitive.operands, step.operands)
            if selection.rows.ndim == 1
        }

    def _family(self, loops: Loops, step: Step, at: dict[str, Instruction]) -> dict[str, Instruction]:
        """Element j of each family, and j itself."""
        found = {"position": loops.builder.sitofp(at["j"], self.real)}
        for name, selection in zip(step.primitive.operands, step.operands):
            if selection.rows.ndim == 2:
                found[name] = loops.load(self.access(selection, "j", "r"), at)
        return found

    def _evaluate(
        self,
        loops: Loops,
        step: Step,
        term: Term,
        bindings: dict[str, Instruction],
        at: dict[str, Instruction],
    ) -> Instruction:
        """A rule as instructions; each of its reductions becomes a loop before them."""
        count = max((s.shape[0] for s in step.operands if s.rows.ndim == 2), default=0)
        found: dict[str, Instruction] = {}

        def visit(term: Term) -> Term:
            if not isinstance(term, Expression) or not term.operands:
                return term
            new = Expression(term.head, *map(visit, term.operands), rule=term.rule)
            if term.head not in REDUCTIONS:
                return new
            if repr(new) not in found:
                start, combine = REDUCTIONS[term.head]
                result = loops.variable(start)
                with loops.loop(count) as j:
                    inner = bindings | found | self._family(loops, step, at | {"j": j})
                    element = loops.arithmetic.evaluate(new.operands[0], inner)
                    combined = combine(loops.arithmetic, loops.builder.load(result), element)
                    loops.builder.store(combined, result)
                found[repr(new)] = loops.builder.load(result)
            return Expression(repr(new))

        visited = visit(term)
        return loops.arithmetic.evaluate(visited, bindings | found)

    # ---- reverse --------------------------------------------------------------------------------

    def _reverse(self, results: Selection) -> None:
        if not self.moves(results):
            return
        self._begin(results)
        with self.function() as loops:
            seed = self.access(results, "r", cotangent=True)
            share = loops.arithmetic.number(1.0)
            if not results.uniform:
                share = loops.builder.fdiv(share, loops.builder.sitofp(loops.batch, self.real))
            with loops.nest(loops.sizes({"r": 1}, seed)) as at:
                loops.add(share, seed, at)
        self._unstack(results)
        for step in reversed(self.program.steps):
            if step.out.at in self.begun:
                self._back(step)

    def _begin(self, selection: Selection) -> None:
        """Remember which arrays have been given a cotangent."""
        self.begun |= self.moving & set(selection.sources)

    def _back(self, step: Step) -> None:
        moving = [selection for selection in _selections(step) if self.moves(selection)]
        with self.function() as loops:
            if step.kind == "matmul":
                self._back_of_product(loops, step)
            elif step.kind == "dot" or step.primitive is SUM:
                self._back_of_dot(loops, step)
            else:
                self._by_partials(loops, step)
        for selection in moving:
            self._begin(selection)
            self._unstack(selection)

    def _back_of_product(self, loops: Loops, step: Step) -> None:
        given, matrix, vectors = self._product(step, cotangent=True)
        sizes = loops.sizes({**_rows(given), **_rows(matrix), **_rows(vectors)}, given)
        if self.moves(step.operands[0]):
            loops.contract(self.access(step.operands[0], "r", "j", cotangent=True), [given, vectors], sizes)
        if self.moves(step.operands[1]):
            loops.contract(self.access(step.operands[1], "j", "m", cotangent=True), [given, matrix], sizes)
        self._back_of_terms(loops, step, given)

    def _back_of_dot(self, loops: Loops, step: Step) -> None:
        given = self.out(step.out, cotangent=True)
        for at, selection in enumerate(step.operands):
            if self.moves(selection):
                others = [self.access(other, "j", "r") for n, other in enumerate(step.operands) if n != at]
                target = self.access(selection, "j", "r", cotangent=True)
                loops.contract(
                    target, [given, *others], loops.sizes({**_rows(given), **_rows(target)}, given)
                )
        self._back_of_terms(loops, step, given)

    def _back_of_terms(self, loops: Loops, step: Step, given: Access) -> None:
        if step.plain is None or not self.moves(step.plain):
            return
        for number, target in enumerate(self._terms(step, cotangent=True)):
            if step.plain.arrays[number, 0] in self.moving or len(step.plain.sources) > 1:
                loops.contract(target, [given], loops.sizes(_rows(given), given))

    def _by_partials(self, loops: Loops, step: Step) -> None:
        primitive, given = step.primitive, self.out(step.out, cotangent=True)
        pairs = [
            (partial, selection)
            for partial, selection in zip(primitive.partials, step.operands)
            if self.moves(selection) and not (isinstance(partial, float) and partial == 0.0)
        ]
        singles = [(partial, self.access(s, "r", cotangent=True)) for partial, s in pairs if s.rows.ndim == 1]
        families = [
            (partial, self.access(s, "j", "r", cotangent=True)) for partial, s in pairs if s.rows.ndim == 2
        ]
        with loops.loop(step.out.rows) as r:
            sums = {
                target: loops.variable(0.0)
                for _, target in singles
                if given.place.varies > target.place.varies
            }
            with loops.nest(loops.sizes({}, given)) as at:
                at["r"] = r
                g = loops.load(given, at)
                bindings = self._singles(loops, step, at)
                bindings["z"] = loops.load(self.out(step.out), at)
                for partial, target in singles:
                    term = loops.arithmetic.multiply(g, loops.arithmetic.evaluate(partial, bindings))
                    if target in sums:
                        total = loops.arithmetic.add(loops.builder.load(sums[target]), term)
                        loops.builder.store(total, sums[target])
                    else:
                        loops.add(term, target, at)
                if families:
                    with loops.loop(families[0][1].rows.shape[0]) as j:
                        inside = at | {"j": j}
                        inner = bindings | self._family(loops, step, inside)
                        for partial, target in families:
                            term = loops.arithmetic.multiply(g, loops.arithmetic.evaluate(partial, inner))
                            loops.add(term, target, inside)
            for target, total in sums.items():
                loops.add(loops.builder.load(total), target, {"r": r})


def _selections(step: Step) -> list[Selection]:
    return [*step.operands, *([step.plain] if step.plain else [])]


def _rows(access: Access) -> dict[str, int]:
    """The sizes of the axes of an access, by variable."""
    return dict(zip(access.variables, access.rows.shape))
