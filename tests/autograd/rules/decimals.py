"""References to 80 digits: every primitive again, in the standard library's decimal arithmetic.

No line here comes from the engine, and nothing here knows a derivative: derivatives are difference
quotients, with a step so small (10^-24) and digits so many that they are right to more than a float holds.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Sequence
from decimal import Decimal

DIGITS = 80
STEP = Decimal(10) ** -24
EPSILON = Decimal(10) ** -(DIGITS + 10)


def series(term: Decimal, following: Callable[[Decimal, int], Decimal]) -> Decimal:
    """The sum of a power series, from its first term and the step from term n to term n + 1."""
    result, n = term, 0
    while abs(term) > EPSILON:
        term = following(term, n)
        result += term
        n += 1
    return result


def sin(x: Decimal) -> Decimal:
    return series(x, lambda term, n: -term * x * x / ((2 * n + 2) * (2 * n + 3)))


def cos(x: Decimal) -> Decimal:
    return series(Decimal(1), lambda term, n: -term * x * x / ((2 * n + 1) * (2 * n + 2)))


def atan(x: Decimal) -> Decimal:
    for _ in range(4):  # halve the angle four times: then the series converges fast
        x = x / (1 + (1 + x * x).sqrt())
    return 16 * series(x, lambda term, n: -term * x * x * (2 * n + 1) / (2 * n + 3))


def asin(x: Decimal) -> Decimal:
    return atan(x / ((1 - x) * (1 + x)).sqrt())


def atan2(y: Decimal, x: Decimal) -> Decimal:
    half_turn = PI if y >= 0 else -PI
    return atan(y / x) + (half_turn if x < 0 else 0)


def erf(x: Decimal) -> Decimal:
    """2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (2n+1)!!: every term positive, nothing cancels."""
    return 2 / PI.sqrt() * (-x * x).exp() * series(x, lambda term, n: term * 2 * x * x / (2 * n + 3))


def tanh(x: Decimal) -> Decimal:
    return 1 - 2 / ((2 * x).exp() + 1)


def sigmoid(x: Decimal) -> Decimal:
    return 1 / (1 + (-x).exp())


with decimal.localcontext() as context:
    context.prec = DIGITS + 20
    PI = 16 * atan(1 / Decimal(5)) - 4 * atan(1 / Decimal(239))  # Machin

# fmt: off
FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "identity":   lambda x: x,
    "add":        lambda x, y: x + y,
    "sub":        lambda x, y: x - y,
    "mul":        lambda x, y: x * y,
    "div":        lambda x, y: x / y,
    "pow":        lambda x, y: x ** y,
    "neg":        lambda x: -x,
    "abs":        lambda x: abs(x),
    "hypot":      lambda x, y: (x * x + y * y).sqrt(),
    "exp":        lambda x: x.exp(),
    "expm1":      lambda x: x.exp() - 1,
    "log":        lambda x: x.ln(),
    "log1p":      lambda x: (1 + x).ln(),
    "log2":       lambda x: x.ln() / Decimal(2).ln(),
    "log10":      lambda x: x.log10(),
    "sqrt":       lambda x: x.sqrt(),
    "cbrt":       lambda x: abs(x) ** (1 / Decimal(3)) * (1 if x > 0 else -1),
    "sin":        sin,
    "cos":        cos,
    "tan":        lambda x: sin(x) / cos(x),
    "asin":       asin,
    "acos":       lambda x: PI / 2 - asin(x),
    "atan":       atan,
    "atan2":      atan2,
    "sinh":       lambda x: (x.exp() - (-x).exp()) / 2,
    "cosh":       lambda x: (x.exp() + (-x).exp()) / 2,
    "asinh":      lambda x: (abs(x) + (x * x + 1).sqrt()).ln() * (1 if x > 0 else -1),
    "acosh":      lambda x: (x + (x * x - 1).sqrt()).ln(),
    "atanh":      lambda x: ((1 + x) / (1 - x)).ln() / 2,
    "erf":        erf,
    "erfc":       lambda x: 1 - erf(x),
    "tanh":       tanh,
    "sigmoid":    sigmoid,
    "relu":       lambda x: max(x, Decimal(0)),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu":        lambda x, alpha: x if x > 0 else alpha * (x.exp() - 1),
    "gelu":       lambda x: x * (1 + erf(x / Decimal(2).sqrt())) / 2,
    "silu":       lambda x: x * sigmoid(x),
    "softplus":   lambda x: (1 + x.exp()).ln(),
    "maximum":    max,
    "minimum":    min,
    "clamp":      lambda x, low, high: min(max(x, low), high),
    "where":      lambda condition, x, y: x if condition else y,
    "sum":        lambda *xs: sum(xs),
    "dot":        lambda *xs: sum(a * b for a, b in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
    "norm":       lambda *xs: sum(x * x for x in xs).sqrt(),
    "logsumexp":  lambda *xs: sum(x.exp() for x in xs).ln(),
    "select":     lambda index, *xs: xs[int(index)],
}
# fmt: on


def value(name: str, numbers: Sequence[float]) -> float:
    """The row's value at floats, rounded once."""
    with decimal.localcontext() as context:
        context.prec = DIGITS
        return float(FUNCTIONS[name](*map(Decimal, numbers)))


def partial(name: str, numbers: Sequence[float], at: int) -> float:
    """dz/d(operand `at`), right to the last bit or so."""
    with decimal.localcontext() as context:
        context.prec = DIGITS
        above, below = (FUNCTIONS[name](*_moved(numbers, {at: sign})) for sign in (1, -1))
        return float((above - below) / (2 * STEP))


def second_partial(name: str, numbers: Sequence[float], at: int, by: int) -> float:
    """d2z/d(operand `at`) d(operand `by`)."""
    with decimal.localcontext() as context:
        context.prec = DIGITS
        if at == by:
            up, here, down = (FUNCTIONS[name](*_moved(numbers, {at: n})) for n in (1, 0, -1))
            return float((up - 2 * here + down) / STEP**2)
        corners = {
            (m, n): FUNCTIONS[name](*_moved(numbers, {at: m, by: n})) for m in (1, -1) for n in (1, -1)
        }
        return float(sum(m * n * corner for (m, n), corner in corners.items()) / (4 * STEP**2))


def _moved(numbers: Sequence[float], moves: dict[int, int]) -> list[Decimal]:
    return [Decimal(number) + moves.get(at, 0) * STEP for at, number in enumerate(numbers)]
