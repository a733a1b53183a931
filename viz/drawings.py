"""Drawings: `draw`, and micrograd's `draw_dot`: a graph, or a compiled program, as boxes and arrows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, ClassVar

from autograd import Value
from viz.documents import Picture
from viz.formats import framing
from viz.formats.digraphs import Dot
from viz.formats.dot_source import dot_source
from viz.formats.dressing import dress
from viz.formats.engines import DrawingError
from viz.formats.mermaid import mermaid
from viz.formats.plain_text import text_lines, text_tree
from viz.formats.sizes import laid_out
from viz.formats.themes import SYSTEM, theme_named
from viz.formats.zooming import zooming_page
from viz.views.boxes import View
from viz.views.folding import Paths, captions, few, fold, ways
from viz.views.graphs import Group, view_of
from viz.views.legibility import SCREEN, Measure, Size, first_legible, place
from viz.views.levels import Level, levels_of
from viz.views.marks import with_inside_of, with_kinds
from viz.views.naming import Names, names_in
from viz.views.reading import Graph, read
from viz.views.stages import Operations, in_stages, legible_stages, levels_of_program

_DIRECTIONS = ("LR", "TB", "RL", "BT")


class Drawing(Picture):
    """A picture of boxes and arrows. It shows itself in Jupyter; `save` writes it; `source` is its DOT.

    `graph` is what is drawn, None for a program, of which `operations` are all. It was read when the drawing
    was made: what happens to it afterwards does not show.
    """

    noun = "drawing"
    suffixes: ClassVar = {
        ".svg": "alone",
        ".html": "html",
        ".dot": "source",
        ".mmd": "mermaid",
        ".txt": "text",
        ".png": "png",
        ".pdf": "pdf",
    }

    def __init__(
        self,
        view: View,
        theme: str,
        rankdir: str | None,
        graph: Graph | None = None,
        fit: Size = SCREEN,
        operations: Operations | None = None,
    ) -> None:
        if rankdir is not None and rankdir not in _DIRECTIONS:
            raise ValueError(f"rankdir is 'LR', 'TB', 'RL' or 'BT', got {rankdir!r}")
        self.view, self.colors, self.theme, self.rankdir = view, theme, theme_named(theme), rankdir
        self.graph, self.fit, self.operations = graph, fit, operations

    @property
    def title(self) -> str:
        """What is drawn, and how much of it."""
        return self.view.title

    @cached_property
    def digraph(self) -> Dot:
        """The picture as a `graphviz.Digraph`."""
        return Dot(dot_source(self.view, self.theme, self.rankdir), self._dress)

    @property
    def source(self) -> str:
        """The picture in DOT, the language of Graphviz."""
        return str(self.digraph.source)

    @cached_property
    def svg(self) -> str:
        """The picture as SVG. Raises DrawingError when Graphviz is missing or gives up."""
        return str(self.digraph.pipe("svg", encoding="utf-8"))

    @cached_property
    def html(self) -> str:
        """A page to look at it on, in which folded boxes open and close, one level at a click."""
        return zooming_page(self._levels(), self._explained(), self.rankdir, self.colors)

    def _explained(self) -> View:
        """The view with a legend of all that its boxes open to."""
        if self.operations is not None:
            return with_kinds(self.view, [box.kind for box in self.operations.view.boxes])
        return self.view if self.graph is None else with_inside_of(self.view, self.graph)

    def _levels(self) -> Iterator[Level]:
        """What is seen first, and what its boxes open to."""
        view = self.view._replace(captions=())
        first = Level(self.operations or self.graph, view, laid_out(view, self.rankdir), {}, [])
        levels = levels_of if self.operations is None else levels_of_program
        return levels(first, laid_out, self.fit)

    @property
    def framed(self) -> str:
        """HTML for a notebook: the page where there is something to open, else the SVG."""
        if any(box.kind == "folded" for box in self.view.boxes):
            return framing.in_frame(self.html, self.title, 560)
        return super().framed

    @property
    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart, which GitHub and many wikis draw."""
        return mermaid(self.view, self.theme, self.rankdir or "LR")

    @property
    def text(self) -> str:
        """A graph as a tree of text, the root on top; a program as one line for each box, none folded."""
        if self.operations is not None:
            return text_lines(self.operations.view)
        return text_lines(self.view) if self.graph is None else text_tree(self.graph)

    def in_theme(self, theme: str) -> Drawing:
        """The same picture in other colours."""
        return Drawing(self.view, theme, self.rankdir, self.graph, self.fit, self.operations)

    def __repr__(self) -> str:
        return f"<{self.title}; .save('picture.svg'), .source, or print(.text)>"

    def _dress(self, svg: str) -> str:
        return dress(svg, self.view, self.theme)


def draw(
    root: Any,
    *,
    rankdir: str | None = None,
    theme: str = SYSTEM,
    names: bool = True,
    model: Any = None,
    collapse: str | None = None,
    expand: Paths = (),
    highlight: str | None = None,
    fit: Size = SCREEN,
) -> Drawing:
    """The computation graph below `root`: a box per Value, with data and gradient; on each arrow the
    local derivative. Of a compiled function, its program: a box per array operation, with its shape.

    Args:
        root: the Value to draw, or a compiled function that has been called.
        rankdir: where arrows point: "LR", "TB", "RL" or "BT"; by default "LR", in rows where it is long.
        theme: "light", "dark", "print", or "system": light, but its page as the reader's system is.
        names: whether a Value without a label is called by the variable of the caller that holds it.
        model: the module whose paths name parameters and folded parts; else the caller's modules do.
        collapse: "none", "compact" (sums merged), "modules", "layers", "runs"; None for as much as can be
            read in `fit`: no text below 11 pixels, on two screens at most. For a program "none" or None.
        expand: paths of modules to show in full all the same.
        highlight: "max-gradient" makes the path along which most gradient flows stand out.
        fit: width and height in pixels of the place where it is shown.

    >>> from autograd import Value
    >>> a, b = Value(2.0), Value(-3.0)
    >>> draw(a * b + a)
    <Drawing of 4 Values; .save('picture.svg'), .source, or print(.text)>

    """
    held = names_in(sys._getframe(1) if names else None)
    return _draw("draw", root, held, model, rankdir, theme, collapse, expand, highlight, fit)


def draw_dot(root: Any, format: str = "svg", rankdir: str | None = None, **options: Any) -> Dot:
    """micrograd's function: the picture of `draw` as a `graphviz.Digraph`, which shows itself in Jupyter.

    Its `pipe`, `render` and display need no `dot` program; PDF needs the extra `pdf`. `options` are those
    of `draw`.

    >>> from autograd import Value
    >>> "tanh" in draw_dot(Value(0.5).tanh()).source
    True
    """
    known = ("theme", "names", "model", "collapse", "expand", "highlight", "fit")
    for option in options:
        if option not in known:
            raise TypeError(f"draw_dot got the option {option!r}; it takes {', '.join(known)}")
    held = names_in(sys._getframe(1) if options.pop("names", True) else None)
    model = options.pop("model", None)
    digraph = _draw("draw_dot", root, held, model, rankdir, **options).digraph
    digraph.format = format
    return digraph


def _draw(
    asked_by: str,
    root: Any,
    held: Names,
    model: Any,
    rankdir: str | None,
    theme: str = SYSTEM,
    collapse: str | None = None,
    expand: Paths = (),
    highlight: str | None = None,
    fit: Size = SCREEN,
) -> Drawing:
    fit = place(fit)
    if not isinstance(root, Value):
        from autograd.compiler.compiled import Compiled  # slow to import, and rarely needed
        from viz.views.programs import operations_of

        if isinstance(root, Compiled):
            for option, given in (("collapse", collapse), ("expand", expand), ("highlight", highlight)):
                if given and (option, given) != ("collapse", "none"):
                    but = " but 'none'" if option == "collapse" else ""
                    raise ValueError(
                        f"{asked_by} of a compiled function takes no {option}={but}, got {given!r}: "
                        "its boxes are the array operations; draw a Value to see the scalar graph"
                    )
            operations = operations_of(root, held, model, asked_by)
            return _drawing_of_program(operations, rankdir, theme, collapse is None, fit)
    return drawing_of(read(root, held, model, asked_by), rankdir, theme, collapse, expand, highlight, fit)


def _drawing_of_program(
    operations: Operations, rankdir: str | None, theme: str, is_folding: bool, fit: Size
) -> Drawing:
    view = operations.view
    if is_folding:
        measure = partial(laid_out, rankdir=rankdir)
        with suppress(DrawingError):  # nothing can be measured; what needs no picture can be had all the same
            view = in_stages(operations, legible_stages(operations, measure, fit))
    return Drawing(view, theme, rankdir, fit=fit, operations=operations)


def drawing_of(
    graph: Graph,
    rankdir: str | None = None,
    theme: str = SYSTEM,
    collapse: str | None = None,
    expand: Paths = (),
    highlight: str | None = None,
    fit: Size = SCREEN,
) -> Drawing:
    """The drawing of a graph that has been read."""
    measure = partial(laid_out, rankdir=rankdir)
    groups = chosen_groups(graph, collapse, expand, partial(view_of, graph), measure, fit)
    shown = view_of(graph, groups, captions(graph, groups), highlight)
    return Drawing(shown, theme, rankdir, graph, fit)


def chosen_groups(
    graph: Graph,
    collapse: str | None,
    expand: Paths,
    view: Callable[[list[Group]], View],
    measure: Measure,
    fit: Size,
) -> list[Group]:
    """The groups to draw: as `collapse` says, else as many as can be read in their `view`."""
    if collapse is not None:
        return fold(graph, collapse, expand)
    try:
        return first_legible(ways(graph, expand), view, measure, fit)[0]
    except DrawingError:  # nothing can be measured; what needs no picture can be had all the same
        return few(ways(graph, expand))
