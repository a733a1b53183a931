"""Programs of several results, the first of which is differentiated: a loss, and predictions beside it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, dot, sqrt, where
from autograd.engine.recording import using
from tests.autograd.compiler.graphs import Margins, graphs
from tests.autograd.compiler.programs import lowered, numpy_function
from tests.autograd.compiler.reference import assert_close, eagerly, gradients

X = np.array([[2.0, -1.0], [0.5, 3.0], [-1.5, 0.25]])


def value_of(result):
    return result if isinstance(result, Value) else Value(result)


def machine_function(program, gradient):
    from autograd.compiler.backends.llvm.backend import MachineCode

    code = MachineCode(program, np.dtype("float64"), progress=False)
    return code.results_and_gradient if gradient else code.results


def assert_first_is_differentiated(f, parameters, samples, apart=True, function=numpy_function):
    """The results of each sample, and the gradient of the mean of the first, as eager has them."""
    program = lowered(f, parameters, samples.shape[1:], apart=apart)
    p = np.array([parameter.data for parameter in parameters])
    expected = [[value_of(z).data for z in f(list(map(Value, row)))] for row in samples.tolist()]
    with np.errstate(all="ignore"):
        found, gradient = function(program, True)(p, samples.T.copy())
        plain = function(program, False)(p, samples.T.copy())
    assert found.shape == plain.shape
    assert np.array_equal(found, plain, equal_nan=True)
    np.testing.assert_allclose(
        np.broadcast_to(found, (len(expected[0]), len(samples))), np.array(expected).T, rtol=1e-9, atol=1e-9
    )
    assert_close(gradient, eagerly(lambda x: value_of(f(x)[0]), [samples], parameters)[1])


def squared_error(w, v, x):
    return (w * x[0] + v * x[1] - 1.0) ** 2


# fmt: off
RESULTS = {
    "a prediction apart":               lambda w, v, x: (squared_error(w, v, x), (w * x[0] * v).tanh()),
    "a prediction that the loss uses":  lambda w, v, x: (((w * x[0]).tanh() - x[1]) ** 2, (w * x[0]).tanh()),
    "the loss itself again":            lambda w, v, x: (w * v * x[0], w * v * x[0], w * x[0]),
    "an input":                         lambda w, v, x: (squared_error(w, v, x), x[1], x[0]),
    "a parameter":                      lambda w, v, x: (squared_error(w, v, x), w, v),
    "a number":                         lambda w, v, x: (squared_error(w, v, x), 2.5, w * x[1]),
    "constant over the batch":          lambda w, v, x: (squared_error(w, v, x), w.exp() * v),
    "a loss constant over the batch":   lambda w, v, x: (w.exp() * v, w * x[0], v * x[1]),
    "all constant over the batch":      lambda w, v, x: (w.exp() * v, w + v, 1.0 * w),
    "a loss that is a parameter":       lambda w, v, x: (w, v * x[0]),
    "a loss that is an input":          lambda w, v, x: (x[0], w * x[0], v),
    "a loss that is a number":          lambda w, v, x: (1.5, w * x[0], v * x[1]),
    "rows of one product":              lambda w, v, x: (dot([w, v], x), dot([v, w], x), dot([w, w], x)),
    "the last row of one product":      lambda w, v, x: (dot([w, v], x).tanh(), dot([v, w], x)),
    "many":                             lambda w, v, x: (w * v * x[1], *[w * k * x[0] for k in range(1, 9)]),
    "a detached prediction":            lambda w, v, x: (squared_error(w, v, x), (w * x[0]).detach()),
}
"""The loss first, and what stands beside it."""

INFINITE = {
    "a root":                           lambda w, v, x: (sqrt(v * x[1] * x[1]) + w, sqrt(w * x[1] * x[1])),
    "of parameters alone":              lambda w, v, x: (sqrt(v) * x[0] + w, sqrt(w)),
    "a quotient":                       lambda w, v, x: (x[0] / (v + 1.0) + w, x[1] / (w + 1e-320)),
    "in a choice":                      lambda w, v, x: (where(x[0] > 0.0, sqrt(v), w), sqrt(w)),
}
"""Beside the loss stands what has an infinite partial at w = 0."""
# fmt: on


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("name", RESULTS)
def test_the_gradient_is_that_of_the_first_result(name, apart):
    """Whatever stands beside it: used by the loss, an input, a number, the same for every sample."""
    w, v = Value(0.5), Value(-1.25)
    assert_first_is_differentiated(lambda x: RESULTS[name](w, v, x), [w, v], X, apart)
    w, v = Value(0.5), Value(-1.25)
    assert_first_is_differentiated(lambda x: RESULTS[name](w, v, x), [w, v], X[:1], apart)


@pytest.mark.parametrize("name", INFINITE)
def test_an_infinite_partial_of_another_result_does_not_show(name):
    """No cotangent goes to what the loss does not depend on: 0 times infinity would be NaN."""
    w, v = Value(0.0), Value(4.0)
    assert_first_is_differentiated(lambda x: INFINITE[name](w, v, x), [w, v], X)


@pytest.mark.needs("llvmlite")
@pytest.mark.parametrize("size", [len(X), pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", RESULTS | INFINITE)
def test_machine_code_gives_the_same(name, size):
    """For a batch of one sample, and for several."""
    w, v = Value(0.0 if name in INFINITE else 0.5), Value(4.0)
    f = (RESULTS | INFINITE)[name]
    samples = X[:size]
    assert_first_is_differentiated(lambda x: f(w, v, x), [w, v], samples, function=machine_function)


@given(graph=graphs(), size=st.sampled_from([1, 2, 7]), apart=st.booleans())
@settings(max_examples=50)
def test_random_results_beside_a_loss_leave_its_gradient_alone(graph, size, apart):
    """Any graph over the whole table, with results anywhere in it."""
    parameters, margins = [Value(number) for number in graph.parameters], Margins()

    def results(x):
        places = graph.places(x, parameters)
        return [places[at] for at in graph.results]

    samples = graph.batch(size)
    try:
        with using(margins):
            found = [results(list(map(Value, row))) for row in samples.tolist()]
    except ArithmeticError:
        return  # moved out of the strategy's bounds
    largest = max(abs(value_of(z).data) for row in found for z in row)
    if margins.least < 1e-6 or largest > 1e4:
        return
    eagerly(lambda x: value_of(results(x)[0]), [samples], parameters)
    if np.abs(gradients(parameters)).max() < 1e5:
        assert_first_is_differentiated(results, parameters, samples, apart)
