"""Normalised numbers do not depend on the size of what is normalised: no square overflows or underflows."""

import numpy as np
import pytest

from autograd import Value, compile, dot, grad
from nn import BatchNorm, InputError, LayerNorm, RMSNorm

SIZES = [2.0**600, 2.0**-600, 2.0**1000, 2.0**-900]
X = [[0.5, -2.0, 1.25], [3.0, 0.75, -1.0], [-0.25, 1.5, 2.0]]
"""Samples, and columns of samples."""
WEIGHTS = [1.0, -2.0, 0.5]


def layer(kind):
    """The numbers normalised by a layer without eps, mixed so that each gradient is another."""
    module = kind(1 if kind is BatchNorm else 3, eps=0.0)

    def normalised(x):
        if kind is BatchNorm:
            return [row[0] for row in module.batch([[entry] for entry in x])]
        return module(x)

    return normalised


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", [LayerNorm, RMSNorm, BatchNorm])
def test_results_do_not_depend_on_the_size_and_gradients_are_its_inverse(kind, size):
    """y(s x) = y(x), and s times the gradient at s x is that at x, for sizes whose squares are no floats."""
    normalised = layer(kind)
    f = lambda x: dot(normalised(x), WEIGHTS)
    for x in X:
        far = [entry * size for entry in x]
        assert [y.data for y in normalised(far)] == pytest.approx([y.data for y in normalised(x)], rel=1e-14)
        scaled = [entry * size for entry in grad(f)(far)]
        assert scaled == pytest.approx(grad(f)(x), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("kind", [LayerNorm, RMSNorm, BatchNorm])
def test_huge_numbers_are_normalised_with_the_usual_eps(kind):
    """±1e200 becomes ±1, and ±1e-200, small beside eps, what it is divided by sqrt(eps)."""
    module = kind(1 if kind is BatchNorm else 2)
    run = (lambda x: [r[0] for r in module.batch([[v] for v in x])]) if kind is BatchNorm else module
    assert [y.data for y in run([1e200, -1e200])] == [1.0, -1.0]
    assert [y.data for y in run([1e-200, -1e-200])] == pytest.approx(
        [1e-200 / 1e-5**0.5, -1e-200 / 1e-5**0.5]
    )


def test_a_running_variance_beyond_floats_is_an_error_in_evaluation():
    """The alternative were zeros in silence: a number divided by an infinite deviation."""
    module = BatchNorm(2)
    module.batch([[1.0, 1e200], [2.0, -1e200]])
    with pytest.raises(
        InputError, match=r"BatchNorm\(2\) has a running variance beyond floats .* for feature 1"
    ):
        module.eval()([1.0, 1e200])


@pytest.mark.parametrize("kind", [LayerNorm, RMSNorm, BatchNorm])
def test_numbers_whose_length_is_beyond_floats_are_refused(kind):
    """They gave zeros in silence. What is infinite or NaN itself flows through, as everywhere."""
    module = kind(1 if kind is BatchNorm else 3)
    run = (lambda x: [r[0] for r in module.batch([[v] for v in x])]) if kind is BatchNorm else module
    with pytest.raises(
        InputError, match=r"Norm\(\d\) normalises numbers whose sum .* up to 1.5e\+308; scale"
    ):
        run([1.5e308, -1.5e308, Value(1.5e308)])
    assert getattr(module, "running_mean", [0.0]) == [0.0]
    assert [y.data for y in run([Value(float("inf")), 1.0, 2.0])] == pytest.approx(
        [float("nan"), *([0.0, 0.0] if kind is RMSNorm else [float("nan")] * 2)], nan_ok=True
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("kind", [LayerNorm, RMSNorm])
def test_programs_normalise_any_size(kind, backend, dtype):
    """The loss and the gradients of weights that multiply the inputs: those of ordinary inputs."""
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    normalised = layer(kind)
    weights = [Value(weight) for weight in WEIGHTS]
    program = compile(
        lambda x: dot(normalised([w * entry for w, entry in zip(weights, x)]), [1.0, -0.5, 2.0]),
        backend=backend,
        dtype=dtype,
    )
    rounding = 1e-12 if dtype == "float64" else 1e-5

    def at(size):
        for weight in weights:
            weight.zero_grad()
        return [program.backward(np.array(X) * size), *(weight.grad for weight in weights)]

    near = at(1.0)
    for size in SIZES if dtype == "float64" else [2.0**100, 2.0**-100]:
        assert at(size) == pytest.approx(near, rel=rounding, abs=rounding)
