"""The numpy backend: a lowered program as readable numpy source, forward and reverse.

An array is a variable `v4` of shape (rows, batch), or (rows, 1) when it is the same for every sample; its
cotangent is `d4`. The parameters are one flat vector `p` with the gradient `dp`. What an operation computes,
and its partials, are the rules of the table printed in numpy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from autograd.compiler.backends.numpy.reverse import Reverse
from autograd.compiler.program.program import Program


@dataclass(frozen=True)
class Text:
    """Source of one function, and the constants that it names."""

    source: str
    constants: dict[str, Any]


def numpy_program(program: Program, gradient: bool) -> Text:
    """`results(p, x)`, all results (results, batch); with `gradient`, `results_and_gradient(p, x)`.

    The gradient, as long as p, is that of the mean of the first result over the batch. It is exact also where
    another result has an infinite partial, if the program was grouped with the first result differentiated.
    """
    writer = Reverse(program)
    forward = writer.forward()
    results = writer.results()
    if not gradient:
        lines = [*forward, f"return {results}"]
        return _text("results", writer, lines)
    if program.loss.uniform:
        seed = "seed = np.ones((1, 1), p.dtype)"
    else:
        seed = "seed = np.full((1, batch), 1.0 / batch, p.dtype)"
    writer.seed()
    first = writer.lines
    reverse = writer.reverse()
    found = "loss" if len(program.results.rows) == 1 else "results"
    lines = [*forward, f"{found} = {results}", "", "# backward", "dp = np.zeros(p.shape, p.dtype)"]
    if any("dP" in line for line in [*first, *reverse]):
        lines.append("dP = dp[:, None]")
    return _text("results_and_gradient", writer, [*lines, seed, *first, *reverse, f"return {found}, dp"])


def _text(function: str, writer: Reverse, lines: list[str]) -> Text:
    """The function, with the names that its lines use defined first."""
    body = "\n".join(lines)
    head = [f"def {function}(p, x):"]
    if re.search(r"\bP\b", body):
        head.append("    P = p[:, None]")
    if re.search(r"\bbatch\b", body):
        head.append("    batch = x.shape[1]")
    source = "\n".join([*head, *("    " + line if line else "" for line in lines)]) + "\n"
    used = {key: array for key, array in writer.constants.items() if re.search(rf"\b{key}\b", body)}
    return Text(source, used)
