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
        """Per node, by position: the part it belongs to. Inner calls are met first, and keep theirs.

        A layer may mark the outputs of all its neurons at once: what leads to an output and uses the
        parameters of one inner module alone belongs to that one.
        """
        parts: list[Part | None] = [None] * len(places)
        known: dict[tuple[str, int], Part] = {}
        counts: dict[str, int] = {}
        for output, (module, inputs) in self.calls:
            between, used = self._between(output, {id(leaf) for leaf in _leaves(inputs)})
            path = self._innermost(self.paths[id(module)], used)
            key = (path, id(inputs))
            if key not in known:
                counts[path] = counts.get(path, 0) + 1
                known[key] = Part(path, self.kinds[path], counts[path])
            for value in between:
                if parts[places[id(value)]] is None:
                    parts[places[id(value)]] = known[key]
        return tuple(parts)

    def _between(self, output: Value, stop: set[int]) -> tuple[list[Value], dict[str, None]]:
        """The operations from the inputs of a call to one of its outputs; the parameters they use."""
        between, met = [output], {id(output)}
        used: dict[str, None] = {}
        for value in between:
            for parent in value.parents:
                if id(parent) in met or id(parent) in stop:
                    continue
                met.add(id(parent))
                if parent.primitive is not None:
                    between.append(parent)
                elif id(parent) in self.parameters:
                    used[self.parameters[id(parent)]] = None
        return between, used

    def _innermost(self, path: str, used: Iterable[str]) -> str:
        """The innermost module at or below `path` that owns all the parameters in `used`."""
        owners = {self._owner(parameter) for parameter in used}
        if len(owners) != 1:
            return path
        (owner,) = owners
        return owner if owner.startswith(f"{path}." if path else "") else path

    def _owner(self, parameter: str) -> str:
        while parameter:
            parameter = parameter.rpartition(".")[0]
            if parameter in self.kinds:
                break
        return parameter


def _outermost(marked: list[Any], model: Any, known: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The modules to take paths from, each with the prefix that tells it from the others."""
    if model is not None:
        return [("", model)]
    wanted = {id(module) for module in marked}
    contents = {id(module): _contents(module) for _, module in known}
    candidates = [(name, module) for name, module in known if contents[id(module)] & wanted]
    covered = set().union(*(contents[id(module)] for _, module in candidates))
    counts: dict[str, int] = {}
    for module in marked:
        if id(module) not in covered:
            kind = type(module).__name__
            counts[kind] = counts.get(kind, 0) + 1
            candidates.append((f"{kind}#{counts[kind]}", module))
            contents[id(module)] = _contents(module)
    inner = set().union(*(contents[id(module)] - {id(module)} for _, module in candidates))
    outer = [(name, module) for name, module in candidates if id(module) not in inner]
    return [("", outer[0][1])] if len(outer) == 1 else outer


def _contents(module: Any) -> set[int]:
    """The identities of a module and of all modules inside it."""
    met, waiting = {id(module)}, [module]
    while waiting:
        for _, inner in waiting.pop().named_children():  # named_modules would refuse what cannot be saved
            if id(inner) not in met:
                met.add(id(inner))
                waiting.append(inner)
    return met


def _leaves(tree: Any) -> Iterable[Any]:
    if isinstance(tree, dict):
        tree = tree.values()
    elif not isinstance(tree, (list, tuple)):
        return [tree]
    return [leaf for branch in tree for leaf in _leaves(branch)]
