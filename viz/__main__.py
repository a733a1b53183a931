"""`python -m viz "tanh(w*x + b)" w=-3 x=2 b=6.88 -o neuron.html`: pictures from a shell."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograd import Value
from autograd.commands import Parser, run_command
from viz.drawings import Drawing, drawing_of
from viz.explaining import explanation_of
from viz.formats.engines import DrawingError
from viz.formats.plain_text import text_tree
from viz.formats.themes import THEMES
from viz.parsing import parse
from viz.player.pages import page_of
from viz.views.reading import Graph, read


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit status.

    0: done, 1: the file could not be written, 2: the expression, its values or the file's name were refused.
    """
    given = _parsed(sys.argv[1:] if arguments is None else arguments)
    try:
        values = _Values(_pairs(given.values))
        if given.output:
            Drawing.attribute_for(Path(given.output))  # an error before anything is computed
        root = parse(given.expression, values)
        values.check_used()
    except (ValueError, ArithmeticError, LookupError) as error:
        return _failed(error, 2)
    if not isinstance(root, Value):
        if given.output:
            return _failed(f"{given.expression} is {root}, which has no graph to write; leave out -o", 2)
        print(f"{given.expression} = {_without_gradient(root)}")
        return 0
    root.backward()
    graph = read(root)
    if not given.output:
        _print(graph)
        return 0
    try:
        _write(graph, given.output, given.theme)
    except (DrawingError, OSError, ValueError) as error:
        return _failed(error, 1)
    print(f"wrote {given.output}")
    return 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        prog="python -m viz",
        description="Evaluate an expression, backpropagate through it, and show what happened.",
        epilog="example: python -m viz 'tanh(w*x + b)' w=-3 x=2 b=6.88 -o neuron.html",
    )
    parser.add_argument(
        "expression", help="names, numbers, + - * / **, and functions such as tanh, relu, log"
    )
    parser.add_argument("values", nargs="*", metavar="name=value", help="the number of each name")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="a page (.html) or a drawing (.svg, .png, .pdf, .dot, .mmd, .txt)",
    )
    parser.add_argument("--theme", choices=list(THEMES), help="else a page is as the reader's system is")
    words = list(arguments)
    if words and words[0].startswith("-") and not re.match(r"-[oh]\b|--", words[0]):
        words[0] = " " + words[0]  # an expression may begin with a minus
    return parser.parse_intermixed_args(words)


def _failed(error: object, status: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return status


def _without_gradient(found: float | bool) -> str:
    """What an expression without a graph gives, and what would have a gradient."""
    if isinstance(found, bool):
        return f"{found}; a comparison has no gradient, it chooses: where(x > 2, x, 0)"
    return f"{float(found)!r}; with a name in it, it has a gradient: x=1.5"


def _print(graph: Graph) -> None:
    """The graph as a tree, and why the gradient of each variable is what it is."""
    print(text_tree(graph))
    for node in graph.nodes:
        if node.kind == "variable":
            print(f"\n{explanation_of(graph, node.position)}")


def _write(graph: Graph, path: str, theme: str | None) -> None:
    """Write the page of a graph, or its drawing, by the suffix of the path."""
    made = page_of if Drawing.attribute_for(Path(path)) == "html" else drawing_of
    (made(graph, theme=theme) if theme else made(graph)).save(path)


class _Values(dict[str, Value]):
    """Leaves by name, and which of them nobody has asked for."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        super().__init__(values)
        self.unused = dict.fromkeys(values)

    def __getitem__(self, name: str) -> Value:
        self.unused.pop(name, None)
        return super().__getitem__(name)

    def check_used(self) -> None:
        """Refuse values that the expression did not need: they are most likely misspelt."""
        if self.unused:
            names = ", ".join(self.unused)
            raise ValueError(f"the expression does not use {names}; leave out what it does not need")


def _pairs(pairs: Sequence[str]) -> dict[str, Value]:
    """Leaves by name, from `name=number`."""
    values: dict[str, Value] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.isidentifier() or not re.fullmatch(r"[-+]?[\w.+-]+", text):
            raise ValueError(f"a value is given as name=number, got {pair!r}")
        try:
            values[name] = Value(float(text), label=name)
        except ValueError:
            raise ValueError(f"{name} should be a number, got {text!r}") from None
    return values


if __name__ == "__main__":
    run_command(main)
