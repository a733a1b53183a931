"""Errors: what is undefined in the reals, in which words; and what flows through by IEEE 754."""

import math

import pytest

import autograd
from autograd import DomainError, Value

inf, nan = math.inf, math.nan

# fmt: off
# ruff: noqa: E501 (aligned tables)
UNDEFINED = [
    ("log(-1)",      lambda x: x.log(),        -1.0,  DomainError,       r"^log needs x > 0, got x = -1.0 at 'net/a'; clamp the input, or use log1p near zero$"),
    ("log(0)",       lambda x: x.log(),         0.0,  DomainError,       r"^log needs x > 0, got x = 0.0 at 'net/a'; "),
    ("log(-0.0)",    lambda x: x.log(),        -0.0,  DomainError,       r"^log needs x > 0, got x = -0.0 at 'net/a'; "),
    ("log1p(-1)",    lambda x: x.log1p(),      -1.0,  DomainError,       r"^log1p needs x > -1, got x = -1.0 at 'net/a'; clamp the input$"),
    ("sqrt(-1)",     lambda x: x.sqrt(),       -1.0,  DomainError,       r"^sqrt needs x >= 0, got x = -1.0 at 'net/a'; clamp the input$"),
    ("asin(2)",      lambda x: x.asin(),        2.0,  DomainError,       r"^asin needs abs\(x\) <= 1, got x = 2.0 at 'net/a'; clamp the input to \[-1, 1\]$"),
    ("acos(-2)",     lambda x: x.acos(),       -2.0,  DomainError,       r"^acos needs abs\(x\) <= 1, got x = -2.0 at 'net/a'; "),
    ("asin(inf)",    lambda x: x.asin(),        inf,  DomainError,       r"^asin needs abs\(x\) <= 1, got x = inf at 'net/a'; "),
    ("log(-inf)",    lambda x: x.log(),        -inf,  DomainError,       r"^log needs x > 0, got x = -inf at 'net/a'; "),
    ("(-8)**(1/3)",  lambda x: x ** (1 / 3),   -8.0,  DomainError,       r"^pow needs .*, got x = -8.0 at 'net/a', y = 0.333\d+; .*keep the base positive$"),
    ("0**-1",        lambda x: x ** -1,         0.0,  ZeroDivisionError, r"^pow needs .*, got x = 0.0 at 'net/a', y = -1.0; "),
    ("0**-0.5",      lambda x: x ** -0.5,       0.0,  ZeroDivisionError, r"^pow needs .*, got x = 0.0 at 'net/a', y = -0.5; "),
    ("1/0",          lambda x: 1 / x,           0.0,  ZeroDivisionError, r"^div needs y != 0, got x = 1.0, y = 0.0 at 'net/a'; keep the divisor away from 0$"),
    ("x/0",          lambda x: x / 0,           3.0,  ZeroDivisionError, r"^div needs y != 0, got x = 3.0 at 'net/a', y = 0.0; "),
    ("0/0",          lambda x: x / x,           0.0,  ZeroDivisionError, r"^div needs y != 0, got x = 0.0 at 'net/a', y = 0.0 at 'net/a'; "),
    ("exp(710)",     lambda x: x.exp(),       710.0,  OverflowError,     r"^exp overflows a float \(at most 1.8e308\), got x = 710.0 at 'net/a'; softmax, logsumexp"),
    ("expm1(710)",   lambda x: x.expm1(),     710.0,  OverflowError,     r"^expm1 overflows a float .*, got x = 710.0 at 'net/a'; "),
    ("cosh(-800)",   lambda x: x.cosh(),     -800.0,  OverflowError,     r"^cosh overflows a float .*, got x = -800.0 at 'net/a'; "),
    ("sinh(800)",    lambda x: x.sinh(),      800.0,  OverflowError,     r"^sinh overflows a float .*, got x = 800.0 at 'net/a'; "),
    ("1e200**2",     lambda x: x ** 2,        1e200,  OverflowError,     r"^pow overflows a float .*, got x = 1e\+200 at 'net/a', y = 2.0; "),
    ("clamp to an empty range", lambda x: x.clamp(2.0, 1.0), 0.0, DomainError, r"^clamp needs low <= high, got x = 0.0 at 'net/a', low = 2.0, high = 1.0; swap the bounds$"),
]
# fmt: on
CASES = [pytest.param(*case[1:], id=case[0]) for case in UNDEFINED]


@pytest.mark.parametrize(("function", "number", "error", "words"), CASES)
def test_undefined_operation_names_primitive_operand_and_label(function, number, error, words):
    """The forward pass raises, with what was asked, received, allowed, and what to do."""
    with pytest.raises(error, match=words):
        function(Value(number, label="net/a"))


@pytest.mark.parametrize(("function", "number", "error", "words"), CASES)
def test_error_without_a_label_names_the_number_alone(function, number, error, words):
    """No empty quotes where there is no label."""
    with pytest.raises(error) as caught:
        function(Value(number))
    assert " at " not in str(caught.value).split("got ")[1].split(";")[0]


@pytest.mark.parametrize("name", ["log", "log1p", "sqrt", "asin", "acos", "exp", "cosh"])
def test_plain_number_gets_the_same_error(name):
    """autograd.log(-2.0) on a number raises what a Value raises."""
    number = {"exp": 1000.0, "cosh": 1000.0, "asin": -2.0, "acos": -2.0}.get(name, -2.0)
    with pytest.raises((DomainError, OverflowError), match=rf"^{name} (needs|overflows).*, got x = {number}"):
        getattr(autograd, name)(number)


def test_domain_error_is_a_value_error():
    """Who knows Python's math expects a ValueError."""
    assert issubclass(DomainError, ValueError)
    with pytest.raises(ValueError, match="log needs x > 0"):
        Value(-1.0).log()


def test_domain_error_of_a_real_root_of_a_negative_number_is_never_complex():
    """(-8) ** (1/3) is complex in Python: an error here, in both orders of Value and number."""
    for operands in [(Value(-8.0), 1 / 3), (-8.0, Value(1 / 3)), (Value(-8.0), Value(1 / 3))]:
        with pytest.raises(DomainError, match="a real power of a negative number is complex"):
            operands[0] ** operands[1]


def test_error_leaves_no_context_behind():
    """The user sees one error, not the chain of Python's own that led to it."""
    with pytest.raises(ZeroDivisionError) as caught:
        1 / Value(0.0)
    assert caught.value.__suppress_context__


# ---- NaN and infinities that the user puts in ----------------------------------------------------

# fmt: off
SPECIAL = [
    ("relu",    (nan,),  nan), ("relu",    (-inf,), 0.0), ("relu",    (inf,),  inf),
    ("maximum", (nan, 1.0), nan), ("maximum", (1.0, nan), nan), ("maximum", (-inf, 1.0), 1.0),
    ("minimum", (nan, 1.0), nan), ("minimum", (1.0, nan), nan), ("minimum", (inf, 1.0), 1.0),
    ("clamp",   (nan, 0.0, 1.0), nan), ("clamp", (0.5, nan, 1.0), nan), ("clamp", (0.5, 0.0, nan), nan),
    ("clamp",   (2.0, nan, 1.0), nan), ("clamp", (-2.0, 0.0, nan), nan), ("clamp", (inf, 0.0, 1.0), 1.0),
    ("sin",     (inf,), nan), ("cos", (inf,), nan), ("tan", (inf,), nan),
    ("sin",     (-inf,), nan), ("cos", (-inf,), nan), ("tan", (-inf,), nan), ("sin", (nan,), nan),
    ("exp",     (inf,), inf), ("exp", (-inf,), 0.0), ("log", (inf,), inf), ("log", (nan,), nan),
    ("sqrt",    (inf,), inf), ("sqrt", (nan,), nan), ("tanh", (inf,), 1.0), ("tanh", (-inf,), -1.0),
    ("sigmoid", (inf,), 1.0), ("sigmoid", (-inf,), 0.0), ("sigmoid", (nan,), nan),
    ("softplus", (inf,), inf), ("softplus", (-inf,), 0.0), ("softplus", (nan,), nan),
    ("abs",     (-inf,), inf), ("hypot", (inf, nan), inf), ("atan", (inf,), math.pi / 2), ("asin", (nan,), nan),
    ("add",     (inf, -inf), nan), ("mul", (inf, 0.0), nan), ("sub", (inf, inf), nan), ("div", (1.0, inf), 0.0),
    ("pow",     (inf, 2.0), inf), ("pow", (nan, 0.0), 1.0), ("pow", (1.0, nan), 1.0), ("pow", (-inf, 3.0), -inf),
    ("pow",     (-inf, 0.5), inf), ("pow", (2.0, -inf), 0.0), ("pow", (0.0, inf), 0.0), ("pow", (-2.0, inf), inf),
    ("leaky_relu", (nan, 0.1), nan), ("elu", (nan, 1.0), nan), ("elu", (-inf, 1.0), -1.0),
    ("gelu",    (nan,), nan), ("silu", (nan,), nan), ("erf", (inf,), 1.0),
]
# fmt: on


@pytest.mark.parametrize(("name", "numbers", "expected"), SPECIAL)
def test_nan_and_infinity_flow_through(name, numbers, expected):
    """IEEE 754 decides, for Values as for numbers, whichever operand is special."""
    function = getattr(autograd, name)
    for result in (
        function(*map(Value, numbers)).data,
        function(*numbers),
        function(Value(numbers[0]), *numbers[1:]).data,
    ):
        assert result == expected or (result != result and expected != expected)


@pytest.mark.parametrize("name", ["sum", "logsumexp"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_nan_in_a_family_flows_through(name, at):
    """A NaN anywhere makes the sum and the logsumexp NaN."""
    numbers = [1.0, 2.0, 3.0]
    numbers[at] = nan
    assert math.isnan(getattr(autograd, name)(list(map(Value, numbers))).data)
    assert math.isnan(autograd.dot(list(map(Value, numbers)), [1.0, 1.0, 1.0]).data)
