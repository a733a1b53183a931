"""`graphviz.Digraph`, drawn without the `dot` program."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import graphviz

from viz.formats.engines import layout
from viz.formats.pdf import pdf
from viz.formats.png import png


class Dot(graphviz.Digraph):  # type: ignore[misc]
    """A `graphviz.Digraph` whose `pipe`, `render` and display need no `dot` program.

    What is added to it (`node`, `edge`, `attr`) is drawn as in any Digraph. `finish` is applied to the SVG
    that Graphviz drew.
    """

    def __init__(
        self, body: Iterable[str] = (), finish: Callable[[str], str] | None = None, **options: Any
    ) -> None:
        super().__init__(body=body, **{"format": "svg", **options})
        self._finish = finish

    def __repr__(self) -> str:
        return "<Dot; .render('picture'), .source>"

    def pipe(self, format: str | None = None, *more: Any, encoding: str | None = None, **options: Any) -> Any:
        """The picture as bytes, or as text when `encoding` is given."""
        format, engine = format or self.format, options.get("engine") or self.engine
        if more or set(options) - {"engine", "quiet"}:
            return super().pipe(format, *more, encoding=encoding, **options)
        drawn = self._drawn(format, engine)
        return drawn.decode(encoding) if encoding else drawn

    def _drawn(self, format: str, engine: str) -> bytes:
        if format not in ("svg", "png", "pdf"):
            return layout(self.source, format, engine)
        svg = layout(self.source, "svg", engine).decode()
        svg = self._finish(svg) if self._finish else svg
        return svg.encode() if format == "svg" else png(svg) if format == "png" else pdf(svg)

    def render(
        self,
        filename: Any = None,
        directory: Any = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        *more: Any,
        outfile: Any = None,
        **options: Any,
    ) -> str:
        """Write the DOT source and, beside it, the picture; the path of the picture. As in graphviz."""
        kind = format or (Path(outfile).suffix[1:].lower() if outfile else "") or self.format
        if more or set(options) - {"engine", "quiet", "quiet_view"}:
            return str(
                super().render(filename, directory, view, cleanup, format, *more, outfile=outfile, **options)
            )
        if outfile is not None:
            outfile = Path(self.directory if directory is None else directory, outfile)
            filename = filename or outfile.with_suffix(".gv").name
            directory = outfile.parent if directory is None else directory
        saved = self.save(filename, directory=directory)
        picture = str(outfile) if outfile is not None else f"{saved}.{kind}"
        Path(picture).write_bytes(self._drawn(kind, options.get("engine") or self.engine))
        if cleanup:
            os.remove(saved)
        if view or options.get("quiet_view"):
            self._view(picture, format=kind, quiet=bool(options.get("quiet_view")))
        return picture

    def copy(self) -> Dot:
        """A Digraph of its own with the same picture."""
        copied: Dot = super().copy()
        copied._finish = self._finish
        return copied
