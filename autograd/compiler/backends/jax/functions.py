"""Programs as functions of parameters and inputs that JAX can trace: forward and in reverse."""

from __future__ import annotations

from typing import Any, Protocol

import jax.numpy as jnp

from autograd.compiler.backends.jax import elementwise, products, selecting
from autograd.compiler.backends.jax.arrays import Arrays
from autograd.compiler.program.program import PARAMETERS, SELECT, Kind, Program, Step
from autograd.progress import watched


class StepRunner(Protocol):
    """How one kind of step is run: a module with these two functions."""

    def forward(self, arrays: Arrays, step: Step) -> None:
        """Compute what the step computes; keep in the arrays what reverse needs."""

    def reverse(self, arrays: Arrays, step: Step, d: Any) -> None:
        """Add to the cotangents of what the step reads; `d` is that of what it computes."""


BY_KIND: dict[Kind, StepRunner] = {
    "each": elementwise,
    "reduce": elementwise,
    "dot": products,
    "matmul": products,
}


def runner_of(step: Step) -> StepRunner:
    """How a step is run: by its kind, but a select in ways of its own."""
    return selecting if step.primitive is SELECT else BY_KIND[step.kind]


def run(program: Program, p: Any, x: Any) -> Arrays:
    """The forward pass, for parameters (parameters,) and inputs (inputs, batch)."""
    arrays = Arrays(program, p, x)
    for step in watched(program.steps, every=1):
        runner_of(step).forward(arrays, step)
    return arrays


def results(program: Program, p: Any, x: Any) -> Any:
    """All results (results, batch)."""
    return run(program, p, x).read(program.results)


def results_and_gradient(program: Program, p: Any, x: Any) -> tuple[Any, Any]:
    """All results, and the gradient (parameters,) of the mean of the first one over the samples."""
    arrays = run(program, p, x)
    loss = program.loss
    if program.has_gradient(loss):
        samples = 1 if loss.uniform else arrays.batch
        arrays.add(loss, jnp.full((1, samples), 1.0 / samples, arrays.dtype))
    for step in watched(reversed(program.steps), every=1):
        if step.out.at in arrays.additions:
            runner_of(step).reverse(arrays, step, arrays.cotangent(step.out.at))
    return arrays.read(program.results), arrays.cotangent(PARAMETERS)[:, 0]
