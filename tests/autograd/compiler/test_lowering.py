"""Lowering, without a backend: what a program computes, and what stands in one array operation."""

import math
from operator import mul

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.compiler.lowering.simplifying import simplify
from autograd.compiler.lowering.stages import lower
from autograd.compiler.lowering.tape import Source
from autograd.compiler.lowering.tracing import Shape, trace
from autograd.trees import leaves
from tests.autograd.compiler.graphs import graphs

FAMILIES = graphs(["sum", "dot", "logsumexp", "norm", "select"])
"""Graphs of which more is padded."""


def traced(f, parameters, size):
    """The tape of a function of a sample of `size` numbers, and the places of its results."""
    order = {parameter: row for row, parameter in enumerate(parameters)}
    tracer, results = trace(f, [Shape((size,))], order)
    return tracer.tape, leaves(results)


def traced_graph(graph):
    """The same of a graph, all steps of which are results if their number is even."""
    parameters = list(map(Value, graph.parameters))

    def f(x):
        places = graph.places(x, parameters)
        return places[::-1] if len(graph.steps) % 2 == 0 else [places[at] for at in graph.results]

    return traced(f, parameters, len(graph.sample))


def evaluated(program, parameters, inputs):
    """The arrays of a program for one sample: each step by the rule of its primitive, row by row."""
    arrays = [np.array(parameters), np.array(inputs), np.array(program.numbers)]

    def picked(selection):
        flat = [arrays[at][row] for at, row in zip(selection.arrays.flat, selection.rows.flat)]
        return np.array(flat).reshape(selection.shape)

    for step in program.steps:
        operands = [picked(selection) for selection in step.operands]
        if step.kind == "matmul":
            found = operands[0] @ operands[1]
        elif step.kind == "dot":
            found = (operands[0] * operands[1]).sum(0)
        else:
            columns = [[each[..., row].ravel() for each in operands] for row in range(step.out.rows)]
            found = np.array([step.primitive.limit(np.concatenate(each).tolist()) for each in columns])
        if step.plain is not None:
            plain = picked(step.plain).sum(0)
            found = found + (plain[:, None] if step.kind == "matmul" else plain)
        assert step.out.at == len(arrays)
        assert found.size == step.out.rows
        arrays.append(found.ravel())
    return picked(program.results)


def assert_near(found, expected):
    """Equal within rounding, or both infinite or NaN, wherever the numbers are not beyond bounds."""
    for a, b in zip(found, expected, strict=True):
        assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6) or not (math.isfinite(b) and abs(b) < 1e6)


@given(graph=graphs())
def test_simplifying_keeps_what_the_roots_are(graph):
    """Sums are reassociated, nothing else; what no root depends on is gone."""
    tape, roots = traced_graph(graph)
    simplified, places = simplify(tape, roots)
    before = tape.evaluate(graph.parameters, graph.sample)
    after = simplified.evaluate(graph.parameters, graph.sample)
    assert_near([after[place] for place in places], [before[root] for root in roots])
    unused = {place for place, used in enumerate(simplified.used_by(places)) if not used}
    assert all(type(simplified.heads[place]) is Source for place in unused)


@settings(max_examples=80)
@given(graph=graphs(most_steps=20) | FAMILIES, apart=st.booleans())
def test_a_program_computes_what_its_tape_does(graph, apart):
    """Whatever goes together, is padded, becomes a matrix product, and in whichever order rows are."""
    tape, roots = traced_graph(graph)
    program = lower(tape, roots, len(graph.parameters), first_alone=apart)
    numbers = tape.evaluate(graph.parameters, graph.sample)
    assert_near(evaluated(program, graph.parameters, graph.sample), [numbers[root] for root in roots])


@settings(max_examples=30)
@given(graph=graphs() | FAMILIES, apart=st.booleans())
def test_every_operation_is_one_row_of_one_step(graph, apart):
    """Nothing is computed twice, and nothing besides."""
    tape, roots = traced_graph(graph)
    simplified, _ = simplify(tape, roots)
    operations = sum(type(head) is not Source for head in simplified.heads)
    program = lower(tape, roots, len(graph.parameters), first_alone=apart)
    assert sum(step.out.rows for step in program.steps) == operations


def test_products_that_are_the_same_for_all_samples_are_a_dot_of_their_own():
    """Computed once for the batch, although they are terms of one sum with the others."""
    w, u = ([Value(0.1 * at) for at in range(size)] for size in (4, 4))
    tape, roots = traced(lambda x: [autograd.sum([*map(mul, w, u), *map(mul, w, x)])], [*w, *u], 4)
    program = lower(tape, roots, 8)
    assert [(step.kind, step.out.uniform) for step in program.steps] == [("dot", True), ("matmul", False)]


@settings(max_examples=30)
@given(graph=graphs())
def test_a_step_with_cotangents_has_no_row_apart_from_the_first_result(graph):
    """Where the first result alone is differentiated: a cotangent of 0 never meets an infinite partial."""
    parameters, others = list(map(Value, graph.parameters)), list(map(Value, graph.parameters))
    at = graph.results[0]
    tape, roots = traced(
        lambda x: [graph.places(x, parameters)[at], graph.places(x, others)[at]],
        [*parameters, *others],
        len(graph.sample),
    )
    program = lower(tape, roots, 2 * len(parameters), first_alone=True)
    reached = [np.zeros(array.rows, bool) for array in program.arrays]
    reached[program.loss.arrays[0]][program.loss.rows[0]] = True
    having = program.with_gradients
    for step in reversed(program.steps):
        if step.out.at in having:
            assert reached[step.out.at].all()
        if reached[step.out.at].any():
            nonzero = [*step.primitive.nonzero_partials, True]
            for selection, passes in zip(step.selections, nonzero):
                for array, row in zip(selection.arrays.flat, selection.rows.flat) if passes else ():
                    reached[array][row] = True
