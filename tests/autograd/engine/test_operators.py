"""Types and operators: both orders, identity, comparisons, conversions, formats."""

import math
import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value, topological_order

ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge]
NUMBERS = [
    3,
    3.0,
    True,
    np.float64(3),
    np.float32(3),
    np.int64(3),
    np.uint8(3),
    np.array(3.0),
    Fraction(3, 2),
    Decimal(3),
]
kinds = pytest.mark.parametrize("number", NUMBERS, ids=lambda n: type(n).__name__)


@pytest.mark.parametrize("operation", ARITHMETIC)
@kinds
def test_arithmetic_with_a_number_in_either_order_gives_a_value(operation, number):
    """The data has the bits of the same expression on floats; the node has the Value as its only parent."""
    value = Value(1.7)
    right, left = operation(value, number), operation(number, value)
    assert type(right) is type(left) is Value
    assert right.data == operation(1.7, float(number))
    assert left.data == operation(float(number), 1.7)
    assert right.parents == left.parents == (value,)
    assert right.operands == (value, float(number))
    assert left.operands == (float(number), value)


@pytest.mark.parametrize("operation", ARITHMETIC)
@pytest.mark.parametrize(("a", "b"), [(49.0, 49.0), (0.1, 0.2), (1e-320, 3.0), (2.5, -0.0 + 1e16)])
def test_operation_on_two_values_is_bit_identical_to_floats(operation, a, b):
    """One operation is one node, and a/b is a division: 49/49 is 1.0 exactly."""
    if operation is operator.pow and b > 1e6:
        b = 3.0
    node = operation(Value(a), Value(b))
    assert node.data == operation(a, b)
    assert len(topological_order(node)) == 3


def test_sign_operators():
    """-v is one node, +v is v itself, abs(v) is one node."""
    v = Value(-2.0)
    assert ((-v).data, abs(v).data) == (2.0, 2.0)
    assert (-v).parents == abs(v).parents == (v,)
    assert +v is v


class Stranger:
    """Another class that knows how to combine itself with a Value."""

    def _answer(self, other):
        return "its turn"

    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = _answer
    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = _answer
    __lt__ = __le__ = __gt__ = __ge__ = _answer


@pytest.mark.parametrize("operation", ARITHMETIC + COMPARISONS)
def test_unknown_operand_has_its_turn(operation):
    """An operator returns NotImplemented for an unknown operand: the other class answers, on both sides."""
    assert operation(Value(1.0), Stranger()) == "its turn"
    assert operation(Stranger(), Value(1.0)) == "its turn"


@pytest.mark.parametrize("operation", ARITHMETIC + COMPARISONS)
@pytest.mark.parametrize(
    "stranger", ["1", None, [1.0], 1j, {}], ids=["str", "None", "list", "complex", "dict"]
)
def test_operand_that_nobody_knows_is_a_type_error(operation, stranger):
    """Where the other class has no answer either, Python raises its own TypeError."""
    with pytest.raises(
        TypeError, match=r"unsupported operand|not supported between|can't multiply|can only concat"
    ):
        operation(Value(1.0), stranger)
    with pytest.raises(
        TypeError, match=r"unsupported operand|not supported between|can't multiply|can only concat"
    ):
        operation(stranger, Value(1.0))


def test_equality_and_hash_are_identity():
    """Two Values of the same number are different keys; a Value equals itself alone, NaN included."""
    a, b, missing = Value(1.0), Value(1.0), Value(math.nan)
    assert a == a and a != b and a != 1.0 and missing == missing
    assert len({a, b, a}) == 2
    assert {a: "a", b: "b"}[b] == "b"
    assert [b, a].index(a) == 1


@pytest.mark.parametrize("operation", COMPARISONS)
@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (math.nan, 1.0), (0.0, -0.0)])
def test_comparison_compares_data(operation, a, b):
    """With Values and with numbers, in either order, and the answer is a bool."""
    expected = operation(a, b)
    for left, right in [(Value(a), Value(b)), (Value(a), b), (a, Value(b)), (np.float64(a), Value(b))]:
        assert operation(left, right) is expected or bool(operation(left, right)) is expected
    assert type(operation(Value(a), Value(b))) is bool


def test_max_and_sorted_return_the_same_objects():
    """Python's max, min and sorted work on Values and give them back."""
    values = [Value(number) for number in (0.5, 3.0, -1.0)]
    assert max(values) is values[1] and min(values) is values[2]
    assert [id(v) for v in sorted(values)] == [id(values[at]) for at in (2, 0, 1)]


@pytest.mark.parametrize("number", [0.0, -0.0, 1.0, -0.5, math.nan, math.inf])
def test_truth_is_that_of_the_number(number):
    """bool(v) is v.data != 0."""
    assert bool(Value(number)) is (number != 0)


def test_in_place_operators_rebind():
    """x += 1 makes a new node and leaves the old Value as it was."""
    x = before = Value(2.0)
    x += 1
    x *= 3
    x -= 1
    x /= 2
    x **= 2
    assert (before.data, x.data) == (2.0, 16.0)
    assert before in topological_order(x)


def test_leaf_is_updated_in_place():
    """p.data -= lr * p.grad is how a leaf learns: it stays the same leaf."""
    p = Value(2.0)
    (p * p).backward()
    p.data -= 0.25 * p.grad
    assert (p.data, p.grad, p.parents) == (1.0, 4.0, ())


@pytest.mark.parametrize("spec", [".3f", ".1e", "8.2f", "+.0f", "g", ">10.3f", "%"])
def test_format_formats_the_data(spec):
    """format(v, '.3f') reads as the number's."""
    assert f"{Value(-1234.56789, label='loss'):{spec}}" == f"{-1234.56789:{spec}}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value(2.0, label="a"), "Value(data=2.0, grad=0.0, label='a')"),
        (Value(-0.0), "Value(data=-0.0, grad=0.0)"),
        (Value(math.inf, "it's\nhere"), 'Value(data=inf, grad=0.0, label="it\'s\\nhere")'),
        (Value(1.0) + 1, "Value(data=2.0, grad=0.0)"),
    ],
)
def test_repr_is_one_line(value, text):
    """Data, gradient, and a label where there is one."""
    assert repr(value) == str(value) == f"{value}" == text
    assert "\n" not in repr(value)


def test_methods_take_their_options():
    """v.clamp(low=..., high=...), v.leaky_relu(slope) and v.elu(alpha) read as written."""
    v = Value(-2.0)
    assert v.clamp(-1.0, 1.0).data == v.clamp(low=-1.0).data == -1.0
    assert v.clamp(high=-3.0).data == -3.0
    assert v.clamp().data == -2.0
    assert (v.leaky_relu().data, v.leaky_relu(0.5).data) == (-0.02, -1.0)
    assert v.elu(alpha=2.0).data == 2.0 * math.expm1(-2.0)
    assert v.maximum(1.0).data == 1.0 and v.minimum(Value(-3.0)).data == -3.0
    assert v.atan2(-1.0).data == math.atan2(-2.0, -1.0) and v.hypot(1.0).data == math.hypot(2.0, 1.0)
