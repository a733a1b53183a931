"""The reference of all tests here: the eager engine, one sample at a time."""

import math

import numpy as np
import pytest

from autograd import Value, compile
from autograd.trees import leaves, map_leaves

LLVM = pytest.param("llvm", marks=pytest.mark.needs("llvmlite"))
LLVM_SLOW = pytest.param("llvm", marks=[pytest.mark.slow, pytest.mark.needs("llvmlite")])
JAX = pytest.param("jax", marks=[pytest.mark.slow, pytest.mark.needs("jax")])
"""Slow, since each program is compiled for a tenth of a second or more."""

BACKENDS = ["numpy", LLVM, JAX]
"""All, for the laws that each of them keeps."""

NUMPY_FIRST = ["numpy", LLVM_SLOW, JAX]
"""numpy in the plain run, the others in that of all tests: LLVM takes some 20 ms for each array operation."""

HOSTS = ["numpy", LLVM]
"""Those that train in this process's memory."""


def as_seen(array):
    """One sample as an eager function takes it: nested Values, or plain ints where it holds indices."""
    if array.dtype.kind == "i":
        return array.tolist()
    return map_leaves(Value, array.tolist())


def sample(arguments, at):
    """Sample `at` of structures of arrays."""
    return map_leaves(lambda array: as_seen(np.asarray(array)[at]), arguments)


def leaves_of(parameters):
    return list(dict.fromkeys(parameters))


def gradients(parameters):
    return np.array([parameter.grad for parameter in parameters])


def eagerly(f, arguments, parameters):
    """f of each sample, and the gradient of the mean: what eager training would compute."""
    batch = len(np.asarray(leaves(arguments)[0]))
    for parameter in parameters:
        parameter.zero_grad()
    losses = []
    for at in range(batch):
        loss = f(*sample(arguments, at))
        losses.append(loss.data)
        (loss * (1 / batch)).backward()
    return np.array(losses), gradients(parameters)


def assert_close(found, expected, tolerance=1e-9):
    """Equal within `tolerance` of the largest magnitude: sums are reassociated, nothing else."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    assert np.isfinite(expected).all(), "the reference is finite here, so that a difference means something"
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    assert np.abs(found - expected).max(initial=0.0) <= tolerance * scale


def assert_agrees(f, arguments, parameters, tolerance=1e-9, *, backend, thorough=False, **options):
    """The compiled f gives the eager losses, mean and gradients on this batch.

    Of machine code and of JAX, results and gradients are two compilations: those for each sample's loss are
    `thorough`.
    """
    parameters = leaves_of(parameters)
    losses, expected = eagerly(f, arguments, parameters)
    fast = compile(f, backend=backend, **options)
    for parameter in parameters:
        parameter.zero_grad()
    if backend == "numpy" or thorough:
        assert_close(fast(*arguments), losses, tolerance)
        assert (gradients(parameters) == 0).all(), "calling it leaves gradients alone"
    mean = fast.backward(*arguments)
    assert math.isclose(mean, float(losses.mean()), rel_tol=tolerance, abs_tol=tolerance)
    assert_close(gradients(parameters), expected, tolerance)
    return fast
