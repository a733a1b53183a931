"""Writing JavaScript: lines in blocks, loops, and elements by the variables of the loops around.

A table has its rows one after another, each with a number for every sample; one that is the same for all
samples has one number a row. The loop over the samples is the innermost, and what does not depend on the
sample is written before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

import numpy as np

from autograd.compiler.backends.accesses import Access
from autograd.rules.javascript import literal

WIDTH, INDENT = 110, 20
"""Characters up to which a block of one statement stands on one line, and those before it at most."""

RESERVED = (
    "p dp i inputs batch table results views cotangents forward loss reverse s r j m t made state options "
    "rate step reset arguments await break case catch class const continue debugger default delete do else "
    "enum eval export extends false finally for function if implements import in instanceof interface let "
    "new null package private protected public return static super switch this throw true try typeof var "
    "void while with yield"
)
"""Names that stand for something else: here, and in JavaScript."""

Indices = dict[str, str]
"""The text of the index of each loop around, by the name of its variable."""


class Writer:
    """Lines of a text, and the constant tables that they name: `tables`, by their text."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tables: dict[str, str] = {}
        self.scopes: list[dict[str, str]] = [{}]
        """What the names mean that have been declared in each of the blocks around, the innermost last."""

    # ---- lines and blocks -----------------------------------------------------------------------

    def line(self, text: str) -> None:
        """Write a line."""
        self.lines.append(text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is written inside stands in braces behind `head`; a single statement may go without."""
        outside, self.lines = self.lines, []
        self.scopes.append({})
        yield
        self.scopes.pop()
        inside, self.lines = self.lines, outside
        alone = len(inside) == 1 and not inside[0].startswith(("const ", "let "))
        if alone and head.startswith(("for ", "if ")) and len(head) + len(inside[0]) < WIDTH:
            self.line(f"{head} {inside[0]}")
        else:
            self.lines += [f"{head} {{", *("  " * bool(line) + line for line in inside), "}"]

    # ---- variables ------------------------------------------------------------------------------

    def declare(self, name: str, value: str, keyword: str = "const") -> str:
        """Declare a variable of about this name; its name, which no other has in the blocks around."""
        taken = set(RESERVED.split()).union(*self.scopes)
        numbered = (f"{name}{n or ''}" for n in count())
        free = next(found for found in numbered if found not in taken)
        self.scopes[-1][free] = value if keyword == "const" else ""
        before = self.lines[-1] if self.lines else ""
        if before.startswith(keyword) and len(before) + len(value) < WIDTH - INDENT:
            self.lines[-1] = f"{before[:-1]}, {free} = {value};"
        else:
            self.line(f"{keyword} {free} = {value};")
        return free

    def declared(self, name: str, value: str) -> str:
        """A constant of this value: one of the blocks around, or a new one of about this name."""
        known = (found for scope in self.scopes for found, meaning in scope.items() if meaning == value)
        return next(known, None) or self.declare(name, value)

    # ---- loops ----------------------------------------------------------------------------------

    @contextmanager
    def loop(self, variable: str, size: int) -> Iterator[str]:
        """A loop from 0 to `size`; the text of its index, which is 0 where there is one iteration."""
        if size == 1:
            yield "0"
            return
        with self.block(f"for (let {variable} = 0; {variable} < {size}; {variable}++)"):
            yield variable

    @contextmanager
    def nest(self, sizes: Mapping[str, int]) -> Iterator[Indices]:
        """Loops within loops, the last innermost."""
        with ExitStack() as stack:
            yield {name: stack.enter_context(self.loop(name, size)) for name, size in sizes.items()}

    @contextmanager
    def entries(
        self, rows: int, accesses: Sequence[Access], around: Indices | None = None, in_one: bool = True
    ) -> Iterator[Indices]:
        """Loops over rows, "r", and samples; `in_one`, where all that is accessed lies side by side."""
        side_by_side = all(not access.location.uniform and access.strides == (1,) for access in accesses)
        if rows > 1 and in_one and side_by_side:
            with self.samples(accesses, {"r": "0"}, f"{rows} * batch") as at:
                yield at
        else:
            with self.loop("r", rows) as r, self.samples(accesses, {**(around or {}), "r": r}) as at:
                yield at

    @contextmanager
    def samples(self, accesses: Sequence[Access], at: Indices, count: str = "batch") -> Iterator[Indices]:
        """The loop over the samples, if one of the accesses needs it; before it, where their rows begin."""
        rows = [self.row(access, at) for access in accesses if not access.location.uniform]
        if not rows:
            yield at
            return
        begins = [_begin(row) for row in rows if row != "0"]
        starts = {begin: self.declared("at", begin) for begin in begins}
        with self.block(f"for (let s = 0; s < {count}; s++)"):
            yield at | starts

    # ---- elements -------------------------------------------------------------------------------

    def element(self, access: Access, at: Indices) -> str:
        """The element at these indices: of a table that is not uniform, that of sample `s`."""
        row, name = self.row(access, at), access.location.name
        if access.location.uniform:
            return f"{name}[{row}]"
        return f"{name}[s]" if row == "0" else f"{name}[{at.get(_begin(row), _begin(row))} + s]"

    def row(self, access: Access, at: Indices) -> str:
        """The row of an element: a sum of what each index adds, by strides where these are regular."""
        first, terms = int(access.rows.flat[0]), []
        for variables, offsets in access.parts:
            indices = [at.get(name, "0") for name in variables]
            stride = int(offsets[1]) if offsets.ndim == 1 and len(offsets) > 1 else 0
            if all(index == "0" for index in indices):
                continue
            if offsets.ndim > 1 or (offsets != stride * np.arange(len(offsets))).any():
                rows = self.table("rows", "Int32Array", map(str, (first + offsets).ravel().tolist()))
                terms.append(f"{rows}[{_place(offsets.shape, indices)}]")
                first = 0
            elif stride:
                terms.append(indices[0] if stride == 1 else f"{stride} * {indices[0]}")
        if first or not terms:
            terms.append(str(first))
        return " + ".join(terms).replace("+ -", "- ")

    def numbers(self, numbers: Any) -> str:
        """The name of a table of these numbers."""
        return self.table("numbers", "Float64Array", map(literal, numbers.ravel().tolist()))

    def table(self, kind: str, type_: str, entries: Iterable[str]) -> str:
        """The name of a constant table: one for equal contents."""
        text = f"new {type_}([{', '.join(entries)}])"
        return self.tables.setdefault(text, f"{kind}{len(self.tables) + 1}")


def _begin(row: str) -> str:
    """Where the numbers of a row begin."""
    if row == "1":
        return "batch"
    return f"({row}) * batch" if "+" in row or "-" in row else f"{row} * batch"


def _place(shape: tuple[int, ...], indices: list[str]) -> str:
    """The place of an entry in an array of this shape, written row by row."""
    strides = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
    terms = [
        index if stride == 1 else f"{stride} * {index}"
        for stride, index in zip(strides, indices)
        if index != "0"
    ]
    return " + ".join(terms)
