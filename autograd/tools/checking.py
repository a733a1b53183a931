"""Gradient checking: a function's gradients against independent ones."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.engine.graph import topological_order
from autograd.engine.value import Value
from autograd.errors import GradientCheckError, HandwrittenError
from autograd.tools.arrays import number_paths, numbers_in, refilled
from autograd.tools.differences import Slope, slope_along, slopes
from autograd.tools.transforms import grad, hvp, jvp
from autograd.tools.variables import fresh

_HEADING = f"    {'gradient against':<42} {'found':>17}  {'expected':>17}  difference"


@dataclass(frozen=True)
class Comparison:
    """One gradient, by two routes."""

    what: str
    found: float
    expected: float
    allowed: float

    @property
    def agrees(self) -> bool:
        """Whether both routes agree, within what rounding allows."""
        if math.isnan(self.found) or math.isnan(self.expected):
            return False
        return self.found == self.expected or abs(self.found - self.expected) <= self.allowed

    def __str__(self) -> str:
        numbers = f"{self.found: .10e}  {self.expected: .10e}  {abs(self.found - self.expected):.1e}"
        return f"{'ok ' if self.agrees else 'BAD'} {self.what:<42} {numbers}"


@dataclass(frozen=True)
class GradientReport:
    """What `check_gradients` compared. Its text is a table; it is true when all agree."""

    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return all(comparison.agrees for comparison in self.comparisons)

    def __str__(self) -> str:
        return "\n".join([_HEADING, *map(str, self.comparisons), *(f"    ({note})" for note in self.notes)])

    __repr__ = __str__


def check_gradients(
    f: Callable[..., Any], *xs: Any, order: int = 2, tolerance: float = 1e-5, seed: int = 0
) -> GradientReport:
    """Check the gradients of f at xs: reverse mode against three independent routes.

    For every number in xs: central differences (f run a few times, with steps that its size, the domain of f
    and the curvature there call for), and the complex step (the recorded graph run on complex numbers, where
    all its primitives are analytic). Along a random direction: forward mode and, with `order=2`, the second
    derivative, against differences of gradients. A function with several results is checked on a random
    combination of them; `seed` draws it.

    Returns a GradientReport, a readable table; raises GradientCheckError with the rows that disagree by
    more than `tolerance` relative to the gradient (1e-9 where the route is exact to rounding).
    At a kink the routes disagree. A `_backward` written by hand is compared with central differences alone.

    >>> bool(check_gradients(lambda x, y: (x * y).tanh(), 0.5, -1.2))
    True
    """
    if order not in (1, 2):
        raise ValueError(f"check_gradients checks order 1 or 2, got order={order!r}")
    start = [fresh(leaf, "check_gradients").data for leaf in numbers_in(xs)]
    names = [name for at, x in enumerate(xs) for name in number_paths(x, f"x{at}")]
    scalar = _combined(f, seed)

    def of_numbers(numbers: Sequence[Any]) -> Any:
        return scalar(*refilled(xs, iter(numbers)))

    found = grad(of_numbers)(start)
    generator = random.Random(seed + 1)
    direction = [generator.choice((-1.0, 1.0)) * generator.uniform(0.5, 1.0) for _ in start]
    rows = _against_differences(of_numbers, start, names, found, tolerance)
    by_complex_step, why_not = _complex_step(of_numbers, start)
    for name, partial, step in zip(names, found, by_complex_step, strict=False):
        rows.append(_compare(f"d/d{name}, complex step", partial, step, 1e-9))
    try:
        rows.append(_against_forward_mode(of_numbers, start, found, direction))
        if order == 2:
            rows += _second_order(of_numbers, start, names, direction, tolerance)
    except HandwrittenError as error:
        why_not = (*why_not, f"no more rows: {error}")
    report = GradientReport(tuple(rows), why_not)
    if not report:
        wrong = "\n".join(str(row) for row in rows if not row.agrees)
        name = getattr(f, "__name__", str(f))
        raise GradientCheckError(f"the gradients of {name} disagree at {xs!r}:\n{_HEADING}\n{wrong}")
    return report


def _compare(what: str, found: float, expected: float, tolerance: float, rounding: float = 0.0) -> Comparison:
    sizes = [abs(number) for number in (found, expected) if math.isfinite(number)]
    return Comparison(what, found, expected, tolerance * max([1.0, *sizes]) + rounding)


def _against_differences(
    f: Callable[..., Any],
    start: Sequence[float],
    names: Sequence[str],
    found: Sequence[float],
    tolerance: float,
) -> list[Comparison]:
    """Each partial derivative of f against a central difference."""

    def at(numbers: Sequence[float]) -> float:
        result = f([Value(entry) for entry in numbers])
        return result.data if isinstance(result, Value) else float(result)

    rows = []
    for slot, (name, partial) in enumerate(zip(names, found, strict=True)):
        slope = slope_along(at, start, slot, tolerance)
        unsure = math.inf if math.isinf(partial) and not slope.is_within(tolerance) else 0.0
        what = f"d/d{name}, central difference"
        rows.append(_compare(what, partial, slope.value, tolerance, slope.rounding + unsure))
    return rows


def _against_forward_mode(
    f: Callable[..., Any], start: Sequence[float], found: Sequence[float], direction: Sequence[float]
) -> Comparison:
    """The derivative along a direction: by the gradient, and by forward mode."""
    forward = jvp(f, (start,), (direction,))[1]
    reverse = math.fsum(partial * along for partial, along in zip(found, direction, strict=True))
    scale = max([1.0, *map(abs, found)])
    return _compare("along a direction, forward mode", reverse, forward, 1e-9 * scale)


def _second_order(
    f: Callable[..., Any],
    start: Sequence[float],
    names: Sequence[str],
    direction: Sequence[float],
    tolerance: float,
) -> list[Comparison]:
    """Each entry of the Hessian times a direction against differences of gradients."""
    rows = []
    for name, product, slope in zip(names, *_second(f, start, direction, tolerance), strict=True):
        beyond = math.inf if math.isinf(product) else 0.0  # overflowed: nothing to compare
        what = f"d2/d{name} along a direction"
        rows.append(_compare(what, product, slope.value, tolerance, slope.rounding + beyond))
    return rows


def _second(
    f: Callable[..., Any], start: Sequence[float], direction: Sequence[float], tolerance: float
) -> tuple[list[float], list[Slope]]:
    """The Hessian times a direction: by `hvp`, and by differences of gradients.

    Where differences along the direction are not accurate, each of its entries is scaled by the number there,
    if these differences are accurate.
    """

    def differences(direction: Sequence[float], size: float) -> list[Slope]:
        def along(step: float) -> Any:
            return grad(f)([entry + step * part for entry, part in zip(start, direction, strict=True)])

        return slopes(along, [size], tolerance)

    def are_good(found: list[Slope]) -> bool:
        return all(slope.is_within(tolerance) for slope in found)

    scaled = [part * (abs(entry) or 1.0) for entry, part in zip(start, direction, strict=True)]
    try:
        found = differences(direction, max([1.0, *map(abs, start)]))
    except (ArithmeticError, ValueError):
        direction, found = scaled, differences(scaled, 1.0)
    if not are_good(found):
        again = differences(scaled, 1.0)
        if are_good(again):
            direction, found = scaled, again
    return hvp(f, (start,), (direction,)), found


def _combined(f: Callable[..., Any], seed: int) -> Callable[..., Any]:
    def scalar(*xs: Any) -> Any:
        results = numbers_in(f(*xs))
        if len(results) == 1:
            return results[0]
        generator = random.Random(seed)
        total: Any = 0.0
        for result in results:
            total = total + generator.uniform(0.5, 1.5) * result
        return total

    return scalar


def _complex_step(
    f: Callable[[Sequence[Any]], Any], start: Sequence[float]
) -> tuple[list[float], tuple[str, ...]]:
    """Im f(x + ih) / h for each x, with f's recorded graph run on complex numbers; or why there is none."""
    variables = [Value(entry) for entry in start]
    root = f(variables)
    if not isinstance(root, Value):
        return [0.0] * len(start), ()
    order = topological_order(root)
    steps = [1e-10 * abs(entry) if 0.0 < abs(entry) < 1e-10 else 1e-20 for entry in start]
    try:
        found = [
            _replay(order, variable, step).imag / step
            for variable, step in zip(variables, steps, strict=True)
        ]
        return found, ()
    except (NameError, AttributeError, TypeError, ValueError, ArithmeticError) as error:
        return [], (f"no complex step: {error}",)


def _replay(order: Sequence[Value], variable: Value, step: float) -> complex:
    results: dict[Any, complex] = {}
    for node in order:
        if node.primitive is None:
            results[node] = complex(node.data, step if node is variable else 0.0)
        else:
            operands = [results[o] if isinstance(o, Value) else complex(o) for o in node.operands]
            results[node] = node.primitive.on_complex.value(*node.primitive.arrange(operands))
    return results[order[-1]]
