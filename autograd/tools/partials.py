"""Partials as Values, to be differentiated again: the rules of primitives, read on Values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from autograd.engine.value import Value
from autograd.rules.notation import CALL, OPERATORS, PYTHON, Notation
from autograd.rules.primitives import Primitive
from autograd.rules.readings import Language, Reading
from autograd.rules.table import TABLE
from autograd.symbols import subterms


def partials_as_values(node: Value, wanted: Sequence[bool]) -> Sequence[Any]:
    """The partials of a node as Values, computed from its operands and itself; None where not wanted.

    A partial may come out as a plain number: one that no operand has a part in.
    """
    if node.primitive.opaque:
        return node.primitive.partials_as_values(node, wanted)  # type: ignore[no-any-return]
    try:
        return _evaluated(node.primitive, node.operands, node, wanted)
    except ArithmeticError:  # of two plain numbers in the rule; Values have limits instead
        operands = [operand if isinstance(operand, Value) else Value(operand) for operand in node.operands]
        return _evaluated(node.primitive, operands, node, wanted)


def _evaluated(
    primitive: Primitive, operands: Sequence[Any], result: Value, wanted: Sequence[bool]
) -> tuple[Any, ...]:
    partials = on_values(primitive).partials
    return tuple(
        partials[slot](*given, result) if want else None
        for want, (slot, given) in zip(wanted, primitive.elements(operands), strict=True)
    )


VALUES = Notation(
    OPERATORS
    | {
        "where": PYTHON.templates["where"],
        "equal": (CALL, "equal({0}, {1})"),
        "unequal": (CALL, "not equal({0}, {1})"),
    },
    expands=False,
)
"""Python on Values: every function by name; a comparison is of numbers, and `where` takes one branch."""


@lru_cache(maxsize=4096)
def on_values(primitive: Primitive) -> Reading:
    """The rule in Python on Values: functions are operators, and a comparison chooses a branch for good."""
    names: dict[str, Any] = {"equal": _same_number, "inf": math.inf, "nan": math.nan}
    for expression in (part for term in primitive.partials for part in subterms(term)):
        head = expression.head
        if expression.operands and head not in VALUES.templates and head not in names:
            names[head] = expression.rule or TABLE[head].operator
    return primitive.read(Language(VALUES, names))


def _same_number(a: Any, b: Any) -> bool:
    return bool(getattr(a, "data", a) == getattr(b, "data", b))
