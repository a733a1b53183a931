"""What a module is made of: its parameters, the modules in it, its buffers and random generators.

A module is its attributes. Every leaf Value found in them is a parameter, and every Module a part; the
order is that of assignment. Searched are also the lists, tuples, dicts, deques, dataclasses and object arrays
of numpy in them, and nothing else: not sets, which have no order, nor other objects, nor what a function
closes over. Names beginning with `_` are private and are not searched. Nothing is registered. What is met
again, in a cycle too, is found once, where it was met first. Nothing here knows what a module computes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

import numpy as np

from autograd import Value
from nn.layers.paths import ROOT, Place, by_path, path_of

M = TypeVar("M", bound="Parts[Any]")

_PLAIN = {float, int, str, bool, type(None)}


class Parts(Generic[M]):
    """What a module tells of its parts. M is the class of the modules among them, which is `Module`."""

    buffers: tuple[str, ...] = ()
    """Names of attributes that hold numbers which are saved with the parameters and not trained."""

    nonnegative: tuple[str, ...] = ()
    """Which of the buffers no run makes negative: a state with other numbers is refused."""

    folded = False
    """Whether a summary leaves out the modules inside this one."""

    def describe(self) -> str:
        """The module in a few words, as a summary lists it."""
        return type(self).__name__

    def named_modules(self) -> Iterator[tuple[str, M]]:
        """The module itself, under the name "", and every module inside it by its path, each once.

        A StateError where two have one path.
        """
        return by_path(_modules(self))

    def named_children(self) -> Iterator[tuple[str, M]]:
        """The modules directly inside this one, by name, as `layers.0`."""
        return ((path_of(place), found) for place, found in _modules(self, deep=False) if found is not self)

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Every parameter by its path, as `layers.0.neurons.3.w.1`; a shared one under its first path.

        A StateError where two have one path, as under the keys 1 and "1" of a dict: they could not be saved.
        """
        return by_path((place, found) for place, found in contents(self) if is_parameter(found))

    def parameters(self) -> list[Value]:
        """The parameters, in order, each once."""
        return [found for _, found in contents(self) if is_parameter(found)]


def modules_in(module: Parts[M]) -> Iterator[M]:
    """The module itself and every module inside it, each once; whoever needs no paths needs none unique."""
    return (found for _, found in _modules(module))


def is_parameter(found: Any) -> bool:
    """Whether something in a module is a parameter: a Value that no operation made."""
    return isinstance(found, Value) and found.primitive is None


def is_frozen(parameter: Value) -> bool:
    """Whether optimisers skip this parameter.

    >>> from nn import Neuron
    >>> [is_frozen(parameter) for parameter in Neuron(1).freeze().parameters()]
    [True, True]
    """
    return hasattr(parameter, "_notes") and bool(parameter._notes.get("frozen"))


def contents(module: Parts[Any], deep: bool = True) -> Iterator[tuple[Place, Any]]:
    """The module itself, and the modules, Values and random generators in its attributes, each once.

    In order of assignment, a module before what it contains; with `deep=False`, without that.
    """
    yield ROOT, module
    met: dict[int, Any] = {id(module): module}  # by identity: a dataclass has no hash; held, lest an id recur
    rest = _inside(ROOT, attributes(module), True)
    while rest:
        place, found = rest.pop()
        if id(found) in met:
            continue
        met[id(found)] = found
        if isinstance(found, Value):
            yield place, found
        elif isinstance(found, Parts):
            yield place, found
            if deep:
                rest += _inside(place, attributes(found), True)
        elif isinstance(found, (list, tuple, deque)):
            rest += _inside(place, enumerate(found))
        elif isinstance(found, dict):
            rest += _inside(place, found.items())
        elif isinstance(found, np.ndarray) and found.dtype == object:
            rest.append((place, found.tolist()))  # nested lists; with no dimensions, what it holds
        elif isinstance(found, np.random.Generator):
            yield place, found
        elif hasattr(type(found), "__dataclass_fields__"):
            rest += _inside(place, attributes(found), True)


def _modules(module: Parts[M], deep: bool = True) -> Iterator[tuple[Place, M]]:
    return ((place, cast(M, found)) for place, found in contents(module, deep) if isinstance(found, Parts))


def _inside(
    place: Place, named: Iterable[tuple[Any, Any]], attribute: bool = False
) -> list[tuple[Place, Any]]:
    """What may hold something, the last first, each with its place in what is at `place`."""
    inside = [((place, name, attribute), part) for name, part in named if type(part) not in _PLAIN]
    inside.reverse()
    return inside


def attributes(holder: Any) -> list[tuple[str, Any]]:
    """The attributes of an object that are not private: those in slots as declared, then as assigned."""
    kind: Any = type(holder)
    named = [(name, getattr(holder, name)) for name in _slots(kind) if hasattr(holder, name)]
    named += getattr(holder, "__dict__", {}).items()
    return [(name, part) for name, part in named if not name.startswith("_")]


@lru_cache(maxsize=512)
def _slots(kind: Any) -> tuple[str, ...]:
    """The names of the slots of a class and its bases, the bases' first."""
    names: list[str] = []
    for base in reversed(kind.__mro__):
        slots = vars(base).get("__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    return tuple(names)
