"""Transforms of several arguments, over nested lists, tuples and dicts; and their errors."""

# ruff: noqa: E501 (aligned cases)

import math
from collections import OrderedDict, defaultdict, namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import (
    Value,
    check_gradients,
    compile,
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    topological_order,
    value_and_grad,
)
from autograd.trees import map_leaves

points = st.floats(-2.0, 2.0)


# ---- several arguments, structures ---------------------------------------------------------------

Pair = namedtuple("Pair", "a b")
Other = namedtuple("Other", "b a")


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([2.0, 3.0], [3.0, 2.0]),
        ((2.0, 3.0), (3.0, 2.0)),
        ({"a": 2.0, "b": 3.0}, {"a": 3.0, "b": 2.0}),
        ([[2.0], (3.0,)], [[3.0], (2.0,)]),
        ({"w": [2.0], "b": (3.0, [])}, {"w": [3.0], "b": (2.0, [])}),
        (Pair(2.0, [3.0]), Pair(3.0, [2.0])),
        (OrderedDict(b=2.0, a=3.0), OrderedDict(b=3.0, a=2.0)),
    ],
)
def test_gradient_has_the_structure_of_the_argument(x, expected):
    """Nested lists, tuples, named tuples and dicts of any class, empty ones included."""
    found = grad(product)(x)
    assert found == expected
    assert type(found) is type(expected)


def product(tree):
    if isinstance(tree, dict):
        tree = list(tree.values())
    if not isinstance(tree, (list, tuple)):
        return tree
    result = 1.0
    for branch in tree:
        result = result * product(branch)
    return result


class Weights(list):
    """A list with a factor of its own."""

    factor = 1.0


def test_functions_see_arguments_of_their_own_class_with_what_they_hold_besides():
    """The attributes of a list, the default of a dict: numbers that f uses."""
    weights = Weights([2.0, 3.0])
    weights.factor = 5.0
    found = grad(lambda w: w.factor * w[0] * w[1])(weights)
    assert (found, found.factor, weights) == ([15.0, 10.0], 5.0, [2.0, 3.0])
    with_default = defaultdict(lambda: 7.0, a=2.0)
    assert grad(lambda d: d["a"] * d["b"])(with_default) == {"a": 7.0}
    assert with_default == {"a": 2.0}


def test_argnums_may_be_any_whole_numbers():
    """Those of numpy, a range, none."""
    product = grad(lambda x, y: x * y, np.int64(1))
    assert product(2.0, 3.0) == 2.0
    assert grad(lambda x, y: x * y, range(2))(2.0, 3.0) == (3.0, 2.0)
    assert grad(lambda x: x, ())(2.0) == ()


def test_argnums_chooses_the_arguments():
    """An int gives one gradient, a tuple a tuple; negative ones count from the end; keywords pass through."""

    def f(x, y, z, *, power=1):
        return (x * y**2 * z**3) ** power

    assert grad(f)(1.0, 2.0, 3.0) == 4 * 27.0
    assert grad(f, 1)(1.0, 2.0, 3.0) == 4 * 27.0
    assert grad(f, (0, 2))(1.0, 2.0, 3.0) == (108.0, 108.0)
    assert grad(f, -1)(1.0, 2.0, 3.0) == 108.0
    assert grad(f, (0,))(1.0, 2.0, 3.0) == (108.0,)
    assert grad(f)(1.0, 2.0, 3.0, power=2) == 2 * 108.0 * 108.0
    assert jacobian(lambda x, y: [x * y], (0, 1))(2.0, 3.0) == [(3.0, 2.0)]


def test_same_value_as_two_arguments():
    """f(x, x): each argument has its own gradient, and the graph of both leads to x."""
    x = Value(3.0)
    first, second = grad(lambda a, b: a * a * b, (0, 1))(x, x)
    assert (first.data, second.data) == (18.0, 9.0)
    (first + second).backward()
    assert x.grad == (2 * 3 + 2 * 3) + 2 * 3  # d(2ab)/da + d(2ab)/db + d(a²)/da


@given(points, points)
def test_jacobian_and_hessian_of_known_functions(a, b):
    """J of (xy, x + y, sin x) and H of x²y + e^y."""
    J = jacobian(lambda v: (v[0] * v[1], v[0] + v[1], autograd.sin(v[0])))([a, b])
    assert ([b, a], [1.0, 1.0], [math.cos(a), 0.0]) == J
    H = hessian(lambda v: v[0] ** 2 * v[1] + autograd.exp(v[1]))([a, b])
    expected = [[2 * b, 2 * a], [2 * a, math.exp(b)]]
    assert [*H[0], *H[1]] == pytest.approx([*expected[0], *expected[1]], rel=1e-12, abs=1e-12)


def test_jacobian_of_structures():
    """The structure of the result, with that of the argument in place of each number."""
    J = jacobian(lambda p: {"sum": p["a"] + p["b"][0], "pair": (p["a"] * 2, 5.0)})({"a": 1.0, "b": [2.0]})
    assert J == {"sum": {"a": 1.0, "b": [1.0]}, "pair": ({"a": 2.0, "b": [0.0]}, {"a": 0.0, "b": [0.0]})}


def test_hessian_of_a_scalar_function_and_of_several_arguments():
    """d²(x**3)/dx², and blocks for argnums=(0, 1)."""
    assert hessian(lambda x: x**3)(2.0) == 12.0
    assert hessian(lambda x, y: x * x * y, (0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))


def test_hvp_is_the_hessian_times_the_vector():
    """For one argument in its structure, for several as a tuple; against hessian()."""
    f = lambda v: v[0] ** 2 * v[1] + autograd.tanh(v[0] * v[2]) + v[1] * v[2] ** 3
    at, along = [0.5, -1.0, 0.75], [1.0, 0.5, -2.0]
    expected = [sum(h * t for h, t in zip(row, along, strict=True)) for row in hessian(f)(at)]
    assert hvp(f, (at,), (along,)) == pytest.approx(expected, rel=1e-12)
    assert hvp(lambda x, y: x * x * y, (2.0, 3.0), (1.0, 0.5)) == (6.0 + 4.0 * 0.5, 4.0)
    assert hvp(lambda p: p["a"] ** 2 * p["b"], ({"a": 2.0, "b": 3.0},), ({"a": 1.0, "b": 0.0},)) == {
        "a": 6.0,
        "b": 4.0,
    }


def test_jvp_is_the_jacobian_times_the_vector():
    """(value, tangent) in the structure of the result; constants have tangent 0."""
    value, tangent = jvp(lambda v, s: [v[0] * s, v[1] / s, 7.0], ([2.0, 3.0], 4.0), ([1.0, 0.0], 0.5))
    assert value == [8.0, 0.75, 7.0]
    assert tangent == [1.0 * 4.0 + 2.0 * 0.5, -3.0 / 16.0 * 0.5, 0.0]


def test_jvp_with_values_gives_values():
    """Value primals or tangents: the tangent is a graph on them."""
    x, t = Value(3.0), Value(0.5)
    value, tangent = jvp(lambda a: a**3, (x,), (t,))
    assert (value.data, tangent.data) == (27.0, 13.5)
    tangent.backward()
    assert (x.grad, t.grad) == (6 * 3.0 * 0.5, 27.0)
    assert isinstance(jvp(lambda a: a**3, (3.0,), (t,))[1], Value)


def test_constant_function_and_identity():
    """A result that does not depend on the argument has gradient 0.0; one that is the argument has 1.0."""
    w = Value(5.0)
    assert grad(lambda x: 3.0)(1.0) == grad(lambda x: w * 2)(1.0) == 0.0
    assert grad(lambda x: x)(1.0) == 1.0
    assert value_and_grad(lambda x: 3)(1.0) == (3.0, 0.0)
    assert jvp(lambda x: x, (2.0,), (5.0,)) == (2.0, 5.0)
    assert jvp(lambda x: 1.0, (2.0,), (5.0,)) == (1.0, 0.0)
    assert hessian(lambda x: x)(1.0) == 0.0


def test_value_and_grad_runs_f_once():
    """One call of f gives both."""
    calls = []
    assert value_and_grad(lambda x: (calls.append(x), x * x)[1])(3.0) == (9.0, 6.0)
    assert len(calls) == 1


def test_gradient_of_a_value_leads_to_it_alone():
    """grad(f)(x) for a Value x is a graph whose leaves are x and numbers."""
    x = Value(2.0)
    assert [
        node for node in topological_order(grad(lambda a: a**3)(x)) if not node.parents and node.label
    ] == []
    assert x in topological_order(grad(lambda a: a**3)(x))


trees = st.recursive(
    st.integers(-3, 3).map(float),
    lambda branch: (
        st.lists(branch, min_size=1, max_size=2)
        | st.dictionaries(st.sampled_from("abcd"), branch, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


def shuffled(tree, draw):
    """The same structure, with the keys of every dict in some other order."""
    if isinstance(tree, dict):
        keys = draw(st.permutations(list(tree)))
        return {key: shuffled(tree[key], draw) for key in keys}
    return [shuffled(branch, draw) for branch in tree] if isinstance(tree, list) else tree


def mixture(tree, path=""):
    """A function of a structure that depends on the paths of its numbers, and not on their order."""
    if isinstance(tree, dict):
        return sum(mixture(tree[key], path + key) for key in sorted(tree))
    if isinstance(tree, list):
        return sum(mixture(branch, f"{path}{at}") for at, branch in enumerate(tree))
    return sum(map(ord, path or "x")) * (tree * tree) + tree


@settings(max_examples=30)
@given(trees, st.data())
def test_structures_are_matched_by_key_and_not_by_position(tree, data):
    """Whatever the order of a dict's keys, in primals, tangents or arguments: the same results, by key."""
    other = lambda: shuffled(tree, data.draw)
    tangent = map_leaves(lambda leaf: leaf + 0.5, tree)
    turned = shuffled(tangent, data.draw)
    assert jvp(mixture, (other(),), (turned,)) == jvp(mixture, (tree,), (tangent,))
    assert hvp(mixture, (other(),), (turned,)) == hvp(mixture, (tree,), (tangent,))
    assert value_and_grad(mixture)(other()) == value_and_grad(mixture)(tree)
    assert jacobian(lambda t: {"f": mixture(t)})(other()) == jacobian(lambda t: {"f": mixture(t)})(tree)
    assert check_gradients(mixture, other())


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_compiled_arguments_are_matched_by_key(backend):
    """A dict of arrays in another order is recorded anew: the function may look at the order."""
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    f = compile(lambda p: p["w"] * 3 + p["b"] + next(iter(p.values())), backend=backend)
    w, b = np.array([1.0, 2.0]), np.array([10.0, 20.0])
    assert f({"w": w, "b": b}).tolist() == [14.0, 28.0]
    assert f({"b": b, "w": w}).tolist() == [23.0, 46.0]
    assert f({"w": w, "b": b}).tolist() == [14.0, 28.0]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: grad(lambda x: [x, x])(1.0), TypeError, r"grad needs a function that returns one number, got list with 2; use jacobian"),
        (lambda: grad(lambda x: [])(1.0), TypeError, r"grad needs a function that returns one number, got list with 0"),
        (lambda: grad(lambda x: "no")(1.0), TypeError, r"the result of f takes numbers, Values, arrays, and nested .* got str"),
        (lambda: grad(lambda x: None)(1.0), TypeError, r"the result of f takes numbers, Values, arrays, and nested .* got NoneType"),
        (lambda: grad(lambda x: x, 1)(1.0), ValueError, r"grad was given argnums=1, but f was called with 1 argument"),
        (lambda: grad(lambda x, y: x * y, (0, 0))(2.0, 3.0), ValueError, r"grad was given argnums=\(0, 0\).* twice"),
        (lambda: grad(lambda x, y: x * y, (1, -1))(2.0, 3.0), ValueError, r"grad was given argnums=\(1, -1\).* twice"),
        (lambda: grad(lambda x: x, 0.0)(1.0), TypeError, r"grad takes argnums as an int or a tuple of ints, the places of arguments of f, got 0.0"),
        (lambda: grad(lambda x: x, "x")(1.0), TypeError, r"takes argnums as an int or a tuple of ints.* got 'x'"),
        (lambda: hessian(lambda x: x, (None,))(1.0), TypeError, r"takes argnums as an int or a tuple of ints.* got \(None,\)"),
        (lambda: topological_order(1.0), TypeError, r"topological_order takes Values, got float"),
        (lambda: grad(lambda x: x)("1"), TypeError, r"grad takes numbers, Values, arrays, and nested lists, tuples or dicts of them, got str"),
        (lambda: grad(lambda x: x)(np.ones(3)), TypeError, r"one number, got ndarray of shape \(3,\) with 3; use jacobian, or sum"),
        (lambda: grad(lambda x: x)(np.array(["1"])), TypeError, r"grad takes numbers.* got str; convert text"),
        (lambda: jacobian(lambda x: np.array([1j]))(1.0), TypeError, r"jacobian: the result of f takes numbers.* got complex"),
        (lambda: jvp(np.tanh, (np.ones(3),), (np.ones(2),)), ValueError, r"jvp needs a tangent like ndarray of shape \(3,\), got ndarray of shape \(2,\)"),
        (lambda: jvp(np.tanh, (np.ones(1),), (1.0,)), ValueError, r"jvp needs a tangent like ndarray of shape \(1,\), got float"),
        (lambda: jacobian(np.tanh(np.ones(3))), TypeError, r"jacobian takes a function, got ndarray of shape \(3,\); write jacobian\(f\)\(x\)"),
        (lambda: hessian(3.0), TypeError, r"hessian takes a function, got float; write hessian\(f\)\(x\), not hessian\(f\(x\)\)"),
        (lambda: elementwise_grad(3.0), TypeError, r"elementwise_grad takes a function, got float"),
        (lambda: grad(abs, 1, argnum=0), TypeError, r"give argnums or argnum, not both, got argnums=1 and argnum=0"),
        (lambda: jvp(lambda x: x, (1.0,), ()), ValueError, r"jvp needs one tangent for each primal, got 0 tangents for 1 primals"),
        (lambda: jvp(lambda x: x["a"], ({"a": 1.0},), ({"b": 1.0},)), ValueError, r"jvp: tangents\[0\] needs the keys 'a'; 'a' missing; 'b' unknown"),
        (lambda: jvp(lambda x: x["a"], ({"a": 1.0},), ({"a": 1.0, "b": 0.0},)), ValueError, r"tangents\[0\] needs the keys 'a'; 'b' unknown"),
        (lambda: jvp(lambda x: x["a"][0], ({"a": [1.0]},), ({"a": [1.0, 0.0]},)), ValueError, r"tangents\[0\]\['a'\] needs 1 entries, got 2"),
        (lambda: jvp(lambda x: x[0], ([1.0],), ((1.0,),)), ValueError, r"tangents\[0\] needs a list, got a tuple"),
        (lambda: jvp(lambda x: x[0], ([1.0],), (1.0,)), ValueError, r"tangents\[0\] needs a list, got a number"),
        (lambda: jvp(lambda x: x[0], (Pair(1.0, 2.0),), (Other(1.0, 2.0),)), ValueError, r"tangents\[0\] needs a Pair, got a Other"),
        (lambda: jvp(lambda x: x, (1.0,), ("1",)), TypeError, r"jvp takes numbers.* got str"),
        (lambda: hvp(lambda x: x, (1.0,), (1.0, 2.0)), ValueError, r"jvp needs one tangent for each primal, got 2 tangents for 1"),
        (lambda: grad(lambda x: x.log())(-1.0), ValueError, r"log needs x > 0, got x = -1.0"),
    ],
)  # fmt: skip
def test_errors_say_what_was_asked_and_received(call, error, words):
    """And what to do."""
    with pytest.raises(error, match=words):
        call()
