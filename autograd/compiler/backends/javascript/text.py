"""The text: a program as readable JavaScript, forward and reverse, one small function for each step.

It runs wherever a page includes it: it loads nothing, evaluates no text and knows no page. What it calls
besides `Math` is in `rules/numbers.js` (see `rules.javascript.functions_called`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from autograd.compiler.backends.javascript import elementwise, products, selecting
from autograd.compiler.backends.javascript.contraction import contract
from autograd.compiler.backends.javascript.tables import Tables
from autograd.compiler.backends.javascript.writer import Writer
from autograd.compiler.program.program import NUMBERS, SELECT, Array, Kind, Program, Selection, Step
from autograd.compiler.program.rows import runs
from autograd.progress import watched
from autograd.rules.javascript import literal


class StepWriter(Protocol):
    """How one kind of step is written: the body of its function."""

    def forward(self, tables: Tables, step: Step) -> None:
        """Write what computes the rows of the step."""

    def reverse(self, tables: Tables, step: Step) -> None:
        """Write what adds to the cotangents of what the step reads."""


BY_KIND: dict[Kind, StepWriter] = {
    "each": elementwise,
    "reduce": elementwise,
    "dot": products,
    "matmul": products,
}


def writer_of(step: Step) -> StepWriter:
    """How a step is written: by its kind, but a select in a way of its own."""
    if step.kind not in BY_KIND:
        raise TypeError(
            f"JavaScript has no way to write a step of kind {step.kind!r} ({step.primitive.name}); it has "
            f"{', '.join(BY_KIND)}"
        )
    return selecting if step.primitive is SELECT else BY_KIND[step.kind]


def javascript_program(program: Program, gradient: bool = True) -> str:
    """The function `compiled(batch, p, dp)`, which makes what runs the program on so many samples.

    `p` and `dp` are Float64Arrays (parameters,), which several of them may share. What it returns has the
    `inputs` to fill, number i of sample s at i * batch + s; `forward()`, which computes all rows; and the
    `results`, views of them. With `gradient`, `loss()`, the mean of the first result, and `reverse()`, which
    sets `dp` to its gradient, and the `cotangents` of the results, views too, or null where the loss does not
    depend on one by parameters. Without `dp` it is for forward passes alone.
    """
    return _Text(program).written(gradient)


class _Text:
    """One program while it is written."""

    def __init__(self, program: Program) -> None:
        self.program, self.writer = program, Writer()
        self.tables = Tables(program, self.writer)
        self.arrays: list[tuple[Array, bool]] = []
        """All that is computed, and whether it has cotangents."""

        self.copied: dict[int, list[tuple[Selection, Array]]] = {}
        """By the array of a step, what is copied together for it."""

    def written(self, gradient: bool) -> str:
        """The text."""
        forward = [call for step in watched(self.program.steps, every=1) for call in self._forward(step)]
        backward = watched(reversed(self.program.steps) if gradient else [], every=1)
        reverse = [call for step in backward for call in self._reverse(step)]
        functions, self.writer.lines = self.writer.lines, []
        with self.writer.block(f"function compiled(batch, p{', dp' * gradient})"):
            self._write_tables(gradient)
            self.writer.lines += functions
            self._write_object(forward, reverse, gradient)
        return "\n".join(self.writer.lines) + "\n"

    # ---- steps: a function for each, which is written, and named to be called ------------------------

    def _forward(self, step: Step) -> Iterator[str]:
        for selection in step.selections:
            array = self.tables.gather(selection)
            if array is not None:
                self.copied.setdefault(step.out.at, []).append((selection, array))
                self.arrays.append((array, self.program.has_gradient(selection)))
                with self._function(f"copy_{array.at}") as name:
                    for entries, origin in self.tables.origins(selection, array):
                        contract(self.writer, entries, [], [origin])
                yield name
        self.arrays.append((step.out, step.out.at in self.program.with_gradients))
        with self._function(f"{step.primitive.name}_{step.out.at}") as name:
            writer_of(step).forward(self.tables, step)
        yield name

    def _reverse(self, step: Step) -> Iterator[str]:
        if step.out.at in self.program.with_gradients:
            with self._function(f"{step.primitive.name}_{step.out.at}_back") as name:
                writer_of(step).reverse(self.tables, step)
            yield name
        for selection, array in self.copied.get(step.out.at, []):
            if self.program.has_gradient(selection):
                with self._function(f"copy_{array.at}_back") as name:
                    for entries, origin in self.tables.origins(selection, array, cotangent=True):
                        contract(self.writer, origin, [entries])
                yield name

    @contextmanager
    def _function(self, name: str) -> Iterator[str]:
        with self.writer.block(f"function {name}()"):
            yield name
        self.writer.line("")

    # ---- what is around them ------------------------------------------------------------------------

    def _write_tables(self, gradient: bool) -> None:
        line = self.writer.line
        line("const table = rows => new Float64Array(rows * batch);")
        line(f"const inputs = table({self.program.inputs});")
        for array, has_cotangents in self.arrays:
            made = f"new Float64Array({array.rows})" if array.uniform else f"table({array.rows})"
            cotangents = f", {self.tables.name(array, True)} = dp && {made}" * (has_cotangents and gradient)
            line(f"const {self.tables.name(array)} = {made}{cotangents};")
        for text, name in self.writer.tables.items():
            line(f"const {name} = {text};")
        line("")

    def _write_object(self, forward: list[str], reverse: list[str], gradient: bool) -> None:
        writer, results = self.writer, self.program.results
        writer.line("const views = (table, first, count, size) => Array.from({ length: count },")
        writer.line("  (_, at) => table.subarray((first + at) * size, (first + at + 1) * size));")
        views = [self._views(at, rows) for at, rows in _stretches(results)]
        writer.line(f"const results = [{', '.join(views)}];")
        parts = ["batch", "inputs", "results"]
        if gradient:
            views = [self._views(at, rows, cotangent=True) for at, rows in _stretches(results)]
            writer.line(f"const cotangents = dp ? [{', '.join(views)}] : [];")
            parts.append("cotangents")
        writer.line("")
        self._write_calls("forward", forward)
        parts.append("forward")
        if gradient:
            self._write_loss()
            self._write_calls("reverse", reverse, self._beginning())
            parts += ["loss", "reverse"]
        writer.line(f"return {{ {', '.join(parts)} }};")

    def _views(self, at: int, rows: Any, cotangent: bool = False) -> str:
        """Views of adjacent rows of one array, as the elements of a list."""
        array, first, count = self.program.arrays[at], int(rows[0]), len(rows)
        if cotangent and at not in self.program.with_gradients:
            return ", ".join(["null"] * count)
        if at == NUMBERS:
            return ", ".join(f"Float64Array.of({literal(self.program.numbers[row])})" for row in rows)
        name = self.tables.name(array, cotangent)
        return f"...views({name}, {first}, {count}, {1 if array.uniform else 'batch'})"

    def _write_calls(self, name: str, calls: list[str], before: Sequence[str] = ()) -> None:
        with self.writer.block(f"function {name}()"):
            self.writer.lines += [*before, *(f"{call}();" for call in calls)]
        self.writer.line("")

    def _write_loss(self) -> None:
        with self.writer.block("function loss()"):
            self.writer.line("let sum = 0;")
            self.writer.line("for (const each of results[0]) sum += each;")
            self.writer.line("return sum / results[0].length;")
        self.writer.line("")

    def _beginning(self) -> list[str]:
        """The lines with which a reverse pass begins: all cotangents 0, but for the loss's."""
        names = [self.tables.name(array, True) for array, has_cotangents in self.arrays if has_cotangents]
        lines = [f"for (const d of [{', '.join(['dp', *names])}]) d.fill(0);"]
        if self.program.has_gradient(self.program.loss):
            lines.append("cotangents[0].fill(1 / cotangents[0].length);")
        return lines


def _stretches(selection: Selection) -> Iterator[tuple[int, Any]]:
    """Parts of a selection that are adjacent rows of one array: the array, and the rows."""
    for at, rows in runs(selection):
        cuts = np.flatnonzero(np.diff(rows) != 1) + 1
        for stretch in np.split(rows, cuts):
            yield at, stretch
