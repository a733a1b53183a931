"""Operations whose operands are the same, or the same in another order: one of them, and right."""

# ruff: noqa: E501 (tables)

import numpy as np
import pytest

import autograd
from autograd import Value, compile, cos, dot, hypot, logsumexp, minimum, primitive, sin, symbols, tanh
from tests.autograd.compiler.reference import BACKENDS, assert_agrees, gradients

W = [Value(0.3), Value(0.7), Value(-0.4)]


def several(results):
    """A number that depends on each of the results in its own way."""
    return autograd.sum([(result * (1.0 + 0.1 * at)).tanh() for at, result in enumerate(results)])


def three_dots_of_one_pair(x):
    h, low = hypot(x[0], W[0]), dot([W[2]], [x[0]])
    return dot([dot([h], [W[1]]), minimum(low, x[1]), dot([W[1]], [h])], [minimum(low, low), 1.0, 2.0])


# fmt: off
PATTERNS = {
    "dots of one pair":           three_dots_of_one_pair,
    "a dot and a product":        lambda x: dot([x[0]], [x[1]]).tanh() + x[0] * x[1],
    "products":                   lambda x: several([x[0] * W[0], W[0] * x[0], x[0] * x[0]]),
    "dots beside another":        lambda x: sin(dot([W[0]], [x[0]])) + cos(dot([x[0]], [W[0]])) + dot([W[1]], [x[0]]),
    "pairs in another order":     lambda x: several([dot([W[0], x[0]], [tanh(x[1]), x[1]]), dot([x[1], W[0]], [x[0], tanh(x[1])])]),
    "a dot of parameters":        lambda x: several([dot([W[0], W[1]], [W[1], W[2]]), dot([W[2], W[1]], [W[1], W[0]]), x[0]]),
    "other terms added to them":  lambda x: several([dot([x[0], tanh(x[1])], [x[1], 1.0]), dot([x[0], sin(x[1])], [x[1], 1.0])]),
    "the same, of two pairs":     lambda x: several([dot([x[0], W[0], y], [x[1], W[1], 1.0]) for y in (tanh(x[1]), sin(x[1]))]),
    "the same, of parameters":    lambda x: several([dot([W[0], y], [W[1], 1.0]) for y in (tanh(W[2]), sin(W[2]))]) * x[0],
    "no term, and one":           lambda x: dot([], []) + dot([x[0]], [W[0]]) + autograd.sum([W[1]]),
    "sums":                       lambda x: several([x[0] + W[0], W[0] + x[0], autograd.sum([x[0], W[0], x[1]]), autograd.sum([x[1], x[0], W[0]])]),
    "differences":                lambda x: several([x[0] - W[0], W[0] - x[0], x[0] - x[0]]),
    "a family and a shorter one": lambda x: several([autograd.sum([x[0], W[0], x[1]]), autograd.sum([x[0], W[0], x[1], x[0] * 0.0])]),
    "families of one":            lambda x: several([logsumexp([x[0]]), logsumexp([W[0]]), logsumexp([x[0], x[0]]), dot([x[0]], [x[0]])]),
}
# fmt: on


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_operations_on_the_same_operands_agree_with_eager(pattern, batch, backend):
    """However often, and in whatever order, the same operands meet: eager values and gradients."""
    samples = np.array([[1.0, 2.0], [0.5, -1.0], [-1.0, 0.3]])[:batch]
    assert_agrees(PATTERNS[pattern], [samples], W, thorough=True, backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_rule_may_leave_an_operand_out(backend):
    """Its result has a row for each entry, and a sample of the batch, all the same."""
    twice = primitive("twice", 2.0 * symbols.x, 2.0, 0.0)
    fast = compile(lambda x: [twice(W[0], x[0]).exp(), twice(W[0], x[1]).sin()], backend=backend)
    found = fast(np.ones((3, 2)))
    assert [entry.shape for entry in found] == [(3,), (3,)]
    np.testing.assert_allclose(found[0], np.exp(0.6))
    np.testing.assert_allclose(found[1], np.sin(0.6))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("result", [lambda x: 1.5, lambda x: Value(2.0) * 0.0 + 1.0, lambda x: x[0]])
def test_a_result_without_parameters_has_a_gradient_of_zero(result, backend):
    """A number, a fresh Value, an element of the sample: the mean is right, and nothing moves."""
    fast = compile(result, backend=backend)
    for parameter in W:
        parameter.zero_grad()
    samples = np.array([[1.0, 2.0], [2.0, 4.0]])
    assert fast.backward(samples) == np.mean(fast(samples))
    assert gradients(W).tolist() == [0.0] * 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda x: x[0] * W[0], lambda x: W[0] * x[0]),
        (lambda x: x[0] + W[0], lambda x: W[0] + x[0]),
        (lambda x: x[0] * W[0], lambda x: dot([W[0]], [x[0]])),
        (lambda x: dot(x, W[:2]), lambda x: dot([W[1], x[0]], [x[1], W[0]])),
        (lambda x: autograd.sum([*x, W[0]]), lambda x: autograd.sum([W[0], *x])),
    ],
)
def test_terms_and_factors_in_another_order_are_computed_once(one, other):
    """x * y and y * x, sums and dots of the same terms, a dot of one pair and a product: one operation."""
    fast = compile(lambda x: several([one(x), other(x)]), backend="numpy")
    alone = compile(lambda x: several([one(x), one(x)]), backend="numpy")
    fast(np.ones((1, 2))), alone(np.ones((1, 2)))
    assert fast.source == alone.source
