"""The printed operators once more, for nodes of another class: the same code, run with other globals.

A printed operator asks whether `type(x) is Value`, and makes a node of that `Value`. Here `Value` is the
other class, and `type` names it for every Value, so that plain ones, its own and those of subclasses mix.
What an operator leaves to a recorder comes back as a plain Value, of which `adopt` makes one of the class.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, SimpleNamespace
from typing import Any

from autograd.engine import operators
from autograd.engine.graph import SLOTS
from autograd.engine.recording import notice, record
from autograd.engine.value import Value
from autograd.rules.primitives import Primitive
from autograd.rules.table import TABLE
from autograd.tools.events import Made

new: Any = object.__new__


def operators_over(kind: type[Value]) -> SimpleNamespace:
    """The operators of all rows of the table, by name, over Values of this class."""

    def adopting(primitive: Primitive, *operands: Any) -> Any:
        return adopt(record(primitive, *operands), kind)

    def type_of(operand: Any) -> type:
        return kind if isinstance(operand, Value) else type(operand)

    names = vars(operators) | {"Value": kind, "type": type_of, "record": adopting}
    return SimpleNamespace(**{name: _with_globals(names, getattr(operators, name)) for name in TABLE})


def _with_globals(names: dict[str, Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose global names mean these things."""
    same = FunctionType(function.__code__, names, function.__name__, function.__defaults__)
    same.__doc__ = function.__doc__
    return same


def adopt(made: Any, kind: type[Value]) -> Any:
    """A plain Value that an operation has just made, as one of another class; all else as it is."""
    if type(made) is not Value:
        return made
    node = new(kind)
    for slot in SLOTS:
        setattr(node, slot, getattr(made, slot))
    vars(node).update(vars(made))
    notice(Made(node))
    return node
