"""Forward: loops that compute every array of a program."""

from __future__ import annotations

import numpy as np

from autograd.compiler.backends.llvm.arithmetic import REDUCTIONS, Bindings, Instruction
from autograd.compiler.backends.llvm.choices import chosen
from autograd.compiler.backends.llvm.contraction import contract
from autograd.compiler.backends.llvm.layout import Layout
from autograd.compiler.backends.llvm.loops import Access, Loops
from autograd.compiler.program.program import SELECT, SUM, Step
from autograd.symbols import Term

FEW = 4
"""Terms that are added one by one; more of them have a loop."""


class Forward(Layout):
    """Writes a function for each step."""

    def forward(self, step: Step) -> None:
        """Write what a step computes."""
        for selection in step.selections:
            self.stack_if_mixed(selection, step.out.at)
        self.allocate(step.out)
        with self.function("before" if step.out.uniform else "each") as loops:
            if step.kind == "matmul":
                out, *factors = self._product(step)
            elif step.kind == "dot" or step.primitive is SUM:
                out = self.out(step.out)
                factors = [self.access(selection, "j", "r") for selection in step.operands]
            else:
                self._values(loops, step)
                return
            sizes = {name: size for access in (out, *factors) for name, size in rows_of(access).items()}
            contract(loops, out, factors, sizes, self._start(loops, step, out))

    def _product(self, step: Step, cotangent: bool = False) -> tuple[Access, Access, Access]:
        """The result, the matrix and the vectors of a matrix product, over (r, m), (r, j) and (j, m)."""
        matrix, vectors = step.operands
        rows = np.arange(step.out.rows).reshape(matrix.shape[0], vectors.shape[1])
        return (
            Access(self.place(step.out, cotangent), rows, ("r", "m")),
            self.access(matrix, "r", "j"),
            self.access(vectors, "j", "m"),
        )

    def _start(self, loops: Loops, step: Step, out: Access) -> list[Access]:
        """What a dot or a matrix product adds besides: a few terms, or the result, which has them all."""
        if step.plain is None:
            return []
        terms = self.access(step.plain, "t", "r")
        if len(terms.rows) <= FEW:
            return [Access(terms.place, rows, ("r",)) for rows in terms.rows]
        contract(loops, out, [terms], {**rows_of(out), **rows_of(terms)}, [])
        return [out]

    def _values(self, loops: Loops, step: Step) -> None:
        out = self.out(step.out)
        with loops.nest(self.sizes(loops, rows_of(out), out)) as at:
            bindings = self._singles(loops, step, at)
            if step.primitive is SELECT:
                value = chosen(loops, bindings["index"], self.access(step.operands[1], "j", "r"), at)
            else:
                value = self._evaluate(loops, step, step.primitive.value, bindings, at)
            loops.store(value, out, at)

    def _singles(self, loops: Loops, step: Step, at: dict[str, Instruction]) -> dict[str, Instruction]:
        """The operands that are not families."""
        return {
            name: loops.load(self.access(selection, "r"), at)
            for name, selection in zip(step.primitive.operands, step.operands)
            if selection.rows.ndim == 1
        }

    def _family(self, loops: Loops, step: Step, at: dict[str, Instruction]) -> dict[str, Instruction]:
        """Element j of each family, and j itself."""
        found = {"position": loops.builder.sitofp(at["j"], self.real)}
        for name, selection in zip(step.primitive.operands, step.operands):
            if selection.rows.ndim == 2:
                found[name] = loops.load(self.access(selection, "j", "r"), at)
        return found

    def _evaluate(
        self,
        loops: Loops,
        step: Step,
        term: Term,
        bindings: dict[str, Instruction],
        at: dict[str, Instruction],
    ) -> Instruction:
        """A rule as instructions; each of its reductions becomes a loop before them."""
        count = max((s.shape[0] for s in step.operands if s.rows.ndim == 2), default=0)

        def fold(head: str, element: Term, bindings: Bindings) -> Instruction:
            start, combine = REDUCTIONS[head]
            result = loops.variable(start, varies="b" in at)
            with loops.loop(count) as j:
                inner = {**bindings, **self._family(loops, step, at | {"j": j})}
                number = loops.arithmetic.evaluate(element, inner)
                combined = combine(loops.arithmetic, loops.builder.load(result), number)
                loops.builder.store(combined, result)
            return loops.builder.load(result)

        return loops.arithmetic.with_reductions(term, bindings, fold)


def rows_of(access: Access) -> dict[str, int]:
    """The sizes of the axes of an access, by variable."""
    return dict(zip(access.variables, access.rows.shape))
