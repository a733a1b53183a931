"""Activations: functions of one number, by name or as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd

Activation = Callable[[Any], Any]


def linear(x: Any) -> Any:
    """x itself: no activation, and no node."""
    return x


ACTIVATIONS: dict[str, Activation] = {
    "linear": linear,
    "relu": autograd.relu,
    "leaky_relu": autograd.leaky_relu,
    "elu": autograd.elu,
    "gelu": autograd.gelu,
    "silu": autograd.silu,
    "softplus": autograd.softplus,
    "sigmoid": autograd.sigmoid,
    "tanh": autograd.tanh,
    "sin": autograd.sin,
}


def activation(wanted: str | Activation) -> Activation:
    """The activation of that name; a function of one number is returned as it is.

    >>> activation("tanh")(0.0)
    0.0
    >>> activation("swish")
    Traceback (most recent call last):
    ValueError: no activation is named 'swish'; there are linear, relu, leaky_relu, elu, gelu, silu,
    softplus, sigmoid, tanh, sin, and any function of one Value will do
    """
    if callable(wanted):
        return wanted
    if wanted not in ACTIVATIONS:
        raise ValueError(
            f"no activation is named {wanted!r}; there are {', '.join(ACTIVATIONS)}, "
            "and any function of one Value will do"
        )
    return ACTIVATIONS[wanted]


def name_of(function: Activation) -> str:
    """The name of an activation."""
    names = (name for name, known in ACTIVATIONS.items() if known is function)
    return next(names, getattr(function, "__name__", "a function"))
