"""Parameters: leaf Values that optimisers step, unless they are frozen."""

from __future__ import annotations

from typing import Any

from autograd import Value


def is_parameter(found: Any) -> bool:
    """Whether something in a module is a parameter: a Value that no operation made."""
    return isinstance(found, Value) and found.primitive is None


def is_frozen(parameter: Value) -> bool:
    """Whether optimisers skip this parameter.

    >>> from nn import Neuron
    >>> [is_frozen(parameter) for parameter in Neuron(1).freeze().parameters()]
    [True, True]
    """
    # not `notes`: it is asked of every parameter in every step, which would take a seventh more time
    return hasattr(parameter, "_notes") and bool(parameter._notes.get("frozen"))
