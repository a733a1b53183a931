"""Prose and formulas as HTML."""

import pytest

from demos.catalogue import NAMES, cells, entry_named
from demos.pages.markup import PageExporter, formula
from tests.demos.pages.links import Page


@pytest.fixture(scope="module")
def markdown():
    """What makes HTML of a text."""
    return PageExporter().environment.filters["markdown2html"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_the_prose_of_a_lesson_is_left_unset(markdown, tmp_path, name):
    """Neither in the lesson nor in its solutions: no dollar, backslash, backtick or pair of stars."""
    entry = entry_named(name)
    prose = [cell.prose for path in (entry.path, entry.solutions) for cell in cells(path) if cell.is_prose]
    (tmp_path / "prose.html").write_text("\n".join(map(markdown, prose)), encoding="utf-8")
    assert Page(tmp_path / "prose.html").unset() == []


@pytest.mark.parametrize(
    ("latex", "mathml"),
    [
        (
            r"\partial L/\partial w",
            '<mi>∂</mi><mi>L</mi><mo lspace="0" rspace="0">/</mo><mi>∂</mi><mi>w</mi>',
        ),
        (r"g'(z)", '<mi>g</mi><mo lspace="0" rspace="0">&#x02032;</mo>'),
        (r"|x|", '<mi>x</mi><mo stretchy="false" lspace="0" rspace="0">&#x0007C;</mo>'),
        (r"\log p", '<mi>log</mi><mspace width="0.17em"></mspace><mi>p</mi>'),
        (r"\tanh^2 z", '<mn>2</mn></msup><mspace width="0.17em"></mspace><mi>z</mi>'),
        (r"\sin(x)", '<mi>sin</mi><mo stretchy="false">&#x00028;</mo>'),
        (r"\tanh' z", '<mi>tanh</mi><mo lspace="0" rspace="0">&#x02032;</mo><mi>z</mi>'),
    ],
)
def test_formulas_have_the_gaps_that_tex_has(latex, mathml):
    """None around a slash or the bars of |x|, after a partial sign, before a prime; one after log."""
    assert mathml in formula(latex)


def test_what_looks_like_html_is_text(markdown):
    """Nobody can put a script into a lesson's prose by chance."""
    assert "&lt;b&gt;" in markdown("a <b> c")


def test_formulas_in_a_line_of_their_own_scroll(markdown):
    """They may be wider than a phone; so may long ones in a line."""
    assert '<span class="formula block" tabindex="0"><math' in markdown("$$x = 1$$")
    assert '<span class="formula"><math' in markdown("so $x = 1$ is")
    assert '<span class="formula long"><math' in markdown("so $x_1 + x_2 + x_3 + x_4 + x_5 + x_6$ is")
