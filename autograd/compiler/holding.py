"""Holding: a training block has the numbers of leaves elsewhere, and whoever touches one gets the right one.

A held leaf is of a class of its own, in which the slots `_data` and `_grad` are properties. Reading or
assigning one, taking a note, or being made another node's result makes the block let go of all its leaves: it
writes their numbers back, and they are ordinary Values again before the slot is touched. The `__class__` of a
held leaf is the ordinary one, so that what copies or pickles it while another thread trains never meets the
other. At most one block holds a leaf, no number is in two places, and the engine, which knows of none of it,
pays nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from autograd.engine.graph import Node
from autograd.engine.value import Value

HANDOVER = threading.RLock()
"""The lock of whoever takes hold of Values, lets go of them or touches a held one, before the block's own."""


class Holder(Protocol):
    """A training block, as the Values and the optimiser that it holds know it."""

    @property
    def steps(self) -> int:
        """How many steps the optimiser has taken."""
        ...

    def let_go(self) -> None:
        """Write all numbers back, and hold nothing any more. The optimiser calls it."""
        ...

    def let_go_of_values(self) -> None:
        """The same for the Values alone. They call it."""
        ...

    def parameters_of(self, specialization: Any) -> Any:
        """The numbers of a specialization's parameters; None unless it holds them all."""
        ...


class Hold:
    """What leaves that are held together share: their holder, which a single assignment changes."""

    def __init__(self) -> None:
        self.holder: Holder | None = None


def make_held(leaves: Iterable[Value], hold: Hold) -> None:
    """Make these leaves held ones; a block that held one lets go."""
    for leaf in leaves:
        if type(leaf) in _plain:
            _free(leaf)
        leaf._x = hold
        _class.__set__(leaf, _held_class(type(leaf)))


def release(leaves: Iterable[Value]) -> None:
    """Make these leaves ordinary Values again."""
    for leaf in leaves:
        if type(leaf) in _plain:
            _class.__set__(leaf, _plain[type(leaf)])
        leaf._x = None


def holder_of(value: Value) -> Holder | None:
    """The block that holds this Value."""
    return value._x.holder if type(value) in _plain else None


def _free(leaf: Value) -> None:
    """Make a held leaf an ordinary one: its holder lets go of all its Values.

    An interruption may have left the leaf without a holder: then it is released alone.
    """
    hold = getattr(leaf, "_x", None)
    if hold is not None and hold.holder is not None:
        hold.holder.let_go_of_values()
    release([leaf])


_class: Any = vars(object)["__class__"]


class _Unannounced:
    """The first base of each class of held leaves, so that the user's class does not hear of a subclass."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Not passed on to the bases that follow."""


_plain: dict[type, type] = {}
"""The class of ordinary leaves for each class of held ones."""

_held: dict[type, type] = {}
"""The class of held leaves for each class of ordinary ones."""


def _held_class(plain: type) -> type:
    """The class that a leaf of class `plain` has while it is held."""
    if plain not in _held:
        body = {name: getattr(plain, name) for name in ("__doc__", "__module__", "__qualname__")}
        body |= {name: _property(vars(Node)[name]) for name in ("_data", "_grad")}
        primitive = vars(Node)["_primitive"]
        body["_primitive"] = property(primitive.__get__, _property(primitive).fset)
        body |= {
            name: _freed(name) for name in ("__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__", "note")
        }
        body["__slots__"] = ()
        body["__class__"] = property(lambda leaf: plain, _property(_class).fset)
        held = type(plain.__name__, (_Unannounced, plain), body)
        _plain[held] = plain  # first: an interruption may come before the next line
        _held[plain] = held
    return _held[plain]


def _property(slot: Any) -> property:
    """A slot whose leaf is freed before it is touched."""

    def read(leaf: Value) -> Any:
        with HANDOVER:
            _free(leaf)
        return slot.__get__(leaf)

    def assign(leaf: Value, given: Any) -> None:
        with HANDOVER:
            _free(leaf)
            slot.__set__(leaf, given)

    return property(read, assign)


def _freed(name: str) -> Callable[..., Any]:
    """A method that frees the leaf, and is then the ordinary one."""

    def method(leaf: Value, *arguments: Any) -> Any:
        with HANDOVER:
            _free(leaf)
        return getattr(leaf, name)(*arguments)

    return method
