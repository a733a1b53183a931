"""Learning-rate schedules: functions of the step count, which starts at 0.

Each is one formula. A schedule is data, its name and its settings, so it compares, prints and is saved
with the optimiser. Where a setting is itself a schedule, the two are composed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from math import cos, inf, pi
from typing import Any, Concatenate, ParamSpec

from autograd.engine.operands import number as real
from nn.checks import check_finite, check_size
from nn.errors import StateError

P = ParamSpec("P")

FORMULAS: dict[str, Callable[..., float]] = {}
"""By name: the formula(step, settings...)."""

SCHEDULES: dict[str, Callable[..., Any]] = {}
"""By name: the function of settings that gives the Schedule."""


@dataclass(frozen=True)
class Schedule:
    """A formula's name and its settings; called with the step count, it gives the learning rate."""

    name: str
    settings: Mapping[str, Any]

    def __call__(self, step: int) -> float:
        """The learning rate at a step."""
        return float(FORMULAS[self.name](step, **self.settings))

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{name}={entry!r}' for name, entry in self.settings.items())})"


def schedule(formula: Callable[Concatenate[int, P], float]) -> Callable[P, Schedule]:
    """Make of a formula(step, settings...) a function of its settings that gives the Schedule.

    A setting of one name means the same in all, and is checked alike (see `_check_setting`): `lr` and each of
    `schedules` may be schedules, `steps` and `every` are whole numbers, any other is a finite number.
    """
    name = formula.__name__
    FORMULAS[name] = formula
    parameters = list(signature(formula).parameters.values())[1:]

    @wraps(formula)
    def with_settings(*arguments: P.args, **keywords: P.kwargs) -> Schedule:
        bound = signature(formula).bind(0, *arguments, **keywords)
        bound.apply_defaults()
        settings = dict(list(bound.arguments.items())[1:])
        _check_settings(name, settings)
        return Schedule(name, settings)

    with_settings.__signature__ = signature(formula).replace(  # type: ignore[attr-defined]
        parameters=parameters, return_annotation=Schedule
    )
    SCHEDULES[name] = with_settings
    return with_settings


@schedule
def constant(step: int, lr: float) -> float:
    """Always lr.

    >>> constant(0.1)(1000)
    0.1
    """
    return lr


@schedule
def linear(step: int, lr: float, end: float, steps: int) -> float:
    """From lr to end in equal steps, and end from then on: lr (1 - s) + end s, s = min(step / steps, 1).

    >>> [linear(1.0, 0.1, steps=100)(step) for step in (0, 50, 100, 200)]
    [1.0, 0.55, 0.1, 0.1]
    """
    share = min(step / steps, 1.0)
    return lr * (1.0 - share) + end * share


@schedule
def step(step: int, lr: float, every: int, factor: float = 0.1) -> float:
    """lr * factor^(step // every): one stair each `every` steps.

    >>> [step(1.0, every=10, factor=0.5)(at) for at in (0, 9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """
    return lr * factor ** (step // every)


@schedule
def exponential(step: int, lr: float, decay: float) -> float:
    """lr * decay^step.

    >>> exponential(1.0, 0.5)(3)
    0.125
    """
    return lr * decay**step


@schedule
def cosine(step: int, lr: float, steps: int, end: float = 0.0) -> float:
    """Half a cosine wave from lr to end in `steps` steps, and end from then on.

    end + (lr - end) (1 + cos(pi step / steps)) / 2. (Loshchilov and Hutter 2017, "SGDR".)

    >>> [round(cosine(1.0, steps=100)(step), 12) for step in (0, 50, 100, 200)]
    [1.0, 0.5, 0.0, 0.0]
    """
    return end + (lr - end) * (1.0 + cos(pi * min(step / steps, 1.0))) / 2.0


@schedule
def linear_warmup(step: int, lr: Any, steps: int) -> float:
    """A rise in `steps` equal steps to lr's first value, then lr, a number or a schedule.

    The first step has lr / steps, not 0, so that it does something.

    >>> [linear_warmup(exponential(1.0, 0.5), steps=4)(step) for step in (0, 3, 4, 5)]
    [0.25, 1.0, 1.0, 0.5]
    """
    return rate(lr, 0) * (step + 1) / steps if step < steps else rate(lr, step - steps)


@schedule
def join(step: int, schedules: Sequence[Any], boundaries: Sequence[int]) -> float:
    """One schedule after the other: the next begins, from its step 0, at each boundary.

    >>> [join([0.5, exponential(1.0, 0.5)], [10])(step) for step in (9, 10, 11)]
    [0.5, 1.0, 0.5]
    """
    index = sum(step >= boundary for boundary in boundaries)
    return rate(schedules[index], step - (boundaries[index - 1] if index else 0))


def rate(lr: Any, step: int) -> float:
    """The learning rate at a step: lr itself, or the schedule at that step, checked."""
    given = lr(step) if callable(lr) else lr
    found = real(given)
    if found is NotImplemented or not 0.0 <= found < inf:
        kind = TypeError if found is NotImplemented else ValueError
        raise kind(
            f"a learning rate is a finite number of at least 0, got {given!r:.40} for step {step}"
            + f" from the schedule {lr!r:.60}" * callable(lr)
        )
    return found  # type: ignore[no-any-return]


def as_data(lr: Any) -> Any:
    """A learning rate as plain data; None for a function that only its program knows."""
    if isinstance(lr, Schedule):
        return {"schedule": lr.name, **{name: as_data(entry) for name, entry in lr.settings.items()}}
    if isinstance(lr, (list, tuple)):
        return [as_data(entry) for entry in lr]
    return None if callable(lr) else lr


def is_known_ahead(lr: Any) -> bool:
    """Whether the rates of later steps are known now: no function of the user's is in a schedule."""
    if isinstance(lr, (list, tuple)):
        return all(map(is_known_ahead, lr))
    return all(map(is_known_ahead, lr.settings.values())) if isinstance(lr, Schedule) else not callable(lr)


def from_data(saved: Any) -> Any:
    """The learning rate that `as_data` wrote."""
    if isinstance(saved, list):
        return [from_data(entry) for entry in saved]
    if not isinstance(saved, dict):
        return saved
    settings = {name: from_data(entry) for name, entry in saved.items() if name != "schedule"}
    name = saved.get("schedule")
    if not isinstance(name, str) or name not in FORMULAS:
        raise StateError(f"the saved schedule is {name!r}; there are {', '.join(FORMULAS)}")
    try:
        return SCHEDULES[name](**settings)
    except (TypeError, ValueError) as error:
        raise StateError(f"the saved schedule {saved!r:.80} is damaged: {error}") from None


def check_rate(where: str, lr: Any) -> None:
    """A learning rate is a finite number of at least 0, or a function of the step count."""
    if not callable(lr):
        check_finite(where, 0.0, lr=lr)


def _check_settings(name: str, settings: Mapping[str, Any]) -> None:
    for setting, given in settings.items():
        _check_setting(name, setting, given)
    if "boundaries" in settings and len(settings["boundaries"]) != len(settings["schedules"]) - 1:
        raise ValueError(
            f"{name} needs one boundary fewer than schedules, "
            f"got {len(settings['boundaries'])} and {len(settings['schedules'])}"
        )


def _check_setting(name: str, setting: str, given: Any) -> None:
    if setting in ("steps", "every"):
        check_size(name, **{setting: given})
    elif setting == "lr":
        check_rate(name, given)
    elif setting == "schedules":
        for entry in given:
            check_rate(name, entry)
    elif setting == "boundaries":
        check_size(name, **{f"boundaries[{place}]": entry for place, entry in enumerate(given)})
        if list(given) != sorted(set(given)):
            raise ValueError(f"{name} needs rising boundaries, got {given!r}")
    else:
        check_finite(name, 0.0, **{setting: given})
