"""Nesting: which modules of a graph are in which others, and how deep."""

from __future__ import annotations

from collections.abc import Collection

from viz.views.reading import Graph


class Nesting:
    """The modules around each other. Neurons are no level of their own: they are told apart last."""

    def __init__(self, graph: Graph) -> None:
        self.known = dict(graph.modules)
        self._ways: dict[str, list[str]] = {}
        self.has_one_root = "" in self.known
        self.paths = list(dict.fromkeys(call.path for call in graph.calls if call))
        outside = {prefix for path in self.paths for prefix in prefixes(path)[:-1]}
        self.layers = {self._around(path)[-2] for path in self.paths if self._is_unit(path, outside)}
        inner = {path: self._around(path) for path in self.paths if not self._is_unit(path, outside)}
        self.layers -= {around[-2] for around in inner.values() if len(around) > 1}
        ways = [self._around(self._whole(path))[1:] for path in self.paths]
        self.deepest = max(map(len, ways), default=0) + bool(self.layers)
        """The number of levels."""
        self.shared = self._shared(graph, ways)
        """How many of them all that modules made has in common, each called once."""

    def module(self, path: str, depth: int) -> str:
        """The module that contains `path`, at most `depth` levels inside the model, which is ""."""
        around = self._around(path if depth >= self.deepest else self._whole(path))
        return around[min(depth, len(around) - 1)]

    def _shared(self, graph: Graph, ways: list[list[str]]) -> int:
        calls = [call for call in dict.fromkeys(graph.calls) if call]
        for at, level in enumerate(zip(*ways)):
            if len(set(level)) > 1 or len({call.at(level[0]) for call in calls}) > 1:
                return at
        return min(map(len, ways), default=0)

    def _whole(self, path: str) -> str:
        """The layer of a neuron; other modules as they are."""
        around = self._around(path)
        return around[-2] if len(around) > 1 and around[-2] in self.layers else around[-1]

    def _is_unit(self, path: str, outside: Collection[str]) -> bool:
        """Whether a module is one of a list in the one around it, and nothing is in it: a neuron."""
        return path not in outside and path.rpartition(".")[2].isdigit() and len(self._around(path)) > 2

    def _around(self, path: str) -> list[str]:
        """The modules around a path, from the model itself, "", to the innermost."""
        around = self._ways.get(path)
        if around is None:
            around = self._ways[path] = ["", *(one for one in prefixes(path)[1:] if one in self.known)]
        return around


def prefixes(path: str) -> list[str]:
    """The beginnings of a path, from "" to all of it."""
    names = path.split(".") if path else []
    return [".".join(names[:at]) for at in range(len(names) + 1)]
