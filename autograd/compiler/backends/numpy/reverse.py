"""Reverse: the lines of numpy that carry cotangents back, from the results to the parameters."""

from __future__ import annotations

from autograd.compiler.backends.numpy import choices as numpy_choices
from autograd.compiler.backends.numpy import products as numpy_products
from autograd.compiler.backends.numpy.cotangents import Adding
from autograd.compiler.backends.numpy.forms import bracketed, name, numbers_among, partial_form
from autograd.compiler.program.program import Selection, Step
from autograd.compiler.program.rows import (
    flat,
    is_stretch,
)
from autograd.progress import watched
from autograd.rules.primitives import Primitive
from autograd.symbols import Term, subterms


class Reverse(Adding):
    """Writes, for each step, what its cotangent adds to those of its operands."""

    def reverse(self) -> list[str]:
        """The lines that carry the cotangents of the results back to the parameters."""
        self.lines = []
        for step in watched(reversed(self.program.steps), every=1):
            if step.out.at in self.cotangents:
                getattr(self, f"_reverse_{step.kind}")(step)
        return [*self.lines, *self.last]

    def seed(self) -> None:
        """Begin the reverse lines with the cotangent of the loss, if that depends on parameters."""
        self.lines = []
        loss = self.program.loss
        if self.moves(loss):
            self.add(loss, "seed", loss.uniform)

    def _reverse_each(self, step: Step) -> None:
        self._by_partials(step, step.primitive, self.operands[step.out.at])

    def _reverse_reduce(self, step: Step) -> None:
        if step.out.at in self.choices or step.out.at in self.tables:
            numpy_choices.add_back(self, step)
            return
        self._by_partials(step, step.primitive, self.operands[step.out.at])

    def _by_partials(self, step: Step, primitive: Primitive, texts: list[str]) -> None:
        numbers, z = numbers_among(texts), name(step.out.at)
        for at, (partial, selection) in enumerate(zip(primitive.partials, step.operands)):
            if not (primitive.nonzero_partials[at] and self.moves(selection)):
                continue
            form = partial_form(primitive, at, numbers)
            cotangent = form.format(*texts, d=self.cotangent(step.out.at), z=z)
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
            numpy_products.add_back(self, self.products[step.out.at], [left, right], d, step.out.uniform)
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
            back = f"{matrix}.T {'@' if rows > 1 else '*'} {d}"  # of one row, elementwise is faster
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
