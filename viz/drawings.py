"""Drawings: `draw`, and micrograd's `draw_dot`: the picture of a graph, ready to show or save."""

from __future__ import annotations

import html
import sys
from collections.abc import Iterable
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from viz.formats.digraphs import Dot
from viz.formats.dot_source import dot_source
from viz.formats.engines import DrawingError
from viz.formats.mermaid import mermaid
from viz.formats.svg import finish
from viz.formats.text_tree import tree
from viz.formats.themes import Theme, find
from viz.views.folding import Paths, fold
from viz.views.highlighting import highlighted
from viz.views.naming import Names, variables
from viz.views.programs import Picture, is_compiled, picture
from viz.views.reading import Graph, read
from viz.views.text import count, cut, number, signed
from viz.views.views import View, view


class Drawing:
    """A picture of a graph. It shows itself in Jupyter; `save` writes it; `source` is its DOT.

    The graph was read when the drawing was made: what happens to it afterwards does not show.
    """

    def __init__(self, graph: Graph, view: View, theme: Theme, rankdir: str) -> None:
        self.graph, self.view, self.theme, self.rankdir = graph, view, theme, rankdir

    @cached_property
    def digraph(self) -> Dot:
        """The picture as a `graphviz.Digraph`."""
        return Dot(dot_source(self.view, self.theme, self.rankdir), self._finish)

    @property
    def source(self) -> str:
        """The picture in DOT, the language of Graphviz."""
        return str(self.digraph.source)

    @cached_property
    def svg(self) -> str:
        """The picture as SVG. Raises DrawingError when Graphviz is missing or gives up."""
        return str(self.digraph.pipe("svg", encoding="utf-8"))

    @property
    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart, which GitHub and many wikis draw."""
        return mermaid(self.view, self.theme, self.rankdir)

    @property
    def text(self) -> str:
        """The graph as a tree of text, the root on top."""
        return tree(self.graph)

    @property
    def html(self) -> str:
        """A page that holds the SVG and nothing else."""
        head = f'<meta charset="utf-8">\n<title>{html.escape(self._title)}</title>\n'
        return (
            f'<!doctype html>\n<html lang="en">\n{head}'
            f'<body style="margin:0;background:{self.theme.paper}">\n{self.svg}</body>\n</html>\n'
        )

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture; the suffix says as what: svg, html, dot, mmd, and with `dot` png or pdf.

        Returns the path. Raises ValueError for another suffix, DrawingError where `dot` is needed.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        texts = {
            ".svg": "svg",
            ".html": "html",
            ".dot": "source",
            ".gv": "source",
            ".mmd": "mermaid",
            ".txt": "text",
        }
        if suffix in texts:
            path.write_text(getattr(self, texts[suffix]), encoding="utf-8")
        elif suffix in (".png", ".pdf"):
            path.write_bytes(self.digraph.pipe(suffix[1:]))
        else:
            raise ValueError(
                f"a drawing is saved as .svg, .html, .dot, .mmd, .txt, .png or .pdf, got {path.name!r}; "
                "give the path one of these suffixes"
            )
        return path

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **_: Any
    ) -> dict[str, str]:
        try:
            bundle = {"text/html": self._framed(), "text/plain": repr(self)}
        except DrawingError as error:
            bundle = {"text/plain": f"{self.text}\n{error}"}
        wanted = set(bundle if include is None else include) - set(exclude or ())
        return {kind: shown for kind, shown in bundle.items() if kind in wanted}

    def __repr__(self) -> str:
        return f"<{self._title}; .save('picture.svg'), .source, or print(.text)>"

    @property
    def _title(self) -> str:
        many = len(self.graph.nodes)
        name = cut(self.graph.root.name)
        return f"Drawing of {name + ', ' if name else ''}{count(many)} {'Value' if many == 1 else 'Values'}"

    def _framed(self) -> str:
        return f'<div style="overflow:auto;background:{self.theme.paper}">{self.svg}</div>'

    @property
    def _description(self) -> str:
        root = self.graph.root
        numbers = f"data {number(root.data)}, gradient {signed(root.gradient)}."
        return " ".join([numbers, *self.view.captions])

    def _finish(self, svg: str) -> str:
        return finish(svg, self.view, self.theme, self._title, self._description)


class ProgramDrawing(Drawing):
    """A picture of the program of a compiled function: a box for each array operation."""

    def __init__(self, shown: Picture, theme: Theme, rankdir: str) -> None:
        self.shown, self.view, self.theme, self.rankdir = shown, shown.view, theme, rankdir

    @property
    def text(self) -> str:
        """The boxes as lines of text."""
        return self.shown.text

    @property
    def _title(self) -> str:
        return self.shown.title

    @property
    def _description(self) -> str:
        return " ".join(self.view.captions)


def draw(
    root: Any,
    *,
    rankdir: str = "LR",
    theme: str = "light",
    names: bool = True,
    model: Any = None,
    collapse: str | None = None,
    expand: Paths = (),
    highlight: str | None = None,
) -> Drawing:
    """The computation graph below `root`: a box per Value, with data and gradient; on each arrow the
    local derivative. Of a compiled function, its program: a box per array operation, with its shape.

    Args:
        root: the Value to draw, or a compiled function that has been called.
        rankdir: where arrows point: "LR", "TB", "RL" or "BT".
        theme: "light", "dark" or "print".
        names: whether a Value without a label is called by the variable of the caller that holds it.
        model: the module whose paths name parameters and folded parts; else the caller's modules do.
        collapse: "none", "compact" (sums merged), "modules", "layers", "runs"; None goes by size.
        expand: paths of modules to show in full all the same.
        highlight: "max-gradient" makes the path along which most gradient flows stand out.

    >>> from autograd import Value
    >>> a, b = Value(2.0), Value(-3.0)
    >>> draw(a * b + a)
    <Drawing of 4 Values; .save('picture.svg'), .source, or print(.text)>

    """
    held = variables(sys._getframe(1)) if names else None
    if is_compiled(root):
        return _program(root, held, model, "draw", rankdir, theme, collapse, expand, highlight)
    return make(read(root, held, model), rankdir, theme, collapse, expand, highlight)


def draw_dot(root: Any, format: str = "svg", rankdir: str = "LR", **options: Any) -> Dot:
    """micrograd's function: the picture of `draw` as a `graphviz.Digraph`, which shows itself in Jupyter.

    Its `pipe`, `render` and display work without the `dot` program for SVG; PNG and PDF need it.
    `options` are those of `draw`.

    >>> from autograd import Value
    >>> "tanh" in draw_dot(Value(0.5).tanh()).source
    True
    """
    known = ("theme", "names", "model", "collapse", "expand", "highlight")
    for option in options:
        if option not in known:
            raise TypeError(f"draw_dot got the option {option!r}; it takes {', '.join(known)}")
    held = variables(sys._getframe(1)) if options.pop("names", True) else None
    model = options.pop("model", None)
    if is_compiled(root):
        digraph = _program(root, held, model, "draw_dot", rankdir, **options).digraph
    else:
        digraph = make(read(root, held, model, "draw_dot"), rankdir, **options).digraph
    digraph.format = format
    return digraph


def make(
    graph: Graph,
    rankdir: str = "LR",
    theme: str = "light",
    collapse: str | None = None,
    expand: Paths = (),
    highlight: str | None = None,
) -> Drawing:
    """The drawing of a graph that has been read."""
    groups, captions = fold(graph, collapse, expand)
    shown = view(graph, groups, captions, highlighted(graph, highlight))
    return Drawing(graph, shown, find(theme), check_rankdir(rankdir))


def _program(
    compiled: Any,
    held: Names | None,
    model: Any,
    call: str,
    rankdir: str = "LR",
    theme: str = "light",
    collapse: str | None = None,
    expand: Paths = (),
    highlight: str | None = None,
) -> ProgramDrawing:
    """The drawing of a compiled function."""
    for option, given in (("collapse", collapse), ("expand", expand), ("highlight", highlight)):
        if given:
            raise ValueError(
                f"{call} of a compiled function takes no {option}=, got {given!r}: its boxes are the array "
                "operations; draw a Value to see the scalar graph"
            )
    return ProgramDrawing(picture(compiled, held, model, call), find(theme), check_rankdir(rankdir))


def check_rankdir(rankdir: str) -> str:
    """`rankdir`, if it is one of Graphviz's four."""
    if rankdir not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"rankdir is 'LR', 'TB', 'RL' or 'BT', got {rankdir!r}")
    return rankdir
