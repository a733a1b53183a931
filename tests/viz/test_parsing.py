"""Expressions as people type them: what is read, and what is refused and where."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value
from viz.parsing import ExpressionError, parse


@pytest.mark.parametrize(
    "text",
    [
        "1 + 2 * 3 - 4 / 8", "-2 ** 2", "2 ** 3 ** 2", "(1 + 2) * 3", "2 ** -1", "- - 3", "1e-3 * .5 + 2.",
        "((((1))))",
        "1 - 2 - 3", "8 / 4 / 2", "2 * -3", "x * y + x", "-x ** y",
    ],
)  # fmt: skip
def test_arithmetic_is_pythons(text):
    """Precedence and grouping are those of Python, whose own eval is the yardstick here."""
    values = {"x": 1.5, "y": 2.0}
    assert parse(text, values) == eval(text, {}, values)


def test_functions_lists_and_comparisons():
    """The engine's functions, with lists for the variadic ones and comparisons for where."""
    values = {"x": Value(0.5, label="x"), "y": Value(2.0, label="y")}
    assert parse("tanh(x)", values).data == math.tanh(0.5)
    assert parse("dot([x, 2], [y, 3])", values).data == 7.0
    assert parse("where(x >= y, x, -y)", values).data == -2.0
    assert parse("logsumexp([x, y]) + mean([x, y])", values).data == pytest.approx(
        autograd.logsumexp([0.5, 2.0]) + 1.25
    )


@pytest.mark.parametrize(
    ("text", "why", "column"),
    [
        ("tanh(x", "expected '\\)' before the end", 6),
        ("x $ y", "nothing can be made of '\\$'", 2),
        ("x.data", "nothing can be made of '.'", 1),
        ("__import__('os')", "nothing can be made of|there is no function '__import__'", 0),
        ("q + 1", "'q' has no value; give q=...", 0),
        ("1 + ", "the expression ends too soon", 4),
        ("x x", "should end before 'x'", 2),
        ("f(x)", "there is no function 'f'", 0),
        ("tanh(x, x)", "tanh takes 1 operand, got 2", 0),
        ("dot([x])", "dot takes 2 operands, got 1", 0),
        ("clamp()", "clamp takes 1 to 3 operands, got 0", 0),
        ("sum(x)", "sum: it takes lists, in square brackets", 0),
        ("x^2", "nothing can be made of '\\^'; write \\*\\* for powers", 1),
        ("[x] + 1", "a list is no number", 6),
        ("x ** ", "ends too soon", 5),
        ("lambda: 1", "nothing can be made of ':'", 6),
        ("(" * 200 + "x", "nested more than 100 deep", 100),
        ("", "ends too soon", 0),
    ],
)
def test_what_is_no_expression_is_refused_with_the_place_marked(text, why, column):
    """The message says why, and a caret stands below the place."""
    with pytest.raises(ExpressionError, match=why) as caught:
        parse(text, {"x": Value(1.0)})
    _, line, mark = str(caught.value).split("\n")
    assert line[mark.index("^") :][:1] == text[column : column + 1]


@given(st.text(alphabet="xy01.+-*/()[], <>=etanh", max_size=25) | st.text(max_size=15))
def test_no_text_does_anything_else(text):
    """A value, or an error of ours or of the engine: nothing is ever evaluated as Python."""
    with contextlib.suppress(ArithmeticError, ValueError, LookupError):
        found = parse(text, {"x": Value(1.5), "y": Value(0.5)})
        assert isinstance(found, (Value, float, bool))
