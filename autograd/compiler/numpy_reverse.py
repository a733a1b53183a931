"""Reverse: the lines of numpy that carry cotangents back, from the results to the parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.numpy_forward import Forward
from autograd.compiler.numpy_products import add_back
from autograd.compiler.numpy_spelling import bracketed, is_new, name, times
from autograd.compiler.program import PARAMETERS, Program, Selection, Step
from autograd.compiler.rows import (
    flat,
    in_turn,
    is_injective,
    is_stretch,
    parameter_block,
    runs,
    slices,
    summed,
)
from autograd.rules import Primitive
from autograd.symbols import Expression, Term, subterms


class Reverse(Forward):
    """Writes, for each step, what its cotangent adds to those of its operands."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.cotangents: dict[int, bool] = {}
        self.aliases: dict[int, str] = {}
        self.temporaries = 0
        self.filled = np.zeros(program.parameters, dtype=bool)

    def reverse(self) -> list[str]:
        """The lines that carry the cotangents of the results back to the parameters."""
        self.lines = []
        for step in reversed(self.program.steps):
            if step.out.at in self.cotangents:
                getattr(self, f"_reverse_{step.kind}")(step)
        return self.lines

    def seed(self) -> None:
        """Begin the reverse lines with the cotangent of the result."""
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
            cotangent = f"np.where({valid}, {self.cotangent(step.out.at)}, 0.0)"
            d = self._own(family.sources[0])
            if samples != "0" and is_injective(family.rows):
                self.lines.append(f"{d}[{rows}, {samples}] += {cotangent}")
            else:
                self.lines.append(f"np.add.at({d}, ({rows}, {samples}), {cotangent})")

    def _by_partials(self, step: Step, primitive: Primitive, texts: list[str]) -> None:
        bindings = self._bindings(primitive, texts)
        bindings["z"] = Expression(name(step.out.at))
        for partial, selection in zip(primitive.partials, step.operands):
            if (isinstance(partial, float) and partial == 0.0) or not self.moves(selection):
                continue
            cotangent = times(self.cotangent(step.out.at), partial, bindings)
            if selection.rows.ndim == 2:
                cotangent = self._for_each(cotangent, self._is_full(partial, step), selection, step)
            self.add(flat(selection), cotangent, step.out.uniform)

    @staticmethod
    def _for_each(cotangent: str, is_full: bool, selection: Selection, step: Step) -> str:
        """The cotangent of a family: of each of its elements, where it is not that already."""
        size, count = selection.shape
        if is_full:
            return f"({cotangent})[:, 0]" if count == 1 else cotangent
        if count == 1:
            return f"{bracketed(cotangent)}.repeat({size}, axis=0)"
        return f"np.broadcast_to({cotangent}, ({size}, {count}, {1 if step.out.uniform else 'batch'}))"

    @staticmethod
    def _is_full(partial: Term, step: Step) -> bool:
        """Whether a partial of a family has an entry for each of its elements."""
        families = step.primitive.operands[len(step.operands) - step.primitive.families :]
        return any(part.head in (*families, "position") for part in subterms(partial))

    def _reverse_dot(self, step: Step) -> None:
        d = self.cotangent(step.out.at)
        left, right = self.operands[step.out.at]
        if step.out.at in self.products:
            add_back(self, self.products[step.out.at], [left, right], d, step.out.uniform)
        elif left == right:
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
        d = self.cotangent(step.out.at)
        if columns > 1:
            d = self.temporary(f"{d}.reshape({rows}, -1)")
        if self.moves(step.operands[0]):
            self.add_matrix(step.operands[0], d, f"{vectors}.T")
        if self.moves(step.operands[1]):
            back = f"{matrix}.T @ {d}"
            selection = step.operands[1]
            if columns > 1 and (len(selection.sources) > 1 or not is_stretch(selection.rows)):
                back = f"({back}).reshape({size}, {columns}, -1)"
                self.add(selection, back, False)
            elif columns > 1:
                whole = Selection(selection.arrays.ravel(), selection.rows.ravel(), selection.uniform)
                self.add(whole, f"({back}).reshape({selection.rows.size}, -1)", False)
            else:
                self.add(flat(selection), back, False)
        if columns > 1:
            d = f"total({self.cotangent(step.out.at)}.reshape({rows}, {columns}, -1), axis=1)"
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
        stretches = list(runs(selection))
        if selection.rows.ndim == 1 and len(stretches) <= 6:
            start = 0
            for at, rows in stretches:
                if at in self.moving:
                    self._add_one(at, rows, f"{cotangent}[{start}:{start + len(rows)}]", cotangent_is_uniform)
                start += len(rows)
            return
        for at in arrays:
            if at in self.moving:
                where = np.nonzero(selection.arrays == at)
                rows = selection.rows[where]
                order = np.argsort(rows, kind="stable")
                picked = self.constant(np.ravel_multi_index(where, selection.shape)[order])
                flat_text = (
                    cotangent if len(where) == 1 else f"{cotangent}.reshape({selection.rows.size}, -1)"
                )
                self._add_one(at, rows[order], f"{flat_text}.take({picked}, axis=0)", cotangent_is_uniform)

    def _add_one(self, at: int, rows: Any, cotangent: str, is_uniform: bool) -> None:
        array = self.program.arrays[at]
        if array.uniform and not is_uniform:
            cotangent = f"total({cotangent}, axis=-1, keepdims=True)"
        rows, cotangent = self._once(rows, cotangent)
        pattern = slices(rows, array.rows)
        d = "dP" if at == PARAMETERS else f"d{at}"
        if at == PARAMETERS:
            self.filled[rows] = True
        if pattern == "" and rows.ndim == 1 and at != PARAMETERS and not self.cotangents.get(at):
            begun = at in self.cotangents
            self.cotangents[at] = begun or is_new(cotangent)
            if begun:
                self.lines.append(f"{d} = {self.aliases.pop(at, d)} + {cotangent}")
            elif cotangent.isidentifier():
                self.aliases[at] = cotangent
            else:
                self.lines.append(f"{d} = {cotangent}")
            return
        self._own(at)
        if pattern is None:
            pattern = f"[{self.constant(rows)}]"
        elif rows.ndim > 1:
            pattern = f"{pattern}[...]"
        self.lines.append(f"{d}{pattern} += {cotangent}")

    def cotangent(self, at: int) -> str:
        """The name of the cotangent of an array."""
        return self.aliases.get(at, f"d{at}")

    def _own(self, at: int) -> str:
        """The cotangent of an array, begun at zero if need be, and not shared with another."""
        if at == PARAMETERS:
            return "dP"
        if at not in self.cotangents:
            self.lines.append(f"d{at} = np.zeros({name(at)}.shape, p.dtype)")
        elif not self.cotangents[at]:
            self.lines.append(f"d{at} = {self.aliases.pop(at, f'd{at}')}.copy()")
        self.cotangents[at] = True
        return f"d{at}"

    def _once(self, rows: Any, cotangent: str) -> tuple[Any, str]:
        """Each row once, and the cotangent with what belongs to a row added up."""
        if rows.ndim == 2 and (rows == rows[:, :1]).all():
            several = rows.shape[1] > 1
            cotangent = f"total({cotangent}, axis=1)" if several else f"{bracketed(cotangent)}[:, 0]"
            rows = rows[:, 0]
        turn = in_turn(rows) if rows.ndim > 1 else None
        if turn is not None:
            if turn != tuple(range(rows.ndim)):
                axes = ", ".join(map(str, (*turn, rows.ndim)))
                cotangent = f"{bracketed(cotangent)}.transpose({axes})"
            return rows.transpose(turn).ravel(), f"{bracketed(cotangent)}.reshape({rows.size}, -1)"
        if is_injective(rows):
            return rows, cotangent
        if rows.ndim == 1 and (rows == rows[0]).all():
            return rows[:1], f"total({cotangent}, keepdims=True)"
        rows, shape, axis = summed(rows)
        if shape:
            cotangent = (
                f"total({bracketed(cotangent)}.reshape({shape}, -1){f', axis={axis}' if axis else ''})"
            )
        if is_injective(rows):
            return rows, cotangent
        order = np.argsort(rows.ravel(), kind="stable")
        if rows.ndim > 1:
            cotangent = f"{bracketed(cotangent)}.reshape({rows.size}, -1)"
        if (order != np.arange(rows.size)).any():
            cotangent = f"{bracketed(cotangent)}.take({self.constant(order)}, axis=0)"
        rows, starts = np.unique(rows.ravel()[order], return_index=True)
        return rows, f"np.add.reduceat({cotangent}, {self.constant(starts)}, axis=0)"

    def add_matrix(self, selection: Selection, left: str, right: str) -> None:
        """Add a matrix product (k, n), already summed over the batch, to a uniform selection."""
        block = parameter_block(selection, self.program.parameters)
        if block is None or not is_injective(selection.rows):
            self.add(selection, f"({left} @ {right})[..., None]", True)
        elif self.filled[selection.rows].any():
            self.lines.append(f"dp{block}{'' if block.endswith(']') else '[...]'} += {left} @ {right}")
        else:
            self.lines.append(f"np.matmul({left}, {right}, out=dp{block})")
        self.filled[selection.rows[selection.arrays == PARAMETERS]] = True
