"""The program of a compiled function as boxes and arrows: one box for each array operation.

Each box folds the scalar operations that became one line of array code, and the arrows say which arrays
they read. Parameters and arguments stand as the vectors and matrices that the operations read them as.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.compiled import Compiled
from autograd.compiler.program.program import INPUTS, NUMBERS, PARAMETERS
from viz.views.boxes import Arrow, Box, View, operation_line
from viz.views.naming import Names
from viz.views.reading import Node, Operand
from viz.views.text import Line, Span, count, cut, number, plain

_SOURCES = {PARAMETERS: ("parameter", "p"), INPUTS: ("variable", "x"), NUMBERS: ("constant", "k")}
_WORDS = {"variable": "argument", "root": "result"}
"""What a program calls what in a graph is a variable, and the root."""


def program_view(compiled: Compiled, names: Names, model: Any, asked_by: str) -> View:
    """The array operations of a compiled function's latest recording.

    Raises RuntimeError, which names `asked_by`, when the function has not been called on a batch yet.
    """
    found = compiled.latest(asked_by)
    boxes = _Boxes(found, compiled.batched, _paths(found.parameters, names, model))
    for step in found.program.steps:
        boxes.add(step)
    boxes.mark_results()
    steps, products = len(found.program.steps), sum(step.kind == "matmul" for step in found.program.steps)
    said = f"{_many(found.nodes, 'scalar node')} → {_many(steps, 'array operation')}"
    if products:
        said += f", {count(products)} of them {'a matrix product' if products == 1 else 'matrix products'}"
    title = f"Drawing of a program of {_many(steps, 'array operation')}"
    return View(title, tuple(boxes.boxes.values()), tuple(boxes.arrows), (said,), legend_words=_WORDS)


class _Boxes:
    """Boxes and arrows as they are met, operands before results."""

    def __init__(self, found: Any, batched: bool, paths: dict[int, str]) -> None:
        self.found, self.batched, self.program, self.paths = found, batched, found.program, paths
        self.boxes: dict[str, Box] = {}
        self.arrows: list[Arrow] = []
        self.keys: dict[Any, str] = {}

    def add(self, step: Any) -> None:
        """The box of one array operation, and the arrows into it."""
        key = f"v{step.out.at}"
        inline = not step.primitive.families  # a vector of equal numbers gets its box
        literals = [self._literal(selection) if inline else None for selection in step.operands]
        reads = [(selection, "") for selection, literal in zip(step.operands, literals) if literal is None]
        reads += [(step.plain, "+")] if step.plain is not None else []
        shape = self._result_shape(step)
        each = _each(step)
        lines = (
            (Span(key, "name"), Span(" = ", "muted"), *_title(step, literals)),
            (Span(_shape(shape), "data"),),
            (Span(f"{count(step.out.rows)} × {each}" if step.out.rows > 1 else f"1 {each}", "muted"),),
        )
        how = "the same for every sample: computed once" if step.out.uniform else "for every sample"
        if not self.batched:
            how = "for the whole batch"
        tooltip = f"{key}: {_shape(shape)}\n{plain(lines[2])}, {how}"
        for selection in step.operands:
            tooltip += self._padding(selection)
        for selection, label in reads:
            self._read(selection, key, label)
        self.boxes[key] = Box(key, "operation", False, lines, tooltip, None, ())

    def mark_results(self) -> None:
        """Give the arrays that hold results the border of a root."""
        results = self.program.results
        for at in results.sources:
            key = f"v{at}" if at not in _SOURCES else self._source(at, results)
            self.boxes[key] = self.boxes[key]._replace(is_root=True)

    def _read(self, selection: Any, target: str, label: str) -> None:
        """An arrow from each array of which the selection reads some rows."""
        for at in selection.sources:
            if at == NUMBERS and len(selection.sources) > 1:
                continue  # padding, or single numbers between the rows: named in the tooltip
            rows = selection.rows[selection.arrays == at]
            distinct, size = len(np.unique(rows)), self.program.arrays[at].rows
            partly = f"{count(distinct)} of {count(size)}" if distinct < size and at not in _SOURCES else ""
            source = f"v{at}" if at not in _SOURCES else self._source(at, selection)
            words = f"reads {_many(distinct, 'row')}" + (f" of {count(size)}" if partly else "")
            if rows.size > distinct:
                words += f", {count(rows.size)} times in all"
            text = " ".join(filter(None, (label, partly)))
            key = f"e{len(self.arrows)}"
            self.arrows.append(Arrow(key, source, target, text, words, None, ()))

    def _source(self, at: int, selection: Any) -> str:
        """The box of those parameters, arguments or numbers that a selection reads."""
        here = selection.arrays == at
        rows = selection.rows[here]
        distinct = np.unique(rows)
        known = (at, distinct.tobytes())
        if known not in self.keys:
            kind, letter = _SOURCES[at]
            key = self.keys[known] = f"{letter}{len(self.keys)}"
            whole = here.all() and len(distinct) == rows.size
            shape = selection.shape if whole else (len(distinct),)
            if at == INPUTS and self.batched:
                shape = (*shape, -1)
            name = self._name(at, letter, distinct)
            words = {PARAMETERS: "parameters", INPUTS: "of the arguments", NUMBERS: "numbers"}[at]
            lines: tuple[Line, ...] = (
                (Span(cut(name), "name"),),
                (Span(_shape(shape), "data"),),
                (Span(words, "muted"),),
            )
            tooltip = f"{letter}{_slice(distinct)}: {_shape(shape)} {words}"
            self.boxes[key] = Box(key, kind, False, lines, tooltip, None, ())
        return self.keys[known]

    def _name(self, at: int, letter: str, rows: Any) -> str:
        if at == NUMBERS:
            shown = [number(self.program.numbers[row]) for row in rows[:3]]
            return ", ".join(shown) + (", …" if len(rows) > 3 else "")
        if at == PARAMETERS:
            paths = [self.paths.get(id(self.found.parameters[row]), "") for row in rows]
            if all(paths):
                return pattern(paths)
        return letter + _slice(rows)

    def _literal(self, selection: Any) -> float | None:
        """The one plain number that a selection reads, None when it reads anything else."""
        if selection.sources != [NUMBERS]:
            return None
        numbers = {repr(self.program.numbers[row]): row for row in np.unique(selection.rows)}
        return self.program.numbers[next(iter(numbers.values()))] if len(numbers) == 1 else None

    def _padding(self, selection: Any) -> str:
        if NUMBERS not in selection.sources or len(selection.sources) == 1:
            return ""
        rows = np.unique(selection.rows[selection.arrays == NUMBERS])
        return (
            f"\nwith {', '.join(number(self.program.numbers[row]) for row in rows[:6])} between or after them"
        )

    def _result_shape(self, step: Any) -> tuple[int, ...]:
        rows: tuple[int, ...] = (step.out.rows,)
        if step.kind == "matmul":
            rows = (step.operands[0].shape[0], step.operands[1].shape[1])
        return rows if step.out.uniform or not self.batched else (*rows, -1)


def _title(step: Any, literals: Sequence[float | None]) -> Line:
    """`matmul`, `relu`, `1 -`, `÷ 16`."""
    if step.kind == "matmul":
        return (Span("matmul", "symbol"),)
    operands = tuple(
        Operand(0, 0.0, None) if literal is None else Operand(None, literal, None) for literal in literals
    )
    return operation_line(Node(0, "operation", "", 0.0, None, step.primitive, operands))


def _each(step: Any) -> str:
    """What one of the scalar operations is: `relu`, `dot of 16`, `dot of 16, plus 1`."""
    name = str(step.primitive.name)
    if not step.primitive.families:
        return name
    family = step.operands[0] if step.kind == "matmul" else step.operands[-1]
    terms = family.shape[-1] if step.kind == "matmul" else family.shape[0]
    more = f", plus {count(len(step.plain.rows))}" if step.plain is not None else ""
    padded = NUMBERS in family.sources and len(family.sources) > 1
    return f"{name} of {'up to ' if padded else ''}{count(terms)}{more}"


def _shape(shape: Sequence[int]) -> str:
    """`16 × 2`, `16 × batch`; axes of length 1 say nothing and are left out."""
    axes = ["batch" if axis == -1 else count(axis) for axis in shape if axis != 1]
    return " × ".join(axes) or "one number"


def _slice(rows: Any) -> str:
    """Rows as they stand in the source: `[0:48]`, `[2:48:3]`, or the span and how many of it."""
    first, last = int(rows[0]), int(rows[-1])
    steps = np.diff(rows)
    if len(rows) == 1:
        return f"[{first}]"
    if (steps == steps[0]).all():
        return f"[{first}:{last + 1}" + (f":{steps[0]}]" if steps[0] > 1 else "]")
    return f"[{first}:{last + 1}], {count(len(rows))} of them"


def pattern(paths: Sequence[str]) -> str:
    """What paths have in common, with `*` for what they have not; the first ones where that is nothing.

    >>> pattern(["layers.0.neurons.0.w.0", "layers.0.neurons.1.w.1"]), pattern(["a", "b"])
    ('layers.0.neurons.*.w', 'a, b')
    """
    split = [path.split(".") for path in paths]
    parts = [column[0] if len(set(column)) == 1 else "*" for column in zip(*split)]
    if len(set(map(len, split))) > 1:
        parts.append("*")
    while parts and parts[-1] == "*":
        parts.pop()
    return ".".join(parts) or ", ".join(paths[:3]) + (", …" if len(paths) > 3 else "")


def _paths(parameters: Sequence[Any], names: Names, model: Any) -> dict[int, str]:
    """Labels, else paths within the model or the caller's modules, else the caller's variables."""
    used = {id(parameter) for parameter in parameters}
    known = [("", model)] if model is not None else names.modules
    known = [(name, module) for name, module in known if used & set(map(id, module.parameters()))]
    paths = {id(parameter): parameter.label for parameter in parameters if parameter.label}
    for name, module in known:
        for path, parameter in module.named_parameters():
            paths.setdefault(id(parameter), path if len(known) == 1 else f"{name}.{path}")
    return {**names.values, **paths}


def _many(many: int, word: str) -> str:
    return f"{count(many)} {word}{'' if many == 1 else 's'}"
