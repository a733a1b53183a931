"""Random graphs, compiled and eager."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, compile
from autograd.engine.recording import using
from autograd.rules.table import TABLE
from tests.autograd.compiler.graphs import OPERATIONS, Margins, graphs
from tests.autograd.compiler.reference import NUMPY_FIRST, assert_agrees, assert_close, eagerly, gradients
from tests.strategies import EVERYTHING, FLOATS, SMOOTH, programs

RECORDED = {
    name: (lambda *operands, primitive=TABLE[name]: primitive(*primitive.arrange(operands)))
    for name in FLOATS
}
"""Each operation by its row in the table."""


def value_of(result):
    return result if isinstance(result, Value) else Value(result)


def assert_program_agrees(program, mask, backend):
    """Losses and gradients of a DAG: the inputs in the mask are parameters, the others samples.

    The sample inputs stay at the program's own numbers and multiples of a quarter, where every
    operation, kinks included, is evaluated exactly alike.
    """
    parameters = [Value(number) for at, number in enumerate(program.inputs) if mask >> at & 1]
    owner = iter(parameters)
    held = [next(owner) if mask >> at & 1 else None for at in range(len(program.inputs))]
    moves = np.array([0.0, 0.25, -0.5])
    columns = [moves + number for number in program.inputs]

    def loss(*x):
        inputs = [x[at] if held[at] is None else held[at] for at in range(len(held))]
        return value_of(program.run(inputs, RECORDED)[-1]) + 0.0 * x[0]

    try:
        expected = [loss(*(Value(column[at]) for column in columns)) for at in range(3)]
    except ArithmeticError:
        return  # moved out of the strategy's bounds
    if max(abs(value.data) for value in expected) > 1e6:
        return
    assert_agrees(loss, columns, parameters, backend=backend)


@pytest.mark.parametrize("backend", NUMPY_FIRST[:2])
@given(program=programs(EVERYTHING), mask=st.integers(0, 7))
@settings(max_examples=40)
def test_random_graphs_agree_with_eager(program, mask, backend):
    """Losses and gradients of any DAG, whichever of its inputs are parameters and which are samples."""
    assert_program_agrees(program, mask, backend)


@pytest.mark.parametrize("backend", NUMPY_FIRST[2:])
@given(program=programs(EVERYTHING), mask=st.integers(0, 7))
@settings(max_examples=12)
def test_random_graphs_agree_with_eager_on_devices(program, mask, backend):
    """The same of JAX, whose compilations are long, on fewer graphs."""
    assert_program_agrees(program, mask, backend)


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@given(program=programs(SMOOTH, most_steps=40))
@settings(max_examples=15)
def test_larger_smooth_graphs_agree_with_eager(program, backend):
    """Sums of products found inside larger graphs, shared subexpressions and repeats included."""
    parameters = [Value(number) for number in program.inputs]

    def loss(x):
        places = program.run([x * parameters[0], *parameters], RECORDED)
        return autograd.sum([place * 0.1 for place in places[-6:]])

    samples = np.array([-1.0, 0.5, 1.5])
    if any(abs(loss(Value(number)).data) > 1e6 for number in samples):
        return
    assert_agrees(loss, [samples], parameters, backend=backend)


def assert_every_place_agrees(programs, backend):
    """Results anywhere in the graphs, leaves, numbers and repeats included, in order."""
    parameters = [[Value(number) for number in program.inputs] for program in programs]

    def everything(x):
        places = [program.run(own, RECORDED) for program, own in zip(programs, parameters)]
        return [[*own, own[0], own[-1] + x, 1.5] for own in places]

    samples = np.array([0.0, 1.0])
    found = compile(everything, backend=backend)(samples)
    for at, number in enumerate(samples):
        for mine, theirs in zip(found, everything(Value(number)), strict=True):
            assert_close([column[at] for column in mine], [value_of(place).data for place in theirs])


@pytest.mark.parametrize("backend", NUMPY_FIRST[:2])
@given(program=programs(EVERYTHING))
@settings(max_examples=40)
def test_every_intermediate_may_be_a_result(program, backend):
    """Results anywhere in the graph, leaves, numbers and repeats included, come out in order."""
    assert_every_place_agrees([program], backend)


@pytest.mark.parametrize("backend", NUMPY_FIRST[2:])
@given(programs=st.lists(programs(EVERYTHING), min_size=1, max_size=4))
@settings(max_examples=5)
def test_every_intermediate_of_several_graphs_may_be_a_result(programs, backend):
    """The same of JAX, which compiles several graphs at once in little more time than one."""
    assert_every_place_agrees(programs, backend)


@given(program=programs(SMOOTH), seeds=st.integers(1, 5))
@settings(max_examples=25)
def test_gradients_accumulate_over_batches(program, seeds):
    """backward adds to .grad: n passes leave n times the gradient of one."""
    parameters = [Value(number) for number in program.inputs]
    fast = compile(lambda x: value_of(program.run([*parameters], RECORDED)[-1]) * x, backend="numpy")
    samples = np.array([1.0, 3.0])
    fast.backward(samples)
    once = gradients(parameters)
    for _ in range(seeds - 1):
        fast.backward(samples)
    assert_close(gradients(parameters), seeds * once)


SIZES = st.sampled_from([1, 2, 3, 7, 8, 9, 17])


def assert_graph_agrees(graph, size, backend):
    """Values everywhere in the graph, the loss and its gradient, unless rounding decides a branch."""
    parameters, margins = [Value(number) for number in graph.parameters], Margins()
    samples, loss = graph.batch(size), graph.loss(parameters)
    try:
        with using(margins):
            places = [graph.places([Value(entry) for entry in row], parameters) for row in samples.tolist()]
    except ArithmeticError:
        return  # moved out of the strategy's bounds
    expected = np.array([[value_of(place).data for place in row] for row in places])
    if margins.least < 1e-6 or abs(expected).max() > 1e4:
        return
    found = compile(lambda x: graph.places(x, parameters), backend=backend)(samples)
    assert_close(np.array(found).T, expected)
    if np.abs(eagerly(lambda x: value_of(loss(x)), [samples], parameters)[1]).max() < 1e5:
        assert_agrees(lambda x: value_of(loss(x)), [samples], parameters, backend=backend)


def test_random_graphs_have_every_row_of_the_table():
    """A new row is tried in programs, too."""
    assert [name for name in TABLE if name not in OPERATIONS] == []


@given(graph=graphs(), size=SIZES)
@settings(max_examples=50)
def test_graphs_over_the_whole_table_agree_with_eager(graph, size):
    """Every row, the same operands again in another order, families of every length, all kinds of sources."""
    assert_graph_agrees(graph, size, "numpy")


@given(graph=graphs(["dot", "tanh"], most_steps=6), size=SIZES)
@settings(max_examples=120)
def test_graphs_of_sums_and_products_agree_with_eager(graph, size):
    """Dots, sums and products alone, on few operands: the same ones meet in every way."""
    assert_graph_agrees(graph, size, "numpy")


@pytest.mark.parametrize("backend", NUMPY_FIRST[1:])
@given(graph=graphs(), size=SIZES)
@settings(max_examples=25)
def test_graphs_over_the_whole_table_agree_as_compiled_programs(graph, size, backend):
    """The same, of LLVM and of JAX."""
    assert_graph_agrees(graph, size, backend)
