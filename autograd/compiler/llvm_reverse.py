"""Reverse: loops that carry the cotangents of the results back to the parameters."""

from __future__ import annotations

from autograd.compiler.grouping import SUM
from autograd.compiler.llvm_contraction import contract
from autograd.compiler.llvm_forward import Forward, rows_of
from autograd.compiler.llvm_loops import Access, Loops
from autograd.compiler.program import Selection, Step


class Reverse(Forward):
    """Writes a function for each step that has a cotangent, and others for stacks."""

    def reverse(self, results: Selection) -> None:
        """Write the whole reverse pass, for the mean of the one result."""
        if not self.moves(results):
            return
        self._begin(results)
        with self.function() as loops:
            seed = self.access(results, "r", cotangent=True)
            share = loops.arithmetic.number(1.0)
            if not results.uniform:
                share = loops.builder.fdiv(share, loops.builder.sitofp(loops.batch, self.real))
            with loops.nest(loops.sizes({"r": 1}, seed)) as at:
                loops.add(share, seed, at)
        self.unstack(None)
        for step in reversed(self.program.steps):
            if step.out.at in self.begun:
                self._back(step)
            self.unstack(step.out.at)

    def _begin(self, selection: Selection) -> None:
        """Remember which arrays have been given a cotangent."""
        self.begun |= self.moving & set(selection.sources)

    def _back(self, step: Step) -> None:
        with self.function() as loops:
            if step.kind == "matmul":
                self._back_of_product(loops, step)
            elif step.kind == "dot" or step.primitive is SUM:
                self._back_of_dot(loops, step)
            else:
                self._by_partials(loops, step)
        for selection in step.selections:
            self._begin(selection)

    def _back_of_product(self, loops: Loops, step: Step) -> None:
        given, matrix, vectors = self._product(step, cotangent=True)
        sizes = loops.sizes({**rows_of(given), **rows_of(matrix), **rows_of(vectors)}, given)
        if self.moves(step.operands[0]):
            contract(loops, self.access(step.operands[0], "r", "j", cotangent=True), [given, vectors], sizes)
        if self.moves(step.operands[1]):
            contract(loops, self.access(step.operands[1], "j", "m", cotangent=True), [given, matrix], sizes)
        self._back_of_terms(loops, step, given)

    def _back_of_dot(self, loops: Loops, step: Step) -> None:
        given = self.out(step.out, cotangent=True)
        for at, selection in enumerate(step.operands):
            if self.moves(selection):
                others = [self.access(other, "j", "r") for n, other in enumerate(step.operands) if n != at]
                target = self.access(selection, "j", "r", cotangent=True)
                contract(
                    loops, target, [given, *others], loops.sizes({**rows_of(given), **rows_of(target)}, given)
                )
        self._back_of_terms(loops, step, given)

    def _back_of_terms(self, loops: Loops, step: Step, given: Access) -> None:
        if step.plain is None or not self.moves(step.plain):
            return
        terms = self.access(step.plain, "t", "r", cotangent=True)
        contract(loops, terms, [given], loops.sizes({**rows_of(given), **rows_of(terms)}, given))

    def _by_partials(self, loops: Loops, step: Step) -> None:
        primitive, given = step.primitive, self.out(step.out, cotangent=True)
        pairs = [
            (partial, selection)
            for partial, selection in zip(primitive.partials, step.operands)
            if self.moves(selection) and not (isinstance(partial, float) and partial == 0.0)
        ]
        singles = [(partial, self.access(s, "r", cotangent=True)) for partial, s in pairs if s.rows.ndim == 1]
        families = [
            (partial, self.access(s, "j", "r", cotangent=True)) for partial, s in pairs if s.rows.ndim == 2
        ]
        with loops.loop(step.out.rows) as r:
            sums = {
                target: loops.variable(0.0)
                for _, target in singles
                if given.place.varies > target.place.varies
            }
            with loops.nest(loops.sizes({}, given)) as at:
                at["r"] = r
                g = loops.load(given, at)
                bindings = self._singles(loops, step, at)
                bindings["z"] = loops.load(self.out(step.out), at)
                for partial, target in singles:
                    term = loops.arithmetic.multiply(g, loops.arithmetic.evaluate(partial, bindings))
                    if target in sums:
                        total = loops.arithmetic.add(loops.builder.load(sums[target]), term)
                        loops.builder.store(total, sums[target])
                    else:
                        loops.add(term, target, at)
                if families:
                    with loops.loop(families[0][1].rows.shape[0]) as j:
                        inside = at | {"j": j}
                        inner = bindings | self._family(loops, step, inside)
                        for partial, target in families:
                            term = loops.arithmetic.multiply(g, loops.arithmetic.evaluate(partial, inner))
                            loops.add(term, target, inside)
            for target, total in sums.items():
                loops.add(loops.builder.load(total), target, {"r": r})
