"""Second derivatives of every row, where operands are 0, tied, or at a bound of the domain's inside."""

import itertools
import math

import pytest

import autograd
from autograd import compile, grad, hessian, norm
from autograd.rules.table import TABLE
from tests.autograd.rules.points import CONSTANT

SPECIAL = [0.0, 1.0, -1.0, 0.5]
"""Zeros, ties, and what is neither."""


def points(row):
    """The row's samples, and every choice of the special numbers for the operands.

    Families have two elements; one alone has three, too.
    """
    single = row.singles
    counts = {0: [single], 1: [single + 2, single + 3], 2: [single + 4]}[row.families]
    special = [point for count in counts for point in itertools.product(SPECIAL, repeat=count)]
    return [*special, *row.samples]


def scalar(row):
    """The row as a function of a list."""
    return lambda numbers: row.operator(*row.arrange(numbers))


def slopes(first, point, at):
    """The slope of each first derivative along one operand: centrally, and from either side.

    NaN where a derivative is not defined.
    """
    rows = []
    for below, above in ((1e-5, 1e-5), (0.0, 1e-6), (1e-6, 0.0)):
        ends = [[*point[:at], point[at] + step, *point[at + 1 :]] for step in (-below, above)]
        try:
            low, high = map(first, ends)
        except (ArithmeticError, ValueError):
            low = high = [math.nan] * len(point)
        rows.append([(b - a) / (below + above) for a, b in zip(low, high, strict=True)])
    return list(zip(*rows, strict=True))


@pytest.mark.parametrize("name", TABLE)
def test_second_derivatives_are_the_slopes_of_the_first_wherever_these_are_smooth(name):
    """grad of grad against differences of grad, at zeros and ties: all entries of the Hessian.

    An entry counts where the slopes from both sides agree: at a kink of the first derivative they do not.
    """
    row = TABLE[name]
    first, second = grad(scalar(row)), hessian(scalar(row))
    compared = 0
    for point in points(row):
        try:
            row.operator(*row.arrange(point))
            found = second(list(point))
        except (ArithmeticError, ValueError, TypeError, IndexError):
            continue
        for at in range(len(point)):
            if at in CONSTANT.get(name, ()):
                continue
            for entry, (central, right, left) in enumerate(slopes(first, list(point), at)):
                allowed = 1e-4 * max(1.0, abs(central))
                smooth = abs(right - left) <= allowed and abs(central - right) <= allowed
                if smooth and math.isfinite(central):
                    assert found[entry][at] == pytest.approx(central, abs=allowed), (point, entry, at)
                    compared += 1
    assert compared >= len(row.operands)


@pytest.mark.parametrize("size", [1.0, 1e200, 1e-200, 1e300])
def test_norm_is_smooth_away_from_zero_whichever_entries_are_zero(size):
    """The Hessian of |x| is (I - u u') / |x|, u = x / |x|: at any size that floats have."""
    for x in ([0.0, 1.0], [0.0, 0.0, 3.0], [2.0, 0.0, 0.0], [0.0, -3.0, 0.0, 4.0]):
        length = math.hypot(*x)
        u = [entry / length for entry in x]
        x = [entry * size for entry in x]
        assert norm(x) == pytest.approx(length * size, rel=1e-15)
        assert grad(norm)(x) == pytest.approx(u, rel=1e-15)
        for i, row in enumerate(hessian(norm)(x)):
            for j, entry in enumerate(row):
                expected = ((i == j) - u[i] * u[j]) / length / size
                assert entry == pytest.approx(expected, rel=1e-14, abs=1e-16 / size)


def test_norm_at_zero_has_derivatives_zero_by_convention():
    """At the tip of the cone: value, gradient and Hessian are 0, and nothing raises."""
    assert norm([0.0, -0.0]) == 0.0
    assert grad(norm)([0.0, 0.0]) == [0.0, 0.0]
    assert hessian(norm)([0.0, 0.0]) == [[0.0, 0.0], [0.0, 0.0]]
    assert hessian(lambda v: norm(v) ** 2 / 2)([0.0, 1.0]) == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_norm_is_the_same_in_programs(backend):
    """Values and gradients of the array programs, at zeros, huge and tiny numbers, inf and NaN."""
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    import numpy as np

    rows = [[0.0, 1.0], [0.0, 0.0], [3e200, 4e200], [3e-200, -4e-200], [math.inf, 1.0], [math.nan, 1.0]]
    weights = [autograd.Value(1.0), autograd.Value(1.0)]
    f = compile(lambda x: norm([w * entry for w, entry in zip(weights, x, strict=True)]), backend=backend)
    for x in rows:
        eager = norm([w * entry for w, entry in zip(weights, x, strict=True)])
        for w in weights:
            w.zero_grad()
        eager.backward()
        expected = [w.grad for w in weights]
        for w in weights:
            w.zero_grad()
        loss = f.backward(np.array([x]))
        assert loss == pytest.approx(eager.data, rel=1e-14, nan_ok=True)
        assert [w.grad for w in weights] == pytest.approx(expected, rel=1e-14, nan_ok=True)
