"""Which module made which node, from the marks that modules leave on their outputs.

A module marks an output with itself and its inputs when it is called, nothing per node; what lies
between the inputs and the output belongs to it. Its path is found by identity in `named_modules()` of
the model, of the caller's modules, or of the marked modules themselves: recorded, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from autograd import Value


class Part(NamedTuple):
    """One call of one module: the module's path and class, and which of its calls in this graph."""

    path: str
    kind: str
    call: int


class Modules:
    """The modules that had a hand in a graph: `parameters` by identity, and the path of each module."""

    def __init__(self, order: Sequence[Value], model: Any, known: Sequence[tuple[str, Any]]) -> None:
        self.calls = [(value, value.notes["module"]) for value in order if "module" in value.notes]
        marked = list({id(call.module): call.module for _, call in self.calls}.values())
        self.paths: dict[int, str] = {}
        self.kinds: dict[str, str] = {}
        self.parameters: dict[int, str] = {}
        for prefix, module in _outermost(marked, model, known):
            for path, inner in [("", module), *module.named_modules()]:
                full = ".".join(filter(None, (prefix, path)))
                if id(inner) not in self.paths:
                    self.paths[id(inner)] = full
                    self.kinds[full] = type(inner).__name__
            for path, parameter in module.named_parameters():
                self.parameters.setdefault(id(parameter), ".".join(filter(None, (prefix, path))))

    def parts(self, places: dict[int, int]) -> tuple[Part | None, ...]:
        """Per node, by position: the part it belongs to. Inner calls are met first, and keep theirs."""
        parts: list[Part | None] = [None] * len(places)
        numbers: dict[tuple[str, int], Part] = {}
        counts: dict[str, int] = {}
        for output, (module, inputs) in self.calls:
            path = self.paths[id(module)]
            key = (path, id(inputs))
            if key not in numbers:
                counts[path] = counts.get(path, 0) + 1
                numbers[key] = Part(path, self.kinds[path], counts[path])
            stop = {id(leaf) for leaf in _leaves(inputs)}
            met = {id(output)}
            path_down = [output]
            while path_down:
                value = path_down.pop()
                place = places[id(value)]
                if parts[place] is None:
                    parts[place] = numbers[key]
                for parent in value.parents:
                    if id(parent) not in met and id(parent) not in stop and parent.primitive is not None:
                        met.add(id(parent))
                        path_down.append(parent)
        return tuple(parts)


def _outermost(marked: list[Any], model: Any, known: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The modules to take paths from, each with the prefix that tells it from the others."""
    if model is not None:
        return [("", model)]
    wanted = {id(module) for module in marked}
    inside: dict[int, set[int]] = {}
    candidates = [(name, module) for name, module in known if _contents(module) & wanted]
    covered = set().union(*(_contents(module) for _, module in candidates))
    counts: dict[str, int] = {}
    for module in marked:
        if id(module) not in covered:
            kind = type(module).__name__
            counts[kind] = counts.get(kind, 0) + 1
            candidates.append((f"{kind}#{counts[kind]}", module))
    for _, module in candidates:
        inside[id(module)] = _contents(module) - {id(module)}
    inner = set().union(*inside.values())
    outer = [(name, module) for name, module in candidates if id(module) not in inner]
    return [("", outer[0][1])] if len(outer) == 1 else outer


def _contents(module: Any) -> set[int]:
    return {id(module), *(id(inner) for _, inner in module.named_modules())}


def _leaves(tree: Any) -> Iterable[Any]:
    if isinstance(tree, dict):
        tree = tree.values()
    elif not isinstance(tree, (list, tuple)):
        return [tree]
    return [leaf for branch in tree for leaf in _leaves(branch)]
