"""`python -m viz "tanh(w*x + b)" w=-3 x=2 b=6.88 -o neuron.html`: pictures from a shell."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograd import Value
from autograd.commands import run_command
from viz.drawings import drawing_of
from viz.explaining import explanation_of
from viz.formats.engines import DrawingError
from viz.formats.plain_text import text_tree
from viz.formats.themes import THEMES
from viz.parsing import ExpressionError, parse
from viz.player.pages import page_of
from viz.views.reading import read

_SUFFIXES = (".html", ".htm", ".svg", ".mmd", ".dot", ".gv", ".png", ".pdf")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit status. 0: done, 2: the expression or its values were refused."""
    parser = argparse.ArgumentParser(
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
        help="a page (.html) or a picture (.svg, .mmd, .dot; .png, .pdf need dot)",
    )
    parser.add_argument("--theme", choices=list(THEMES), default="light")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0].startswith("-") and not re.match(r"-[oh]\b|--", words[0]):
        words[0] = " " + words[0]  # an expression may begin with a minus
    given = parser.parse_intermixed_args(words)
    try:
        values = _Values(_pairs(given.values))
        _check_output(given.output)
        root = parse(given.expression, values)
        values.check_used()
    except (ValueError, ArithmeticError, LookupError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if given.output and not isinstance(root, Value):
        print(
            f"error: {given.expression} is {root}, which has no graph to write; leave out -o", file=sys.stderr
        )
        return 2
    if isinstance(root, bool):
        print(f"{given.expression} = {root}; a comparison has no gradient, it chooses: where(x > 2, x, 0)")
        return 0
    if not isinstance(root, Value):
        print(f"{given.expression} = {float(root)!r}; with a name in it, it has a gradient: x=1.5")
        return 0
    root.backward()
    graph = read(root)
    if given.output is None:
        print(text_tree(graph))
        for node in graph.nodes:
            if node.kind == "variable":
                print(f"\n{explanation_of(graph, node.position)}")
        return 0
    try:
        if given.output.lower().endswith((".html", ".htm")):
            page_of(graph, theme=given.theme).save(given.output)
        else:
            drawing_of(graph, theme=given.theme).save(given.output)
    except (DrawingError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"wrote {given.output}")
    return 0


class _Values(dict[str, Value]):
    """Leaves by name, which note that they were asked for."""

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
            raise ExpressionError(f"the expression does not use {names}; leave out what it does not need")


def _check_output(path: str | None) -> None:
    if path is not None and Path(path).suffix.lower() not in _SUFFIXES:
        raise ExpressionError(f"-o writes {', '.join(_SUFFIXES)}, got {path!r}; give the file one of these")


def _pairs(pairs: Sequence[str]) -> dict[str, Value]:
    """Leaves by name, from `name=number`."""
    values: dict[str, Value] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.isidentifier() or not re.fullmatch(r"[-+]?[\w.+-]+", text):
            raise ExpressionError(f"a value is given as name=number, got {pair!r}")
        try:
            values[name] = Value(float(text), label=name)
        except ValueError:
            raise ExpressionError(f"{name} should be a number, got {text!r}") from None
    return values


if __name__ == "__main__":
    run_command(main)
