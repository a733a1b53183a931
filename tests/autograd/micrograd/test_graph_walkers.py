"""Programs that walk `_prev` and `_op`: bounds by interval arithmetic, another run of a graph, drawings."""

import math
import random

import pytest

from tests.autograd.micrograd import closures
from tests.autograd.micrograd.walks import walk


def evaluate(root, given, rules, leaf):
    """The rules applied from the leaves to the root; `given` stands for some Values."""
    found = dict(given)
    for v in walk(root):
        if v not in found:
            of = [found[child] for child in v._prev]
            if v._op and len(of) == 1 and v._op in ("+", "*"):
                of = of * 2  # x + x and x * x: children are a set
            found[v] = rules(v._op)(*of) if v._op else leaf(v.data)
    return found[root]


def bounds(op):
    """How an operation carries an interval (low, high)."""
    if op.startswith("**"):
        k = int(op[2:])

        def power(a):
            ends = a[0] ** k, a[1] ** k
            return (0.0 if k % 2 == 0 and a[0] < 0 < a[1] else min(ends)), max(ends)

        return power
    return {
        "+": lambda a, b: (a[0] + b[0], a[1] + b[1]),
        "*": lambda a, b: (
            min(x * y for x in a for y in b),
            max(x * y for x in a for y in b),
        ),
        "ReLU": lambda a: (max(0.0, a[0]), max(0.0, a[1])),
        "tanh": lambda a: (math.tanh(a[0]), math.tanh(a[1])),
    }[op]


def numbers(op):
    """How an operation computes."""
    if op.startswith("**"):
        return lambda a: a ** float(op[2:])
    return {
        "+": lambda a, b: a + b,
        "*": lambda a, b: a * b,
        "ReLU": lambda a: max(0.0, a),
        "tanh": math.tanh,
    }[op]


def tanh(x):
    """The hand-written one, which micrograd does not have."""
    return closures.tanh(x, type(x))


def expression(x, y):
    """Sums, products, differences, quotients by numbers, powers, a kink, and tanh."""
    return tanh(x * y - 0.5 * x) ** 3 + (2 * y - x).relu() * (x + y) ** 2 / 4 - 1


def test_bounds_hold_every_value_of_the_box(micrograd):
    """Interval arithmetic over the graph: what the expression gives in the box lies between its bounds."""
    Value = micrograd.engine.Value
    x, y = Value(0.5), Value(-0.25)
    box = {x: (0.2, 1.1), y: (-0.6, 0.3)}
    low, high = evaluate(expression(x, y), box, bounds, lambda data: (data, data))
    assert low < high
    draw = random.Random(0)
    seen = [expression(*(Value(draw.uniform(*ends)) for ends in box.values())).data for _ in range(200)]
    assert low <= min(seen) and max(seen) <= high


def test_bounds_of_a_point_are_its_value(micrograd):
    """Where the box is a point, both bounds are the number that the graph holds."""
    x, y = micrograd.engine.Value(0.75), micrograd.engine.Value(0.5)
    root = expression(x, y)
    low, high = evaluate(root, {}, bounds, lambda data: (data, data))
    assert low == pytest.approx(root.data, rel=1e-14) and high == pytest.approx(root.data, rel=1e-14)


def test_bounds_of_a_network(micrograd):
    """A network of micrograd's on a box: bounds that hold, and no operation that a walker does not know."""
    random.seed(11)
    model = micrograd.nn.MLP(2, [5, 4, 1])
    x = [micrograd.engine.Value(0.5), micrograd.engine.Value(-1.0)]
    root = model(x)
    assert {v._op for v in walk(root)} <= {"", "+", "*", "ReLU"}
    low, high = evaluate(
        root, {v: (v.data - 0.3, v.data + 0.3) for v in x}, bounds, lambda data: (data, data)
    )
    draw = random.Random(1)
    for _ in range(50):
        assert low <= model([v.data + draw.uniform(-0.3, 0.3) for v in x]).data <= high


def test_graph_runs_again_with_other_numbers(micrograd):
    """The graph of one call, run by a walker on other inputs, gives what a new call gives."""
    Value = micrograd.engine.Value
    x, y = Value(0.5), Value(-0.25)
    root = expression(x, y)
    for at in ((0.75, 2.0), (-1.5, 0.5)):
        again = evaluate(root, dict(zip((x, y), at, strict=True)), numbers, float)
        assert again == pytest.approx(expression(*map(Value, at)).data, rel=1e-13)


def test_shape_of_the_graph_is_that_of_micrograd(micrograd):
    """Per operation: how many nodes the expression has, the numbers in it being nodes of their own."""
    root = expression(micrograd.engine.Value(0.5), micrograd.engine.Value(-0.25))
    count = {}
    for v in walk(root):
        count[v._op] = count.get(v._op, 0) + 1
    # leaves: x, y, 0.5, 2, 1/4, and three times -1: two differences of Values, and the last term
    assert count == {"": 8, "*": 7, "+": 5, "tanh": 1, "**3": 1, "**2": 1, "ReLU": 1}


def dot_source(root):
    """A drawing as the lecture makes it, in the language of Graphviz, nodes by number."""
    nodes = walk(root)
    name = {v: f"n{i}" for i, v in enumerate(nodes)}
    lines = []
    for v in nodes:
        lines.append('%s [label="{ %s | data %.4f | grad %.4f }"]' % (name[v], v.label, v.data, v.grad))  # noqa: UP031
        if v._op:
            lines.append(f"{name[v]}{v._op} -> {name[v]}")
            lines.extend(f"{name[child]} -> {name[v]}{v._op}" for child in v._prev)
    return lines


def test_drawing_of_the_lecture_shows_labels_and_gradients(micrograd):
    """Labels given afterwards, numbers and gradients to four places, an operation beside each result."""
    Value = micrograd.engine.Value
    w, x = Value(-3.0), Value(2.0)
    for v, label in ((w, "w"), (x, "x")):
        v.label = label
    wx = w * x
    wx.label = "w x"
    out = tanh(wx + 6.5)
    out.label = "out"
    for v in walk(out):
        v.label = getattr(v, "label", "")  # micrograd's own leaves of numbers have none
    out.backward()
    lines = dot_source(out)
    for text in ("{ w | data -3.0000 | grad 1.5729 }", "{ out | data 0.4621 | grad 1.0000 }"):
        assert any(text in line for line in lines)
    assert sum("->" in line for line in lines) == (1 + 2) + (1 + 2) + (1 + 1)
    assert len(lines) == 6 + 8


def test_label_may_be_given_to_the_constructor():
    """The lecture's Value has a label: the fourth argument, or by name."""
    from autograd.micrograd.engine import Value

    a = Value(2.0, label="a")
    b = Value(4.0, (a,), "square", "b")
    assert (a.label, b.label, b._op) == ("a", "b", "square")
