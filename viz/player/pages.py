"""`play`: a page that steps through a graph, forward and then backward, edge by edge.

One self-contained file: the picture, the recorded graph as data, its primitives as JavaScript printed from
the table, and the page's own text. It loads nothing and evaluates nothing; a content security policy
in the page names the style and the script that may run.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from importlib.resources import files
from types import MappingProxyType
from typing import Any, ClassVar

from autograd.rules.javascript import rule_source
from viz.documents import Document
from viz.drawings import Drawing, chosen_groups
from viz.formats import framing
from viz.formats.packing import fitting, packed
from viz.formats.scripting import scripted
from viz.formats.sizes import laid_out
from viz.formats.themes import SYSTEM
from viz.formats.variables import scheme, svg_with_variables
from viz.formats.zooming import MOST_BYTES, opening_script, text_of
from viz.player.by_hand import passed_by_hand
from viz.player.colors import style
from viz.player.data import primitives_of, program
from viz.player.levels import Later, first_view, names_of, played_levels
from viz.views.folding import Paths
from viz.views.legibility import SCREEN, Size, place
from viz.views.levels import Level, levels_of
from viz.views.marks import with_inside_of
from viz.views.naming import names_in
from viz.views.reading import Graph, Node, read
from viz.views.text import count, cut

_SCRIPTS = (
    *("program", "events", "equations", "sentences", "picture"),
    *("predicting", "table", "whatif", "time"),
)
"""In the order in which one knows the others."""
_TEXTS = (
    *(files("viz") / "player" / name for name in ("page.html", "page.css")),
    files("autograd") / "rules" / "numbers.js",
    *(files("viz") / "player" / f"{name}.js" for name in _SCRIPTS),
)

_LARGEST = 700_000
"""Of a page of 1 MB, the bytes for the graph; the rest is for the levels and the scripts."""


class Page(Document):
    """A page that plays a graph. It shows itself in Jupyter; `save` writes it; `html` is its text."""

    noun = "page"
    suffixes: ClassVar = {".html": "html"}

    def __init__(
        self,
        graph: Graph,
        drawing: Drawing,
        by_hand: Mapping[int, Sequence[float]] = MappingProxyType({}),
        colors: str = SYSTEM,
    ) -> None:
        self.graph, self.drawing, self.by_hand, self.theme = graph, drawing, by_hand, drawing.theme
        self.colors = colors

    @cached_property
    def names(self) -> list[str]:
        """What each Value is called, by position."""
        return names_of(self.graph)

    @cached_property
    def program(self) -> dict[str, Any]:
        """The graph as the page's scripts read it."""
        return program(self.graph, self.names, self.by_hand)

    @property
    def title(self) -> str:
        """The root's name, and what is played."""
        return f"{cut(self.names[-1])}: forward and backward"

    @property
    def svg(self) -> str:
        """The picture that is played, as it stands at the start."""
        return self.drawing.svg

    @property
    def text(self) -> str:
        """The graph as a tree of text."""
        return self.drawing.text

    @cached_property
    def html(self) -> str:
        """The page: one file that needs nothing else. Raises DrawingError when Graphviz is missing."""
        return self._html()

    @cached_property
    def inside(self) -> str:
        """The page for the inside of another, which gives it the numbers of its leaves; see `guest.js`."""
        return self._html((files("viz") / "player" / "guest.js").read_text("utf-8"))

    def _html(self, *more: str) -> str:
        template, css, *scripts = [text.read_text("utf-8") for text in _TEXTS]
        rules = ",\n".join("null" if each.opaque else rule_source(each) for each in primitives_of(self.graph))
        view, rankdir = self.drawing.view, self.drawing.rankdir
        first = Level(self.graph, view, laid_out(view, rankdir), {}, [])
        levels = played_levels(levels_of(first, Later, self.drawing.fit))
        page = partial(
            scripted,
            template,
            style=style(self.colors) + text_of("levels.css") + css,
            script="\n".join([f"const RULES = [\n{rules}];", opening_script(), *more, *scripts]),
            title=html.escape(self.title),
            scheme=scheme(self.colors),
            svg=svg_with_variables(view, rankdir),
        )
        room = MOST_BYTES - len(page(levels="").encode())
        return page(levels=packed(fitting(levels, room, self.program).data))

    @property
    def framed(self) -> str:
        """The page for a notebook, in a frame that keeps the two apart."""
        return framing.in_frame(self.html, "forward and backward, step by step", 720)

    def in_theme(self, theme: str) -> Page:
        """The same page in other colours."""
        return Page(self.graph, self.drawing.in_theme(theme), self.by_hand, theme)

    def __repr__(self) -> str:
        return f"<Page of {count(len(self.graph.nodes))} Values; .save('page.html') and open it>"


def play(
    root: Any,
    *,
    rankdir: str | None = None,
    theme: str = SYSTEM,
    names: bool = True,
    model: Any = None,
    collapse: str | None = None,
    expand: Paths = (),
    fit: Size = SCREEN,
) -> Page:
    """A page that plays the graph below `root`: values forward, then gradients backward, edge by edge.

    It starts from gradients of zero and a seed of 1, whatever `backward()` has done. Options are those of
    `draw`; the theme "system" is light or dark as the reader's system is. A graph that cannot be read in
    `fit` is folded, and its boxes open in the page, down to single Values. Raises ValueError for a graph
    whose numbers are too many for a page, and for one with a checkpoint, whose interior is not there to be
    shown. A `_backward` that is written by hand is run once, to see what it passes back; what it would do
    elsewhere is not known, so that the leaves of such a graph are fixed.

    >>> from autograd import Value
    >>> w, x = Value(0.5), Value(2.0)
    >>> play((w * x).tanh())
    <Page of 4 Values; .save('page.html') and open it>
    """
    held = names_in(sys._getframe(1) if names else None)
    graph = read(root, held, model, "play")
    by_hand = passed_by_hand(root) if graph.by_hand else {}
    return page_of(graph, rankdir, theme, collapse, expand, fit, by_hand)


def page_of(
    graph: Graph,
    rankdir: str | None = None,
    theme: str = SYSTEM,
    collapse: str | None = None,
    expand: Paths = (),
    fit: Size = SCREEN,
    by_hand: Mapping[int, Sequence[float]] = MappingProxyType({}),
) -> Page:
    """The page of a graph that has been read.

    `by_hand` is what each `_backward` that is written by hand passes back, by the position of its node.
    """
    if graph.has_checkpoint:
        raise ValueError(
            "play cannot step through a checkpoint, which stores no interior; build the graph without"
        )
    start = graph._replace(nodes=tuple(map(_at_the_start, graph.nodes)))
    names, stage = names_of(start), _stage(place(fit))
    if len(packed(program(start, names, by_hand))) > _LARGEST:
        raise ValueError(
            f"play writes each Value with its numbers into the page, and {count(len(graph.nodes))} of them "
            "are too many for one of 1 MB; play a smaller part, such as the loss of one sample, or draw it"
        )
    measure = partial(laid_out, rankdir=rankdir)
    seen = partial(first_view, start, names)
    shown = with_inside_of(seen(chosen_groups(start, collapse, expand, seen, measure, stage)), start)
    return Page(start, Drawing(shown, theme, rankdir, graph, stage), by_hand, theme)


def _stage(fit: Size) -> Size:
    """What words and buttons leave of a screen."""
    return max(fit[0] - 40, 200.0), max(fit[1] - 270, 200.0)


def _at_the_start(node: Node) -> Node:
    """The node before any gradient; in the page every leaf will get one, so that none is a constant."""
    return node._replace(gradient=None, kind="variable" if node.kind == "constant" else node.kind)
