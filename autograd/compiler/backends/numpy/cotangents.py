"""Adding: cotangents added to those of what was read, the transpose of reading."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.backends.numpy.forms import bracketed, is_new, name
from autograd.compiler.backends.numpy.forward import Forward
from autograd.compiler.program.program import PARAMETERS, Program, Selection
from autograd.compiler.program.rows import (
    equal_stretches,
    in_turn,
    is_injective,
    is_stretch,
    parameter_block,
    runs,
    slices,
    summed,
)


class Adding(Forward):
    """Knows which cotangents have begun, and whose arrays they are."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.cotangents: dict[int, bool] = {}
        self.aliases: dict[int, str] = {}
        self.temporaries = 0
        self._filled: dict[int, Any] = {}
        self.last: list[str] = []

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
            if at == PARAMETERS and self._total_into(rows, cotangent):
                return
            is_one = cotangent == "seed"
            cotangent = (
                "np.ones((1, 1), p.dtype)" if is_one else f"total({cotangent}, axis=-1, keepdims=True)"
            )
        rows, cotangent = self._once(rows, cotangent)
        pattern = slices(rows, array.rows)
        if pattern == "" and rows.ndim == 1:
            self._add_whole(at, cotangent)
            return
        d, filled = self.own(at), self.filled(at)
        if pattern is None:
            pattern = f"[{self.constant(rows)}]"
        elif rows.ndim > 1:
            pattern = f"{pattern}[...]"
        self.lines.append(f"{d}{pattern} {'+=' if filled[rows].any() else '='} {cotangent}")
        filled[rows] = True

    def _add_whole(self, at: int, cotangent: str) -> None:
        """Add to every row: of the parameters at the end, so that their parts can be written, not added."""
        if at == PARAMETERS:
            self.last.append(f"dP += {cotangent}")
            return
        self.filled(at)[:] = True
        if self.cotangents.get(at):
            self.lines.append(f"d{at} += {cotangent}")
            return
        begun = at in self.cotangents
        self.cotangents[at] = begun or is_new(cotangent)
        if begun:
            self.lines.append(f"d{at} = {self.aliases.pop(at, f'd{at}')} + {cotangent}")
        elif cotangent.isidentifier():
            self.aliases[at] = cotangent
        else:
            self.lines.append(f"d{at} = {cotangent}")

    def _total_into(self, rows: Any, cotangent: str) -> bool:
        """Write sums over the batch to where they belong, if nothing is there and it has a slice."""
        filled = self.filled(PARAMETERS)
        if rows.ndim > 1 or not is_injective(rows) or filled[rows].any():
            return False
        pattern = slices(rows, len(filled))
        if pattern is None:
            grid = equal_stretches(rows)
            if grid is None or not is_stretch(grid.T):
                return False
            a, b = grid.shape
            cotangent = f"{bracketed(cotangent)}.reshape({a}, {b}, -1)"
            pattern = f"[{rows[0]}:{rows[0] + a * b}].reshape({b}, {a}).T"
        self.lines.append(f"total({cotangent}, axis=-1, out=dp{pattern})")
        filled[rows] = True
        return True

    def filled(self, at: int) -> Any:
        """Per row of an array, whether its cotangent has been written."""
        return self._filled.setdefault(at, np.zeros(self.program.arrays[at].rows, dtype=bool))

    def cotangent(self, at: int) -> str:
        """The name of the cotangent of an array."""
        return self.aliases.get(at, f"d{at}")

    def own(self, at: int) -> str:
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
            return
        if self.filled(PARAMETERS)[selection.rows].any():
            self.lines.append(f"dp{block}{'' if block.endswith(']') else '[...]'} += {left} @ {right}")
        else:
            self.lines.append(f"np.matmul({left}, {right}, out=dp{block})")
        self.filled(PARAMETERS)[selection.rows] = True
