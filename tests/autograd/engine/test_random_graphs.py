"""Random graphs: gradients against the textbook, against micrograd, and against one another."""

import copy
import math
import pickle

import pytest
from hypothesis import given

import autograd
from autograd import Value, check_gradients, checkpoint, grad, hvp, jvp, no_grad, topological_order
from tests.autograd.engine import textbook
from tests.strategies import ARITHMETIC, EVERYTHING, FLOATS, SMOOTH, programs

ENGINE = {name: getattr(autograd, name) for name in EVERYTHING}
ENGINE["sum"] = lambda *xs: autograd.sum(xs)
ENGINE["dot"] = lambda a, b, c, d: autograd.dot([a, b], [c, d])
ENGINE["logsumexp"] = lambda *xs: autograd.logsumexp(xs)


def build(program, inputs=None):
    """The program on Values: its leaves, and its last place."""
    leaves = [Value(number) for number in inputs or program.inputs]
    return leaves, program.run(leaves, ENGINE)[-1]


def scalar(program):
    """The program as a function of a list."""
    return lambda xs: program.run(xs, ENGINE)[-1]


def near(expected):
    """Rounding of some fourteen operations on numbers up to 50; a wrong rule is off by far more."""
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(programs())
def test_data_is_bit_identical_to_floats_where_python_has_the_expression(program):
    """For + - * neg relu abs tanh sin cos atan the data has the bits of the same program on floats."""
    plain = {
        "add",
        "sub",
        "mul",
        "neg",
        "relu",
        "abs",
        "tanh",
        "sin",
        "cos",
        "atan",
        "hypot",
        "maximum",
        "minimum",
    }
    _, root = build(program)
    expected = program.run(program.inputs, FLOATS)[-1]
    if {name for name, _ in program.steps} <= plain:
        assert root.data == expected
    assert root.data == near(expected)


@given(programs())
def test_gradients_agree_with_dual_numbers(program):
    """Reverse mode equals the forward chain rule of the textbook."""
    leaves, root = build(program)
    root.backward()
    assert tuple(leaf.grad for leaf in leaves) == near(textbook.gradient(program, program.inputs))


@given(programs(most_steps=6))
def test_gradient_is_the_sum_over_paths_of_products_of_partials(program):
    """The definition itself, by recursion without memory, on the partials that the nodes hold."""

    def over_paths(node, leaf):
        if node is leaf:
            return 1.0
        pairs = zip(node.operands, node.partials, strict=True)
        return sum(p * over_paths(operand, leaf) for operand, p in pairs if isinstance(operand, Value))

    leaves, root = build(program)
    root.backward()
    for leaf in leaves:
        assert leaf.grad == near(over_paths(root, leaf))


@pytest.mark.peer("micrograd")
@given(programs(ARITHMETIC))
def test_gradients_agree_with_micrograd(program):
    """On what both have (+ - * neg relu), data and gradients of every place agree."""
    from micrograd import engine

    theirs = {"add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y}
    theirs |= {"neg": lambda x: -x, "relu": lambda x: x.relu()}
    ours = program.run([Value(n) for n in program.inputs], ENGINE)
    other = program.run([engine.Value(n) for n in program.inputs], theirs)
    ours[-1].backward()
    other[-1].backward()
    for mine, yours in zip(ours, other, strict=True):
        assert mine.data == near(yours.data)
        assert mine.grad == near(yours.grad)


@given(programs())
def test_every_transform_finds_the_same_gradient(program):
    """backward(), grad, jvp in each direction, and checkpoint agree, to rounding of the order of sums."""
    leaves, root = build(program)
    root.backward()
    expected = [leaf.grad for leaf in leaves]
    f, start = scalar(program), list(program.inputs)
    assert grad(f)(start) == expected
    for at in range(len(start)):
        direction = [float(at == place) for place in range(len(start))]
        value, tangent = jvp(f, (start,), (direction,))
        assert (value, tangent) == (root.data, near(expected[at]))
    again = [Value(number) for number in start]
    checkpoint(f, again).backward()
    assert [leaf.grad for leaf in again] == near(expected)


@given(programs(SMOOTH, most_steps=8))
def test_second_order_agrees_with_differences_of_gradients(program):
    """Hessian times vector, forward over reverse, is the slope of the textbook's gradient."""
    start = list(program.inputs)
    direction = [0.5 - at for at in range(len(start))]
    step = 2.0**-17
    around = [[n + s * step * d for n, d in zip(start, direction, strict=True)] for s in (1, -1)]
    ahead, behind = (textbook.gradient(program, point) for point in around)
    expected = [(a - b) / (2 * step) for a, b in zip(ahead, behind, strict=True)]
    scale = max(1.0, *map(abs, expected), *map(abs, ahead))
    if scale < 1e4:  # else the difference's own error, h^2 times a fourth derivative, is too large
        found = hvp(scalar(program), (start,), (direction,))
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-4 * scale)


@given(programs(SMOOTH, most_steps=6))
def test_gradient_of_a_gradient_agrees_with_forward_over_reverse(program):
    """Reverse over reverse and forward over reverse are two roads to the same second derivative."""
    f, start = scalar(program), list(program.inputs)
    by_reverse = grad(lambda xs: autograd.sum([(i + 1.0) * g for i, g in enumerate(grad(f)(xs))]))(start)
    by_forward = hvp(f, (start,), ([i + 1.0 for i in range(len(start))],))
    assert by_reverse == near(by_forward)


@given(programs())
def test_passes_accumulate_linearly(program):
    """backward(2), then backward(-0.5): the leaves hold 1.5 times the gradient."""
    leaves, root = build(program)
    root.backward()
    expected = [1.5 * leaf.grad for leaf in leaves]
    leaves, root = build(program)
    root.backward(2.0)
    root.backward(-0.5)
    assert [leaf.grad for leaf in leaves] == near(expected)


@given(programs())
def test_copies_are_exact_and_independent(program):
    """deepcopy and pickle give the same bits, node by node, and share nothing with the original."""
    _, root = build(program)
    root.backward()
    order = topological_order(root)
    kept = [node.grad for node in order]
    for other in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
        for mine, theirs in zip(order, topological_order(other), strict=True):
            assert mine is not theirs and mine.primitive is theirs.primitive
            assert (mine.data, mine.grad, mine.partials) == (theirs.data, theirs.grad, theirs.partials)
        other.backward()
    assert [node.grad for node in order] == kept


@given(programs())
def test_no_grad_computes_the_same_data(program):
    """The same bits, and no graph."""
    leaves, root = build(program)
    with no_grad():
        alone = program.run(leaves, ENGINE)[-1]
    data = alone.data if isinstance(alone, Value) else alone
    assert data == (root.data if isinstance(root, Value) else root)
    assert alone in leaves or alone.parents == ()


@given(programs(SMOOTH, most_steps=5))
def test_gradient_check_passes_on_random_smooth_programs(program):
    """check_gradients finds no fault with correct gradients."""
    if max(map(abs, grad(scalar(program))(list(program.inputs)))) < 100 and all(
        map(math.isfinite, program.inputs)
    ):
        assert check_gradients(scalar(program), list(program.inputs), tolerance=1e-4)
