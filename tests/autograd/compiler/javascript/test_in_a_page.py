"""Programs as JavaScript, run in a real Chromium: numpy's results and gradients, to 1e-12."""

import pytest

from tests.autograd.compiler import test_models as models
from tests.autograd.compiler.javascript.running import assert_as_numpy, case_of
from tests.autograd.compiler.test_primitives import MIXTURES, ROWS, X, loss_of_row

pytestmark = pytest.mark.browser

MODELS = [
    models.moons,
    models.xor,
    models.iris,
    models.digits,
    models.convolutional,
    models.recurrent,
    models.spelling,
    models.transformer,
    models.residual,
    models.own_primitive,
    models.landscape,
]


def test_every_primitive_computes_what_numpy_computes(browser):
    """Each row of the table at each of its points, whatever its operands are made of: value and gradient."""
    assert_as_numpy(
        browser,
        [
            case_of((name, point, mixture), loss_of_row(name, point, mixture)[0], [X])
            for name, point in ROWS
            for mixture in MIXTURES
        ],
    )


def test_the_models_of_the_demos_compute_what_numpy_computes(browser):
    """Losses of each sample and their gradient, of dense, convolutional and recurrent nets and of a GPT."""
    cases = []
    for make in MODELS:
        _, loss, arguments = make()
        cases.append(case_of(make.__name__, loss, list(arguments)))
    assert_as_numpy(browser, cases)
