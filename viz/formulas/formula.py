"""`expression`: the formula of a graph, in infix with minimal brackets, or in LaTeX.

The infix text is Python: evaluated with the leaves bound to their names and the functions of `autograd`, it
gives the same value, bit for bit. Shared parts are assignments; so is what would nest too deep to read.
"""

from __future__ import annotations

import keyword
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

import autograd
from viz.formulas.latex import is_path
from viz.formulas.spelling import AS_LATEX, AS_PYTHON, Slot, Style
from viz.views.naming import names_in
from viz.views.reading import Graph, Node, Operand, read
from viz.views.text import clean

DEEPEST = 60
"""A part that is nested deeper gets a name, as a shared one does."""


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

    Raises ValueError for a graph with a checkpoint, whose interior is not there to be written, and for one
    with an operation that is written by hand.

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
    if graph.has_checkpoint:
        raise ValueError(
            "expression cannot write out a checkpoint, which stores no interior; build the graph without"
        )
    if graph.by_hand:
        raise ValueError(
            f"expression writes what can be computed again, and {graph.by_hand[0]!r} is written by hand; "
            "declare it with autograd.primitive, or write it with functions of autograd"
        )
    style = AS_LATEX if latex else AS_PYTHON
    called, legend = _names(graph, lambda label: _is_usable(label) or (latex and is_path(label)))
    lines, leaves = [], {}
    for node in graph.nodes:
        if node.position in called and node.primitive is None:
            leaves[called[node.position]] = node.data
        elif node.position in called and node is not graph.root:
            lines.append(f"{style.name(called[node.position])} = {_write(graph, node, called, style)}")
    lines.append(_write(graph, graph.root, called, style))
    return Formula(lines, leaves, legend, latex)


def _names(graph: Graph, usable: Callable[[str], bool]) -> tuple[dict[int, str], dict[str, str]]:
    """The names in the formula by position, and the legend of those that stand for labels not usable.

    A named leaf has one, and an operation that is used several times or would nest too deep.
    """
    uses = graph.uses
    depths: dict[int, int] = {}
    wanted = []
    for node in graph.nodes:
        below = [depths[operand.node] for operand in node.operands if operand.node is not None]
        depths[node.position] = 0 if node.primitive is None else 1 + max(below, default=0)
        if node.primitive is None:
            if node.name:
                wanted.append(node)
        elif uses[node.position] > 1 or depths[node.position] > DEEPEST:
            depths[node.position] = 0
            wanted.append(node)
    times = Counter(node.name for node in wanted)
    fitting = {name for name, many in times.items() if many == 1 and usable(name)}
    called, legend, made = {}, {}, 0
    for node in wanted:
        name = node.name
        if name not in fitting:
            made += 1
            while f"v{made}" in fitting:
                made += 1
            name = f"v{made}"
            if node.name:
                legend[name] = node.name
        called[node.position] = name
    return called, legend


def _is_usable(label: str) -> bool:
    """Whether a label can be a variable in the formula: an identifier that means nothing else there."""
    taken = hasattr(autograd, label) or label in ("inf", "nan", "identity")
    return (
        label.isidentifier()
        and not keyword.iskeyword(label)
        and not taken
        and unicodedata.normalize("NFKC", label) == label
    )


def _write(graph: Graph, top: Node, called: dict[int, str], style: Style) -> str:
    """The text of one node, without recursion: what is still to be written waits on a stack."""
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
        if node and node.position in called and (node is not top or node.primitive is None):
            text.append(style.name(called[node.position]))
            continue
        if node is None or node.primitive is None:
            power = style.literal_power(operand.number)
            inside: list[Any] = [style.literal(operand.number, node is None)]
        else:
            power, pieces = style.spell(node)
            inside = [
                (node.operands[piece.operand], piece.least) if isinstance(piece, Slot) else piece
                for piece in pieces
            ]
        if power < least:
            inside = [style.brackets[0], *inside, style.brackets[1]]
        waiting.extend(reversed(inside))
    return "".join(text)
