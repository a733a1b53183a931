"""`expression`: the formula of a graph, in infix with minimal brackets, or in LaTeX.

The text is Python: evaluated with the leaves bound to their names and the functions of `autograd`, it
gives the same value, bit for bit. Shared parts are assignments; so is what would nest too deep to read.
"""

from __future__ import annotations

import keyword
import math
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from string import Formatter
from typing import Any, NamedTuple

import autograd
from autograd.notation import CALL, TEXT
from viz import latex as latex_notation
from viz.naming import variables
from viz.reading import Graph, Node, Operand, read
from viz.wording import clean

DEEPEST = 60
"""A part nested deeper than this gets a name, as a shared one does."""

Piece = str | tuple[int, int]
"""Text, or an operand's slot and how tightly it must bind."""


class Formula:
    """A formula: `str` is its text, which assigns the shared parts and ends with the whole.

    `leaves` holds the numbers of the leaves by the names they have in it; `names` is the legend of
    names that stand for labels which are not identifiers, or are used twice.
    """

    def __init__(
        self, lines: list[str], leaves: dict[str, float], names: dict[str, str], latex: bool
    ) -> None:
        self.lines, self.leaves, self.names, self.latex = tuple(lines), leaves, names, latex

    def __str__(self) -> str:
        if self.latex and len(self.lines) > 1:
            return (
                "\\begin{aligned}\n" + " \\\\\n".join(f"& {line}" for line in self.lines) + "\n\\end{aligned}"
            )
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        comment = "%" if self.latex else "#"
        return "\n".join(
            [str(self), *(f"{comment} {name}: {clean(label)}" for name, label in self.names.items())]
        )

    def _repr_latex_(self) -> str | None:
        return f"$\\displaystyle {self}$" if self.latex else None


def expression(root: Any, latex: bool = False, names: bool = True, model: Any = None) -> Formula:
    r"""The formula of the graph below `root`, in infix with minimal brackets; in LaTeX with `latex=True`.

    A leaf is called by its label, its path in a model, or, with `names`, the variable that holds it;
    one without any is its number. What a checkpoint gave is a number too. Names that cannot stand in a
    formula become v1, v2 ...: see `Formula.names`.

    >>> from autograd import Value
    >>> a, b = Value(2.0), Value(-3.0)
    >>> c = a + b
    >>> expression((c * c).tanh() / 2)
    c = a + b
    tanh(c * c) / 2
    >>> print(expression(a / (a + 1) ** 2, latex=True))
    \frac{a}{\left(a + 1\right)^{2}}
    """
    held = variables(sys._getframe(1)) if names else None
    return formula(read(root, held, model, "expression"), latex)


class _Style(NamedTuple):
    """How operations, numbers, names and brackets are written."""

    pieces: Callable[[Node], tuple[int, list[Piece]]]
    literal: Callable[[float, bool], str]
    """A number; whether it stood in the user's code as a plain one."""
    name: Callable[[str], str]
    brackets: tuple[str, str]


def formula(graph: Graph, latex: bool = False) -> Formula:
    """The formula of a graph that has been read."""
    style = _LATEX if latex else _PYTHON
    opaque = [node.primitive is None or node.primitive.name == "result" for node in graph.nodes]
    needed = _reachable(graph, opaque)
    called, legend = _names(graph, opaque, needed)
    lines, leaves = [], {}
    for node in graph.nodes:
        if node.position not in needed:
            continue
        if opaque[node.position]:
            if node.position in called:
                leaves[called[node.position]] = node.data
        elif node.position in called and node is not graph.root:
            lines.append(
                f"{style.name(called[node.position])} = {_write(graph, node, called, opaque, style)}"
            )
    lines.append(_write(graph, graph.root, called, opaque, style))
    return Formula(lines, leaves, legend, latex)


def _reachable(graph: Graph, opaque: list[bool]) -> dict[int, int]:
    """How often each node is used, for those that stand in the formula."""
    uses = {graph.root.position: 0}
    for node in reversed(graph.nodes):
        if node.position in uses and not opaque[node.position]:
            for operand in node.operands:
                if operand.node is not None:
                    uses[operand.node] = uses.get(operand.node, 0) + 1
    return uses


def _names(graph: Graph, opaque: list[bool], uses: dict[int, int]) -> tuple[dict[int, str], dict[str, str]]:
    """The names in the formula by position, and the legend of those that stand for a label."""
    depth: dict[int, int] = {}
    wanted = []
    for node in graph.nodes:
        if node.position not in uses:
            continue
        below = [depth[operand.node] for operand in node.operands if operand.node in depth]
        depth[node.position] = 0 if opaque[node.position] else 1 + max(below, default=0)
        if opaque[node.position]:
            if node.name:
                wanted.append(node)
        elif uses[node.position] > 1 or depth[node.position] > DEEPEST:
            depth[node.position] = 0
            wanted.append(node)
    labels = [node.name for node in wanted]
    times = Counter(labels)
    fitting = {label for label in labels if times[label] == 1 and _usable(label)}
    called, legend, count = {}, {}, 0
    for node in wanted:
        name = node.name
        if name not in fitting:
            count += 1
            while f"v{count}" in fitting:
                count += 1
            name = f"v{count}"
            if node.name:
                legend[name] = node.name
        called[node.position] = name
    return called, legend


def _usable(label: str) -> bool:
    """Whether a label can be a variable in the formula: an identifier that means nothing else there."""
    taken = hasattr(autograd, label) or label in ("inf", "nan", "identity")
    return (
        label.isidentifier()
        and not keyword.iskeyword(label)
        and not taken
        and unicodedata.normalize("NFKC", label) == label
    )


def _write(graph: Graph, top: Node, called: dict[int, str], opaque: list[bool], style: _Style) -> str:
    """The text of one node, without recursion: what is still to be written waits in a stack."""
    text: list[str] = []
    waiting: list[str | tuple[Operand, int]] = [(Operand(top.position, top.data, None), 0)]
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, str):
            text.append(piece)
            continue
        operand, least = piece
        node = None if operand.node is None else graph.nodes[operand.node]
        while (
            node
            and node.primitive
            and node.primitive.name == "identity"
            and (node is top or node.position not in called)
        ):
            operand = node.operands[0]
            node = None if operand.node is None else graph.nodes[operand.node]
        if node is not None and node.position in called and (node is not top or opaque[node.position]):
            text.append(style.name(called[node.position]))
            continue
        power = CALL
        pieces: list[Piece] = [style.literal(operand.number, node is None)]
        if node is not None and not opaque[node.position]:
            power, pieces = style.pieces(node)
        elif math.copysign(1.0, operand.number) < 0:
            power = 12
        operands = () if node is None else node.operands
        inside: list[Any] = [
            part if isinstance(part, str) else (operands[part[0]], part[1]) for part in pieces
        ]
        if power < least:
            inside = [style.brackets[0], *inside, style.brackets[1]]
        waiting.extend(reversed(inside))
    return "".join(text)


def _fill(template: str, count: int) -> list[Piece]:
    """A template of a notation as text and slots; `{all}` is every operand, with commas."""
    pieces: list[Piece] = []
    for text, field, least, _ in Formatter().parse(template):
        pieces += [text] if text else []
        if field == "all":
            pieces += _commas(range(count))
        elif field is not None:
            pieces.append((int(field), int(least or 0)))
    return pieces


def _commas(slots: Any, separator: str = ", ", least: int = 0) -> list[Piece]:
    return [part for slot in slots for part in (separator, (slot, least))][1:]


def _as_python(node: Node) -> tuple[int, list[Piece]]:
    primitive, count = node.primitive, len(node.operands)
    if not primitive.families:
        power, template = TEXT.templates.get(primitive.name) or (CALL, f"{primitive.name}({{all}})")
        return power, _fill(template, count)
    single = len(primitive.operands) - primitive.families
    size = (count - single) // primitive.families
    pieces: list[Piece] = [f"{primitive.name}("]
    pieces += [part for slot in range(single) for part in ((slot, 0), ", ")]
    for family in range(primitive.families):
        start = single + family * size
        pieces += [", [" if family else "[", *_commas(range(start, start + size)), "]"]
    return CALL, [*pieces, ")"]


def _as_latex(node: Node) -> tuple[int, list[Piece]]:
    primitive, count = node.primitive, len(node.operands)
    if primitive.name == "sum" and count:
        return 11, _commas(range(count), " + ", 11)
    if primitive.name == "dot" and count:
        pieces: list[Piece] = []
        for slot in range(count // 2):
            pieces += [" + "] if slot else []
            pieces += [(slot, 12), r" \cdot ", (count // 2 + slot, 13)]
        return 11, pieces
    power, template = latex_notation.template(primitive.name)
    return power, _fill(template, count)


def _python_literal(number: float, plain: bool) -> str:
    """`2` for a plain number, `2.0` for a leaf; the sign of -0.0 would be lost without its point."""
    return repr(number).removesuffix(".0") if plain and number else repr(number)


_PYTHON = _Style(_as_python, _python_literal, str, ("(", ")"))
_LATEX = _Style(
    _as_latex,
    lambda number, plain: latex_notation.literal(number),
    latex_notation.name,
    (r"\left(", r"\right)"),
)
