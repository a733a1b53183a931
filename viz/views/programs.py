"""The program of a compiled function as boxes and arrows: one box for each array operation.

Each box folds the scalar operations that became one line of array code, and the arrows say which arrays
they read. Parameters and arguments stand as the vectors and matrices that the operations read them as.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd import Value
from autograd.compiler.compiled import Compiled
from autograd.compiler.program.program import INPUTS, NUMBERS, PARAMETERS, Program, Selection, Step
from viz.views.boxes import Arrow, Box, View
from viz.views.naming import Names
from viz.views.nesting import prefixes
from viz.views.origins import is_inside
from viz.views.reading import Node, Operand
from viz.views.stages import Operations
from viz.views.text import Line, Span, count, cut, number
from viz.views.titles import operation_line

_BATCH = -1
"""The axis of the samples, in a shape."""


class _Source(NamedTuple):
    """An array that is there from the start: its boxes' kind, its letter in the source, what it holds."""

    kind: str
    letter: str
    content: str


_SOURCES = {
    PARAMETERS: _Source("parameter", "p", "parameters"),
    INPUTS: _Source("variable", "x", "of the arguments"),
    NUMBERS: _Source("constant", "k", "numbers"),
}
_LEGEND_WORDS = {"variable": "argument", "root": "result"}


def operations_of(compiled: Compiled, names: Names, model: Any, asked_by: str) -> Operations:
    """The array operations of the program to which a compiled function's latest call was compiled.

    Raises RuntimeError, which names `asked_by`, when the function has not been called on a batch yet.
    """
    latest = compiled.latest(asked_by)
    program = latest.program
    known = _known(latest.parameters, names, model)
    paths = _paths(latest.parameters, names, known)
    boxes = _Boxes(program, compiled.batched, latest.parameters, paths)
    for step in program.steps:
        boxes.add(step)
    boxes.mark_results()
    steps, products = len(program.steps), sum(step.kind == "matmul" for step in program.steps)
    caption = f"{_counted(latest.nodes, 'scalar node')} → {_counted(steps, 'array operation')}"
    if products:
        caption += f", {count(products)} of them {'a matrix product' if products == 1 else 'matrix products'}"
    title = f"Drawing of a program of {_counted(steps, 'array operation')}"
    view = View(
        title, tuple(boxes.boxes.values()), tuple(boxes.arrows), (caption,), legend_words=_LEGEND_WORDS
    )
    modules = {_path(name, inner) for name, module in known for inner, _ in module.named_modules()} - {""}
    read = {f"v{step.out.at}": boxes.parameters_of(step) for step in program.steps}
    return Operations(view, {key: _around(found, modules) for key, found in read.items() if found})


class _Boxes:
    """Boxes and arrows as they are met, operands before results."""

    def __init__(
        self, program: Program, batched: bool, parameters: Sequence[Value], paths: dict[int, str]
    ) -> None:
        self.program, self.batched, self.parameters, self.paths = program, batched, parameters, paths
        self.boxes: dict[str, Box] = {}
        self.arrows: list[Arrow] = []
        self.keys: dict[Any, str] = {}

    def add(self, step: Step) -> None:
        """The box of one array operation, and the arrows into it."""
        key = f"v{step.out.at}"
        inline = not step.primitive.families  # a vector of equal numbers gets its box
        literals = [self._literal(selection) if inline else None for selection in step.operands]
        reads = [(selection, "") for selection, literal in zip(step.operands, literals) if literal is None]
        reads += [(step.plain, "+")] if step.plain is not None else []
        shape = self._result_shape(step)
        folded = f"{count(step.out.rows)} × {_each(step)}" if step.out.rows > 1 else f"1 {_each(step)}"
        lines = (
            (Span(key, "name"), Span(" = ", "muted"), *_title(step, literals)),
            (Span(_shape(shape), "data"),),
            (Span(folded, "muted"),),
        )
        how = "the same for every sample: computed once" if step.out.uniform else "for every sample"
        if not self.batched:
            how = "for the whole batch"
        tooltip = f"{key}: {_shape(shape)}\n{folded}, {how}"
        tooltip += "".join(map(self._padding, step.operands))
        for selection, label in reads:
            self._read(selection, key, label)
        self.boxes[key] = Box(key, "operation", False, lines, tooltip, None, ())

    def parameters_of(self, step: Step) -> list[str]:
        """The paths of the parameters that an operation reads."""
        rows = [one.rows[one.arrays == PARAMETERS] for one in step.selections]
        return [self.paths.get(id(self.parameters[row]), "") for row in np.unique(np.concatenate(rows))]

    def mark_results(self) -> None:
        """Give the arrays that hold results the border of a root."""
        results = self.program.results
        for at in results.sources:
            key = f"v{at}" if at not in _SOURCES else self._source(at, results)
            self.boxes[key] = self.boxes[key]._replace(is_root=True)

    def _read(self, selection: Selection, target: str, label: str) -> None:
        """An arrow from each array of which the selection reads some rows."""
        for at in selection.sources:
            if at == NUMBERS and len(selection.sources) > 1:
                continue  # padding, or single numbers between the rows: named in the tooltip
            rows = selection.rows[selection.arrays == at]
            distinct, size = len(np.unique(rows)), self.program.arrays[at].rows
            partly = f"{count(distinct)} of {count(size)}" if distinct < size and at not in _SOURCES else ""
            source = f"v{at}" if at not in _SOURCES else self._source(at, selection)
            tooltip = f"reads {_counted(distinct, 'row')}" + (f" of {count(size)}" if partly else "")
            if rows.size > distinct:
                tooltip += f", {count(rows.size)} times in all"
            text = " ".join(filter(None, (label, partly)))
            self.arrows.append(Arrow(f"e{len(self.arrows)}", source, target, text, tooltip, None, ()))

    def _source(self, at: int, selection: Selection) -> str:
        """The key of the box of those parameters, arguments or numbers that a selection reads."""
        here = selection.arrays == at
        rows = selection.rows[here]
        distinct = np.unique(rows)
        known = (at, distinct.tobytes())
        if known not in self.keys:
            kind, letter, content = _SOURCES[at]
            key = self.keys[known] = f"{letter}{len(self.keys)}"
            whole = here.all() and len(distinct) == rows.size
            shape = selection.shape if whole else (len(distinct),)
            if at == INPUTS and self.batched:
                shape = (*shape, _BATCH)
            lines: tuple[Line, ...] = (
                (Span(cut(self._name(at, distinct)), "name"),),
                (Span(_shape(shape), "data"),),
                (Span(content, "muted"),),
            )
            tooltip = f"{letter}{_slice(distinct)}: {_shape(shape)} {content}"
            self.boxes[key] = Box(key, kind, False, lines, tooltip, None, ())
        return self.keys[known]

    def _name(self, at: int, rows: Any) -> str:
        """What parameters are called; numbers themselves; else the slice that the source reads."""
        if at == NUMBERS:
            shown = [number(self.program.numbers[row]) for row in rows[:3]]
            return ", ".join(shown) + (", …" if len(rows) > 3 else "")
        if at == PARAMETERS:
            paths = [self.paths.get(id(self.parameters[row]), "") for row in rows]
            if all(paths):
                return pattern(paths)
        return _SOURCES[at].letter + _slice(rows)

    def _literal(self, selection: Selection) -> float | None:
        """The one plain number that a selection reads, None when it reads anything else."""
        if selection.sources != [NUMBERS]:
            return None
        numbers = {repr(self.program.numbers[row]): row for row in np.unique(selection.rows)}
        return self.program.numbers[next(iter(numbers.values()))] if len(numbers) == 1 else None

    def _padding(self, selection: Selection) -> str:
        """A line about the plain numbers among the rows that a selection reads."""
        if NUMBERS not in selection.sources or len(selection.sources) == 1:
            return ""
        rows = np.unique(selection.rows[selection.arrays == NUMBERS])
        shown = [number(self.program.numbers[row]) for row in rows[:6]]
        return f"\nwith {', '.join(shown)} between or after them"

    def _result_shape(self, step: Step) -> tuple[int, ...]:
        rows: tuple[int, ...] = (step.out.rows,)
        if step.kind == "matmul":
            rows = (step.operands[0].shape[0], step.operands[1].shape[1])
        return rows if step.out.uniform or not self.batched else (*rows, _BATCH)


def _title(step: Step, literals: Sequence[float | None]) -> Line:
    """`matmul`, `relu`, `1 -`, `÷ 16`."""
    if step.kind == "matmul":
        return (Span("matmul", "symbol"),)
    operands = tuple(
        Operand(0, 0.0, None) if literal is None else Operand(None, literal, None) for literal in literals
    )
    return operation_line(Node(0, "operation", "", 0.0, None, step.primitive, operands))


def _each(step: Step) -> str:
    """One of the scalar operations that a step folds: `relu`, `dot of 16`, `dot of 16, plus 1`."""
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
    axes = ["batch" if axis == _BATCH else count(axis) for axis in shape if axis != 1]
    return " × ".join(axes) or "one number"


def _slice(rows: Any) -> str:
    """Rows as the program's source has them: `[0:48]`, `[2:48:3]`; else from where to where, and how many."""
    first, last = int(rows[0]), int(rows[-1])
    steps = np.diff(rows)
    if len(rows) == 1:
        return f"[{first}]"
    if (steps == steps[0]).all():
        return f"[{first}:{last + 1}" + (f":{steps[0]}]" if steps[0] > 1 else "]")
    return f"[{first}:{last + 1}], {count(len(rows))} of them"


def pattern(paths: Sequence[str]) -> str:
    """What all paths have in common, with `*` where they differ; the first paths where that is nothing.

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


def _known(parameters: Sequence[Any], names: Names, model: Any) -> list[tuple[str, Any]]:
    """The model, or the caller's modules, whose parameters are used; with names where they are several."""
    used = {id(parameter) for parameter in parameters}
    modules = [("", model)] if model is not None else names.modules
    known = [(name, module) for name, module in modules if used & set(map(id, module.parameters()))]
    return known if len(known) > 1 else [("", module) for _, module in known]


def _paths(parameters: Sequence[Any], names: Names, known: Sequence[tuple[str, Any]]) -> dict[int, str]:
    """Names by identity: labels, else paths within the known modules, else variables."""
    paths = {id(parameter): parameter.label for parameter in parameters if parameter.label}
    for name, module in known:
        for path, parameter in module.named_parameters():
            paths.setdefault(id(parameter), _path(name, path))
    return {**names.values, **paths}


def _path(name: str, inner: str) -> str:
    return ".".join(filter(None, (name, inner)))


def _around(paths: Sequence[str], modules: Collection[str]) -> tuple[str, ...]:
    """The modules that contain all of these parameters, outermost first."""
    around = [prefix for prefix in prefixes(paths[0]) if prefix in modules]
    return tuple(module for module in around if all(is_inside(path, module) for path in paths))


def _counted(many: int, word: str) -> str:
    return f"{count(many)} {word}{'' if many == 1 else 's'}"
