"""The numpy backend: a lowered program as readable numpy source, forward and reverse.

An array is a variable `v4` of shape (rows, batch), or (rows, 1) when it is the same for every sample; its
cotangent is `d4`. The parameters are one flat vector `p` with the gradient `dp`. What an operation computes,
and its partials, are the rules of the table printed in numpy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.compiler.folding import folded, replaced
from autograd.compiler.grouping import (
    INPUTS,
    NUMBERS,
    PARAMETERS,
    SELECT,
    Array,
    Program,
    Selection,
    Step,
    moving_arrays,
)
from autograd.notation import NUMPY
from autograd.rules import REDUCTIONS, Primitive
from autograd.symbols import Expression, Term, substitute, subterms


@dataclass(frozen=True)
class Text:
    """Source of one function, and the constants that it names."""

    source: str
    constants: dict[str, Any]


def numpy_program(program: Program, gradient: bool) -> Text:
    """`results(p, x)`, or with `gradient` `results_and_gradient(p, x)` for a single result's mean."""
    writer = Writer(program)
    forward = writer.forward()
    results = writer.results()
    assert program.results is not None
    if not gradient:
        lines = [*forward, f"return {results}"]
        return _text("results", writer, lines)
    if program.results.uniform:
        seed = "seed = np.ones((1, 1), p.dtype)"
    else:
        seed = "seed = np.full((1, batch), 1.0 / batch, p.dtype)"
    writer.seed()
    first = writer.lines
    reverse = writer.reverse()
    lines = [*forward, f"loss = {results}", "", "# backward", "dp = np.zeros_like(p)"]
    if any("dP" in line for line in [*first, *reverse]):
        lines.append("dP = dp[:, None]")
    return _text("results_and_gradient", writer, [*lines, seed, *first, *reverse, "return loss, dp"])


def _text(function: str, writer: Writer, lines: list[str]) -> Text:
    """The function, with the names that its lines use defined first."""
    body = "\n".join(lines)
    head = [f"def {function}(p, x):"]
    if re.search(r"\bP\b", body):
        head.append("    P = p[:, None]")
    if re.search(r"\bbatch\b", body):
        head.append("    batch = x.shape[1]")
    source = "\n".join([*head, *("    " + line if line else "" for line in lines)]) + "\n"
    used = {key: array for key, array in writer.constants.items() if re.search(rf"\b{key}\b", body)}
    return Text(source, used)


class Writer:
    """Writes the lines of a program: all steps forward, then all of them in reverse."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants: dict[str, Any] = {}
        self.lines: list[str] = []
        self.operands: dict[int, list[str]] = {}
        self.choices: dict[int, tuple[str, str, str]] = {}
        self.names: dict[Any, str] = {}
        self.moving = moving_arrays(program)
        self.cotangents: dict[int, bool] = {}
        self.temporaries = 0
        self.filled = np.zeros(program.parameters, dtype=bool)

    # ---- forward --------------------------------------------------------------------------------

    def forward(self) -> list[str]:
        """The lines that compute every array."""
        for step in self.program.steps:
            getattr(self, f"_{step.kind}")(step)
        return self.lines

    def results(self) -> str:
        """The text of the results: (results, batch)."""
        assert self.program.results is not None
        return self.read(self.program.results)

    def _each(self, step: Step) -> None:
        texts = [self.named(selection, broadcasts=True) for selection in step.operands]
        self.operands[step.out.at] = texts
        self.lines.append(f"{name(step.out.at)} = {self._value(step.primitive, texts)}")

    def _reduce(self, step: Step) -> None:
        if (
            step.primitive is SELECT
            and len(step.operands[1].sources) == 1
            and NUMBERS not in step.operands[1].sources
        ):
            self._select(step)
            return
        texts = [self.named(selection) for selection in step.operands]
        if any(part.head == "position" for part in subterms(step.primitive.value)):
            count = step.operands[-1].shape[0]
            texts.append(self.constant(np.arange(float(count))[:, None, None]))
        self.operands[step.out.at] = texts
        self.lines.append(f"{name(step.out.at)} = {self._value(step.primitive, texts)}")

    def _select(self, step: Step) -> None:
        """A choice by index: the rows that are chosen, and whether the index is one of a row."""
        index, family = step.operands
        rows, valid = f"rows{step.out.at}", f"valid{step.out.at}"
        self.lines.append(f"{rows}, {valid} = chosen({self.constant(family.rows)}, {self.read(index)})")
        samples = "0" if self.program.arrays[family.sources[0]].uniform else self.assigned("np.arange(batch)")
        self.choices[step.out.at] = rows, valid, samples
        picked = f"{name(family.sources[0])}[{rows}, {samples}]"
        self.lines.append(f"{name(step.out.at)} = np.where({valid}, {picked}, 0.0)")

    def _dot(self, step: Step) -> None:
        left, right = (self.named(flat(selection)) for selection in step.operands)
        self.operands[step.out.at] = [left, right]
        total = f"({left} * {right}).sum(axis=0{', keepdims=True' if step.out.rows == 1 else ''})"
        self.lines.append(f"{name(step.out.at)} = {self._with_plain(step, total)}")

    def _matmul(self, step: Step) -> None:
        matrix, vectors = self.matrix(step.operands[0], step.out.at), self._vectors(step.operands[1])
        self.operands[step.out.at] = [matrix, vectors]
        columns = step.operands[1].shape[1]
        product = f"{matrix} @ {vectors}"
        if columns > 1:
            product = f"({product}).reshape({step.operands[0].shape[0]}, {columns}, -1)"
        text = self._with_plain(step, product, "[:, None]" if columns > 1 else "")
        if columns > 1:
            text = f"({text})" if step.plain else text
            text = f"{text}.reshape({step.out.rows}, -1)"
        self.lines.append(f"{name(step.out.at)} = {text}")

    def _vectors(self, selection: Selection) -> str:
        """A family of vectors (n, m) as an array (n, m * batch)."""
        if selection.shape[1] == 1:
            return self.named(flat(selection))
        text = self.named(selection)
        return self.assigned(f"{text}.reshape({selection.shape[0]}, -1)")

    def _with_plain(self, step: Step, text: str, axes: str = "") -> str:
        if step.plain is None:
            return text
        terms = step.plain
        if terms.shape[0] == 1:
            added = self.read(Selection(terms.arrays[0], terms.rows[0], terms.uniform))
        else:
            added = f"{self.read(terms)}.sum(axis=0)"
        return f"{text} + {added}{axes}"

    def _value(self, primitive: Primitive, texts: list[str]) -> str:
        if "numpy" in primitive.forms:
            return fill(primitive.forms["numpy"], dict(zip(primitive.operands, texts)))
        value = folded(substitute(primitive.value, self._bindings(primitive, texts)))
        return str(NUMPY.write(self._shared(value)))

    def _shared(self, term: Term) -> Term:
        """The term with each reduction that occurs in it several times in a variable of its own."""
        if not isinstance(term, Expression) or not term.operands:
            return term
        found = Counter(repr(part) for part in subterms(term) if part.head in REDUCTIONS)
        repeated = [part for part in subterms(term) if found[repr(part)] > 1]
        named = {repr(part): Expression(self.assigned(str(NUMPY.write(part)))) for part in repeated}
        return replaced(term, named)

    def _bindings(self, primitive: Primitive, texts: list[str]) -> dict[str, Term]:
        names = (*primitive.operands, "position")
        bindings: dict[str, Term] = {operand: _term(text) for operand, text in zip(names, texts)}
        return bindings

    # ---- reading a selection --------------------------------------------------------------------

    def named(self, selection: Selection, broadcasts: bool = False) -> str:
        """The text of a selection, short enough to stand several times in a line."""
        text = self.read(selection, broadcasts)
        simple = re.fullmatch(r"[\w.\-]+(\[[\d:]*\])?(\[:, None\])?", text)
        return text if simple else self.assigned(text)

    def assigned(self, text: str) -> str:
        """A variable that holds the value of `text`; the same one for the same text."""
        if text not in self.names:
            self.names[text] = f"a{len(self.names)}"
            self.lines.append(f"{self.names[text]} = {text}")
        return self.names[text]

    def constant(self, array: Any, stem: str = "") -> str:
        """The name of a constant array."""
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.names:
            self.names[key] = stem or f"{'i' if array.dtype.kind == 'i' else 'k'}{len(self.constants)}"
            self.constants[self.names[key]] = array
        return self.names[key]

    def read(self, selection: Selection, broadcasts: bool = False) -> str:
        """A selection as numpy text, of shape (k, batch) or (n, k, batch).

        With `broadcasts`, equal elements may be one, or a plain number: enough where arrays broadcast.
        """
        arrays = selection.sources
        if len(arrays) == 1:
            return self._read_one(self.program.arrays[int(arrays[0])], selection.rows, broadcasts)
        runs = list(_runs(selection.arrays.ravel(), selection.rows.ravel()))
        if selection.rows.ndim == 1 and len(runs) <= 6:
            parts = [self._read_one(self.program.arrays[at], rows) for at, rows in runs]
            return f"stack({', '.join(parts)})"
        offsets, parts, start = {}, [], 0
        for at in arrays:
            array = self.program.arrays[at]
            rows = np.arange(array.rows)
            parts.append(self._read_one(array, rows))
            offsets[at] = start
            start += array.rows
        shift = np.vectorize(offsets.__getitem__)(selection.arrays)
        return f"{self.assigned(f'stack({chr(44).join(parts)})')}[{self.constant(selection.rows + shift)}]"

    def _read_one(self, array: Array, rows: Any, broadcasts: bool = False) -> str:
        if array.at == NUMBERS:
            numbers = np.array(self.program.numbers)[rows]
            if broadcasts and same_number(numbers):
                return repr(float(numbers.flat[0]))
            return self.constant(numbers[..., None])
        text = name(array.at)
        pattern = slices(rows, array.rows)
        repeats = rows.ndim == 1 and len(rows) > 1 and rows[0] == rows[1]
        if pattern is not None and (broadcasts or not repeats):
            return text + pattern
        return f"{text}[{self.constant(rows)}]"

    def matrix(self, selection: Selection, at: int) -> str:
        """A uniform selection (k, n) as a matrix of shape (k, n)."""
        block = parameter_block(selection, self.program.parameters)
        if block is not None:
            return self.assigned(f"p{block}") if block else "p"
        return self.assigned(f"{self._full(selection)}[..., 0]")

    def _full(self, selection: Selection) -> str:
        text = self.read(selection)
        shape = ", ".join(map(str, (*selection.shape, 1)))
        return text if "[i" in text else f"np.broadcast_to({text}, ({shape}))"

    # ---- reverse --------------------------------------------------------------------------------

    def reverse(self) -> list[str]:
        """The lines that carry the cotangents of the results back to the parameters."""
        self.lines = []
        for step in reversed(self.program.steps):
            if step.out.at in self.cotangents:
                getattr(self, f"_reverse_{step.kind}")(step)
        return self.lines

    def seed(self) -> None:
        """Begin the reverse lines with the cotangent of the result."""
        assert self.program.results is not None
        self.lines = []
        self.add(self.program.results, "seed", self.program.results.uniform)

    def _reverse_each(self, step: Step) -> None:
        self._by_partials(step, step.primitive, self.operands[step.out.at])

    def _reverse_reduce(self, step: Step) -> None:
        if step.out.at in self.choices:
            self._reverse_select(step)
            return
        self._by_partials(step, step.primitive, self.operands[step.out.at])

    def _reverse_select(self, step: Step) -> None:
        family = step.operands[1]
        if self.moves(family):
            rows, valid, samples = self.choices[step.out.at]
            cotangent = f"np.where({valid}, d{step.out.at}, 0.0)"
            d = self._own(family.sources[0])
            if samples != "0" and _is_injective(family.rows):
                self.lines.append(f"{d}[{rows}, {samples}] += {cotangent}")
            else:
                self.lines.append(f"np.add.at({d}, ({rows}, {samples}), {cotangent})")

    def _by_partials(self, step: Step, primitive: Primitive, texts: list[str]) -> None:
        bindings = self._bindings(primitive, texts)
        bindings["z"] = Expression(name(step.out.at))
        for partial, selection in zip(primitive.partials, step.operands):
            if (isinstance(partial, float) and partial == 0.0) or not self.moves(selection):
                continue
            cotangent = times(f"d{step.out.at}", partial, bindings)
            if selection.rows.ndim == 2 and not self._is_full(partial, step):
                cotangent = f"np.broadcast_to({cotangent}, {_shape_text(selection, step.out)})"
            elif selection.rows.ndim == 2 and selection.shape[1] == 1:
                cotangent = f"({cotangent})[:, 0]"
            self.add(flat(selection), cotangent, step.out.uniform)

    @staticmethod
    def _is_full(partial: Term, step: Step) -> bool:
        """Whether a partial of a family has an entry for each of its elements."""
        families = step.primitive.operands[len(step.operands) - step.primitive.families :]
        return any(part.head in (*families, "position") for part in subterms(partial))

    def _reverse_dot(self, step: Step) -> None:
        d = f"d{step.out.at}"
        left, right = self.operands[step.out.at]
        if left == right:
            if self.moves(step.operands[0]):
                self.add(flat(step.operands[0]), f"2.0 * {d} * {left}", step.out.uniform)
        else:
            for selection, other in zip(step.operands, (right, left)):
                if self.moves(selection):
                    self.add(flat(selection), f"{d} * {other}", step.out.uniform)
        self._reverse_plain(step, d)

    def _reverse_matmul(self, step: Step) -> None:
        matrix, vectors = self.operands[step.out.at]
        (rows, size), columns = step.operands[0].shape, step.operands[1].shape[1]
        d = f"d{step.out.at}"
        if columns > 1:
            d = self.temporary(f"d{step.out.at}.reshape({rows}, -1)")
        if self.moves(step.operands[0]):
            self.add_matrix(step.operands[0], d, f"{vectors}.T")
        if self.moves(step.operands[1]):
            back = f"{matrix}.T @ {d}"
            selection = step.operands[1]
            if columns > 1 and not is_block(selection):
                back = f"({back}).reshape({size}, {columns}, -1)"
                self.add(selection, back, False)
            elif columns > 1:
                whole = Selection(selection.arrays.ravel(), selection.rows.ravel(), selection.uniform)
                self.add(whole, f"({back}).reshape({selection.rows.size}, -1)", False)
            else:
                self.add(flat(selection), back, False)
        if columns > 1:
            d = f"d{step.out.at}.reshape({rows}, {columns}, -1).sum(axis=1)"
        self._reverse_plain(step, d)

    def _reverse_plain(self, step: Step, cotangent: str) -> None:
        if step.plain is None:
            return
        for arrays, rows in zip(step.plain.arrays, step.plain.rows):
            selection = Selection(arrays, rows, step.plain.uniform)
            if self.moves(selection):
                self.add(selection, cotangent, step.out.uniform)

    def moves(self, selection: Selection) -> bool:
        """Whether any part of the selection has a gradient."""
        return bool(self.moving & set(selection.sources))

    def temporary(self, text: str) -> str:
        """A variable of the reverse pass."""
        self.temporaries += 1
        self.lines.append(f"t{self.temporaries} = {text}")
        return f"t{self.temporaries}"

    def add(self, selection: Selection, cotangent: str, cotangent_is_uniform: bool) -> None:
        """Add a cotangent to what was selected: the transpose of `read`."""
        arrays = selection.sources
        if len(arrays) == 1:
            self._add_one(int(arrays[0]), selection.rows, cotangent, cotangent_is_uniform)
            return
        if not cotangent.isidentifier():
            cotangent = self.temporary(cotangent)
        flat = selection.arrays.ravel()
        runs = list(_runs(flat, selection.rows.ravel()))
        if selection.rows.ndim == 1 and len(runs) <= 6:
            start = 0
            for at, rows in runs:
                if at in self.moving:
                    self._add_one(at, rows, f"{cotangent}[{start}:{start + len(rows)}]", cotangent_is_uniform)
                start += len(rows)
            return
        for at in arrays:
            if at in self.moving:
                where = np.nonzero(selection.arrays == at)
                rows = selection.rows[where]
                order = np.argsort(rows, kind="stable")
                picked = ", ".join(self.constant(index[order]) for index in where)
                self._add_one(at, rows[order], f"{cotangent}[{picked}]", cotangent_is_uniform)

    def _add_one(self, at: int, rows: Any, cotangent: str, is_uniform: bool) -> None:
        array = self.program.arrays[at]
        if array.uniform and not is_uniform:
            cotangent = f"{_bracketed(cotangent)}.sum(axis=-1, keepdims=True)"
        rows, cotangent = self._once(rows, cotangent)
        pattern = slices(rows, array.rows)
        d = "dP" if at == PARAMETERS else f"d{at}"
        if at == PARAMETERS:
            self.filled[rows] = True
        if pattern == "" and rows.ndim == 1 and at != PARAMETERS and not self.cotangents.get(at):
            begun = at in self.cotangents
            self.cotangents[at] = begun or _is_new(cotangent)
            self.lines.append(f"{d} = {d} + {cotangent}" if begun else f"{d} = {cotangent}")
            return
        self._own(at)
        if pattern is None:
            pattern = f"[{self.constant(rows)}]"
        elif rows.ndim == 2:
            pattern = f"{pattern}[...]"
        self.lines.append(f"{d}{pattern} += {cotangent}")

    def _own(self, at: int) -> str:
        """The cotangent of an array, begun at zero if need be, and not shared with another."""
        if at == PARAMETERS:
            return "dP"
        if at not in self.cotangents:
            self.lines.append(f"d{at} = np.zeros_like({name(at)})")
        elif not self.cotangents[at]:
            self.lines.append(f"d{at} = d{at}.copy()")
        self.cotangents[at] = True
        return f"d{at}"

    def _once(self, rows: Any, cotangent: str) -> tuple[Any, str]:
        """Each row once, and the cotangent with what belongs to a row added up."""
        if rows.ndim == 2 and (rows == rows[:, :1]).all():
            several = rows.shape[1] > 1
            cotangent = f"{_bracketed(cotangent)}{'.sum(axis=1)' if several else '[:, 0]'}"
            rows = rows[:, 0]
        if rows.ndim == 2 and (rows == rows.flat[0] + np.arange(rows.size).reshape(rows.shape)).all():
            return rows.ravel(), f"{_bracketed(cotangent)}.reshape({rows.size}, -1)"
        if _is_injective(rows):
            return rows, cotangent
        if rows.ndim == 1 and (rows == rows[0]).all():
            return rows[:1], f"{_bracketed(cotangent)}.sum(axis=0, keepdims=True)"
        rows, sums = summed(rows)
        cotangent = f"{_bracketed(cotangent)}{sums}"
        if _is_injective(rows):
            return rows, cotangent
        order = np.argsort(rows.ravel(), kind="stable")
        if rows.ndim == 2:
            cotangent = f"{_bracketed(cotangent)}.reshape({rows.size}, -1)"
        if (order != np.arange(rows.size)).any():
            cotangent = f"{_bracketed(cotangent)}[{self.constant(order)}]"
        rows, starts = np.unique(rows.ravel()[order], return_index=True)
        return rows, f"np.add.reduceat({cotangent}, {self.constant(starts)}, axis=0)"

    def add_matrix(self, selection: Selection, left: str, right: str) -> None:
        """Add a matrix product (k, n), already summed over the batch, to a uniform selection."""
        block = parameter_block(selection, self.program.parameters)
        if block is None or not _is_injective(selection.rows):
            self.add(selection, f"({left} @ {right})[..., None]", True)
        elif self.filled[selection.rows].any():
            self.lines.append(f"dp{block}{'' if block.endswith(']') else '[...]'} += {left} @ {right}")
        else:
            self.lines.append(f"np.matmul({left}, {right}, out=dp{block})")
        self.filled[selection.rows[selection.arrays == PARAMETERS]] = True


def _is_new(text: str) -> bool:
    """Whether the value of a text is an array of its own, and not a view of another."""
    inner = re.sub(r"\.reshape\([^()]*\)$", "", text)
    inner = inner[1:-1] if inner.startswith("(") and inner.endswith(")") else inner
    return not re.fullmatch(r"\w+(\[[\w:, ]*\])*|np\.broadcast_to\(.*", inner)


def summed(rows: Any) -> tuple[Any, str]:
    """Rows that repeat along the last axis in a regular way, once; and the text that adds up the rest.

    A block that comes again and again, as a scale for every token, or each row several times in turn.
    """
    *lead, size = rows.shape
    count = len(np.unique(rows.reshape(-1, size)[0]))
    times, rest = divmod(size, count)
    if times == 1 or rest:
        return rows, ""
    blocks = rows.reshape(*lead, times, count)
    if (blocks == blocks[..., :1, :]).all():
        shape = ", ".join(map(str, blocks.shape))
        return blocks[..., 0, :], f".reshape({shape}, -1).sum(axis={len(lead)})"
    turns = rows.reshape(*lead, count, times)
    if (turns == turns[..., :1]).all():
        shape = ", ".join(map(str, turns.shape))
        return turns[..., 0], f".reshape({shape}, -1).sum(axis={len(lead) + 1})"
    return rows, ""


def same_number(numbers: Any) -> bool:
    """Whether all are one number: 0.0 and -0.0 are two."""
    first = numbers.flat[0]
    return bool((numbers == first).all() and (np.signbit(numbers) == np.signbit(first)).all())


def flat(selection: Selection) -> Selection:
    """A family (n, 1) of one entry as a selection (n,); any other as it is."""
    if selection.rows.ndim == 1 or selection.shape[1] > 1:
        return selection
    return Selection(selection.arrays[:, 0], selection.rows[:, 0], selection.uniform)


def is_block(selection: Selection) -> bool:
    """Whether a family is a stretch of one array, row by row."""
    rows = selection.rows
    if len(selection.sources) > 1:
        return False
    return bool((rows == rows.flat[0] + np.arange(rows.size).reshape(rows.shape)).all())


def name(at: int) -> str:
    """The variable of an array."""
    return {PARAMETERS: "P", INPUTS: "x"}.get(at, f"v{at}")


def fill(form: str, texts: dict[str, str]) -> str:
    """A form of a row with its operand names replaced."""
    return re.sub(r"\b[a-z]\w*\b(?!\(|\.)", lambda m: texts.get(m[0], m[0]), form)


def times(cotangent: str, partial: Term, bindings: dict[str, Term]) -> str:
    """The product of a cotangent and a partial, without factors of 1."""
    partial = folded(substitute(partial, bindings))
    if isinstance(partial, float):
        return {1.0: cotangent, -1.0: f"-{cotangent}"}.get(partial, f"{partial!r} * {cotangent}")
    branches = [branch for branch in partial.operands[1:] if isinstance(branch, float)]
    if partial.head == "where" and branches == [1.0, 0.0] and _is_comparison(partial.operands[0]):
        return f"{cotangent} * ({NUMPY.write(partial.operands[0])})"
    return f"{cotangent} * {NUMPY.write(partial):13}"


def _is_comparison(condition: Term) -> bool:
    """Whether a condition is True or False, and not a number that stands for one."""
    comparisons = ("less", "less_equal", "greater", "greater_equal", "equal", "unequal")
    return isinstance(condition, Expression) and condition.head in comparisons


def slices(rows: Any, size: int) -> str | None:
    """Rows as a basic index: "" for all of them, None where only an array of indices will do."""
    if rows.ndim == 2:
        return _slices2(rows, size)
    first, count = int(rows[0]), len(rows)
    step = int(rows[1]) - first if count > 1 else 1
    if count > 1 and not (np.diff(rows) == step).all():
        return None
    if step == 0:
        return f"[{first}:{first + 1}]"
    if step < 0:
        return None
    if step == 1:
        return "" if first == 0 and count == size else f"[{first}:{first + count}]"
    return f"[{first}:{int(rows[-1]) + 1}:{step}]"


def _slices2(rows: Any, size: int) -> str | None:
    """A family (n, k): the same vector for every entry, or consecutive blocks."""
    n, k = rows.shape
    if k == 1 or (rows == rows[:, :1]).all():
        inner = slices(rows[:, 0], size)
        repeats = n > 1 and rows[0, 0] == rows[1, 0]
        return None if inner is None or repeats else f"{inner}[:, None]"
    first = int(rows[0, 0])
    if (rows == first + np.arange(n * k).reshape(n, k)).all():
        return f"[{first}:{first + n * k}].reshape({n}, {k}, -1)"
    if (rows == first + np.arange(n * k).reshape(k, n).T).all():
        return f"[{first}:{first + n * k}].reshape({k}, {n}, -1).swapaxes(0, 1)"
    return None


def parameter_block(selection: Selection, parameters: int) -> str | None:
    """A matrix of parameters as slices of the flat vector: rows at equal distances; else None."""
    if (selection.arrays != PARAMETERS).any():
        return None
    rows = selection.rows
    k, n = rows.shape
    first = int(rows[0, 0])
    stride = int(rows[1, 0]) - first if k > 1 else n
    if stride < n or first + k * stride > parameters:
        return None
    if not (rows == first + stride * np.arange(k)[:, None] + np.arange(n)).all():
        return None
    cut = "" if stride == n else f"[:, :{n}]"
    return f"[{first}:{first + k * stride}].reshape({k}, {stride}){cut}"


def _is_injective(rows: Any) -> bool:
    return bool(len(np.unique(rows)) == rows.size)


def _runs(arrays: Any, rows: Any) -> Iterable[tuple[int, Any]]:
    """Stretches of consecutive elements from one array."""
    cuts = np.flatnonzero(np.diff(arrays)) + 1
    for part, part_rows in zip(np.split(arrays, cuts), np.split(rows, cuts)):
        yield int(part[0]), part_rows


def _bracketed(text: str) -> str:
    return text if re.fullmatch(r"[\w.]+(\[[^\]]*\])*", text) else f"({text})"


def _term(text: str) -> Term:
    try:
        return float(text)
    except ValueError:
        return Expression(text)


def _shape_text(selection: Selection, out: Array) -> str:
    n, k = selection.shape
    rows = f"{n}" if k == 1 else f"{n}, {k}"
    return f"({rows}, {'1' if out.uniform else 'batch'})"
