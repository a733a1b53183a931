"""Every row of the table, compiled, against its eager reading."""

import numpy as np
import pytest

import autograd
from autograd import Value, compile, tanh
from autograd.rules.table import TABLE
from tests.autograd.compiler.graphs import compared
from tests.autograd.compiler.reference import BACKENDS, assert_agrees, assert_close, gradients

X = np.random.default_rng(0).uniform(-1.0, 1.0, size=(5, 2))

ROWS = [(name, point) for name, primitive in TABLE.items() for point in primitive.samples]

MIXTURES = {
    "parameters": lambda at: "parameter",
    "parameters and samples": lambda at: "mixed",
    "a sample first": lambda at: "sample" if at == 0 else "mixed",
    "a number second": lambda at: "number" if at == 1 else "mixed",
    "a number first": lambda at: "number" if at == 0 else "mixed",
}


def is_constant(primitive, at):
    return at == 0 and primitive.operands[0] in ("index", "condition")


def at_point(primitive, point, mixture, parameters, scale):
    """The primitive near a sample point, its operands made of parameters, samples and numbers."""

    def result(x):
        operands = []
        for at, number in enumerate(point):
            if is_constant(primitive, at):
                operands.append(number)
                continue
            parameter = parameters[at]
            near = number * scale * 0.97
            operands.append(
                {
                    "parameter": lambda near=near, p=parameter: near + 0.01 * p,
                    "sample": lambda near=near, at=at: near + 0.01 * x[at % 2],
                    "mixed": lambda near=near, at=at, p=parameter: (
                        near * (1 + 0.01 * p) + 0.01 * tanh(x[at % 2])
                    ),
                    "number": lambda near=near: near,
                }[mixture(at)]()
            )
        return primitive(*primitive.arrange(operands))

    return result


def loss_of_row(name, point, mixture):
    """A function of a sample that uses the primitive twice, and its parameters."""
    primitive, kind = TABLE[name], MIXTURES[mixture]
    parameters = [Value(0.3 + 0.1 * at) for at in range(len(point) + 1)]
    first = at_point(primitive, point, kind, parameters, 1.0)
    second = at_point(primitive, point, kind, parameters, 1.02)
    shrunk = name in ("asin", "acos")

    def loss(x):
        a = first(x)
        b = second([entry * 0.5 for entry in x]) if not shrunk else first([entry * 0.5 for entry in x])
        return a + b * b * parameters[-1] + 0.1 * x[1]

    return loss, parameters


@pytest.mark.parametrize("mixture", MIXTURES)
@pytest.mark.parametrize(("name", "point"), ROWS, ids=lambda given: str(given))
def test_every_primitive_compiles_to_its_eager_value_and_gradient(name, point, mixture):
    """Each row, at each of its points, whatever its operands are made of: same value, same gradient."""
    loss, parameters = loss_of_row(name, point, mixture)
    assert_agrees(loss, [X], parameters, tolerance=1e-11, backend="numpy")


@pytest.mark.slow
@pytest.mark.needs("llvmlite")
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("mixture", ["parameters", "parameters and samples"])
def test_machine_code_of_the_whole_table_agrees_with_numpy(mixture, batch):
    """All rows in one program, since each takes a while to compile: the value and the gradient of each."""
    losses, parameters = zip(*(loss_of_row(*row, mixture) for row in ROWS))
    found = []
    for backend in ("llvm", "numpy"):
        for row in parameters:
            for parameter in row:
                parameter.zero_grad()
        values = compile(lambda x: [loss(x) for loss in losses], backend=backend)(X[:batch])
        compile(lambda x: autograd.sum([loss(x) for loss in losses]), backend=backend).backward(X[:batch])
        found.append((values, [gradients(row) for row in parameters]))
    (values, slopes), (expected, expected_slopes) = found
    for at, (name, point) in enumerate(ROWS):
        print(name, point)  # shown where it fails
        assert_close(values[at], expected[at], tolerance=1e-11)
        assert_close(slopes[at], expected_slopes[at], tolerance=1e-11)


ZEROS = ["relu", "abs", "leaky_relu", "elu", "hypot", "atan2", "maximum", "minimum", "clamp"]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ZEROS)
def test_kinks_keep_the_convention_of_the_table(name, backend):
    """At 0, and at a tie, the compiled partial is the one that the table chooses."""
    primitive = TABLE[name]
    w = [Value(0.0), Value(0.0)]
    bounds = (0.0, 0.0)[: len(primitive.operands) - 1] if name == "clamp" else ()

    def loss(x):
        if len(primitive.operands) == 1:
            return primitive(w[0] * x[0]) + primitive(w[1] + x[1])
        if name in ("leaky_relu", "elu"):
            return primitive(w[0] + x[0], 0.3)
        if name == "clamp":
            return primitive(w[0] + x[0], *bounds)
        return primitive(w[0] + x[0], w[1] + x[1])

    zeros = np.zeros((3, 2))
    if name in ("relu", "abs"):
        # where the sample, too, is 0 there is nothing to see of the first partial
        fast = assert_agrees(loss, [zeros], w, backend=backend)
        assert fast(zeros).tolist() == [0.0, 0.0, 0.0]
    else:
        assert_agrees(loss, [zeros], w, backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("condition", ["<", "<=", ">", ">="])
def test_comparisons_of_samples_choose_per_sample(condition, backend):
    """where(x < w, a, b) is decided for each sample, ties included."""
    w = [Value(0.5), Value(2.0)]
    chosen = compared(condition)

    def loss(x):
        return chosen(x, w[0], w[1] * x, w[1] * w[1]) + chosen(1.0, x, x, 0.0)

    assert_agrees(loss, [np.array([0.4, 0.5, 0.6, 1.0, 1.5])], w, backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_data_dependent_index_selects_per_sample(backend):
    """select(index, values) with an integer array takes another value in each sample."""
    from autograd import select

    w = [Value(1.0), Value(2.0), Value(3.0)]

    def loss(index, x):
        return select(index, [w[0], w[1] * x, w[2] * w[2]])

    assert_agrees(loss, [np.array([2, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4])], w, backend=backend)
