"""`expression`: the formula of a graph, in infix with minimal brackets, or in LaTeX.

The text is Python: evaluated with the leaves bound to their names and the functions of `autograd`, it
gives the same value, bit for bit. Shared parts are assignments; so is what would nest too deep to read.
"""

from __future__ import annotations

import keyword
import sys
import unicodedata
from collections import Counter
from typing import Any

import autograd
from viz.spelling import AS_LATEX, AS_PYTHON, Piece, Style
from viz.views.naming import names_in
from viz.views.reading import Graph, Node, Operand, read
from viz.views.text import clean

DEEPEST = 60
"""A part nested deeper than this gets a name, as a shared one does."""


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


def expression(root: Any, *, latex: bool = False, names: bool = True, model: Any = None) -> Formula:
    r"""The formula of the graph below `root`, in infix with minimal brackets; in LaTeX with `latex=True`.

    A leaf is called by its label, its path in a model, or, with `names`, the variable that holds it;
    one without any is its number. Names that cannot stand in a formula become v1, v2 ...: see
    `Formula.names`.

    Raises ValueError for a graph with a checkpoint, whose interior is not there to be written.

    >>> from autograd import Value
    >>> a, b = Value(2.0), Value(-3.0)
    >>> c = a + b
    >>> expression((c * c).tanh() / 2)
    c = a + b
    tanh(c * c) / 2
    >>> print(expression(a / (a + 1) ** 2, latex=True))
    \frac{a}{\left(a + 1\right)^{2}}
    """
    held = names_in(sys._getframe(1) if names else None)
    return formula_of(read(root, held, model, "expression"), latex)


def formula_of(graph: Graph, latex: bool = False) -> Formula:
    """The formula of a graph that has been read."""
    style = AS_LATEX if latex else AS_PYTHON
    if graph.has_checkpoint:
        raise ValueError(
            "expression cannot write out a checkpoint, which stores no interior; build the graph without"
        )
    opaque = [node.primitive is None for node in graph.nodes]
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


def _write(graph: Graph, top: Node, called: dict[int, str], opaque: list[bool], style: Style) -> str:
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
        power = style.tightness(operand.number)
        pieces: list[Piece] = [style.literal(operand.number, node is None)]
        if node is not None and not opaque[node.position]:
            power, pieces = style.pieces(node)
        operands = () if node is None else node.operands
        inside: list[Any] = [
            part if isinstance(part, str) else (operands[part[0]], part[1]) for part in pieces
        ]
        if power < least:
            inside = [style.brackets[0], *inside, style.brackets[1]]
        waiting.extend(reversed(inside))
    return "".join(text)
