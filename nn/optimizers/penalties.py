"""Penalties: what large weights cost. Added to a loss, they keep a model from memorising."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import Value, dot
from autograd import sum as sum_
from nn.checks import check_between, parameter_list


def l2_penalty(parameters: Iterable[Value], strength: float) -> Any:
    """strength * sum of w^2, as one dot node. No half: the gradient is 2 * strength * w.

    >>> l2_penalty([Value(3.0), Value(-1.0)], 0.5).data
    5.0
    """
    check_between("l2_penalty", 0.0, float("inf"), strength=strength)
    parameters = parameter_list("l2_penalty", parameters)
    return strength * dot(parameters, parameters)


def l1_penalty(parameters: Iterable[Value], strength: float) -> Any:
    """strength * sum of |w|; at w = 0 the derivative is 0.

    >>> l1_penalty([Value(3.0), Value(-1.0)], 0.5).data
    2.0
    """
    check_between("l1_penalty", 0.0, float("inf"), strength=strength)
    return strength * sum_(abs(parameter) for parameter in parameter_list("l1_penalty", parameters))
