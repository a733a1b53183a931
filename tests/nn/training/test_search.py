"""Hyperparameter searches: what they try, what they tell, where they stop."""

import signal

import numpy as np
import pytest

import nn
from tests.nn.training.runs import QUIET, a_run, go

NAN = float("nan")


def test_searches_find_the_lowest_score_and_tell_all():
    """NaN comes last."""
    results = nn.grid_search(lambda a, b: NAN if a == 2 else a + b, {"a": [1, 2, 0], "b": [5, 4]}, **QUIET)
    assert results.best == {"a": 0, "b": 4}
    assert len(str(results).splitlines()) == len(results) + 1 == 7
    assert str(results).splitlines()[-1].split()[:2] == ["nan", "2"]
    drawn = nn.random_search(
        lambda a, b: a, {"a": nn.between_logs(0.1, 1.0), "b": ["x", "y"]}, 9, seed=0, **QUIET
    )
    assert drawn.best["a"] == min(trial.setting["a"] for trial in drawn) != max(t.score for t in drawn)
    again = nn.random_search(
        lambda a, b: a, {"a": nn.between_logs(0.1, 1.0), "b": ["x", "y"]}, 9, seed=0, **QUIET
    )
    assert again == drawn


def test_a_trial_that_fails_is_kept_with_its_error_and_the_others_go_on():
    """Last in the table, after NaN; the best is the best of the others."""

    def run(lr):
        if lr == 2.0:
            raise OverflowError("too\nfast")
        return None if lr == 3.0 else lr

    results = nn.grid_search(run, {"lr": [2.0, 1.0, NAN, 0.5, 3.0]}, **QUIET)
    assert results.best == {"lr": 0.5}
    assert [trial.setting["lr"] for trial in results][-2:] == [2.0, 3.0]
    assert [type(trial.error) for trial in results] == [type(None)] * 3 + [OverflowError, TypeError]
    shown = str(results).splitlines()
    assert shown[0] == " score   lr"
    assert shown[-2:] == [
        "failed  2.0  OverflowError: too fast",
        "failed  3.0  TypeError: run gives a number, its score, got None; for a Value give its .data",
    ]


def test_a_search_in_which_all_trials_fail_raises_the_first_error():
    """As the cause, with its setting."""
    with pytest.raises(
        RuntimeError, match=r"all 2 trials failed, the first, {'lr': 0}, by Zero.*: "
    ) as caught:
        nn.grid_search(lambda lr: 1 / lr + nn, {"lr": [0, 1]}, **QUIET)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("within_fit", [False, True])
def test_ctrl_c_ends_a_search_with_the_trials_that_are_done(within_fit, ctrl_c):
    """Also where `fit` has caught it, to end its batch; in the first trial there is nothing to keep."""

    def run(lr, first=3):
        def stop(_):
            if lr == first:
                signal.raise_signal(signal.SIGINT)

        if within_fit:
            return go(a_run(), 2, gradients=stop)["loss"][-1]
        stop(None)
        return lr

    results = nn.grid_search(run, {"lr": [1, 2, 3, 4]}, **QUIET)
    assert results.interrupted
    assert sorted(trial.setting["lr"] for trial in results) == [1, 2]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt):
        nn.grid_search(run, {"lr": [1, 2], "first": [1]}, **QUIET)
    assert not nn.grid_search(lambda a: a, {"a": range(3)}, **QUIET).interrupted


def test_what_a_search_may_choose_from():
    """Lists, ranges, arrays; a tuple on a grid alone."""
    assert (
        len(nn.grid_search(lambda a, b, c: a, {"a": (1, 2), "b": range(3), "c": np.arange(2)}, **QUIET)) == 12
    )
    space = {"a": range(3), "b": np.arange(2), "c": [1], "d": lambda source: source.random()}
    assert len(nn.random_search(lambda a, b, c, d: d, space, 4, seed=0, **QUIET)) == 4


def test_a_search_shows_its_progress(capsys):
    """And the best score so far."""
    nn.grid_search(lambda a: a, {"a": [2.0, 1.0]})
    assert "best 1" in capsys.readouterr().err
