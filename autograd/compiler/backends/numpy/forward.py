"""Forward: the lines of numpy that compute every array of a program."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np

from autograd.compiler.backends.numpy.choices import Table, choose
from autograd.compiler.backends.numpy.forms import name, numbers_among, value_form
from autograd.compiler.backends.numpy.products import total_of
from autograd.compiler.program.products import Products, products
from autograd.compiler.program.program import NUMBERS, SELECT, Array, Program, Selection, Step, moving_arrays
from autograd.compiler.program.rows import flat, parameter_block, runs, slices
from autograd.progress import watched
from autograd.symbols import subterms


class Forward:
    """Writes what each step computes, and keeps the names by which its operands were read."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants: dict[str, Any] = {}
        self.lines: list[str] = []
        self.operands: dict[int, list[str]] = {}
        self.choices: dict[int, tuple[str, str, str]] = {}
        self.tables: dict[int, tuple[Table | None, str]] = {}
        self.products: dict[int, Products] = {}
        self.names: dict[Any, str] = {}
        self.moving = moving_arrays(program)

    def forward(self) -> list[str]:
        """The lines that compute every array."""
        for step in watched(self.program.steps, every=1):
            getattr(self, f"_{step.kind}")(step)
        return self.lines

    def results(self) -> str:
        """The text of the results: (results, batch)."""
        return self.read(self.program.results)

    def _each(self, step: Step) -> None:
        texts = self._operands(step)
        self.operands[step.out.at] = texts
        self.lines.append(f"{name(step.out.at)} = {self._value(step, texts)}")

    def _reduce(self, step: Step) -> None:
        if step.primitive is SELECT and choose(self, step):
            return
        texts = self._operands(step)
        if any(part.head == "position" for part in subterms(step.primitive.value)):
            count = step.operands[-1].shape[0]
            texts.append(self.constant(np.arange(float(count))[:, None, None]))
        self.operands[step.out.at] = texts
        self.lines.append(f"{name(step.out.at)} = {self._value(step, texts)}")

    def _dot(self, step: Step) -> None:
        found = products(step, self.program.numbers)
        if found is not None:
            self.products[step.out.at] = found
            text, self.operands[step.out.at] = total_of(self, found)
            self.lines.append(f"{name(step.out.at)} = {self._with_plain(step, text)}")
            return
        self.operands[step.out.at] = left, right = self._operands(step)
        total = f"total({left} * {right}{', keepdims=True' if step.out.rows == 1 else ''})"
        self.lines.append(f"{name(step.out.at)} = {self._with_plain(step, total)}")

    def _matmul(self, step: Step) -> None:
        matrix, vectors = self.matrix(step.operands[0]), self._vectors(step.operands[1])
        self.operands[step.out.at] = [matrix, vectors]
        columns = step.operands[1].shape[1]
        product = f"{matrix} @ {vectors}"
        if columns > 1 and step.plain:
            product = f"({product}).reshape({step.operands[0].shape[0]}, {columns}, -1)"
        text = self._with_plain(step, product, "[:, None]" if columns > 1 else "")
        if columns > 1:
            text = f"({text}).reshape({step.out.rows}, -1)"
        self.lines.append(f"{name(step.out.at)} = {text}")

    def _vectors(self, selection: Selection) -> str:
        """A family of vectors (n, m) as an array (n, m * batch)."""
        if selection.shape[1] == 1:
            return self.named(flat(selection))
        text = self.read(selection)
        text = re.sub(r"\.reshape\(\d+, \d+, -1\)$", "", text)
        return self.assigned(f"{text}.reshape({selection.shape[0]}, -1)")

    def _with_plain(self, step: Step, text: str, axes: str = "") -> str:
        if step.plain is None:
            return text
        terms = step.plain
        if terms.shape[0] == 1:
            added = self.read(Selection(terms.arrays[0], terms.rows[0], terms.uniform))
        else:
            added = f"total({self.read(terms, broadcasts=True)})"
        return f"{text} + {added}{axes}"

    def _value(self, step: Step, texts: list[str]) -> str:
        """The text of a step's rule, also where the rule is without an operand that has all the rows."""
        numbers = numbers_among(texts)
        form = value_form(step.primitive, numbers)
        used = [f"{{{at}}}" in form for at, number in enumerate(numbers) if number is None]
        for reduction in _repeated(form) if step.primitive.families else ():
            form = form.replace(reduction, self.assigned(reduction.format(*texts)))
        value = form.format(*texts)
        if used and all(used):
            return value
        return f"np.full(({step.out.rows}, {1 if step.out.uniform else 'batch'}), {value}, p.dtype)"

    # ---- reading a selection --------------------------------------------------------------------

    def _operands(self, step: Step) -> list[str]:
        """The operands of a step: entries that are alike as one, beside an operand that has all of them."""
        if step.kind == "dot" and step.out.rows == 1:
            return [self.named(flat(selection)) for selection in step.operands]
        *others, last = step.operands
        has_all_rows = step.out.rows == 1 or not all(selection.alike for selection in step.operands)
        return [
            *[self.named(selection, broadcasts=True) for selection in others],
            self.named(last, broadcasts=has_all_rows),
        ]

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

    def constant(self, array: Any) -> str:
        """The name of a constant array."""
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.names:
            self.names[key] = f"{'i' if array.dtype.kind == 'i' else 'k'}{len(self.constants)}"
            self.constants[self.names[key]] = array
        return self.names[key]

    def read(self, selection: Selection, broadcasts: bool = False) -> str:
        """A selection as numpy text, of shape (k, batch) or (n, k, batch).

        With `broadcasts`, entries that are alike are one, or a plain number: for arithmetic with an operand
        that has all of them.
        """
        if broadcasts and selection.alike:
            selection = selection.first
        arrays = selection.sources
        if len(arrays) == 1:
            return self._read_one(self.program.arrays[int(arrays[0])], selection.rows, broadcasts)
        stretches = list(runs(selection))
        if selection.rows.ndim == 1 and len(stretches) <= 6:
            parts = [self._read_one(self.program.arrays[at], rows) for at, rows in stretches]
            return f"stack({', '.join(parts)})"
        offsets = np.zeros(len(self.program.arrays), dtype=np.intp)
        parts, start = [], 0
        for at in arrays:
            array = self.program.arrays[at]
            rows = np.arange(array.rows)
            parts.append(self._read_one(array, rows))
            offsets[at] = start
            start += array.rows
        stacked = self.assigned(f"stack({', '.join(parts)})")
        return f"{stacked}.take({self.constant(selection.rows + offsets[selection.arrays])}, axis=0)"

    def _read_one(self, array: Array, rows: Any, broadcasts: bool = False) -> str:
        if array.at == NUMBERS:
            numbers = np.array(self.program.numbers)[rows]
            if broadcasts and numbers.shape == (1,):
                return repr(float(numbers[0]))
            return self.constant(numbers[..., None])
        text = name(array.at)
        pattern = slices(rows, array.rows)
        if pattern is None:
            return f"{text}.take({self.constant(rows)}, axis=0)"
        return text + pattern

    def matrix(self, selection: Selection) -> str:
        """A uniform selection (k, n) as a matrix of shape (k, n)."""
        block = parameter_block(selection, self.program.parameters)
        if block is not None:
            return self.assigned(f"p{block}") if block else "p"
        return self.assigned(f"{self.read(selection)}[..., 0]")


def _repeated(form: str) -> list[str]:
    """The reductions that occur in a form several times, and hold no other."""
    found = Counter(re.findall(r"\b(?:total|largest)\([^()]*\)", form))
    return [reduction for reduction, times in found.items() if times > 1]
