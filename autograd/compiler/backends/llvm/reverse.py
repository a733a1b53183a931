"""Reverse: loops that carry the cotangents of the results back to the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.backends.llvm.choices import hand_back
from autograd.compiler.backends.llvm.contraction import contract
from autograd.compiler.backends.llvm.forward import Forward, rows_of
from autograd.compiler.backends.llvm.loops import Access, Loops, Place
from autograd.compiler.program.program import SELECT, SUM, Selection, Step
from autograd.compiler.program.rows import is_injective
from autograd.progress import watched
from autograd.symbols import Term

SEED = Access(Place("seed", "seed", 0, False), np.zeros((), int), ())
"""The cotangent of the loss for each sample: its share in their mean."""


class Reverse(Forward):
    """Writes a function for each step that has a cotangent, and others for stacks."""

    def reverse(self) -> None:
        """Write the whole reverse pass, for the mean of the loss over the samples."""
        loss = self.program.loss
        if not self.moves(loss):
            return
        self._begin(loss)
        self.given = {"d": np.zeros(self.rows[False], bool)}
        with self.function("before" if loss.uniform else "each") as loops:
            self._share(loops, self.access(loss, "r", cotangent=True), [SEED])
        for step in watched(reversed(self.program.steps), every=1):
            if step.out.at in self.begun:
                self._back(step)
            self._unstack(step.out.at)

    def _begin(self, selection: Selection) -> None:
        """Remember which arrays have been given a cotangent."""
        self.begun |= self.moving & set(selection.sources)

    # ---- what has been given so far -------------------------------------------------------------

    def _share(self, loops: Loops, target: Access, factors: Sequence[Access]) -> None:
        """Add a product to the cotangents of a target, or set them where it is the first."""
        sizes: dict[str, int] = {}
        for access in (target, *factors):
            sizes |= rows_of(access)
        once = tuple(0 if target.stride(name) == 0 else slice(None) for name in target.variables)
        first = self._is_first(loops, target, target.rows[once])
        contract(loops, target, factors, sizes, [] if first else None)

    def _is_first(self, loops: Loops, target: Access, rows: Any) -> bool:
        """Whether `rows` of the target can be set: each comes once, and none has been given anything.

        From now on all have: 0, where they cannot be set. The gradient, and cotangents that are the same for
        all samples, are cleared before all else.
        """
        given = self.given.get(target.place.space)
        if given is None:
            return False
        if is_injective(rows) and not given[target.place.first + rows].any():
            given[target.place.first + rows] = True
            return True
        self._complete(loops, target)
        return False

    def _complete(self, loops: Loops, target: Access) -> None:
        """Set those of the target's rows that have been given nothing to 0."""
        given = self.given.get(target.place.space)
        if given is None:
            return
        rows = np.unique(target.rows)
        rows = rows[~given[target.place.first + rows]]
        if rows.size:
            missing = Access(target.place, rows, ("r",))
            with loops.nest(self.sizes(loops, rows_of(missing), missing)) as at:
                loops.store(loops.arithmetic.number(0.0), missing, at)
            given[target.place.first + rows] = True

    # ---- steps ----------------------------------------------------------------------------------

    def _unstack(self, reader: int) -> None:
        """Hand the cotangents of the stacks of a first reader on to the arrays that they were copied from.

        In reverse, the first reader comes last: by then all readers have added their shares.
        """
        for selection in self.stacked.get(reader, []):
            if not self.moves(selection):
                continue
            stack = self.stacks[self.key(selection)]
            with self.function("after" if stack.uniform else "each") as loops:
                for rows, source in self.pieces(selection, cotangent=True):
                    given = Access(self.place(stack, cotangent=True), rows, ("r",))
                    self._complete(loops, given)
                    self._share(loops, source, [given])

    def _back(self, step: Step) -> None:
        with self.function("after" if step.out.uniform else "each") as loops:
            self._complete(loops, self.out(step.out, cotangent=True))
            if step.kind == "matmul":
                self._back_of_product(loops, step)
            elif step.kind == "dot" or step.primitive is SUM:
                self._back_of_dot(loops, step)
            elif step.primitive is SELECT:
                self._back_of_choice(loops, step)
            else:
                self._by_partials(loops, step)
        for selection in step.selections:
            self._begin(selection)

    def _back_of_product(self, loops: Loops, step: Step) -> None:
        given, matrix, vectors = self._product(step, cotangent=True)
        if self.moves(step.operands[0]):
            self._share(loops, self.access(step.operands[0], "r", "j", cotangent=True), [given, vectors])
        if self.moves(step.operands[1]):
            self._share(loops, self.access(step.operands[1], "j", "m", cotangent=True), [given, matrix])
        self._back_of_terms(loops, step, given)

    def _back_of_dot(self, loops: Loops, step: Step) -> None:
        given = self.out(step.out, cotangent=True)
        for at, selection in enumerate(step.operands):
            if self.moves(selection):
                others = [self.access(other, "j", "r") for n, other in enumerate(step.operands) if n != at]
                self._share(loops, self.access(selection, "j", "r", cotangent=True), [given, *others])
        self._back_of_terms(loops, step, given)

    def _back_of_terms(self, loops: Loops, step: Step, given: Access) -> None:
        if step.plain is not None and self.moves(step.plain):
            self._share(loops, self.access(step.plain, "t", "r", cotangent=True), [given])

    def _back_of_choice(self, loops: Loops, step: Step) -> None:
        if not self.moves(step.operands[1]):
            return
        given = self.out(step.out, cotangent=True)
        target = self.access(step.operands[1], "j", "r", cotangent=True)
        self._complete(loops, target)
        with loops.nest(self.sizes(loops, {"r": step.out.rows}, given)) as at:
            index = self._singles(loops, step, at)["index"]
            hand_back(loops, index, loops.load(given, at), target, at)

    def _by_partials(self, loops: Loops, step: Step) -> None:
        primitive = step.primitive
        counts = primitive.nonzero_partials
        for partial, selection, nonzero in zip(primitive.partials, step.operands, counts):
            if nonzero and self.moves(selection):
                variables = "r" if selection.rows.ndim == 1 else "jr"
                self._by_partial(loops, step, partial, self.access(selection, *variables, cotangent=True))

    def _by_partial(self, loops: Loops, step: Step, partial: Term, target: Access) -> None:
        """What a step hands back to one operand: if that is the same for all samples, the sum over them."""
        arithmetic, given = loops.arithmetic, self.out(step.out, cotangent=True)
        write = loops.store if self._is_first(loops, target, target.rows) else loops.add
        sums = given.place.varies and not target.place.varies and not self.alone
        with loops.nest({"r": step.out.rows, **rows_of(target)}) as at:
            total = loops.variable(0.0, varies=True) if sums else None
            with loops.nest(self.sizes(loops, {}, given)) as inner:
                inside = at | inner
                bindings = self._singles(loops, step, inside)
                bindings["z"] = loops.load(self.out(step.out), inside)
                if "j" in at:
                    bindings |= self._family(loops, step, inside)
                term = arithmetic.multiply(loops.load(given, inside), arithmetic.evaluate(partial, bindings))
                if sums:
                    loops.take_in(term, total, inside["b"])
                else:
                    write(term, target, inside)
            if sums:
                write(arithmetic.total(loops.builder.load(total)), target, at)
