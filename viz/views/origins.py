"""Which module made which node, from the marks that modules leave on their outputs.

A module marks an output with itself and its inputs when it is called, nothing per node; what lies
between the inputs and the output belongs to that call. Its path is found by identity in `named_modules()` of
the model, of the caller's modules, or of the marked modules themselves: recorded, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from autograd import Value
from autograd.trees import leaves


class Call(NamedTuple):
    """One call of one module: the module's path and class, and which of its calls in this graph it is."""

    path: str
    class_name: str
    number: int
    """1 for the first."""


class Modules:
    """The modules that made a graph: paths of their parameters by identity, their classes by path.

    `order` is the graph in topological order; `known` are modules of the caller, with their names, from
    which paths are taken where no `model` is given.
    """

    def __init__(self, order: Sequence[Value], model: Any, known: Sequence[tuple[str, Any]]) -> None:
        self._marked = [(value, value.notes["module"]) for value in order if "module" in value.notes]
        called = list({id(note.module): note.module for _, note in self._marked}.values())
        self._paths: dict[int, str] = {}
        self.classes: dict[str, str] = {}
        self.parameters: dict[int, str] = {}
        for prefix, module in _outermost(called, model, known):
            for path, inner in [("", module), *module.named_modules()]:
                full = ".".join(filter(None, (prefix, path)))
                if id(inner) not in self._paths:
                    self._paths[id(inner)] = full
                    self.classes[full] = type(inner).__name__
            for path, parameter in module.named_parameters():
                self.parameters.setdefault(id(parameter), ".".join(filter(None, (prefix, path))))

    def calls(self, positions: dict[int, int]) -> tuple[Call | None, ...]:
        """Per node, by position, the call that made it; `positions` are those of the Values by identity.

        Inner calls come first in topological order, and keep what is theirs. A layer may mark the outputs of
        all its neurons at once: what leads to an output and uses the parameters of one inner module alone
        was made by that one.
        """
        calls: list[Call | None] = [None] * len(positions)
        known: dict[tuple[str, int], Call] = {}
        counts: dict[str, int] = {}
        for output, (module, inputs) in self._marked:
            between, used = self._between(output, {id(leaf) for leaf in leaves(inputs)})
            path = self._innermost(self._paths[id(module)], used)
            key = (path, id(inputs))
            if key not in known:
                counts[path] = counts.get(path, 0) + 1
                known[key] = Call(path, self.classes[path], counts[path])
            for value in between:
                if calls[positions[id(value)]] is None:
                    calls[positions[id(value)]] = known[key]
        return tuple(calls)

    def _between(self, output: Value, inputs: set[int]) -> tuple[list[Value], dict[str, None]]:
        """The operations from the inputs of a call to one of its outputs; the parameters they use."""
        between, met = [output], {id(output)}
        used: dict[str, None] = {}
        for value in between:
            for parent in value.parents:
                if id(parent) in met or id(parent) in inputs:
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
        """The path of the module that holds a parameter."""
        while parameter:
            parameter = parameter.rpartition(".")[0]
            if parameter in self.classes:
                break
        return parameter


def _outermost(called: list[Any], model: Any, known: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The modules to take paths from, each with the prefix that tells it from the others.

    Those of the caller that contain a called module, and called modules that none of them contains.
    """
    if model is not None:
        return [("", model)]
    wanted = {id(module) for module in called}
    contents = {id(module): _contents(module) for _, module in known}
    candidates = [(name, module) for name, module in known if contents[id(module)] & wanted]
    covered = set().union(*(contents[id(module)] for _, module in candidates))
    counts: dict[str, int] = {}
    for module in called:
        if id(module) not in covered:
            class_name = type(module).__name__
            counts[class_name] = counts.get(class_name, 0) + 1
            candidates.append((f"{class_name}#{counts[class_name]}", module))
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
