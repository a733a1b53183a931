"""What is timed in a page computes the same."""

import pytest

import nn
from autograd import compile
from tests.benchmarks.live import pictures, turns
from tests.benchmarks.mlp_by_hand import LEARNING_RATE, data, model


@pytest.mark.browser
def test_both_ways_to_train_in_a_page_have_the_same_losses(browser):
    """Step by step, from the same weights: the program's, the objects', and those of a training block."""
    tab = browser.new_page()
    _, (by_program, by_objects) = turns(tab, steps=10, repeats=2)
    tab.close()
    network = model()
    fast = compile(lambda x, target: nn.hinge(network(x), target), backend="numpy")
    with fast.training(nn.SGD(network.parameters(), lr=LEARNING_RATE)) as step:
        expected = [step(*data()) for _ in range(20)]
    assert by_program == pytest.approx(expected, rel=1e-12)
    assert by_objects == pytest.approx(expected, rel=1e-9)


@pytest.mark.browser
def test_each_picture_of_a_page_has_its_time(browser):
    """What its script takes of it, and the whole of it, of as many pictures as are asked for."""
    script, whole = pictures(browser, 3)
    assert len(script) == len(whole) == 3
    assert all(0 < own <= all_of_it for own, all_of_it in zip(script, whole, strict=True))
