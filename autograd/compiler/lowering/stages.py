"""The stages of lowering, one after the other: from a recorded tape to a program.

A new pass over scalars is a function like `simplify`: from a tape and the places of its roots to a new tape,
of as many `inputs`, and their places there. One over array operations is like `arrange`: from a program to a
program. It has its line in `lower`.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.lowering.arranging import arrange
from autograd.compiler.lowering.grouping import group
from autograd.compiler.lowering.simplifying import simplify
from autograd.compiler.lowering.tape import Tape
from autograd.compiler.program.program import Program
from autograd.progress import advance


def lower(tape: Tape, roots: Sequence[int], parameters: int, first_alone: bool = False) -> Program:
    """The program whose results are the `roots`, places on the tape, for so many parameters.

    Its gradient is that of the first result. With `first_alone`, what the other results alone depend on is
    in array operations of its own: a cotangent of 0 there, times an infinite partial, would be NaN.
    """
    advance("simplifying", 0)
    simplified, places = simplify(tape, roots)
    differentiated = places[:1] if first_alone else places
    advance("grouping", 0)
    return arrange(group(simplified, places, parameters, differentiated))
