"""Errors: what is no real number is refused, by type name and with advice."""

import math
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.engine.value import data_of
from autograd.rules.table import TABLE

inf, nan = math.inf, math.nan

# ---- construction --------------------------------------------------------------------------------

# fmt: off
REFUSED = [
    ("3.0",               r"got str; convert text with float\(text\) first"),
    (None,                r"got NoneType; give an int, a float, a numpy scalar or a Value"),
    (1j,                  r"got complex; take its .real or .imag part"),
    (np.complex128(1j),   r"got complex128"),
    ([1.0],               r"got list; "),
    ((1.0,),              r"got tuple; "),
    (np.zeros(3),         r"got ndarray of shape \(3,\); make one Value per element"),
    (np.zeros((1, 1)),    r"got ndarray of shape \(1, 1\)"),
    (np.zeros(1),         r"got ndarray of shape \(1,\)"),
    (Value(1.0),          r"got Value; use its .data, the number$"),
    ({},                  r"got dict"),
    (object(),            r"got object"),
]
ACCEPTED = [
    (3, 3.0), (True, 1.0), (0.5, 0.5), (np.float64(0.5), 0.5), (np.float32(0.5), 0.5), (np.float16(0.5), 0.5),
    (np.int64(7), 7.0), (np.uint8(7), 7.0), (np.bool_(True), 1.0), (np.array(2.5), 2.5), (np.array(2), 2.0),
    (Fraction(1, 4), 0.25), (Decimal("0.1"), 0.1), (10**300, 1e300), (-inf, -inf),
]
# fmt: on


@pytest.mark.parametrize(("data", "words"), REFUSED)
def test_what_is_not_a_real_number_is_refused_by_type_name(data, words):
    """The constructor, .data, .grad and the seed all refuse it, each naming itself."""
    leaf = Value(1.0)
    with pytest.raises(TypeError, match=r"^Value\(data\) takes a real number, " + words):
        Value(data)
    with pytest.raises(TypeError, match=r"^Value.data takes a real number, " + words):
        leaf.data = data
    with pytest.raises(TypeError, match=r"^backward\(seed\) takes a real number, " + words):
        leaf.backward(data)
    if data is not None:  # p.grad = None counts as 0
        with pytest.raises(TypeError, match=r"^Value.grad takes a real number, " + words):
            leaf.grad = data
    assert (leaf.data, leaf.grad, leaf.reached) == (1.0, 0.0, False)


@pytest.mark.parametrize(("data", "expected"), ACCEPTED)
def test_real_number_becomes_a_python_float(data, expected):
    """Whatever came in, a float is stored: in data, in grad, and among a node's operands."""
    leaf = Value(data)
    leaf.grad = data
    assert leaf.data == leaf.grad == expected
    assert type(leaf.data) is type(leaf.grad) is float
    for node in (leaf * data, data * leaf, autograd.maximum(leaf, data), autograd.clamp(leaf, data, inf)):
        assert all(type(o) is float for o in node.operands if not isinstance(o, Value))
        assert type(node.data) is float


@pytest.mark.parametrize(
    "huge",
    [10**400, -(10**400), 10**5000, Fraction(10**400, 3)],
    ids=["401 digits", "negative", "5001 digits", "Fraction"],
)
def test_number_too_large_for_a_float_is_a_clear_overflow_error(huge):
    """10**400 says that a float cannot hold it, wherever it comes in."""
    for use in (
        Value,
        lambda n: Value(1.0) + n,
        lambda n: n * Value(1.0),
        autograd.exp,
        lambda n: autograd.sum([n]),
    ):
        with pytest.raises(
            OverflowError, match=r"too large for a float, which holds at most 1.8e308; scale it first"
        ):
            use(huge)


@pytest.mark.parametrize(
    "convert",
    [float, int, round, complex, math.exp, math.trunc, math.floor, math.sqrt, lambda v: round(v, 2)],
)
def test_silent_detach_is_refused(convert):
    """Turning a Value into a number loses its gradient: an error of ours says what to write instead."""
    with pytest.raises(
        TypeError, match=r"use v.data for the number, or autograd.exp\(v\) .*stay in the graph"
    ):
        convert(Value(1.5))


def test_value_is_no_index():
    """__index__ is not defined."""
    assert not hasattr(Value, "__index__")
    with pytest.raises(TypeError):
        [1, 2, 3][Value(1.0)]


def test_label_is_a_string():
    """A label of another type is refused by its name."""
    with pytest.raises(TypeError, match=r"a label is a str, got int; write label=str\(...\)"):
        Value(1.0, label=3)


# ---- functions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in TABLE if name != "identity"])
@pytest.mark.parametrize("stranger", ["1.0", None, 1j, object()], ids=["str", "None", "complex", "object"])
def test_function_refuses_what_is_not_a_number(name, stranger):
    """A function raises a TypeError: NotImplemented is for operators alone."""
    row = TABLE[name]
    for at in range(len(row.operands)):
        families = [[Value(1.0)] for _ in range(row.families)]
        operands = [Value(0.0)] * (row.singles) + families
        operands[at] = [stranger] if isinstance(operands[at], list) else stranger
        with pytest.raises(TypeError, match=r"real number|takes numbers|whole number"):
            getattr(autograd, name)(*operands)


FUNCTIONS = [name for name, row in TABLE.items() if not row.infix and name != "identity"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_on_an_array_says_how_numpy_does_it(name):
    """autograd.exp(array) is refused with the spelling that works, on numbers and on Values."""
    row = TABLE[name]
    first, *others = row.arrange(row.samples[0])
    if row.families:
        with pytest.raises(
            TypeError, match=r"got ndarray of shape \(2,\); give its numbers in one row: array.rav"
        ):
            row.operator(*[0.0] * row.singles, *[[np.ones(2)]] * row.families)
        return
    array = np.full(2, first)
    said = rf"^{name} takes numbers and Values, got ndarray of shape \(2,\); (.*)\(array\) applies it"
    with pytest.raises(TypeError, match=said) as caught:
        getattr(autograd, name)(array, *others)
    function = eval(re.match(said, str(caught.value))[1], {"np": np, name: getattr(autograd, name)})
    expected = getattr(autograd, name)(first, *others)
    assert function(array, *others) == pytest.approx([expected] * 2, rel=1e-15)
    found = function(np.array([Value(first)] * 2), *others)
    assert data_of(found) == [expected] * 2


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: autograd.dot([1.0, 2.0], [1.0]),
            ValueError,
            "dot needs families of one length, got 2 and 1 operands",
        ),
        (
            lambda: autograd.dot([Value(1.0)], []),
            ValueError,
            "dot needs families of one length, got 1 and 0 operands",
        ),
        (lambda: autograd.logsumexp([]), ValueError, "logsumexp needs at least one value, got none"),
        (lambda: autograd.softmax([]), ValueError, "softmax needs at least one value, got none"),
        (lambda: autograd.mean([]), ValueError, "mean needs at least one value, got none"),
        (lambda: autograd.norm([]), ValueError, "norm needs at least one operand, got none"),
        (
            lambda: autograd.select(0, []),
            IndexError,
            "select needs at least one value to select from, got none",
        ),
        (lambda: autograd.select(0.5, [1.0]), TypeError, "select needs a whole number as index, got 0.5"),
        (
            lambda: autograd.select(Value(1.0), [Value(1.0)]),
            IndexError,
            "select needs an index from 0 to 0, got 1",
        ),
    ],
)
def test_family_that_does_not_fit_is_an_error(call, error, words):
    """Lengths, empty families and positions are checked, in words."""
    with pytest.raises(error, match=words):
        call()


def test_empty_sums_are_zero():
    """The sum and the dot product of nothing are 0.0, plain numbers."""
    assert autograd.sum([]) == 0.0
    assert autograd.dot([], []) == 0.0
