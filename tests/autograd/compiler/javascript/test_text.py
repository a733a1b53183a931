"""Programs as JavaScript, as texts: nothing here runs one."""

import re
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from autograd import Value, compile, tanh
from autograd.compiler.backends.javascript.text import BY_KIND, javascript_program
from autograd.compiler.program.program import Kind
from tests.autograd.compiler.programs import lowered
from tests.autograd.compiler.test_models import moons


def moons_compiled():
    _, loss, arguments = moons()
    fast = compile(loss, backend="numpy")
    fast(*arguments)
    return fast


def test_the_same_program_has_the_same_text():
    """Recorded twice, from two models: the same bytes."""
    assert moons_compiled().javascript == moons_compiled().javascript


def test_before_a_call_there_is_no_text():
    """As there is no source."""
    with pytest.raises(RuntimeError, match=r"^javascript needs a recording: call the compiled function once"):
        _ = compile(lambda x: x, backend="numpy").javascript


def test_the_moons_fit_into_a_few_thousand_characters():
    """A page has room for more than the program."""
    assert len(moons_compiled().javascript) < 7_500


def test_a_text_loads_evaluates_and_draws_nothing():
    """It names typed arrays and Math, and nothing of a page."""
    text = moons_compiled().javascript
    assert not re.search(r"\beval\b|\bFunction\b|\bimport\b|\bdocument\b|\bwindow\b|https?:", text)
    assert set(re.findall(r"\b[A-Z]\w*(?=[.(])", text)) <= {"Float64Array", "Array"}


def test_a_step_of_an_unknown_kind_is_refused_by_name():
    """A kind that the compiler learns is not left out of the text."""
    w = Value(1.0)
    program = lowered(lambda x: tanh(w * x), [w], ())
    program.steps[-1] = replace(program.steps[-1], kind="scan")
    with pytest.raises(TypeError, match=r"no way to write a step of kind 'scan' \(tanh\); it has each,"):
        javascript_program(program)
    assert set(BY_KIND) == set(get_args(Kind))


def test_several_results_without_a_loss_have_a_forward_pass_alone():
    """As `source` has them; with has_aux the first is the loss."""
    w = Value(1.0)
    for has_aux in (False, True):
        fast = compile(lambda x: (w * x, [x]), backend="numpy", has_aux=has_aux)
        fast(np.array([1.0]))
        assert ("reverse" in fast.javascript) is ("dp" in fast.javascript) is has_aux
