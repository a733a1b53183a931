"""Names in code and prose that are linked to the reference."""

import pytest

from demos.pages.markup import REFERENCE, PageExporter
from demos.pages.naming import Names

LESSON = """
import autograd
import numpy as np
from autograd import mean, compile as compiled
from nn import MLP, step
for step in range(3): pass
"""


@pytest.fixture(scope="module")
def names():
    return Names(LESSON)


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("MLP", "nn.html#MLP"),
        ("MLP(2, [8, 1])", "nn.html#MLP"),
        ("nn.SGD", "nn.html#SGD"),
        ("compiled", "autograd.html#compile"),
        ("autograd", "autograd.html"),
        ("autograd.grad(f)", "autograd.html#grad"),
        ("SGD", None),
        ("step", None),
        ("np.mean", None),
        ("model.mean", None),
        ("MLP is", None),
        ("demos.lesson", None),
    ],
)
def test_a_name_is_linked_if_the_lesson_imports_it_and_keeps_it(names, words, address):
    """By its own name or with its package; not what the lesson calls so itself."""
    assert names.address(words) == address


@pytest.mark.parametrize(
    ("code", "linked"),
    [
        ("MLP(2)", ["nn.html#MLP"]),
        ("autograd.mean(x)", ["autograd.html#mean"]),
        ("np.mean(x).mean()", []),
        ("f(x).mean", []),
        ("f(mean=3)", []),
        ("print(f'{mean(x)}')", ["autograd.html#mean"]),
        ("'MLP' # MLP", []),
        ("from nn import MLP, step", ["nn.html#MLP"]),
    ],
)
def test_names_in_code_are_linked_and_nothing_else(names, code, linked):
    """No attribute, argument, string or comment."""
    exporter = PageExporter()
    exporter._names = names
    html = exporter.environment.filters["code"](code)
    assert [part.split('"')[0] for part in html.split(f'<a href="{REFERENCE}')[1:]] == linked
