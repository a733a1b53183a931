"""softmax and its kin see differences alone: what all logits have in common changes nothing."""

from math import exp, inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    Value,
    compile,
    detect_anomaly,
    grad,
    hessian,
    log_softmax,
    logsumexp,
    no_grad,
    softmax,
)
from nn import cross_entropy

OFFSETS = [0.0, 1e3, -1e3, 1e9, 1e12, -1e15, 1e16, 1e300]
FUNCTIONS = {
    "softmax": lambda x: softmax(x)[0],
    "log_softmax": lambda x: log_softmax(x)[1],
    "cross_entropy, class": lambda x: cross_entropy(x, 1),
    "cross_entropy, probabilities": lambda x: cross_entropy(x, [0.25, 0.75, 0.0]),
    "logsumexp": logsumexp,
}
near = st.integers(-40, 40).map(lambda n: 2.0 * n)  # even: exact beside 1e16


@pytest.mark.parametrize("name", FUNCTIONS)
@given(x=st.lists(near, min_size=3, max_size=3), offset=st.sampled_from([2.0**40, -(2.0**50), 2.0**53]))
def test_a_common_offset_changes_nothing(name, x, offset):
    """Values, gradients and Hessians at x + c are those at x, bit for bit; logsumexp's value is c more."""
    f, far = FUNCTIONS[name], [entry + offset for entry in x]
    if name == "logsumexp":
        assert f(far) == pytest.approx(f(x) + offset, rel=1e-15)
    else:
        assert f(far) == f(x)
    assert grad(f)(far) == grad(f)(x)
    assert hessian(f)(far) == hessian(f)(x)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("offset", OFFSETS)
def test_gradients_sum_to_what_the_offset_adds(name, offset):
    """To 0, and for logsumexp to 1, within rounding at any offset."""
    for x in ([0.0, 0.0, 0.0], [1.0, -2.0, 0.5], [0.0, -50.0, 30.0]):
        gradient = grad(FUNCTIONS[name])([entry + offset for entry in x])
        assert sum(gradient) == pytest.approx(float(name == "logsumexp"), abs=1e-15)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_programs_see_differences_alone(name, backend, dtype):
    """The loss and the parameters' gradients of a program, in single precision up to an offset of 1e7."""
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    shares = [Value(0.0), Value(0.0), Value(0.0)]
    f = FUNCTIONS[name]
    program = compile(lambda x: f([w + entry for w, entry in zip(shares, x)]), backend=backend, dtype=dtype)
    rounding = 1e-14 if dtype == "float64" else 1e-6

    def at(x):
        for share in shares:
            share.zero_grad()
        return program.backward(np.array([x])), [share.grad for share in shares]

    near = [2.0, -4.0, 6.0]
    loss, gradient = at(near)
    assert loss == pytest.approx(f(near), rel=10 * rounding)
    for offset in (2.0**23, -(2.0**22)) if dtype == "float32" else (2.0**23, 2.0**53, -(2.0**50)):
        far, there = at([entry + offset for entry in near])
        assert far == pytest.approx(loss + offset * (name == "logsumexp"), rel=rounding)
        assert there == pytest.approx(gradient, abs=rounding)
        assert sum(there) == pytest.approx(float(name == "logsumexp"), abs=rounding)


@pytest.mark.parametrize("backend", ["eager", "numpy", "llvm"])
def test_masked_logits_have_no_share(backend):
    """-inf is a probability of exactly 0, at any offset; its gradient is 0, and the others' are finite."""
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    weights = [Value(1.0), Value(2.0), Value(0.5)]

    def loss(offset):
        logits = [weights[0] + offset, -inf, weights[1] + offset, weights[2] - inf]
        return softmax(logits)[0] + cross_entropy(logits, 2)

    for offset in (0.0, 1e15):
        for weight in weights:
            weight.zero_grad()
        if backend == "eager":
            value = loss(offset)
            value.backward()
            found = value.data
        else:
            found = compile(loss, backend=backend).backward(np.array([offset]))
        moved = weights[0].data + offset - (weights[1].data + offset)  # -1, or what 1e15 leaves of it
        expected = 1 / (1 + exp(-moved))
        assert found == pytest.approx(expected - np.log(1 - expected), rel=1e-14)
        assert weights[2].grad == 0.0
        assert weights[0].grad == pytest.approx(-weights[1].grad, rel=1e-14)
        assert weights[0].grad == pytest.approx(expected * (1 - expected) + expected, rel=1e-14)


def test_softmax_at_infinities():
    """[-inf, 0] is [0, 1]; a NaN makes all NaN; so do all -inf, where no share is defined."""
    assert softmax([-inf, 0.0]) == [0.0, 1.0]
    assert log_softmax([-inf, 0.0]) == [-inf, 0.0]
    assert logsumexp([-inf, -inf]) == -inf and logsumexp([inf, 0.0]) == inf
    assert all(map(isnan, [*softmax([nan, 0.0]), *softmax([-inf, -inf]), logsumexp([nan, 0.0])]))
    assert cross_entropy([-inf, 0.0], 0) == inf


def test_recorders_change_no_bit():
    """The same numbers and gradients whether someone watches or not, and inside `no_grad`."""

    def run():
        xs = [Value(3.0), Value(1e16), Value(-2.5)]
        loss = softmax(xs)[1] + logsumexp(xs) + cross_entropy(xs, 2)
        return xs, loss

    plain, loss = run()
    loss.backward()
    with detect_anomaly():
        watched, same = run()
        same.backward()
    with no_grad():
        _, silent = run()
    assert loss.data == same.data == silent.data
    assert [x.grad for x in plain] == [x.grad for x in watched]


def test_softmax_of_no_number_is_refused():
    """As every function that takes many operands."""
    for f in (softmax, log_softmax, logsumexp):
        with pytest.raises(TypeError, match="takes numbers and Values, got str"):
            f([1.0, "2"])
        with pytest.raises(ValueError, match="needs at least one value, got none"):
            f([])
