"""`autograd.micrograd.Value` is micrograd's: the same graphs, the same numbers."""

import copy
import gc
import pickle

import numpy as np
import pytest
from hypothesis import given

import autograd
from autograd.engine import recording
from autograd.micrograd import Value
from autograd.rules.table import TABLE
from tests.autograd.micrograd.closures import product, tanh
from tests.autograd.micrograd.walks import walk
from tests.strategies import ARITHMETIC, programs

ON_VALUES = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "neg": lambda x: -x,
    "relu": lambda x: x.relu(),
}


def run(program, kind):
    """The places of a program on Values of a class; powers and quotients, which have poles, close it."""
    leaves = [kind(number) for number in program.inputs]
    places = program.run(leaves, ON_VALUES)
    x, root = leaves[0], places[-1]
    return [*places, root**3 / (x * x + 1) - 2 / (x**2 + 3.5)]


def walked(root):
    """A graph as micrograd's walkers see it: each node's operation, number, and count of children."""
    return [(v._op, pytest.approx(v.data, rel=1e-12, abs=1e-12), len(v._prev)) for v in walk(root)]


def sorted_by_name(order):
    """Micrograd's children are a set, in any order."""
    return sorted(order, key=lambda node: (node[0], node[2], node[1].expected))


@pytest.mark.peer("micrograd")
@given(programs(ARITHMETIC, most_steps=8))
def test_every_program_gives_micrograds_graph_and_numbers(program):
    """The same operations on as many children; data and gradients at every place, to 1e-12."""
    from micrograd import engine

    ours, theirs = run(program, Value), run(program, engine.Value)
    ours[-1].backward()
    theirs[-1].backward()
    mine, yours = (sorted_by_name(walked(places[-1])) for places in (ours, theirs))
    assert [(op, many) for op, _, many in mine] == [(op, many) for op, _, many in yours]
    for place, other in zip(ours, theirs, strict=True):
        assert place.data == pytest.approx(other.data, rel=1e-12, abs=1e-12)
        assert place.grad == pytest.approx(other.grad, rel=1e-12, abs=1e-12)


SPELLED = [
    (lambda x, y: x + y, "+", 2),
    (lambda x, y: 1 + x, "+", 2),
    (lambda x, y: x * 2, "*", 2),
    (lambda x, y: x * x, "*", 1),
    (lambda x, y: x**3, "**3", 1),
    (lambda x, y: x**3.0, "**3.0", 1),
    (lambda x, y: x**-1, "**-1", 1),
    (lambda x, y: x**0.5, "**0.5", 1),
    (lambda x, y: x - y, "+", 2),
    (lambda x, y: -x, "*", 2),
    (lambda x, y: x / y, "*", 2),
    (lambda x, y: x.relu(), "ReLU", 1),
    (lambda x, y: x.tanh(), "tanh", 1),
    (lambda x, y: x.exp(), "exp", 1),
    (lambda x, y: x.log(), "log", 1),
    (lambda x, y: Value(0.5, (x, y), "mine"), "mine", 2),
    (lambda x, y: Value(0.5, (), "input"), "input", 0),
    (lambda x, y: x, "", 0),
]


@pytest.mark.parametrize(("build", "op", "children"), SPELLED)
def test_op_and_prev_are_spelled_as_there(build, op, children):
    """`ReLU`, `**3` with the exponent as it was written; a number is a child; each child once."""
    made = build(Value(2.0), Value(3.0))
    assert (made._op, len(made._prev)) == (op, children)
    assert type(made) is Value and all(isinstance(child, autograd.Value) for child in made._prev)


def test_prev_is_an_ordered_set():
    """It compares, counts and iterates as a set does, in the order of the operands."""
    a, b = Value(2.0), Value(3.0)
    made = a * b
    assert made._prev == {a, b} and set(made._prev) == {b, a} and a in made._prev and len(made._prev) == 2
    left, right = made._prev
    assert (left, right) == (a, b) == (made._prev[0], made._prev[1])
    assert (a * a)._prev == {a} and isinstance(made._prev, set)
    assert a._prev == set() and not a._prev
    assert (repr(a._prev), repr((a * a)._prev)) == ("set()", f"{{{a!r}}}")


def test_prev_is_changed_by_assigning_alone():
    """What would be added to the set of the moment is refused, with the way to do it."""
    a, b = Value(2.0), Value(3.0)
    made = Value(6.0, (a,), "f")
    for change in (lambda: made._prev.add(b), lambda: made._prev.clear(), lambda: made._prev.pop()):
        with pytest.raises(TypeError, match=r"changed by assigning: v\._prev = \{a, b\}"):
            change()
    made._prev = made._prev | {b}
    assert made._prev == {a, b}


@pytest.mark.parametrize("children", [tuple, list, set, iter], ids=lambda kind: kind.__name__)
def test_children_come_in_any_collection(children):
    """As a tuple, a list, a set or an iterator; a child that is given twice counts once."""
    a, b = Value(1.0), autograd.Value(2.0)
    assert Value(0.5, children([a, b, a]), "f")._prev == {a, b}
    assert Value(0.5, _children=children([a]), _op="f")._op == "f"
    assert Value(0.5, children([]), "leaf")._prev == set()


def test_prev_op_and_backward_may_be_assigned_later():
    """In any order; and no children make it a leaf again."""
    a = Value(3.0)
    out = Value(9.0)
    out._backward = lambda: setattr(a, "grad", a.grad + 6.0 * out.grad)
    out._prev, out._op, out.label = {a}, "square", "s"
    (2 * out).backward()
    assert (a.grad, out._op, out.label, out._prev) == (12.0, "square", "s", {a})
    out._prev = set()
    assert out.primitive is None and out.parents == ()


REFUSED = [
    (lambda x: Value(0.5, "a"), r"_children are the Values that .* got str; a label is given by name"),
    (lambda x: Value(0.5, x, "f"), r"in a tuple or a set, got Value"),
    (lambda x: Value(0.5, (x, "y"), "f"), r"_children are Values, got str"),
    (lambda x: Value(0.5, (x,), (1.0,)), r"_op is the name of an operation, got tuple"),
    (lambda x: setattr(x, "_backward", 3.0), r"_backward is a function without arguments, got float"),
    (lambda x: Value("2"), r"Value\(data\) takes a real number, got str"),
]


@pytest.mark.parametrize(("wrong", "words"), REFUSED)
def test_what_cannot_be_meant_is_refused_by_name(wrong, words):
    """What was given, and what is taken."""
    with pytest.raises(TypeError, match=words):
        wrong(Value(1.0))


PLAIN = [
    lambda x: autograd.Value(0.5, (x,), "tanh"),
    lambda x: autograd.Value(0.5, [x]),
    lambda x: autograd.Value(0.5, {x}),
    lambda x: autograd.Value(0.5, _children=(x,)),
    lambda x: autograd.Value(0.5, _op="tanh"),
    lambda x: setattr(autograd.Value(0.5), "_backward", lambda: None),
    lambda x: setattr(autograd.Value(0.5), "_prev", {x}),
    lambda x: setattr(autograd.Value(0.5), "_op", "tanh"),
]


@pytest.mark.parametrize("build", PLAIN)
def test_a_plain_value_names_both_ways_out(build):
    """Children, and a closure, are for `autograd.micrograd`; a function with a derivative is a primitive."""
    with pytest.raises(TypeError, match=r"autograd\.primitive.* `from autograd\.micrograd import Value`"):
        build(autograd.Value(1.0))
    assert autograd.Value(0.5, "a").label == "a"


NUMBERS = [np.uint8(3), np.int8(-128), np.int64(3), np.float32(0.1), np.True_, np.array(3), True, 7]


@pytest.mark.parametrize("given", NUMBERS, ids=lambda given: f"{type(given).__name__} {given}")
def test_numbers_of_any_type_count_by_their_value(given):
    """Not by the arithmetic of their type, where 0 - uint8(3) is 253, and 1 over an int64 an error."""
    x, exact = Value(5.0), float(given)
    assert (x - given).data == 5.0 - exact and (given - x).data == exact - 5.0
    assert (x / given).data == 5.0 * exact**-1 and (given / x).data == exact * 5.0**-1
    several = np.array([given, given])
    assert [each.data for each in x - several] == [5.0 - exact] * 2
    assert [each.data for each in x / several] == [5.0 * exact**-1] * 2


def test_the_spread_of_an_array_is_a_value():
    """np.std divides by a count, an integer of numpy's."""
    values = [Value(1.0), Value(2.0), Value(6.0)]
    spread = np.std(values)
    spread.backward()
    assert spread.data == pytest.approx(np.std([1.0, 2.0, 6.0]))
    assert [v.grad for v in values] == pytest.approx([(v.data - 3.0) / (3 * spread.data) for v in values])


@pytest.mark.parametrize("wrong", [lambda x: x - "a", lambda x: x / [1.0]])
def test_an_operand_that_is_no_number_is_refused_as_by_pythons_numbers(wrong):
    """By the operator that was written, and both types."""
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for [-/]: 'Value' and '(str|list)'"):
        wrong(Value(1.0))


def test_a_number_over_zero_is_refused_by_name():
    """As every operation that is not defined."""
    with pytest.raises(ZeroDivisionError, match=r"pow needs .* a negative power of 0 divides by zero"):
        Value(1.0) / 0


# ---- subclasses ----------------------------------------------------------------------------------


class ValueExt(Value):
    """As people write it: it passes children on, keeps attributes, and wraps what it inherits."""

    def __init__(self, data, _children=(), _op="", label=""):
        super().__init__(data, _children, _op)
        self.label = label
        self.m = 0.0

    def __add__(self, other):
        out = super().__add__(other)
        return ValueExt(out.data, out._prev, out._op)

    def tanh(self):
        return tanh(self, ValueExt)


def test_a_subclass_extends_what_it_inherits():
    """Its own constructor, methods and attributes; `super().__add__`; the class of what it makes."""
    x = ValueExt(0.5, label="x")
    y = x.tanh() * 2
    y.backward()
    t = autograd.tanh(0.5)
    assert x.grad == 2 * (1 - t * t)
    assert type(x.tanh()) is ValueExt and x.tanh()._op == "tanh" and x.m == 0.0 and x.label == "x"
    made = x + 1
    assert type(made) is ValueExt and made._op == "+" and x in made._prev and made.data == 1.5


def test_the_class_of_a_result_may_be_changed():
    """`out.__class__ = ValueExt`, as some do with what an operator gave."""
    out = Value(2.0) * Value(3.0)
    out.__class__ = ValueExt
    assert type(out.tanh()) is ValueExt and out._op == "*"


def test_a_method_may_be_put_on_the_class():
    """`Value.tanh = f`, as a cell of a notebook does."""
    kept = Value.tanh
    try:
        Value.tanh = lambda self: Value(7.0, (self,), "mine")
        assert (Value(1.0) * 2).tanh()._op == "mine"
    finally:
        Value.tanh = kept


@pytest.mark.parametrize("kind", [Value, ValueExt])
def test_leaves_and_graphs_of_operators_are_copied_and_pickled(kind):
    """With their class, attributes, names of operations and gradients."""
    x, y = kind(2.0), Value(3.0)
    x.m = 1.5
    root = Value((x * y).data, (x, y), "named") + x**3
    root.backward()
    for other in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
        assert walked(other) == walked(root) and type(other) is Value
        leaf = next(node for node in autograd.topological_order(other) if node.data == 2.0)
        assert (type(leaf), leaf.m, leaf.grad) == (kind, 1.5, 12.0)
    assert type(copy.copy(x)) is kind and copy.copy(x).m == 1.5


# ---- the operators -------------------------------------------------------------------------------


def test_operators_are_the_printed_ones(monkeypatch):
    """Of this class, of its subclasses and of plain Values: no recorder is asked in the usual case."""
    asked = []
    monkeypatch.setattr(recording, "running", lambda: asked.append("recorder"))
    for x in (Value(2.0), ValueExt(2.0), autograd.Value(2.0)):
        for y in (x * Value(3.0), Value(3.0) * x, Value(3.0) - x, Value.relu(x), Value(3.0) / x):
            assert type(y) is Value
    assert asked == []


ROWS = {row.operator: row for row in TABLE.values()}
METHODS = {
    name: ROWS[method] for name, method in vars(autograd.Value).items() if callable(method) and method in ROWS
}


@pytest.mark.parametrize("name", METHODS)
def test_every_function_of_a_value_gives_one_of_this_class(name):
    """Whatever is a method of a plain Value, and stands in the table; with its gradient."""
    x, *more = METHODS[name].samples[0]
    ours, plain = Value(x), autograd.Value(x)
    made = getattr(ours, name)(*more)
    assert type(made) is Value
    made.backward()
    getattr(plain, name)(*more).backward()
    assert ours.grad == plain.grad


def test_other_classes_have_their_turn():
    """Arrays: elementwise, in both orders; text is refused by Python's own operators."""
    x = Value(2.0)
    for array in (x * np.array([1.0, 2.0]), np.array([1.0, 2.0]) * x, x - np.array([1.0, 2.0])):
        assert array.shape == (2,) and all(type(each) is Value for each in array)
    with pytest.raises(TypeError):
        x + "1"
    assert (np.float64(2.0) * x).data == (x * np.int32(2)).data == 4.0


def test_nodes_of_both_kinds_mix():
    """An operator between a plain Value and one of these gives one of these; gradients reach both."""
    x, y = autograd.Value(2.0), Value(3.0)
    for made in (x * y, y * x, x + y, y - x, x - y, x / y, y / x, x**y):
        assert type(made) is Value
    root = autograd.tanh(autograd.dot([x, y], [y, 1.0])) + autograd.sum([x, product(x, y), y]) - tanh(x)
    root.backward()
    z = 1 - autograd.tanh(9.0) ** 2
    assert x.grad == pytest.approx(3 * z + 1 + 3 - (1 - autograd.tanh(2.0) ** 2), rel=1e-12)
    assert y.grad == pytest.approx(3 * z + 2 + 1, rel=1e-12)


def test_a_graph_is_freed_without_the_collector(without_collector):
    """As those of plain Values: no operator leaves a cycle behind."""

    def work():
        x = Value(2.0)
        (sum([x * 2, x - 3, x / 4, (x * x).relu()]) ** 2).backward()

    work()  # caches of the first use
    gc.collect()
    work()
    assert gc.collect() == 0
