"""Dots whose vectors recur are matrix products, with the numbers of the scalar code, NaN and inf too."""

import itertools

import numpy as np
import pytest

import autograd
from autograd import Value, compile, dot, softmax
from tests.autograd.compiler.reference import NUMPY_FIRST, assert_agrees, eagerly, gradients, leaves_of

TOKENS, HEADS, SIZE = 5, 2, 3
ROWS = [range(at, at + SIZE) for at in range(0, HEADS * SIZE, SIZE)]


def total(values):
    return autograd.sum(list(values))


def scaled(w, x):
    """Each element by a parameter of its own, so that each has a gradient of its own."""
    return [[a * b for a, b in zip(*rows)] for rows in zip(w, x)]


def all_pairs(q, k, v):
    return total(dot(a, b).tanh() * (i + 1) for i, a in enumerate(q) for b in k)


def earlier_pairs(q, k, v):
    return total(dot(q[t], k[s]).tanh() * (t - 2 * s + 1) for t in range(TOKENS) for s in range(t + 1))


def pairs_by_head(q, k, v):
    found = [dot([a[j] for j in rows], [b[j] for j in rows]) for rows in ROWS for a in q for b in k]
    return total(each.tanh() * (at + 1) for at, each in enumerate(found))


def of_all_kinds(q, k, v):
    """A few of the pairs, and others that are no pairs."""
    return total(dot(q[i], k[j]) ** 2 for i, j in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 3), (3, 4), (4, 4)])


def growing_sums(q, k, v):
    """Sums of one to five products, which meet the same vectors."""
    found = [dot(q[t][: t + 1], [row[j] for row in v[: t + 1]]) for t in range(TOKENS) for j in range(4)]
    return total(each.sin() * (at + 1) for at, each in enumerate(found))


def growing_sums_by_head(q, k, v):
    found = []
    for t in range(TOKENS):
        for rows in ROWS:
            weights = [q[s][rows[0]] * k[t][rows[0]] for s in range(t + 1)]
            found += [total(w * v[s][j] for s, w in enumerate(weights)) for j in rows]
    return total(each.sin() * (at + 1) for at, each in enumerate(found))


def attention(q, k, v):
    found = []
    for t in range(TOKENS):
        for rows in ROWS:
            matches = [total(q[t][j] * k[s][j] for j in rows) / 2 for s in range(t + 1)]
            weights = softmax(matches)
            found += [total(w * v[s][j] for s, w in enumerate(weights)) for j in rows]
    return total(each.tanh() * (at + 1) for at, each in enumerate(found))


def attention_to_itself(q, k, v):
    return attention(q, q, q)


SHAPES = [
    all_pairs,
    earlier_pairs,
    pairs_by_head,
    of_all_kinds,
    growing_sums,
    growing_sums_by_head,
    attention,
    attention_to_itself,
]


def model(shape):
    """The function of one sample, and its parameters; the queries are parameters alone if told so."""
    drawn = np.random.default_rng(3).uniform(0.2, 1.0, (3, TOKENS, HEADS * SIZE))
    w = [[[Value(number) for number in row] for row in matrix] for matrix in drawn.tolist()]

    def loss(x, queries_of_sample=True):
        q, k, v = (scaled(matrix, x) for matrix in w)
        return shape(q if queries_of_sample else w[0], k, v)

    return loss, leaves_of([entry for matrix in w for row in matrix for entry in row])


def samples(batch):
    return np.random.default_rng(batch).normal(size=(batch, TOKENS, HEADS * SIZE))


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("batch", [pytest.param(1, marks=pytest.mark.slow), 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_products_agree_with_eager(shape, batch, backend):
    """Whatever the pattern of pairs, for one sample and for several."""
    loss, parameters = model(shape)
    assert_agrees(loss, [samples(batch)], parameters, backend=backend)


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("shape", SHAPES)
def test_products_with_parameters_agree_with_eager(shape, backend):
    """One side the same for every sample."""
    loss, parameters = model(shape)
    assert_agrees(lambda x: loss(x, False), [samples(3)], parameters, backend=backend)


@pytest.mark.parametrize("shape", SHAPES)
def test_products_are_found(shape):
    """In the text, except where too few pairs meet."""
    loss, _ = model(shape)
    fast = compile(loss, backend="numpy")
    fast(samples(2))
    expected = {of_all_kinds: 0, attention: 2, attention_to_itself: 2}.get(shape, 1)
    assert fast.source.split("# backward")[0].count(" products(") == expected


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if not shape.__name__.startswith("attention")])
def test_nothing_is_multiplied_that_the_scalar_code_does_not_multiply(shape, backend):
    """Cells that are no dot, and padding, make no NaN of 0 * inf where eager has a number."""
    loss, parameters = model(shape)
    fast = compile(loss, backend=backend)
    for place, number in itertools.product([(0, 0), (2, 4), (4, 1)], [np.inf, -np.inf, np.nan]):
        x = samples(2)
        x[0][place] = number
        with np.errstate(all="ignore"):
            losses, expected = eagerly(loss, [x], parameters)
        for parameter in parameters:
            parameter.zero_grad()
        np.testing.assert_allclose(fast(x), losses, rtol=1e-9, atol=1e-9)
        fast.backward(x)
        np.testing.assert_allclose(gradients(parameters), expected, rtol=1e-9, atol=1e-9)


def test_the_first_of_growing_sums_is_no_step_of_its_own():
    """A product beside dots of the same arrays is a dot of one term."""
    loss, _ = model(attention)
    fast = compile(loss, backend="numpy")
    fast(samples(1))
    kinds = [(step.kind, step.out.rows) for step in fast.latest().program.steps if step.kind == "dot"]
    assert kinds == [("dot", HEADS * TOKENS * (TOKENS + 1) // 2), ("dot", TOKENS * HEADS * SIZE)]
