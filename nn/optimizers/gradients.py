"""What may be done to gradients between `backward` and `step`: clip them, or add noise."""

from __future__ import annotations

from collections.abc import Iterable
from math import hypot, inf, isfinite

from autograd import Value
from nn.checks import check_between, parameter_list
from nn.randomness import Seed, generator


def clip_gradient_norm(parameters: Iterable[Value], limit: float) -> float:
    """Scale all gradients by min(1, limit / norm), and return norm, their length before.

    The direction stays. (Pascanu et al. 2013, "On the difficulty of training recurrent neural networks".)
    Gradients that are not finite are an error.

    >>> w = Value(3.0); w.grad = 8.0
    >>> clip_gradient_norm([w], 2.0), w.grad
    (8.0, 2.0)
    """
    reached = _reached("clip_gradient_norm", parameters, limit=limit)
    gradients = [parameter.grad for parameter in reached]
    largest = max(map(abs, gradients), default=0.0)
    if not all(map(isfinite, gradients)):
        raise ArithmeticError(
            f"clip_gradient_norm cannot scale gradients of norm {hypot(*gradients)}; detect_anomaly() finds "
            "their source"
        )
    norm = hypot(*gradients)
    if norm > limit:  # which may be inf, where each gradient is a float and their norm is beyond them
        scale = limit / norm if norm < inf else limit / largest / hypot(*(g / largest for g in gradients))
        for parameter in reached:
            parameter.grad *= scale
    return norm


def clip_gradient_value(parameters: Iterable[Value], limit: float) -> None:
    """Keep each gradient between -limit and limit.

    >>> w = Value(3.0); w.grad = -8.0
    >>> clip_gradient_value([w], 2.0); w.grad
    -2.0
    """
    for parameter in _reached("clip_gradient_value", parameters, limit=limit):
        parameter.grad = min(max(parameter.grad, -limit), limit)


def gradient_noise(parameters: Iterable[Value], deviation: float, seed: Seed = None) -> None:
    """Add to each gradient a normal number of that deviation: a way out of saddle points.

    For a sequence of steps give a Generator as seed: an int draws the same noise each time. (Neelakantan
    et al. 2015, "Adding gradient noise improves learning for very deep networks".)

    >>> w = Value(3.0); w.grad = 1.0
    >>> gradient_noise([w], 0.0); w.grad
    1.0
    """
    reached = _reached("gradient_noise", parameters, deviation=deviation)
    for parameter, noise in zip(reached, generator(seed).normal(0.0, deviation, len(reached)).tolist()):
        parameter.grad += noise


def _reached(name: str, parameters: Iterable[Value], **strength: float) -> list[Value]:
    """The parameters that have a gradient, once all that was given is checked."""
    check_between(name, 0.0, inf, **strength)
    return [parameter for parameter in parameter_list(name, parameters) if parameter.reached]
