"""Where gradients stop: behind a detach, in no_grad, at a comparison or an index, as they do in eager."""

import numpy as np
import pytest

from autograd import Value, asin, compile, dot, logsumexp, mean, no_grad, select, sqrt, where
from tests.autograd.compiler.reference import BACKENDS

X = [2.0, 3.0]


def unrecorded(f):
    with no_grad():
        return f()


# fmt: off
INFINITE = {
    "a detached root":              lambda w, v, x: sqrt(w).detach() * x + w * x,
    "a root in no_grad":            lambda w, v, x: unrecorded(lambda: sqrt(w)) * x + w * x,
    "beside one that moves":        lambda w, v, x: sqrt(w).detach() * x + sqrt(v) * x + w * x,
    "of samples, beside one":       lambda w, v, x: sqrt(w * x).detach() + sqrt(v * x) + w * x,
    "compared":                     lambda w, v, x: where(sqrt(w) > 1.0, x, w * x),
    "compared, beside one":         lambda w, v, x: where(sqrt(w * x) > 1.0, x, w * x) + sqrt(v * x),
    "a chain":                      lambda w, v, x: (sqrt(w * x) + 1.0).detach() * w,
    "a quotient":                   lambda w, v, x: (v / (w + x)).detach() * w + sqrt(w * x).detach(),
    "a factor of a dot":            lambda w, v, x: dot([sqrt(w).detach(), v, x], [w, x, v]),
    "an index":                     lambda w, v, x: select(sqrt(w * x).detach(), [w * x, v]),
    "an exponent":                  lambda w, v, x: logsumexp([sqrt(w).detach(), v * x]),
    "an angle at its end":          lambda w, v, x: asin(w + 1.0).detach() * x + w * x,
}
"""Each has an infinite partial, at w = 0, behind the place where the gradient stops."""
# fmt: on


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", INFINITE)
def test_an_infinite_partial_behind_a_stop_does_not_show(name, backend):
    """No cotangent goes there: 0 times infinity would be NaN."""
    w, v = Value(0.0), Value(4.0)
    mean([INFINITE[name](w, v, Value(x)) for x in X]).backward()
    expected = [w.grad, v.grad]
    w.zero_grad()
    v.zero_grad()
    compile(lambda x: INFINITE[name](w, v, x), backend=backend).backward(X)
    assert np.isfinite(expected).all()
    assert [w.grad, v.grad] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_only_detached_is_not_reached(backend):
    """As after an eager pass, its gradient is none, and not 0."""
    w, v = Value(2.0), Value(3.0)
    compile(lambda x: w.detach() * v * x, backend=backend).backward(X)
    assert (w.reached, v.grad) == (False, 5.0)
