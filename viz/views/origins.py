"""Which module made which node, from the marks that modules leave on their outputs.

A module marks an output with itself and its inputs when it is called, nothing per node; what lies
between the inputs and the output belongs to that call, or to one inside it. Its path is found by identity in
`named_modules()` of the model, of the caller's modules, or of the marked modules themselves: recorded, never
guessed.
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
    given: tuple[float, ...] = ()
    """The plain numbers in its first input, which are no nodes."""
    within: Call | None = None
    """The call of the module around it."""

    def at(self, path: str) -> Call | None:
        """The innermost call, this one or around it, of the module at `path` or of one that contains it."""
        call: Call | None = self
        while call is not None and not is_inside(path, call.path):
            call = call.within
        return call


class _Mark(NamedTuple):
    """A call as it was noted, and the outputs that it made."""

    path: str
    note: Any
    outputs: list[Value]
    handed_on: bool
    """Whether inner modules have made these outputs, which it handed on as its own."""


class Modules:
    """The modules that made a graph: paths of their parameters by identity, their classes by path.

    `order` is the graph in topological order; `known` are modules of the caller, with their names, from
    which paths are taken where no `model` is given.
    """

    def __init__(self, order: Sequence[Value], model: Any, known: Sequence[tuple[str, Any]]) -> None:
        marks: dict[int, tuple[Any, list[Value], bool]] = {}
        for value in order:
            note, handed_on = value.notes.get("module"), False
            while note is not None:
                marks.setdefault(id(note), (note, [], handed_on))[1].append(value)
                note, handed_on = note.around, True
        called = list({id(note.module): note.module for note, *_ in marks.values()}.values())
        paths: dict[int, str] = {}
        self.classes: dict[str, str] = {}
        self.parameters: dict[int, str] = {}
        for prefix, module in _outermost(called, model, known):
            for path, inner in [("", module), *module.named_modules()]:
                full = ".".join(filter(None, (prefix, path)))
                if id(inner) not in paths:
                    paths[id(inner)] = full
                    self.classes[full] = type(inner).__name__
            for path, parameter in module.named_parameters():
                self.parameters.setdefault(id(parameter), ".".join(filter(None, (prefix, path))))
        found = []
        for note, outputs, handed_on in marks.values():
            if id(note.module) in paths:
                path = paths[id(note.module)]
                if note.part is not None:
                    path = ".".join(filter(None, (path, note.part.path)))
                    self.classes[path] = note.part.name
                found.append(_Mark(path, note, outputs, handed_on))
        self._marks = sorted(found, key=lambda mark: -len(mark.path))

    def calls(self, positions: dict[int, int]) -> tuple[Call | None, ...]:
        """Per node, by position, the call that made it; `positions` are those of the Values by identity.

        Inner calls come first, and keep what is theirs. A layer may mark the outputs of all its neurons at
        once: what leads to one and uses the parameters of one inner module alone was made by that one.
        """
        made_by: list[int | None] = [None] * len(positions)
        made: list[_Mark] = []
        around: dict[int, int] = {}
        known: dict[tuple[str, int], int] = {}

        def note(mark: _Mark) -> int:
            at = known.setdefault((mark.path, id(mark.note)), len(made))
            if at == len(made):
                made.append(mark)
            return at

        for mark in self._marks:
            for outputs in [mark.outputs] if mark.handed_on else [[output] for output in mark.outputs]:
                own, used, inside = self._between(mark, outputs, positions, made_by, made, around)
                whole = call = note(mark)
                path = mark.path if mark.handed_on else self._innermost(mark.path, used)
                if path != mark.path:
                    call = note(mark._replace(path=path))
                    around[call] = whole
                for position in own:
                    made_by[position] = call
                around.update(dict.fromkeys(inside, whole))
        calls = self._nested(made, around)
        return tuple([None if call is None else calls[call] for call in made_by])

    def _between(
        self,
        mark: _Mark,
        outputs: list[Value],
        positions: dict[int, int],
        made_by: list[int | None],
        made: list[_Mark],
        around: dict[int, int],
    ) -> tuple[list[int], dict[str, None], dict[int, None]]:
        """The operations from a call's inputs to some outputs that no inner call made, the parameters they
        use, and the inner calls, which are passed from their outputs to their inputs.
        """
        met = set(map(id, leaves(mark.note.inputs)))
        waiting: list[Any] = list(outputs)
        own: list[int] = []
        used: dict[str, None] = {}
        inside: dict[int, None] = {}
        for value in waiting:
            position = positions.get(id(value)) if isinstance(value, Value) else None
            if position is None or id(value) in met:
                continue
            met.add(id(value))
            inner = made_by[position]
            if value.primitive is None:
                if id(value) in self.parameters:
                    used[self.parameters[id(value)]] = None
            elif inner is None:
                own.append(position)
                waiting += value.parents
            else:
                while inner in around:
                    inner = around[inner]
                path = made[inner].path
                if path != mark.path and is_inside(path, mark.path) and inner not in inside:
                    inside[inner] = None
                    waiting += leaves(made[inner].note.inputs)
        return own, used, inside

    def _nested(self, made: list[_Mark], around: dict[int, int]) -> list[Call]:
        """The calls, each with the one around it."""
        found: dict[int, Call] = {}
        counts: dict[str, int] = {}
        for at in sorted(range(len(made)), key=lambda at: len(made[at].path)):  # outer ones first
            path = made[at].path
            counts[path] = counts.get(path, 0) + 1
            first = made[at].note.inputs[:1]  # what follows is a state
            given = tuple(leaf for leaf in leaves(first) if isinstance(leaf, (int, float)))
            within = found[around[at]] if at in around else None
            found[at] = Call(path, self.classes[path], counts[path], given, within)
        return [found[at] for at in range(len(made))]

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


def is_inside(path: str, outer: str) -> bool:
    """Whether the module at `path` is the one at `outer`, or is in it."""
    return path == outer or not outer or path.startswith(outer + ".")


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
