"""What the nodes that share a box are, in a few words: the title of the box."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from viz.views.grouping import Owner
from viz.views.reading import Graph
from viz.views.text import count, cut, ends, number

_LISTED = 6
"""Names that are listed one by one; of more, the first and the last."""


class Titles:
    """Titles for boxes of a graph, made from what is in the box: what was parted says so."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.classes = graph, dict(graph.modules)
        self.calls: dict[str, set[int]] = {}
        self.made: Counter[str] = Counter()
        """How many nodes the calls of each module have made, those of modules in it included."""
        for call, many in Counter(graph.calls).items():
            while call is not None:
                self.calls.setdefault(call.path, set()).add(call.number)
                self.made[call.path] += many
                call = call.within

    def of(self, owner: Hashable, members: Sequence[int], part: str = "") -> str:
        """The title of a box with these members; `part` says which of the owner's boxes it is."""
        assert isinstance(owner, Owner)
        many = count(len(members))
        if owner.rule in ("module", "own"):
            path = self._outermost(owner.path)
            name, calls = path or self.classes[""], self._calls(path, members)
            if len(calls) == 1:
                name, part = f"{name}, call {calls.pop()}", ""
            if owner.rule == "module":
                return f"{name}{part}"
            is_residual = _is_residual_sum(self.graph, members)
            return f"{name}: {'residual sum' if is_residual else operations(self.graph, members)}"
        if owner.rule == "parameters":
            names = [self.graph.nodes[at].name for at in members]
            return listed(names) or f"{owner.path or self.classes.get('', 'model')}: parameters"
        if owner.rule == "inputs":
            first, last = (self.graph.nodes[members[at]] for at in (0, -1))
            return f"{first.name} … {last.name}" if first.name else f"{many} × {first.kind}"
        if owner.rule == "far":
            return f"{many} Values further back{part}"
        return operations(self.graph, members)

    def calls_in(self, owner: Hashable, members: Sequence[int]) -> int:
        """How many calls of a module share a box."""
        if not isinstance(owner, Owner) or owner.rule not in ("module", "own"):
            return 0
        return len(self._calls(self._outermost(owner.path), members))

    def given(self, owner: Hashable, members: Sequence[int]) -> str:
        """The plain numbers that came into a module's calls, in words: they are no nodes, and have no box."""
        if not isinstance(owner, Owner) or owner.rule != "module":
            return ""
        calls, path = [call for at in members if (call := self.graph.calls[at])], self._outermost(owner.path)
        whole = [around for call in calls if (around := call.at(path)) and around.path == path]
        return in_words([call.given for call in dict.fromkeys(whole or calls) if call.given])

    def _outermost(self, path: str) -> str:
        """The module around it, where that does no more, as often; a module in a list stays what it is."""
        around, _, name = path.rpartition(".")
        if not around or name.isdigit() or self.made[around] != self.made[path]:
            return path
        same = len(self.calls.get(around, ())) == len(self.calls[path])
        return self._outermost(around) if same else path

    def _calls(self, path: str, members: Sequence[int]) -> set[int]:
        """The calls of the module at `path` that made the members; none where it was called once."""
        if len(self.calls.get(path, ())) < 2:
            return set()
        around = [call.at(path) for at in members if (call := self.graph.calls[at])]
        return {call.number for call in around if call and call.path == path}


NOUNS = {
    "add": "addition",
    "sub": "subtraction",
    "mul": "product",
    "div": "division",
    "pow": "power",
    "neg": "negation",
}
"""What the operations are called whose sign alone, as in `24 × -`, would be a riddle."""


def operations(graph: Graph, members: Sequence[int]) -> str:
    """`24 additions`, `24 × tanh` of one operation, `31 Values: +, tanh` of several."""
    primitives = [node.primitive for at in members if (node := graph.nodes[at]).primitive]
    symbols = list(dict.fromkeys(cut(primitive.symbol) for primitive in primitives))
    if len(symbols) == 1 and len(primitives) > 1:
        noun = NOUNS.get(primitives[0].name)
        return f"{count(len(primitives))} {f'{noun}s' if noun else f'× {symbols[0]}'}"
    shown = ", ".join(symbols[:4]) + (", …" if len(symbols) > 4 else "")
    return f"{count(len(members))} Values: {shown}" if symbols else f"{count(len(members))} leaves"


def _is_residual_sum(graph: Graph, members: Sequence[int]) -> bool:
    """Whether these are sums of what a module has been given and of what it has made of that.

    One of them is looked at: whether one of its operands is computed from all that the other one is.
    """
    nodes = [graph.nodes[at] for at in members]
    if any(node.primitive is None or node.primitive.name != "add" for node in nodes):
        return False
    given, made = sorted(operand.node if operand.node is not None else -1 for operand in nodes[0].operands)
    met, waiting = {made}, [made]
    for at in waiting:  # grows
        for operand in graph.nodes[at].operands:
            if operand.node is not None and operand.node >= given and operand.node not in met:
                met.add(operand.node)
                waiting.append(operand.node)
    return given in met and given != made


def in_words(given: Sequence[Sequence[float]]) -> str:
    """Plain numbers, call by call: themselves, which is 1 among zeros, or from where to where they go.

    >>> in_words([(0.5, -1.0)]), in_words([(0.0, 0.0, 1.0), (1.0, 0.0, 0.0)]), in_words([range(64)])
    ('0.5, -1', 'one-hot 2, 0', '64 numbers, 0 … 63')
    """
    together = [one for numbers in given for one in numbers]
    if not together:
        return ""
    ones = [list(numbers).index(1) for numbers in given if _is_one_hot(numbers)]
    if len(ones) == len(given):
        return "one-hot " + ", ".join(map(str, ones[:_LISTED])) + (", …" if len(ones) > _LISTED else "")
    if len(given) == 1 and len(together) <= 4:
        return ", ".join(map(number, together))
    return f"{count(len(together))} numbers, {ends(together)}" if len(given) == 1 else ends(together)


def _is_one_hot(numbers: Sequence[float]) -> bool:
    return len(numbers) > 2 and sorted(numbers)[-2:] == [0, 1] and min(numbers) == 0


def listed(paths: Sequence[str]) -> str:
    """Paths that differ in one name alone, as the path with these names; "" where they are too many.

    >>> listed(["tokens.rows.1.0", "tokens.rows.1.1", "tokens.rows.4.0"])
    'tokens.rows.1, 4'
    """
    split = [path.split(".") for path in paths]
    same = 0
    while all(len(names) > same + 1 for names in split) and len({names[same] for names in split}) == 1:
        same += 1
    differing = list(dict.fromkeys(names[same] for names in split))
    if all(map(str.isdigit, differing)):
        differing.sort(key=int)
    if len(differing) > _LISTED:
        return ""
    return ".".join([*split[0][:same], ", ".join(differing)])
