"""The numba backend: the same lowered program as loops, which LLVM turns into machine code.

Every array operation is a loop over its rows and, inside, over the batch; the rules of the table are
printed in Python, as for the eager engine. A batch of one sample has a program of its own, without the
inner loop. numba may reassociate sums and contract products with them, but honours NaN and infinities.
"""

from __future__ import annotations

import importlib
import linecache
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.grouping import (
    INPUTS,
    NUMBERS,
    PARAMETERS,
    Array,
    Program,
    Selection,
    Step,
    moving_arrays,
)
from autograd.compiler.numpy_text import numpy_program, same_number
from autograd.notation import PYTHON
from autograd.rules import REDUCTIONS
from autograd.symbols import Expression, Term, substitute

PART = 60
"""Lines after which a part ends."""

_FASTMATH = {"reassoc", "contract", "arcp", "nsz"}


def numba_functions(program: Program, single: bool, dtype: Any) -> Any:
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
            compiled[alone] = _load(LoopWriter(program, alone), gradient, dtype)
        return compiled[alone](np.ascontiguousarray(p), np.ascontiguousarray(x))

    return run


def _load(writer: LoopWriter, gradient: bool, dtype: Any) -> Callable[[Any, Any], Any]:
    numba: Any = importlib.import_module("numba")
    source = writer.source(gradient)
    name = f"<loops {id(writer):x}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {key: getattr(math, key) for key in dir(math) if not key.startswith("_")}
    namespace |= {"np": np, "dtype": dtype}
    namespace |= {key: a.astype(dtype) if a.dtype.kind == "f" else a for key, a in writer.constants.items()}
    exec(compile(source, name, "exec"), namespace)
    inner = numba.njit(
        fastmath=_FASTMATH, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
    )
    compiled = numba.njit(fastmath=_FASTMATH, error_model="numpy")
    for part in [key for key in namespace if key.startswith("part_")]:
        namespace[part] = inner(namespace[part])
    program: Callable[[Any, Any], Any] = compiled(namespace["program"])
    return program


class LoopWriter:
    """Writes the loops of a program: all steps forward, then all of them in reverse."""

    def __init__(self, program: Program, alone: bool) -> None:
        self.program, self.alone = program, alone
        self.constants: dict[str, Any] = {}
        self.lines: list[str] = []
        self.moving = moving_arrays(program)
        self.stacks: dict[Any, Array] = {}
        self.names: dict[Any, str] = {}
        self.begun: set[int] = set()
        self.next = len(program.arrays)
        self.offsets: dict[int, int] = {}
        self.sizes = {False: 0, True: 0}
        self.parts: list[list[str]] = []

    def source(self, gradient: bool) -> str:
        """The text of `program(p, x)`: it calls parts of a few steps each, which compile faster than one."""
        assert self.program.results is not None
        for step in self.program.steps:
            self._forward(step)
            self.cut()
        results = self.program.results
        self._stack_if_mixed(results)
        self.loop(0, "r", results.shape[0])
        self.batch_loop(1)
        self.emit(2, f"results[r, {'0' if self.alone else 'b'}] = {self.element(results, 'r')}")
        self.cut()
        if gradient:
            self._reverse(results)
        self.cut(always=True)
        names = "p, x, batch, v, u, d, e, dp, results"
        parts = [f"def part_{n}({names}):\n" + "\n".join(lines) + "\n" for n, lines in enumerate(self.parts)]
        lines = [
            "batch = x.shape[1]",
            f"v = np.empty(({self.sizes[False]}, batch), dtype)",
            f"u = np.empty({self.sizes[True]}, dtype)",
            "d = np.zeros(v.shape, dtype)" if gradient else "d = v",
            "e = np.zeros(u.shape, dtype)" if gradient else "e = u",
            "dp = np.zeros(p.shape, dtype)" if gradient else "dp = p",
            f"results = np.empty(({results.shape[0]}, batch), dtype)",
            *(f"part_{n}({names})" for n in range(len(parts))),
            "return results, dp" if gradient else "return results",
        ]
        whole = "def program(p, x):\n" + "".join(f"    {line}\n" for line in lines)
        return "\n\n".join([*parts, whole])

    def cut(self, always: bool = False) -> None:
        """End a part, when it is long enough."""
        if self.lines and (always or len(self.lines) > PART):
            self.parts.append(self.lines)
            self.lines = []

    # ---- text -----------------------------------------------------------------------------------

    def emit(self, depth: int, line: str) -> None:
        """One line, indented."""
        self.lines.append("    " * (depth + 1) + line)

    def loop(self, depth: int, variable: str, count: int) -> None:
        """The head of a loop over rows."""
        self.emit(depth, f"for {variable} in range({count}):")

    def batch_loop(self, depth: int, uniform: bool = False) -> None:
        """The head of the loop over the samples; of one turn where there is nothing to loop over."""
        self.emit(depth, "for b in range(1):" if uniform or self.alone else "for b in range(batch):")

    def constant(self, array: Any) -> str:
        """The name of a constant array."""
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.names:
            self.names[key] = f"k{len(self.names)}"
            self.constants[self.names[key]] = array
        return self.names[key]

    def cell(self, array: Array, row: str, prefix: str = "v") -> str:
        """One scalar: `v` holds those of the samples, `u` the uniform ones, `d` and `e` their cotangents."""
        if array.at == PARAMETERS:
            return f"{'dp' if prefix == 'd' else 'p'}[{row}]"
        if array.at == INPUTS:
            return f"x[{row}, {'0' if self.alone else 'b'}]"
        row = f"{self.offsets[array.at]} + {row}"
        if array.uniform:
            return f"{'e' if prefix == 'd' else 'u'}[{row}]"
        return f"{prefix}[{row}, {'0' if self.alone else 'b'}]"

    def allocate(self, array: Array) -> None:
        """Room for an array in the workspace."""
        self.offsets[array.at] = self.sizes[array.uniform]
        self.sizes[array.uniform] += array.rows

    # ---- elements of a selection ----------------------------------------------------------------

    def element(self, selection: Selection, *variables: str) -> str:
        """The text of an element of a selection: one index for each of its axes."""
        array, rows = self.source_of(selection)
        if array.at == NUMBERS:
            numbers = np.array(self.program.numbers)[rows]
            if same_number(numbers):
                return f"({float(numbers.flat[0])!r})"
            return f"{self.constant(numbers)}[{', '.join(variables)}]"
        return self.cell(array, self.row(rows, *variables))

    def source_of(self, selection: Selection) -> tuple[Array, Any]:
        """The one array that a selection reads, a stack of its own if it mixes several; and the rows."""
        arrays = selection.sources
        if len(arrays) == 1:
            return self.program.arrays[int(arrays[0])], selection.rows
        stack = self.stacks[self._key(selection)]
        return stack, np.arange(stack.rows).reshape(selection.shape)

    def row(self, rows: Any, *variables: str) -> str:
        """The row as an affine text of the loop variables, or through an array of rows."""
        first = int(rows.flat[0])
        steps = [
            int(rows.take(1, axis).flat[0]) - first if rows.shape[axis] > 1 else 0
            for axis in range(rows.ndim)
        ]
        grid = sum(step * index for step, index in zip(steps, np.indices(rows.shape)))
        if (rows == first + grid).all():
            terms = [f"{step} * {v}" if step != 1 else v for step, v in zip(steps, variables) if step]
            return " + ".join([*([str(first)] if first or not terms else []), *terms])
        return f"{self.constant(rows.astype(np.int64))}[{', '.join(variables)}]"

    @staticmethod
    def _key(selection: Selection) -> Any:
        return selection.arrays.tobytes(), selection.rows.tobytes(), selection.shape

    def _stack_if_mixed(self, selection: Selection) -> None:
        """Copy a selection from several arrays into one, once."""
        if len(selection.sources) == 1 or self._key(selection) in self.stacks:
            return
        stack = Array(self.next, selection.rows.size, selection.uniform)
        self.next += 1
        self.stacks[self._key(selection)] = stack
        self.allocate(stack)
        for array, places, rows in _parts(selection, self.program):
            if array.at == NUMBERS:
                rows = np.array(self.program.numbers)[rows]
            self.loop(0, "r", len(places))
            self.batch_loop(1, stack.uniform)
            target = self.cell(stack, self.row(places, "r"))
            if array.at == NUMBERS:
                self.emit(2, f"{target} = {self.constant(rows)}[r]")
            else:
                self.emit(2, f"{target} = {self.cell(array, self.row(rows, 'r'))}")

    # ---- forward --------------------------------------------------------------------------------

    def _forward(self, step: Step) -> None:
        for selection in [*step.operands, *([step.plain] if step.plain else [])]:
            self._stack_if_mixed(selection)
        self.allocate(step.out)
        if step.kind == "matmul":
            self._matmul(step)
            return
        self.loop(0, "r", step.out.rows)
        self.batch_loop(1, step.out.uniform)
        target = self.cell(step.out, "r")
        if step.kind == "dot":
            left, right = step.operands
            self.emit(2, "total = 0.0")
            self.loop(2, "j", left.shape[0])
            self.emit(3, f"total += {self.element(left, 'j', 'r')} * {self.element(right, 'j', 'r')}")
            self.emit(2, f"{target} = {' + '.join(['total', *self._plain(step, 'r')])}")
        else:
            bindings = self._load_singles(step, 2)
            text = self._spell(step, step.primitive.value, bindings, 2)
            self.emit(2, f"{target} = {text}")

    def _plain(self, step: Step, r: str) -> list[str]:
        if step.plain is None:
            return []
        return [self.element(step.plain, str(at), r) for at in range(step.plain.shape[0])]

    def _load_singles(self, step: Step, depth: int) -> dict[str, Term]:
        """Local variables for the operands that are not families."""
        primitive = step.primitive
        bindings: dict[str, Term] = {}
        for name, selection in zip(primitive.operands, step.operands):
            if selection.rows.ndim == 1:
                self.emit(depth, f"{name}_ = {self.element(selection, 'r')}")
                bindings[name] = Expression(f"{name}_")
        return bindings

    def _load_family(self, step: Step, depth: int) -> dict[str, Term]:
        """Local variables for element j of each family."""
        bindings: dict[str, Term] = {"position": Expression("j")}
        for name, selection in zip(step.primitive.operands, step.operands):
            if selection.rows.ndim == 2:
                self.emit(depth, f"{name}_ = {self.element(selection, 'j', 'r')}")
                bindings[name] = Expression(f"{name}_")
        return bindings

    def _spell(self, step: Step, term: Term, bindings: dict[str, Term], depth: int) -> str:
        """A rule as text; each of its reductions becomes a loop before it."""
        count = max((s.shape[0] for s in step.operands if s.rows.ndim == 2), default=0)
        found: dict[str, Expression] = {}

        def visit(term: Term) -> Term:
            if not isinstance(term, Expression) or not term.operands:
                return term
            new = Expression(term.head, *map(visit, term.operands), rule=term.rule)
            if term.head not in REDUCTIONS:
                return new
            key = repr(new)
            if key not in found:
                found[key] = Expression(f"{term.head}_{len(found)}")
                self.emit(depth, f"{found[key]} = {'0.0' if term.head == 'total' else '-inf'}")
                self.loop(depth, "j", count)
                inner = bindings | self._load_family(step, depth + 1)
                body = PYTHON.write(substitute(new.operands[0], inner))
                if term.head == "total":
                    self.emit(depth + 1, f"{found[key]} += {body}")
                else:
                    self.emit(depth + 1, f"if {body:7} > {found[key]} or {body:7} != {body:7}:")
                    self.emit(depth + 2, f"{found[key]} = {body}")
            return found[key]

        return str(PYTHON.write(substitute(visit(term), bindings)))

    def _matmul(self, step: Step) -> None:
        matrix, vectors = step.operands
        (rows, size), columns = matrix.shape, vectors.shape[1]
        weight = self.element(matrix, "r", "j")
        out = self.cell(step.out, f"r * {columns} + m")
        start = " + ".join(self._plain(step, "r") or ["0.0"])
        self.loop(0, "r", rows)
        self.loop(1, "m", columns)
        if self.alone:
            self.emit(2, f"total = {start}")
            self.loop(2, "j", size)
            self.emit(3, f"total += {weight} * {self.element(vectors, 'j', 'm')}")
            self.emit(2, f"{out} = total")
            return
        self.batch_loop(2)
        self.emit(3, f"{out} = {start}")
        self.loop(2, "j", size)
        self.emit(3, f"w = {weight}")
        self.batch_loop(3)
        self.emit(4, f"{out} += w * {self.element(vectors, 'j', 'm')}")

    # ---- reverse --------------------------------------------------------------------------------

    def _reverse(self, results: Selection) -> None:
        self._begin(results)
        share = "1.0" if results.uniform else "1.0 / batch"
        if self.moves(results):
            array, rows = self.source_of(results)
            self.batch_loop(0, results.uniform)
            self.emit(1, f"{self.cell(array, self.row(rows, '0'), 'd')} += {share}")
            self._unstack(results)
        for step in reversed(self.program.steps):
            if step.out.at in self.begun:
                self._back(step)
                self.cut()

    def moves(self, selection: Selection) -> bool:
        """Whether any part of the selection has a gradient."""
        return bool(self.moving & set(selection.sources))

    def _begin(self, selection: Selection) -> None:
        """Make sure that the cotangents of what is selected exist."""
        if not self.moves(selection):
            return
        for at in selection.sources:
            if at in self.moving and at != PARAMETERS and at not in self.begun:
                self.begun.add(at)

    def _unstack(self, selection: Selection) -> None:
        """Hand the cotangent of a stack on to the arrays that it was copied from."""
        if len(selection.sources) == 1:
            return
        stack = self.stacks[self._key(selection)]
        for array, places, rows in _parts(selection, self.program):
            if array.at in self.moving:
                self.loop(0, "r", len(places))
                self.batch_loop(1, stack.uniform)
                source = self.cell(stack, self.row(places, "r"), "d")
                self.emit(2, f"{self.cell(array, self.row(rows, 'r'), 'd')} += {source}")

    def target(self, selection: Selection, *variables: str) -> str:
        """The cotangent of an element of a selection."""
        array, rows = self.source_of(selection)
        return self.cell(array, self.row(rows, *variables), "d")

    def _back(self, step: Step) -> None:
        selections = [s for s in [*step.operands, *([step.plain] if step.plain else [])] if self.moves(s)]
        for selection in selections:
            self._begin(selection)
        if step.kind == "matmul":
            self._matmul_back(step)
        elif step.kind == "dot":
            self._dot_back(step)
        else:
            self._by_partials(step)
        for selection in selections:
            self._unstack(selection)

    def _by_partials(self, step: Step) -> None:
        primitive, out = step.primitive, step.out
        pairs = [
            (partial, selection)
            for partial, selection in zip(primitive.partials, step.operands)
            if self.moves(selection) and not (isinstance(partial, float) and partial == 0.0)
        ]
        self.loop(0, "r", out.rows)
        self.batch_loop(1, out.uniform)
        self.emit(2, f"g = {self.cell(out, 'r', 'd')}")
        bindings = self._load_singles(step, 2)
        self.emit(2, f"z_ = {self.cell(out, 'r')}")
        bindings["z"] = Expression("z_")
        for partial, selection in pairs:
            if selection.rows.ndim == 1:
                text = PYTHON.write(substitute(partial, bindings))
                self.emit(2, f"{self.target(selection, 'r')} += g * {text:13}")
        families = [(partial, selection) for partial, selection in pairs if selection.rows.ndim == 2]
        if families:
            self.loop(2, "j", families[0][1].shape[0])
            inner = bindings | self._load_family(step, 3)
            for partial, selection in families:
                text = PYTHON.write(substitute(partial, inner))
                self.emit(3, f"{self.target(selection, 'j', 'r')} += g * {text:13}")

    def _dot_back(self, step: Step) -> None:
        left, right = step.operands
        self.loop(0, "r", step.out.rows)
        self.batch_loop(1, step.out.uniform)
        self.emit(2, f"g = {self.cell(step.out, 'r', 'd')}")
        self._plain_back(step, "r", 2)
        self.loop(2, "j", left.shape[0])
        self.emit(3, "pass")
        for selection, other in ((left, right), (right, left)):
            if self.moves(selection):
                self.emit(3, f"{self.target(selection, 'j', 'r')} += g * {self.element(other, 'j', 'r')}")

    def _plain_back(self, step: Step, r: str, depth: int, cotangent: str = "g") -> None:
        if step.plain is None or not self.moves(step.plain):
            return
        for at in range(step.plain.shape[0]):
            self.emit(depth, f"{self.target(step.plain, str(at), r)} += {cotangent}")

    def _matmul_back(self, step: Step) -> None:
        matrix, vectors = step.operands
        (rows, size), columns = matrix.shape, vectors.shape[1]
        d = self.cell(step.out, f"r * {columns} + m", "d")
        self.loop(0, "r", rows)
        self.loop(1, "m", columns)
        if step.plain is not None and self.moves(step.plain):
            if step.plain.uniform:
                self.emit(2, "total = 0.0")
                self.batch_loop(2)
                self.emit(3, f"total += {d}")
                self._plain_back(step, "r", 2, "total")
            else:
                self.batch_loop(2)
                self._plain_back(step, "r", 3, d)
        self.loop(2, "j", size)
        self.emit(3, "pass")
        y = self.element(vectors, "j", "m")
        if self.moves(vectors):
            self.emit(3, f"w = {self.element(matrix, 'r', 'j')}")
        if self.moves(matrix):
            self.emit(3, "total = 0.0")
        self.batch_loop(3)
        self.emit(4, f"g = {d}")
        if self.moves(matrix):
            self.emit(4, f"total += g * {y}")
        if self.moves(vectors):
            self.emit(4, f"{self.target(vectors, 'j', 'm')} += g * w")
        if self.moves(matrix):
            self.emit(3, f"{self.target(matrix, 'r', 'j')} += total")


def _parts(selection: Selection, program: Program) -> Sequence[tuple[Array, Any, Any]]:
    """Per array of a mixed selection: the array, the places in the stack, and the rows."""
    arrays, rows = selection.arrays.ravel(), selection.rows.ravel()
    found = []
    for at in np.unique(arrays).tolist():
        places = np.flatnonzero(arrays == at)
        found.append((program.arrays[at], places, rows[places]))
    return found
