"""The state of a module as plain data, and back: all of it checked before any of it is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd import Value
from autograd.progress import watched
from nn.errors import StateError
from nn.layers.paths import Place, by_path, contents
from nn.randomness import restored, state_of

if TYPE_CHECKING:
    from nn.layers.module import Module

MOST_STEPS = 2**53
"""What a float counts to one by one, and no run."""


class Buffer(NamedTuple):
    """An attribute of a module that holds numbers which are saved and not trained."""

    module: Module
    name: str

    @property
    def numbers(self) -> list[float]:
        """The numbers it holds."""
        return [float(entry) for entry in getattr(self.module, self.name)]


def of_module(module: Module) -> dict[str, Any]:
    """Parameters, random generators and buffers, by their paths."""
    state: dict[str, Any] = {}
    for path, part in _parts(module):
        if isinstance(part, Value):
            state[path] = part.data
        else:
            state[path] = part.numbers if isinstance(part, Buffer) else state_of(part)
    return state


def for_module(module: Module, saved: Any) -> Callable[[], None]:
    """Check a state against a module; return the function that takes it over."""
    if not isinstance(saved, dict):
        raise StateError(f"a module's state is a dict of names and numbers, got {type(saved).__name__}")
    parts = dict(watched(_parts(module)))
    _check_names(module, parts, saved)
    parameters, buffers, generators = [], [], []
    for path, part in watched(parts.items()):
        if isinstance(part, Value):
            parameters.append((part, number(path, saved[path])))
        elif isinstance(part, Buffer):
            buffers.append((part, _buffer(path, part, saved[path])))
        else:
            generators.append((part, restored(part, saved[path]).bit_generator.state))

    def take_over() -> None:
        for parameter, data in watched(parameters):
            parameter.data = data
        for buffer, numbers in buffers:
            object.__setattr__(buffer.module, buffer.name, numbers)  # into a frozen dataclass too
        for generator, state in generators:
            generator.bit_generator.state = state

    return take_over


def number(path: str, entry: Any) -> float:
    """A saved number; StateError when it is not one."""
    if isinstance(entry, bool) or not isinstance(entry, (int, float)):
        raise StateError(f"{path!r} is a number, the saved state has {_shown(entry)}")
    try:
        return float(entry)
    except OverflowError:
        raise StateError(f"{path!r} is a number, the saved state has one too large for a float") from None


def count(path: str, entry: Any) -> int:
    """A saved count, a whole number that a run can reach; StateError when it is not one."""
    if isinstance(entry, bool) or not isinstance(entry, int) or not 0 <= entry <= MOST_STEPS:
        raise StateError(f"{path!r} is a whole number from 0 to 2**53, the saved state has {_shown(entry)}")
    return entry


def at_least_0(path: str, entry: float) -> float:
    """A saved number that no run makes negative; it may be NaN, as in a run that diverged."""
    if entry < 0.0:
        raise StateError(f"{path!r} is never negative, the saved state has {entry!r}: it is damaged")
    return entry


def _parts(module: Module) -> Iterator[tuple[str, Value | Buffer | np.random.Generator]]:
    """Parameters, buffers and generators by path."""
    from nn.layers.module import Module

    def found() -> Iterator[tuple[Place, Any]]:
        for place, part in contents(module):
            if isinstance(part, Module):
                yield from (((place, name, True), Buffer(part, name)) for name in dict.fromkeys(part.buffers))
            elif not isinstance(part, Value) or part.primitive is None:
                yield place, part

    return by_path(found())


def _buffer(path: str, buffer: Buffer, saved: Any) -> list[float]:
    size = len(getattr(buffer.module, buffer.name))
    if not isinstance(saved, list) or len(saved) != size:
        raise StateError(f"{path!r} is a list of {size} numbers, the saved state has {saved!r:.60}")
    numbers = [number(path, entry) for entry in saved]
    if buffer.name in buffer.module.nonnegative:
        for entry in numbers:
            at_least_0(path, entry)
    return numbers


def _check_names(module: Module, mine: Mapping[str, Any], saved: Mapping[str, Any]) -> None:
    missing = [name for name in mine if name not in saved]
    foreign = [name for name in saved if name not in mine]
    if missing or foreign:
        told = [f"it lacks {_some(missing)}"] * bool(missing) + [f"it has {_some(foreign)}"] * bool(foreign)
        raise StateError(
            f"the saved state is of another shape than this {type(module).__name__}: {' and '.join(told)}; "
            "build the model with the sizes it was saved with"
        )


def _some(names: list[str]) -> str:
    return ", ".join(f"{name!r:.80}" for name in names[:2]) + (
        f" and {len(names) - 2} more" if len(names) > 2 else ""
    )


def _shown(entry: Any) -> str:
    """An entry as text; an int so long that Python will not write it, by its size."""
    if isinstance(entry, int) and entry.bit_length() > 200:
        return f"a number of {entry.bit_length()} bits"
    return f"{entry!r:.60}"
