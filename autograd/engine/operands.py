"""Operands: what counts as a number, and how families of numbers and Values are taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import compress
from numbers import Real
from typing import Any

from autograd.engine.messages import wrong_operand
from autograd.rules.primitives import Primitive


def number(operand: Any) -> Any:
    """`operand` as a Python float, or NotImplemented when it is not a real number.

    Numbers are int, bool, float, Fraction, Decimal, numpy scalars and arrays of no dimensions.
    """
    kind = type(operand)
    if kind is float:
        return operand
    if kind is not int:
        if getattr(operand, "shape", None) == () and hasattr(operand, "item"):
            operand = operand.item()
        if not isinstance(operand, (Real, Fraction, Decimal)):
            return NotImplemented
    try:
        return float(operand)
    except OverflowError:
        raise OverflowError(
            f"the {type(operand).__name__} is too large for a float, which holds at most 1.8e308; "
            "scale it first"
        ) from None


def required_number(name: str, operand: Any, for_arrays: str, takes: str) -> float:
    """`operand` as a float; where it is no real number, the TypeError that says what `name` takes instead."""
    found = number(operand)
    if found is NotImplemented:
        raise wrong_operand(name, operand, for_arrays, takes)
    return found  # type: ignore[no-any-return]


def gather(primitive: Primitive, *arguments: Any) -> tuple[Any, ...]:
    """The flat operands of a primitive over families, from its single operands and its families."""
    single = primitive.singles
    families = [tuple(family) for family in arguments[single:]]
    sizes = [len(family) for family in families]
    if len(set(sizes)) > 1:
        raise ValueError(
            f"{primitive.name} needs families of one length, got {' and '.join(map(str, sizes))} operands"
        )
    if primitive.needs_elements and not sizes[0]:
        raise ValueError(f"{primitive.name} needs at least one operand, got none")
    return (*arguments[:single], *(operand for family in families for operand in family))


def check_index(primitive: Primitive, index: float, size: int) -> None:
    """An error unless `index` is a whole number that counts one of `size` values, from 0."""
    if index != index // 1:
        raise TypeError(f"{primitive.name} needs a whole number as index, got {index!r}")
    if not 0 <= index < size:
        raise IndexError(
            f"{primitive.name} needs an index from 0 to {size - 1}, got {int(index)}"
            if size
            else f"{primitive.name} needs at least one value to select from, got none"
        )


def numbers_of(family: Sequence[Any]) -> tuple[list[float], int | None]:
    """The numbers of a family of Values and floats, and how many Values stand before its floats.

    None in place of the count where they are mixed: `parents_and_partials` sorts these out.
    Anything but Values and floats is a TypeError or an AttributeError, and left to `record`.
    """
    count = len(family)
    while count and type(family[count - 1]) is float:
        count -= 1
    try:
        if count == len(family):
            return [operand._data for operand in family], count
        return [*[operand._data for operand in family[:count]], *family[count:]], count
    except AttributeError:
        return [operand if type(operand) is float else operand._data for operand in family], None


def parents_and_partials(*families: tuple[Sequence[Any], Sequence[float]]) -> tuple[tuple[Any, ...], ...]:
    """The Values among the operands of all families, and the partials that belong to them."""
    operands = [operand for family, _ in families for operand in family]
    partials = [partial for _, of_family in families for partial in of_family]
    is_node = [type(operand) is not float for operand in operands]
    return tuple(compress(operands, is_node)), tuple(compress(partials, is_node))
