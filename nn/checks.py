"""Checks of what users give: sizes, numbers, functions, inputs.

An error names where it happened, which argument it is about, what came and what was expected.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from math import inf
from typing import Any

import numpy as np

from autograd import Value
from nn.errors import InputError

LARGEST_FLOAT = sys.float_info.max


def check_size(where: str, least: int = 1, **sizes: Any) -> None:
    """An error unless each size is a whole number of at least `least`."""
    for name, given in sizes.items():
        if isinstance(given, bool) or not isinstance(given, (int, np.integer)):
            raise TypeError(f"{where} needs a whole number for {name}, got {given!r}")
        if given < least:
            raise ValueError(f"{where} needs {name} of at least {least}, got {given}")


def check_between(where: str, low: float, high: float, **numbers: Any) -> None:
    """An error unless each number lies in [low, high]."""
    for name, given in numbers.items():
        if isinstance(given, bool) or not isinstance(given, (int, float, np.number)):
            raise TypeError(f"{where} needs a number for {name}, got {given!r}")
        if isinstance(given, int) and abs(given) > LARGEST_FLOAT:
            raise ValueError(f"{where} needs {name} within the range of floats, got {given!r:.20}...")
        if not low <= given <= high:
            allowed = f"of at least {low:g}" if high == np.inf else f"from {low:g} to {high:g}"
            raise ValueError(f"{where} needs {name} {allowed}, got {given!r}")


def check_finite(where: str, low: float, above: bool = False, **numbers: Any) -> None:
    """An error unless each number is finite and at least `low`; with `above`, more than `low`."""
    for name, given in numbers.items():
        check_between(where, low, inf, **{name: given})
        if given == inf or (above and given == low):
            needed = f"a finite {name}" if given == inf else f"{name} above {low:g}"
            raise ValueError(f"{where} needs {needed}, got {given!r}")


def check_function(where: str, **functions: Any) -> None:
    """An error unless each can be called."""
    for name, given in functions.items():
        if not callable(given):
            raise TypeError(f"{where} needs a function for {name}, got {given!r:.40}")


def parameter_list(where: str, parameters: Iterable[Value]) -> list[Value]:
    """The parameters as a list, each once; a model in their place is an error that says what to give."""
    if hasattr(parameters, "parameters"):
        raise TypeError(
            f"{where} takes parameters, got a {type(parameters).__name__}; give its .parameters()"
        )
    given = [parameters] if isinstance(parameters, Value) else list(parameters)
    for parameter in given:
        if not isinstance(parameter, Value):
            raise TypeError(f"{where} takes Values as parameters, got {type(parameter).__name__}")
    return list({id(parameter): parameter for parameter in given}.values())


def vector(x: Any, length: int, module: Any) -> list[Any]:
    """`x` as a list of `length` numbers and Values; a lone number stands for a list of one."""
    if isinstance(x, np.ndarray):
        x = x.tolist()
    if isinstance(x, (Value, int, float, np.number)):
        x = [x]
    try:
        x = [*x]
    except TypeError:
        raise InputError(
            module, f"{module.describe()} takes a list of {length} numbers, got {type(x).__name__}"
        ) from None
    if len(x) != length:
        raise InputError(
            module,
            f"{module.describe()} takes {length} number{'s' * (length != 1)}, got {_short(x)}",
        )
    return x  # type: ignore[no-any-return]


def sequence(x: Any, module: Any, what: str) -> list[Any]:
    """`x`, a list, tuple or array of at least one entry, as a list."""
    if isinstance(x, np.ndarray):
        x = x.tolist()
    if not isinstance(x, (list, tuple)):
        raise InputError(module, f"{module.describe()} takes a list of {what}, got {type(x).__name__}")
    if not x:
        raise InputError(module, f"{module.describe()} takes a list of {what}, got an empty one")
    return list(x)


def _short(x: Sequence[Any]) -> str:
    """How many entries, and the first four. Only a plain Value is asked for its number: others may refuse."""
    if x and isinstance(x[0], (list, tuple, np.ndarray)):
        kind = "array" if isinstance(x[0], np.ndarray) else type(x[0]).__name__
        return f"a list of {len(x)} {kind}{'s' * (len(x) != 1)}; for several samples use model.batch(X)"
    shown = ", ".join(f"{entry.data:g}" if type(entry) is Value else f"{entry!r:.20}" for entry in x[:4])
    return f"{len(x)}: [{shown}{', ...' if len(x) > 4 else ''}]"
