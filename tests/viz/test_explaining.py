"""Explanations: a gradient is the sum over paths of the product of local derivatives."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, checkpoint, where
from viz import explain, explaining


def every_path(root, wrt):
    """All products along paths, by plain recursion: the definition, for small graphs."""
    if root is wrt:
        return [1.0]
    return [
        partial * product
        for operand, partial in zip(root.operands, root.partials, strict=True)
        if isinstance(operand, Value)
        for product in every_path(operand, wrt)
    ]


def random_graph(seed, size):
    generator = random.Random(seed)
    values = [Value(generator.uniform(-1, 1)) for _ in range(3)]
    for _ in range(size):
        a, b = generator.choice(values[-6:]), generator.choice(values)
        values.append(generator.choice([a * b, a + b, a - b, (a * b).tanh(), a + 0.5 * b]))
    return values[0], values[-1]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 14))
def test_paths_are_those_of_the_definition(seed, size):
    """Count, sum, and the largest products, against a plain enumeration."""
    wrt, root = random_graph(seed, size)
    products = every_path(root, wrt)
    found = explain(root, wrt, most=5, names=False)
    assert found.many == len(products)
    assert found.total == pytest.approx(sum(products), rel=1e-12, abs=1e-14)
    largest = sorted(map(abs, products), reverse=True)[:5]
    assert [abs(path.product) for path in found.paths] == pytest.approx(largest, rel=1e-12, abs=1e-300)
    assert sum(path.product for path in found.paths) + found.rest == pytest.approx(found.total, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30))
def test_the_sum_is_the_gradient_and_the_difference_agrees(seed, size):
    """The sum over paths is what backward() leaves; the central difference is close to it."""
    wrt, root = random_graph(seed, size)
    found = explain(root, wrt)
    root.backward()
    assert found.total == pytest.approx(wrt.grad, rel=1e-9, abs=1e-12)
    assert found.difference == pytest.approx(found.total, rel=1e-4, abs=1e-6)


def test_the_text_shows_paths_products_sum_and_difference():
    """Line by line, with names from the caller's variables."""
    a = Value(3.0)
    b = a + a
    root = b * a
    assert str(explain(root, a)).splitlines() == [
        "d(root)/d(a) = 12, the sum over 3 paths from root back to a:",
        "  root → a             6     = 6",
        "  root → b → a         3 × 1 = 3 (×2)",
        "  sum                        = 12",
        "  central difference         = 12",
    ]


@pytest.fixture
def ranked(monkeypatch):
    """The products that a search puts in order: one for each path that it looks at."""
    seen = []
    size = explaining._size
    monkeypatch.setattr(explaining, "_size", lambda product: seen.append(product) or size(product))
    return seen


@pytest.mark.parametrize("most", [1, 10])
def test_paths_that_tie_are_counted_and_never_walked(ranked, most):
    """Sixty doublings, 2^60 paths of product 1: no more are looked at than `most` for each edge."""
    x = Value(1.0, label="x")
    y = x
    for _ in range(60):
        y = y + y
    found = explain(y, x, most=most)
    assert found.many == 2**60 and found.total == 2.0**60
    assert [path.product for path in found.paths] == [1.0] * most
    assert len(ranked) <= 2 * 60 * most


@pytest.mark.parametrize("odd", [0.0, math.inf, math.nan])
def test_products_that_are_not_ordinary_numbers_do_not_widen_the_search(ranked, odd):
    """Zeros tie, NaN ties with infinity: still `most` for each edge, and the count is exact."""
    x = Value(0.0, label="x")
    y = x
    for _ in range(80):
        y = y * odd + y * -odd
    assert explain(y, x, most=4).many == 2**80
    assert len(ranked) <= 4 * 80 * 4


def test_astronomically_many_paths_are_counted_and_never_walked(ranked):
    """2^200 paths: the largest few, the number and the sum of the rest."""
    x = Value(1.0, label="x")
    y = x
    for _ in range(200):
        y = y * 0.25 + y * 0.75
    found = explain(y, x, most=3)
    assert found.many == 2**200 and len(found.paths) == 3
    assert found.paths[0].product == pytest.approx(0.75**200)
    assert found.total == pytest.approx(1.0, rel=1e-12)
    assert "… and 1.607e+60 paths more" in str(found)
    assert len(ranked) <= 4 * 200 * 3


def test_a_deep_graph_is_explained():
    """20,000 nodes in a row: no recursion, and a path is shortened where it is shown."""
    x = Value(0.5, label="x")
    y = x
    for _ in range(20_000):
        y = y + 0.5
    found = explain(y, x)
    assert found.many == 1 and found.total == 1.0
    assert "more …" in str(found)


def test_a_variable_that_is_not_below_the_root():
    """No path, and a derivative of 0."""
    a, other = Value(1.0), Value(2.0)
    root = a * 2
    assert str(explain(root, other)) == "d(root)/d(other) = 0: no path leads from root back to other"


def test_the_root_itself():
    """One path of no steps: the derivative is 1."""
    a = Value(1.0)
    found = explain(a, a)
    assert (found.many, found.total, found.paths[0].partials) == (1, 1.0, ())


def test_a_chosen_branch_stays_chosen():
    """The central difference replays what was recorded: at the kink it follows the recorded branch."""
    x = Value(0.0)
    assert explain(where(x >= 0, x * 3.0, x * 5.0), x).difference == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: x.log(), 1e-7),
        (lambda x: x.sqrt(), 1e-8),
        (lambda x: x.asin(), 0.9999999),
        (lambda x: (x * 1e6).exp(), 1e-5),
        (lambda x: x * x, 1e150),
        (lambda x: (x * 1e3).sin() * 1e-8, 0.3),
    ],
)
def test_the_difference_has_a_step_that_fits_the_number_the_domain_and_the_function(f, x):
    """As in `check_gradients`: it does not contradict a right sum at tiny numbers, huge ones, and edges."""
    wrt = Value(x)
    found = explain(f(wrt), wrt)
    assert found.difference == pytest.approx(found.total, rel=1e-5)  # 1 - 0.9999999 has 9 digits
    assert 0.0 < found.step < 1e-3 * max(1.0, x)


def test_near_the_edge_of_a_domain_the_difference_follows_limits():
    """sqrt at 0 has no left side: the answer is not an exception."""
    x = Value(0.0, label="x")
    assert "inf" in str(explain(x.sqrt(), x))


def test_what_cannot_be_explained_says_so():
    """Types, counts, and checkpoints."""
    a = Value(1.0)
    with pytest.raises(TypeError, match="explain takes a Value as wrt, got float"):
        explain(a * 2, 1.0)
    with pytest.raises(TypeError, match="explain takes a Value, got int"):
        explain(3, a)
    with pytest.raises(ValueError, match="at least one path, got most=0"):
        explain(a * 2, a, most=0)
    with pytest.raises(ValueError, match="explain cannot follow a path through a checkpoint"):
        explain(checkpoint(lambda x: x * x, a), a)
