"""Steps: a function for each step of a program, forward and in reverse, and when to call it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from autograd.compiler.backends.accesses import Access, Location
from autograd.compiler.backends.llvm import elementwise, products, selecting
from autograd.compiler.backends.llvm.cotangents import Cotangents
from autograd.compiler.backends.llvm.layout import SPACES, Layout
from autograd.compiler.backends.llvm.loops import Loops
from autograd.compiler.program.program import SELECT, SUM, Array, Kind, Selection, Step
from autograd.progress import watched

SEED = Access(Location("seed", "seed", 0, True), np.zeros((), int), ())
"""The cotangent of the loss for each sample: its share in the mean."""


class StepWriter(Protocol):
    """How one kind of step is written: the loops inside its function."""

    def forward(self, layout: Layout, loops: Loops, step: Step) -> None:
        """Write loops that compute what the step computes."""

    def reverse(self, cotangents: Cotangents, loops: Loops, step: Step) -> None:
        """Write loops that add to the cotangents of what the step reads."""


BY_KIND: dict[Kind, StepWriter] = {
    "each": elementwise,
    "reduce": elementwise,
    "dot": products,
    "matmul": products,
}
BY_PRIMITIVE: dict[Any, StepWriter] = {SUM: products, SELECT: selecting}


def writer_of(step: Step) -> StepWriter:
    """How a step is written: by its primitive if that has a way of its own, else by its kind."""
    return BY_PRIMITIVE.get(step.primitive) or BY_KIND[step.kind]


class Steps:
    """The functions of a program's steps, in the order in which they are to be called.

    Those that compute what is the same for all samples are called once, `before` the first chunk of the batch
    or `after` the last; the others for `each` chunk.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.before: list[Any] = []
        self.each: list[Any] = []
        self.after: list[Any] = []
        self._gathered: dict[int, list[tuple[Selection, Array]]] = {}

    def write_forward(self) -> None:
        """Write the functions that compute every array."""
        for step in watched(self.layout.program.steps, every=1):
            for selection in step.selections:
                gathered = self.gather(selection)
                if gathered is not None:
                    self._gathered.setdefault(step.out.at, []).append((selection, gathered))
            self.layout.allocate(step.out)
            with self._function(self.before if step.out.uniform else self.each) as loops:
                writer_of(step).forward(self.layout, loops, step)

    def gather(self, selection: Selection) -> Array | None:
        """Write the copying of a selection from several arrays into a new one, if that is not there."""
        gathered = self.layout.gather(selection)
        if gathered is not None:
            with self._function(self.before if gathered.uniform else self.each) as loops:
                for rows, source in self.layout.origins(selection):
                    target = Access(self.layout.location(gathered), rows, ("r",))
                    with loops.over(target) as at:
                        loops.store(loops.load(source, at), target, at)
        return gathered

    def write_reverse(self) -> None:
        """Write the functions that carry the cotangent of the loss back to the parameters."""
        loss, cotangents = self.layout.program.loss, Cotangents(self.layout)
        if not self.layout.program.has_gradient(loss):
            return
        cotangents.reach(loss)
        with self._function(self.before if loss.uniform else self.each) as loops:
            cotangents.add(loops, self.layout.access(loss, "r", cotangent=True), [SEED])
        for step in watched(reversed(self.layout.program.steps), every=1):
            if step.out in cotangents:
                with self._function(self.after if step.out.uniform else self.each) as loops:
                    cotangents.complete(loops, self.layout.all_rows(step.out, cotangent=True))
                    writer_of(step).reverse(cotangents, loops, step)
                for selection in step.selections:
                    cotangents.reach(selection)
            self._scatter(cotangents, step)

    def _scatter(self, cotangents: Cotangents, step: Step) -> None:
        """Write the scattering of the cotangents of what was gathered for a step.

        In reverse, the first step that reads it comes last: by then all have added their shares.
        """
        for selection, gathered in self._gathered.get(step.out.at, []):
            if self.layout.program.has_gradient(selection):
                with self._function(self.after if gathered.uniform else self.each) as loops:
                    cotangents.scatter(loops, selection, gathered)

    @contextmanager
    def _function(self, called: list[Any]) -> Iterator[Loops]:
        layout = self.layout
        name = f"part_{len(self.before) + len(self.each) + len(self.after)}"
        loops = Loops(layout.module, name, SPACES, layout.real, layout.lanes, layout.chunk)
        yield loops
        loops.close()
        called.append(loops.function)
