"""Reverse and forward mode along an order: the sweep of `backward`, with a dictionary, and its transpose."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, topological_order
from autograd.tools.modes import Dependents
from tests.autograd.engine.test_random_graphs import build
from tests.strategies import programs


def near(expected):
    """Within what another order of the same additions may change."""
    return pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(programs())
def test_pulling_back_1_gives_what_backward_leaves_on_the_leaves(program):
    """With the cotangents in a dictionary or on the nodes; only the latter leaves gradients behind."""
    leaves, root = build(program)
    found = Dependents(leaves, [root]).pull_back({root: 1.0}, as_values=False)
    assert not any(node.reached for node in topological_order(root))
    root.backward()
    assert found == near([leaf.grad for leaf in leaves])


@given(programs())
def test_derivatives_as_values_are_the_same_numbers(program):
    """Read from the rules on Values, rather than from the recorded partials."""
    leaves, root = build(program)
    dependents = Dependents(leaves, [root])
    plain = dependents.pull_back({root: 1.0}, as_values=False)
    values = dependents.pull_back({root: 1.0}, as_values=True)
    assert [entry.data if isinstance(entry, Value) else entry for entry in values] == near(plain)


@given(programs(), st.lists(st.floats(-2.0, 2.0), min_size=8, max_size=8))
def test_forward_and_reverse_mode_are_transposes(program, numbers):
    """<cotangent, J tangent> = <J' cotangent, tangent>, for any tangents of the leaves."""
    leaves, root = build(program)
    tangents = dict(zip(leaves, numbers))
    leaves = list(tangents)
    dependents = Dependents(leaves, [root])
    forward = dependents.push_forward(tangents, as_values=False).get(root, 0.0)
    reverse = dependents.pull_back({root: 1.0}, as_values=False)
    terms = [cotangent * tangents[leaf] for leaf, cotangent in zip(leaves, reverse)]
    assert math.isclose(forward, sum(terms), rel_tol=1e-9, abs_tol=1e-9 * (1.0 + sum(map(abs, terms))))


def test_dependents_lie_between_the_variables_and_the_roots():
    """Operands first; neither what the variables are made of, nor what does not depend on them."""
    a, b = Value(2.0), Value(3.0)
    x = a * b
    aside = b.exp()
    h = x + 1.0
    y = h * aside
    dependents = Dependents([x], [y])
    assert dependents.order == [h, y]
    assert dependents.nodes == {x, h, y}
    assert dependents.below == [x, h, b, aside, y]
