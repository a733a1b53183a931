"""The state of a module as plain data, and back: all of it checked before any of it is changed.

Saved are parameters, random generators and buffers, as they are found in the `contents` of the module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from autograd import Value
from autograd.progress import watched
from nn.errors import StateError
from nn.layers.parameters import is_parameter
from nn.layers.paths import Place, by_path
from nn.randomness import saved_state, state_of
from nn.states import check_nonnegative, saved_number

Contents = Iterable[tuple[Place, Any]]


class Buffer(NamedTuple):
    """A list of numbers in an attribute of a module, saved and not trained."""

    module: Any
    name: str

    @property
    def numbers(self) -> list[float]:
        """The numbers it holds."""
        return [float(entry) for entry in getattr(self.module, self.name)]


def read_state(contents: Contents) -> dict[str, Any]:
    """Parameters, random generators and buffers, by their paths: `Module.state_dict`."""
    state: dict[str, Any] = {}
    for path, part in _entries(contents):
        if isinstance(part, Value):
            state[path] = part.data
        else:
            state[path] = part.numbers if isinstance(part, Buffer) else state_of(part)
    return state


def prepare_state(kind: str, contents: Contents, saved: Any) -> Callable[[], None]:
    """Check a state against a module of a class; return the function that takes it over."""
    if not isinstance(saved, dict):
        raise StateError(f"a module's state is a dict of names and numbers, got {type(saved).__name__}")
    parts = dict(watched(_entries(contents)))
    _check_names(kind, parts, saved)
    parameters, buffers, generators = [], [], []
    for path, part in watched(parts.items()):
        if isinstance(part, Value):
            parameters.append((part, saved_number(path, saved[path])))
        elif isinstance(part, Buffer):
            buffers.append((part, _buffer(path, part, saved[path])))
        else:
            generators.append((part, saved_state(part, saved[path])))

    def take_over() -> None:
        for parameter, data in watched(parameters):
            parameter.data = data
        for buffer, numbers in buffers:
            object.__setattr__(buffer.module, buffer.name, numbers)  # into a frozen dataclass too
        for generator, state in generators:
            generator.bit_generator.state = state

    return take_over


def _entries(contents: Contents) -> Iterator[tuple[str, Value | Buffer | np.random.Generator]]:
    """What is saved of a module: its parameters, buffers and random generators, each with its path."""

    def found() -> Iterator[tuple[Place, Any]]:
        for place, part in contents:
            if is_parameter(part) or isinstance(part, np.random.Generator):
                yield place, part
            elif not isinstance(part, Value):  # a module
                yield from (((place, name, True), Buffer(part, name)) for name in dict.fromkeys(part.buffers))

    return by_path(found())


def _buffer(path: str, buffer: Buffer, saved: Any) -> list[float]:
    size = len(getattr(buffer.module, buffer.name))
    if not isinstance(saved, list) or len(saved) != size:
        raise StateError(f"{path!r} is a list of {size} numbers, the saved state has {saved!r:.60}")
    numbers = [saved_number(path, entry) for entry in saved]
    if buffer.name in buffer.module.nonnegative:
        for entry in numbers:
            check_nonnegative(path, entry)
    return numbers


def _check_names(kind: str, own: Mapping[str, Any], saved: Mapping[str, Any]) -> None:
    missing = [name for name in own if name not in saved]
    foreign = [name for name in saved if name not in own]
    if missing or foreign:
        told = [f"it lacks {_some(missing)}"] * bool(missing) + [f"it has {_some(foreign)}"] * bool(foreign)
        raise StateError(
            f"the saved state is of another shape than this {kind}: {' and '.join(told)}; "
            "build the model with the sizes it was saved with"
        )


def _some(names: list[str]) -> str:
    return ", ".join(f"{name!r:.80}" for name in names[:2]) + (
        f" and {len(names) - 2} more" if len(names) > 2 else ""
    )
