"""The state of a module as plain data, and back: all of it checked before any of it is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import Value
from nn.errors import StateError
from nn.randomness import restored, state_of

if TYPE_CHECKING:
    from nn.module import Module


def of_module(module: Module) -> dict[str, Any]:
    """Parameters, random generators and buffers, by their paths."""
    state: dict[str, Any] = {}
    for path, found in _parts(module):
        if isinstance(found, Value):
            state[path] = found.data
        elif isinstance(found, np.random.Generator):
            state[path] = state_of(found)
        else:
            state[path] = list(getattr(found, path.rpartition(".")[2]))
    return state


def for_module(module: Module, saved: Any) -> Callable[[], None]:
    """Check a state against a module; return the function that takes it over."""
    if not isinstance(saved, dict):
        raise StateError(f"a module's state is a dict of names and numbers, got {type(saved).__name__}")
    parts = dict(_parts(module))
    _same_names(module, list(parts), list(saved))
    steps: list[Callable[[], None]] = []
    for path, found in parts.items():
        if isinstance(found, Value):
            steps.append(_set_data(found, number(path, saved[path])))
        elif isinstance(found, np.random.Generator):
            steps.append(_set_random(found, restored(found, saved[path])))
        else:
            name = path.rpartition(".")[2]
            size = len(getattr(found, name))
            if not isinstance(saved[path], list) or len(saved[path]) != size:
                raise StateError(
                    f"{path!r} is a list of {size} numbers, the saved state has {saved[path]!r:.60}"
                )
            steps.append(_set_attribute(found, name, [number(path, entry) for entry in saved[path]]))

    def take_over() -> None:
        for step in steps:
            step()

    return take_over


def number(path: str, entry: Any) -> float:
    """A saved number; StateError when it is not one."""
    if isinstance(entry, bool) or not isinstance(entry, (int, float)):
        raise StateError(f"{path!r} is a number, the saved state has {entry!r:.60}")
    try:
        return float(entry)
    except OverflowError:
        raise StateError(f"{path!r} is a number, the saved state has one too large for a float") from None


def count(path: str, entry: Any) -> int:
    """A saved count, a whole number of at least 0; StateError when it is not one."""
    if isinstance(entry, bool) or not isinstance(entry, int) or entry < 0 or number(path, entry) < 0:
        raise StateError(f"{path!r} is a whole number of at least 0, the saved state has {entry!r:.60}")
    return entry


def _parts(module: Module) -> list[tuple[str, Any]]:
    """Parameters and generators by path; a buffer's path goes with the module that has it."""
    from nn.module import Module, contents

    found = [("", module), *contents(module)]
    parts: list[tuple[str, Any]] = []
    for path, part in found:
        if isinstance(part, Module):
            parts += [(f"{path}.{name}".lstrip("."), part) for name in part.buffers]
        elif not isinstance(part, Value) or part.primitive is None:
            parts.append((path, part))
    return parts


def _same_names(module: Module, mine: list[str], saved: list[str]) -> None:
    missing = [name for name in mine if name not in set(saved)]
    foreign = [name for name in saved if name not in set(mine)]
    if missing or foreign:
        told = [f"it lacks {_some(missing)}"] * bool(missing) + [f"it has {_some(foreign)}"] * bool(foreign)
        raise StateError(
            f"the saved state is of another shape than this {type(module).__name__}: {' and '.join(told)}; "
            "build the model with the sizes it was saved with"
        )


def _some(names: list[str]) -> str:
    return ", ".join(map(repr, names[:2])) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def _set_data(parameter: Value, data: float) -> Callable[[], None]:
    def step() -> None:
        parameter.data = data

    return step


def _set_random(source: np.random.Generator, other: np.random.Generator) -> Callable[[], None]:
    def step() -> None:
        source.bit_generator.state = other.bit_generator.state

    return step


def _set_attribute(module: Module, name: str, numbers: list[float]) -> Callable[[], None]:
    return lambda: setattr(module, name, numbers)
