"""The command: what it prints, what it refuses, what it writes."""

import pytest

from viz.__main__ import main


def test_without_output_it_prints_tree_and_explanations(capsys):
    """The text tree, then one explanation per name."""
    assert main(["tanh(w*x + b)", "w=-3", "x=2", "b=6.88"]) == 0
    text = capsys.readouterr().out
    assert "└─ b  data 6.88  grad +0.501" in text
    assert text.count("central difference") == 3


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        ("html", "<!doctype html>"),
        ("HTM", "<!doctype html>"),
        ("svg", "<svg"),
        ("mmd", "flowchart"),
        ("txt", "×"),
    ],
)
def test_output_goes_by_suffix(tmp_path, capsys, suffix, start):
    """A page, or what a drawing is saved as."""
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
        (["x", "x=1", "-o", "a.jpg"], "got 'a.jpg'; give it such a suffix"),
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
