"""`play`: a page that steps through a graph, forward and then backward, edge by edge.

One self-contained file: the picture, the recorded graph as data, its primitives as JavaScript printed from
the table, and the page's own text. It loads nothing and evaluates nothing; a content security policy
in the page names the style and the script that may run.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any, ClassVar

from autograd.rules.javascript import rule_source
from viz.documents import Document
from viz.drawings import Drawing
from viz.formats import framing
from viz.formats.scripting import scripted
from viz.formats.variables import svg_with_variables
from viz.player.by_hand import passed_by_hand
from viz.player.colors import SYSTEM, check_page_theme, scheme, style
from viz.player.data import as_json
from viz.player.holdings import with_holdings
from viz.views.folding import COMPACT, Paths, fold
from viz.views.graphs import view_of
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
    files("viz") / "formats" / "digits.js",
    *(files("viz") / "player" / f"{name}.js" for name in _SCRIPTS),
)


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
        self.colors = check_page_theme(colors)

    @property
    def title(self) -> str:
        """The root's name, and what is played."""
        return f"{cut(self.graph.root.name)}: forward and backward"

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
        page, css, *scripts = [text.read_text("utf-8") for text in _TEXTS]
        primitives = list(dict.fromkeys(node.primitive for node in self.graph.nodes if node.primitive))
        rules = ",\n".join("null" if primitive.opaque else rule_source(primitive) for primitive in primitives)
        return scripted(
            page,
            style=style(self.colors) + css,
            script="\n".join([f"const RULES = [\n{rules}];", *scripts]),
            title=html.escape(self.title),
            scheme=scheme(self.colors),
            svg=svg_with_variables(self.drawing.view, self.drawing.rankdir),
            program=as_json(self.graph, self.drawing.view, primitives, self.by_hand),
        )

    @property
    def framed(self) -> str:
        """The page for a notebook, in a frame that keeps the two apart."""
        return framing.in_frame(self.html, "forward and backward, step by step", 720)

    def in_theme(self, theme: str) -> Page:
        """The same page in other colours."""
        return Page(self.graph, _in_colors(self.drawing, theme), self.by_hand, theme)

    def __repr__(self) -> str:
        return f"<Page of {count(len(self.graph.nodes))} Values; .save('page.html') and open it>"


def play(
    root: Any,
    *,
    rankdir: str = "LR",
    theme: str = SYSTEM,
    names: bool = True,
    model: Any = None,
    collapse: str | None = None,
    expand: Paths = (),
) -> Page:
    """A page that plays the graph below `root`: values forward, then gradients backward, edge by edge.

    It starts from gradients of zero and a seed of 1, whatever `backward()` has done. Options are those
    of `draw`; the theme "system" is light or dark as the reader's system is. A graph of more than 300
    Values needs a `collapse`. Raises ValueError for a larger one, and for a graph with a checkpoint,
    whose interior is not there to be shown. A `_backward` that is written by hand is run once, to see what
    it passes back; what it would do elsewhere is not known, so that the leaves of such a graph are fixed.

    >>> from autograd import Value
    >>> w, x = Value(0.5), Value(2.0)
    >>> play((w * x).tanh())
    <Page of 4 Values; .save('page.html') and open it>
    """
    held = names_in(sys._getframe(1) if names else None)
    graph = read(root, held, model, "play")
    return page_of(graph, rankdir, theme, collapse, expand, passed_by_hand(root) if graph.by_hand else {})


def page_of(
    graph: Graph,
    rankdir: str = "LR",
    theme: str = SYSTEM,
    collapse: str | None = None,
    expand: Paths = (),
    by_hand: Mapping[int, Sequence[float]] = MappingProxyType({}),
) -> Page:
    """The page of a graph that has been read.

    `by_hand` is what each `_backward` that is written by hand passes back, by the position of its node.
    """
    size = len(graph.nodes)
    if size > COMPACT and collapse is None:
        fitting = "modules" if any(graph.calls) else "runs"
        raise ValueError(
            f"play shows up to {COMPACT} Values one by one, and this graph has {count(size)}; "
            f"give collapse={fitting!r} to play a folded view, or play a smaller part"
        )
    if graph.has_checkpoint:
        raise ValueError(
            "play cannot step through a checkpoint, which stores no interior; build the graph without"
        )
    start = graph._replace(nodes=tuple(map(_at_the_start, graph.nodes)))
    groups = fold(start, collapse or "none", expand)
    start = _named(start)
    shown = view_of(start, groups)
    boxes = tuple(with_holdings(box, graph) for box in shown.boxes)
    several = any(len({edge.source for edge in arrow.edges}) > 1 for arrow in shown.arrows)
    signs = "+-±" if several else "+-"
    shown = shown._replace(boxes=boxes, captions=(), signs=signs, least_width=1.9)
    return Page(start, _in_colors(Drawing(shown, "light", rankdir, graph), theme), by_hand, theme)


def _at_the_start(node: Node) -> Node:
    """The node before any gradient; in the page every leaf will get one, so that none is a constant."""
    return node._replace(gradient=None, kind="variable" if node.kind == "constant" else node.kind)


def _named(graph: Graph) -> Graph:
    """The graph with names for all: v1, v2 ... for operations without one, c1, c2 ... for leaves."""
    taken = {node.name for node in graph.nodes}
    counts = {"v": 0, "c": 0}

    def fresh(letter: str) -> str:
        name = ""
        while not name or name in taken:
            counts[letter] += 1
            name = f"{letter}{counts[letter]}"
        return name

    return graph._replace(
        nodes=tuple(
            node if node.name else node._replace(name=fresh("c" if node.primitive is None else "v"))
            for node in graph.nodes
        )
    )


def _in_colors(drawing: Drawing, theme: str) -> Drawing:
    """The drawing in a theme; by the system's wish it is light."""
    return drawing.in_theme("light" if check_page_theme(theme) == SYSTEM else theme)
