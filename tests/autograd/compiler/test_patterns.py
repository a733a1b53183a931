"""Shapes of code in which the compiler looks for sums, dots and matrix products: each against eager."""

# ruff: noqa: E501 (tables)

from functools import reduce

import numpy as np
import pytest

import autograd
from autograd import (
    Value,
    checkpoint,
    dot,
    elu,
    leaky_relu,
    logsumexp,
    mean,
    no_grad,
    select,
    softmax,
    symbols,
    tanh,
    where,
)
from autograd.rules.table import TABLE
from tests.autograd.compiler.reference import BACKENDS, NUMPY_FIRST, assert_agrees

DRAWN = np.random.default_rng(0)
B = DRAWN.normal(size=(4, 6))
INDICES = np.array([0, 5, 3, 3])
PAIRS = np.array([[0, 5], [3, 3], [1, 0], [2, 2]])


def total(values):
    return autograd.sum(list(values))


def rotated(values, by):
    return [values[(at + by) % len(values)] for at in range(len(values))]


def repeated(values):
    return [values[at] for at in (0, 0, 1, 2, 2, 0)]


def unrecorded(f):
    with no_grad():
        return f()


def over(w, values):
    """tanh of the matrix of two columns that w is, times the values."""
    return [dot(row, values).tanh() for row in (w[:2], w[2:4])]


def variance(values):
    middle = mean(values)
    return mean([(value - middle) ** 2 for value in values])


# fmt: off
PATTERNS = {
    "a vector with itself":       (lambda w, x: dot(x, x) * w[0] + dot(w, w),                                                           [B]),
    "products of dots":           (lambda w, x: dot(w, w) * dot(x, x),                                                                  [B]),
    "a Gram matrix":              (lambda w, x: total(dot(x[i : i + 3], x[j : j + 3]) ** 2 for i in range(4) for j in range(4)) * w[0], [B]),
    "an outer product":           (lambda w, x: total((a * b).tanh() for a in x for b in w),                                            [B]),
    "rotated weights":            (lambda w, x: total(dot(rotated(w, s), x).tanh() * (s + 1) for s in range(6)),                        [B]),
    "rotated, of computed":       (lambda w, x: total(dot(rotated(w, s), [(v * w[0]).sin() for v in x]).tanh() for s in range(3)),      [B]),
    "growing prefixes":           (lambda w, x: total(dot(w[:k], x[:k]).tanh() for k in range(1, 7)),                                   [B]),
    "sliding windows":            (lambda w, x: total((dot(w[:3], x[k : k + 3]) + w[5]).tanh() for k in range(3)),                      [B]),
    "matrices that overlap":      (lambda w, x: total(over(w[2:], over(w[:4], [(a * b).tanh() for a, b in zip(w[:2], x)]))),            [B]),
    "products of parameters":     (lambda w, x: total(dot([a * b for a in w], x).tanh() for b in w),                                    [B]),
    "reversed weights":           (lambda w, x: dot(w[::-1], x),                                                                        [B]),
    "differences":                (lambda w, x: x[0] - w[0] - x[1] - w[1] - (x[2] - w[2]),                                              [B]),
    "opposites":                  (lambda w, x: -(x[0] + w[0]) + (-(x[1] * w[1])),                                                      [B]),
    "quotients":                  (lambda w, x: (x[0] / w[0] + x[1] / w[1] + x[2] / w[2]) / 3,                                          [B]),
    "doubled terms":              (lambda w, x: x[0] + x[0] + w[0] + w[0],                                                              [B]),
    "repeated terms":             (lambda w, x: total([x[0]] * 3 + [w[0]] * 3 + [w[1] * x[1]] * 2),                                     [B]),
    "repeated products":          (lambda w, x: dot([x[0]] * 3, [w[0]] * 3),                                                            [B]),
    "repeated interior terms":    (lambda w, x: total([w[0].tanh()] * 2 + [(x[0] * w[1]).tanh()] * 2 + [w[2].sin()]) ** 2,              [B]),
    "products of repeated entries": (lambda w, x: total(dot(rotated(w, s), repeated([(v * w[0]).sin() for v in x])).tanh() for s in range(6)), [B]),
    "a detached factor":          (lambda w, x: dot(w, x).detach() * w[0] + w[1].detach() * w[0] * x[1],                                [B]),
    "without gradients":          (lambda w, x: unrecorded(lambda: dot(w, x).tanh()) * w[0] + w[2],                                     [B]),
    "a checkpoint":               (lambda w, x: checkpoint(lambda a, b: dot(w, [a] * 3 + [b] * 3).tanh(), x[0], x[1]) ** 2,             [B]),
    "a slope for a known number": (lambda w, x: leaky_relu(0.5, x[0]) * x[1] + elu(0.5, w[0]) * w[1], [B]),
    "one sample":                 (lambda w, x: dot(w, x) ** 2,                                                                         [B[:1]]),
    "logsumexp of prefixes":      (lambda w, x: total(logsumexp([x[i] * w[i] for i in range(k)]) for k in range(1, 6)),                 [B]),
    "logsumexp of parameters":    (lambda w, x: logsumexp(w) * x[0],                                                                    [B]),
    "logsumexp of all kinds":     (lambda w, x: logsumexp([1.0, w[0], x[0]]),                                                           [B]),
    "softmax as weights":         (lambda w, x: dot(softmax([a * b for a, b in zip(x, w)]), w),                                         [B]),
    "select of computed":         (lambda w, i, x: select(i, [a * b for a, b in zip(x, w)]),                                            [INDICES, B]),
    "select of select":           (lambda w, i, x: select(i, [select(i, w), *x[:5]]),                                                   [INDICES, B]),
    "two indices":                (lambda w, i, x: select(i[0], w) * select(i[1], w) + select(i[0], x),                                 [PAIRS, B]),
    "a condition on parameters":  (lambda w, x: where(w[0] > 0, w[1] * x[0], w[2]),                                                     [B]),
    "a condition that is 2":      (lambda w, i, x: where(i, w[0] * x[0], w[1]),                                                         [np.array([0, 1, 2, 3]), B]),
    "bounds that are parameters": (lambda w, x: autograd.clamp(x[0] * 3, -abs(w[2]), abs(w[3])),                                        [B]),
    "powers":                     (lambda w, x: (abs(x[0]) + 0.1) ** w[0] + 2.0 ** w[1] + x[1] ** 2 + x[1] ** -1,                       [B]),
    "equal factors":              (lambda w, x: total([2.0 * x[0], 2.0 * x[1], 2.0 * w[0], 2.0 * (w[1] * x[2]).tanh()]),                [B]),
    "equal factors, parameters":  (lambda w, x: total(q * 0.1 for q in [w[0], w[1], w[0].cos(), w[1] - 1.0, w[1] - 3.0]) * x[0],        [B]),
    "constant vectors":           (lambda w, x: dot([1.0, 2.0, 3.0], x[:3]) + dot([1.0, 2.0, 3.0], w[:3]),                              [B]),
    "a polynomial":               (lambda w, x: sum(c * x[0] ** k for k, c in enumerate(w)),                                            [B]),
    "Horner's scheme":            (lambda w, x: reduce(lambda s, c: s * x[0] + c, w),                                                   [B]),
    "variances":                  (lambda w, x: variance(x) * w[0] + variance(w),                                                       [B]),
    "products inside products":   (lambda w, x: total(dot(w, [tanh(x[(i + j) % 6] * w[j]) for j in range(6)]) ** 2 for i in range(6)),  [B]),
    "a mixed vector, twice":    (lambda w, x: dot([x[0], w[0], w[1]], [x[0], w[0], w[1]]),                                              [B]),
    "a mixed vector, read by all": (lambda w, x: (lambda h: logsumexp(h) + dot(h, h) + dot(w[:2], h).relu() + autograd.norm(h))([(x[0] * w[0]).tanh(), x[1]]), [B]),
    "a state, read again":      (lambda w, x: reduce(lambda h, v: [tanh(dot(row, [v, *h])) for row in (w[:3], w[3:])], x, [0.0, 0.0])[0], [B]),
    "many plain terms":         (lambda w, x: total(a * b + c for a in x for b, c in zip(w, rotated(w, 1))),                            [B]),
    "many plain terms, of rows": (lambda w, x: total((dot(w, rotated(x, s)) + total(w[s:]) + total(x[:s])).tanh() for s in range(6)),   [B]),
    "numpy on objects":           (lambda w, x: np.tanh(np.array(w[:3]) * np.array(x[:3])).sum() + np.array(w) @ np.array(x),           [B]),
}
# fmt: on


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_agrees_with_eager(name, backend):
    """Whatever was grouped, the numbers are those of the scalar code."""
    pattern, arguments = PATTERNS[name]
    w = [Value(number) for number in np.random.default_rng(1).uniform(0.2, 1.5, 6).tolist()]
    assert_agrees(lambda *sample: pattern(w, *sample), arguments, w, backend=backend)


parity = autograd.primitive(
    "parity",
    symbols.where(symbols.whole(symbols.x), symbols.x, -symbols.x),
    symbols.where(symbols.whole(symbols.x), 1, -1),
)


@pytest.mark.parametrize("backend", BACKENDS)
def test_infinity_is_no_whole_number(backend):
    """As in Python and in numpy, where the rest of inf / 1 is NaN."""
    found = autograd.compile(parity, backend=backend)([2.0, 2.5, -0.0, np.inf, -3.0])
    assert found.tolist() == [2.0, -2.5, -0.0, -np.inf, -3.0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_infinity_minus_infinity_is_nan(backend):
    """Sums of products are not factored: 0 * inf stays NaN, as in the scalar code."""
    fast = autograd.compile(lambda x: x[0] * x[1] + x[1] * x[2] + x[2] * x[0], backend=backend)
    assert np.isnan(fast([[0.0, 1.0, np.inf]])).all()


EDGES = [0.0, -1.5, 1e308, -1e308, np.inf, -np.inf, np.nan]


@pytest.mark.parametrize("backend", BACKENDS)
def test_logsumexp_is_that_of_the_rule_at_every_edge(backend):
    """Infinite and NaN terms, and terms so far apart that their difference overflows."""
    pairs = np.array([(a, b) for a in EDGES for b in EDGES])
    expected = [TABLE["logsumexp"].limit(pair) for pair in pairs.tolist()]
    found = autograd.compile(lambda x: logsumexp(list(x)), backend=backend)(pairs)
    np.testing.assert_array_equal(found, expected)
