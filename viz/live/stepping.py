"""One sample, step by step: the player's page of it, which a page of training opens and gives its numbers.

The graph is recorded once, for any sample: the player computes it anew from the leaves that it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd import topological_order
from autograd.engine.value import Value
from autograd.trees import leaves, map_leaves
from viz.formats.engines import DrawingError
from viz.live.recording import Loss, evaluating
from viz.live.sets import Set
from viz.player.pages import Page, page_of
from viz.views.naming import names_in
from viz.views.reading import read

MOST = 3_000
"""Values of a graph that is worth to be stepped through."""


class Sample(NamedTuple):
    """The player's page of one sample, and what each of its leaves is, in the order of the graph."""

    page: Page
    leaves: list[int]
    """A row of the parameters; behind these the sample's numbers, then the target's; -1: neither."""

    @property
    def html(self) -> str:
        """The page for the inside of another; empty where Graphviz is missing."""
        try:
            return self.page.inside
        except DrawingError:
            return ""

    def in_theme(self, theme: str) -> Sample:
        """The same page in other colours."""
        return self._replace(page=self.page.in_theme(theme))


def sample_of(model: Any, loss: Loss, data: Set, values: Sequence[Value], theme: str) -> Sample | None:
    """The first sample, ready to be played; None where its graph is too large, or fixed by what it saw.

    So it is below a `where`, whose branch was decided when it was recorded, and where the loss is undefined.
    """
    numbers = [_labelled(array[0], letter) for array, letter in zip(data, ("x", "target"))]
    with evaluating(model):
        try:
            root = loss(model(numbers[0]), numbers[1])
        except (ArithmeticError, TypeError, ValueError):
            return None
    order = topological_order(root) if isinstance(root, Value) else []
    if not 1 < len(order) <= MOST or any(_is_fixed(value) for value in order):
        return None
    root.label = "loss"
    given = [*values, *leaves(numbers)]
    place = {id(value): at for at, value in enumerate(given)}
    made = [place.get(id(value), -1) for value in order if value.primitive is None]
    return Sample(page_of(read(root, names_in(None), model, "playground"), theme=theme), made)


def _labelled(numbers: Any, letter: str) -> Any:
    """Values of one sample, in nested lists, each with a name."""
    made = map_leaves(Value, numbers.tolist())
    several = leaves(made)
    for at, value in enumerate(several, 1):
        value.label = letter if len(several) == 1 else f"{letter}{at}"
    return made


def _is_fixed(value: Value) -> bool:
    primitive = value.primitive
    return primitive is not None and (primitive.opaque or primitive.name == "where")
