"""Products as numpy text: dots that are cells of matrix products, forward and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.backends.numpy.forms import bracketed
from autograd.compiler.program.products import Products

if TYPE_CHECKING:
    from autograd.compiler.backends.numpy.forward import Forward
    from autograd.compiler.backends.numpy.reverse import Reverse


def total_of(writer: Forward, found: Products) -> tuple[str, list[str]]:
    """The text of the dots (dots, batch), and the names of the matrices."""
    left, right = writer.assigned(writer.read(found.left)), writer.assigned(writer.read(found.right))
    text = f"products({left}, {right}{_terms(writer, found.terms, 2)})"
    rows = np.prod(found.shape)
    text = f"{text}.reshape({rows}, -1)"
    if not found.are_in_order:
        text = f"{text}.take({writer.constant(found.cells)}, axis=0)"
    return text, [left, right]


def add_back(writer: Reverse, found: Products, names: list[str], d: str, uniform: bool) -> None:
    """Add to both matrices what the cotangent of the dots hands back: G rightᵀ and leftᵀ G."""
    left, right = names
    if found.are_in_order:
        shape = ", ".join(map(str, found.shape))
        given = writer.temporary(f"{bracketed(d)}.reshape({shape}, -1)")
        terms = found.terms
    else:
        zero, places = writer.constant(np.zeros((1, 1))), writer.constant(found.places())
        given = writer.temporary(f"stack({zero}, {d}).take({places}, axis=0)")
        terms = found.terms & (found.places() > 0)[:, :, None, :]
    if writer.moves(found.left):
        text = f"products({given}, {right}.swapaxes(1, 2){_terms(writer, terms.swapaxes(2, 3), 2)})"
        writer.add(found.left, text, uniform)
    if writer.moves(found.right):
        text = f"products({left}.swapaxes(1, 2), {given}{_terms(writer, terms.swapaxes(1, 2), 2)})"
        writer.add(found.right, text, uniform)


def _terms(writer: Forward, terms: Any, axis: int) -> str:
    """Which terms count, where that is not all of them along the axis that is summed."""
    return "" if terms.all() or terms.shape[axis] == 1 else f", {writer.constant(terms[..., None])}"
