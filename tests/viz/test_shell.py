"""The command: what it reads, what it refuses and where, what it writes."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value
from viz.__main__ import main
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


def test_without_output_it_prints_tree_and_explanations(capsys):
    """The text tree, then one explanation per name."""
    assert main(["tanh(w*x + b)", "w=-3", "x=2", "b=6.88"]) == 0
    text = capsys.readouterr().out
    assert "└─ b  data 6.88  grad +0.501" in text
    assert text.count("central difference") == 3


@pytest.mark.parametrize(
    ("suffix", "start"), [("html", "<!doctype html>"), ("svg", "<svg"), ("mmd", "flowchart")]
)
def test_output_goes_by_suffix(tmp_path, capsys, suffix, start):
    """A page or a picture."""
    path = tmp_path / f"neuron.{suffix}"
    assert main(["-x * y", "x=2", "y=-3", "-o", str(path), "--theme", "dark"]) == 0
    assert path.read_text().startswith(start) and f"wrote {path}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["x +", "x=1"], "ends too soon"),
        (["x", "x"], "a value is given as name=number, got 'x'"),
        (["x", "x=much"], "x should be a number, got 'much'"),
        (["log(x)", "x=-1"], "log needs x > 0, got x = -1.0 at 'x'"),
        (["select(5, [x])", "x=1"], "needs an index from 0 to 0"),
        (["x < 2", "x=1", "-o", "a.svg"], "x < 2 is True, which has no graph to write; leave out -o"),
        (["x", "x=1", "z=3"], "the expression does not use z"),
        (
            ["x", "x=1", "-o", "a.txt"],
            "-o writes .html, .htm, .svg, .mmd, .dot, .gv, .png, .pdf, got 'a.txt'",
        ),
    ],
)
def test_errors_go_to_stderr_with_status_2(capsys, words, why):
    """In a line or with the place marked; nothing on stdout."""
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and why in captured.err


def test_an_expression_without_names_is_a_number(capsys):
    """It has no gradient, and the output says what would have one."""
    assert main(["2 ** 0.5"]) == 0
    assert "2 ** 0.5 = 1.4142135623730951" in capsys.readouterr().out


def test_a_file_that_cannot_be_written_is_status_1(tmp_path, capsys):
    """A missing folder."""
    assert main(["x", "x=1", "-o", str(tmp_path / "no" / "x.svg")]) == 1
    assert "error: " in capsys.readouterr().err


def test_a_comparison_is_true_or_false(capsys):
    """Also one of names, all of which count as used."""
    assert main(["x < 2", "x=1"]) == 0
    assert "x < 2 = True; a comparison has no gradient, it chooses: where(" in capsys.readouterr().out
