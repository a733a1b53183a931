"""The text: a program as readable numpy source, forward and reverse.

An array is a variable `v4` of shape (rows, batch), or (rows, 1) when it is the same for every sample; its
cotangent is `d4`. The parameters are one flat vector `p` with the gradient `dp`. What an operation computes,
and its partials, are the rules of the table printed in numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from autograd.compiler.backends.numpy import elementwise, products, selecting
from autograd.compiler.backends.numpy.cotangents import ONE, SEED, Cotangents
from autograd.compiler.backends.numpy.pieces import BATCH, name, operation, used
from autograd.compiler.backends.numpy.writer import Writer
from autograd.compiler.program.program import SELECT, Kind, Program, Step
from autograd.progress import watched


@dataclass(frozen=True)
class Text:
    """Source of one function, and the constants that it names."""

    source: str
    constants: dict[str, Any]


class StepWriter(Protocol):
    """How one kind of step is written: a module with these two functions."""

    def forward(self, writer: Writer, step: Step) -> None:
        """Write the lines that compute what the step computes; keep in the writer what reverse needs."""

    def reverse(self, writer: Writer, cotangents: Cotangents, step: Step) -> None:
        """Write the lines that add to the cotangents of what the step reads."""


BY_KIND: dict[Kind, StepWriter] = {
    "each": elementwise,
    "reduce": elementwise,
    "dot": products,
    "matmul": products,
}


def writer_of(step: Step) -> StepWriter:
    """How a step is written: by its kind, but a select in ways of its own."""
    return selecting if step.primitive is SELECT else BY_KIND[step.kind]


def numpy_program(program: Program, gradient: bool) -> Text:
    """`results(p, x)`, all results (results, batch); with `gradient`, `results_and_gradient(p, x)`.

    The gradient, as long as p, is that of the mean of the first result over the batch. It is exact also where
    another result has an infinite partial, if the program was lowered with the first result alone.
    """
    writer = Writer(program)
    for step in watched(program.steps, every=1):
        writer_of(step).forward(writer, step)
    results = writer.read(program.results)
    if not gradient:
        writer.line("return {0}", results)
        return _text("results", writer)
    found = writer.assign("loss" if len(program.results.rows) == 1 else "results", results)
    writer.line("")
    writer.line("# backward")
    writer.assign("dp", operation("np.zeros(p.shape, p.dtype)"))
    start = len(writer.lines)
    _write_reverse(writer)
    if "dP" in used(writer.lines[start:]):
        writer.lines.insert(start, operation("{0} = {1}", name("dP"), name("dp").with_axis()))
    writer.line("return {0}, {1}", found, name("dp"))
    return _text("results_and_gradient", writer)


def _write_reverse(writer: Writer) -> None:
    """Write the lines that carry the cotangent of the loss back to the parameters."""
    loss, cotangents = writer.program.loss, Cotangents(writer)
    if loss.uniform:
        writer.assign(SEED, ONE)
    else:
        writer.assign(SEED, operation("np.full((1, {0}), 1.0 / {0}, p.dtype)", BATCH))
    if writer.program.has_gradient(loss):
        cotangents.add(loss, SEED, loss.uniform)
    for step in watched(reversed(writer.program.steps), every=1):
        if step.out.at in cotangents:
            writer_of(step).reverse(writer, cotangents, step)
    cotangents.finish()


def _text(function: str, writer: Writer) -> Text:
    """The function, with the variables that its lines use defined first."""
    uses = used(writer.lines)
    head = [f"def {function}(p, x):"]
    if "P" in uses:
        head.append("    P = p[:, None]")
    if "batch" in uses:
        head.append("    batch = x.shape[1]")
    source = "\n".join([*head, *("    " + line if line else "" for line in writer.lines)]) + "\n"
    return Text(source, {variable: array for variable, array in writer.constants.items() if variable in uses})
