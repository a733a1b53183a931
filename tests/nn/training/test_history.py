"""Histories: what they refuse to be, and which epoch is the best."""

# ruff: noqa: E501

from math import inf, nan

import pytest

import nn
from nn.training.history import History

# fmt: off
SENSELESS = [
    (lambda s: s.update(interrupted=1),                        "interrupted is true or false, got 1"),
    (lambda s: s.update(done=2),                               r"sums over an epoch have samples and loss, got \{\}"),
    (lambda s: s.update(done=2, sums={"samples": 0, "loss": 1.0}), "sums over an epoch have samples and loss, got .*0"),
    (lambda s: s.update(random={"bit_generator": "seed"}),     "says which numpy bit_generator it is of, got .*'seed'"),
    (lambda s: s["random"]["state"].update(state=-1),          "random state is damaged"),
    (lambda s: s["best"].update(epoch=3),                      "a history of 2 epochs has its best in 3"),
    (lambda s: s["best"].update(state=[]),                     r"best state is a model's, got \[\]"),
]
# fmt: on


@pytest.mark.parametrize(("change", "message"), SENSELESS)
def test_a_history_that_no_run_can_have_is_refused(change, message):
    """When it is loaded, and not in the midst of the training that goes on from it."""
    model = nn.MLP(1, [1], seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.01)
    data = [[0.0], [1.0]], [0.0, 1.0]
    history = nn.fit(
        model, data, loss=nn.squared_error, optimizer=optimizer, epochs=2, patience=2, seed=0, progress=False
    )
    saved = history.state_dict()
    nn.History().load_state_dict(saved)
    change(saved)
    with pytest.raises(nn.StateError, match=message):
        nn.History().load_state_dict(saved)


def test_a_history_saved_before_it_noted_its_last_state_is_loaded():
    """Files of the first version lack it, and go on."""
    model = nn.MLP(1, [1], seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    data, options = ([[1.0], [2.0]], [1.0, 0.0]), {"loss": nn.squared_error, "seed": 0, "progress": False}
    history = nn.fit(model, data, optimizer=optimizer, epochs=2, **options)
    saved = history.state_dict()
    del saved["last"]
    restored = nn.History()
    restored.load_state_dict(saved)
    assert restored == history


ROWS = [{"epoch": 1, "loss": 0.5}]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            {"rows": [*ROWS, {"epoch": 2, "loss": "low"}]},
            "'rows.1.loss' is a number, the saved state has 'low'",
        ),
        ({"rows": [{"epoch": 1, "loss": 10**400}]}, "'rows.0.loss' is a number, .* too large for a float"),
        ({"rows": 3}, "a history's rows are a list of dicts"),
        ({"sums": {"loss": None}}, "'sums.loss' is a number, the saved state has None"),
        ({"sums": [1.0]}, "a history's sums are a dict of numbers"),
        ({"done": -1}, "'done' is a whole number from 0 to 2\\*\\*53, the saved state has -1"),
        ({"done": 0.5}, "'done' is a whole number from 0 to 2\\*\\*53, the saved state has 0.5"),
        ({"best": {"epoch": 1}}, "a history's best is None, or epoch, score and state"),
        ({"best": {"epoch": 1, "score": "x", "state": {}}}, "'best.score' is a number"),
    ],
)
def test_a_damaged_history_is_refused_and_changes_nothing(damage, message):
    """Rows and sums hold numbers; counts are counts."""
    history = History([{"epoch": 1, "loss": 0.25}])
    before = history.state_dict()
    with pytest.raises(nn.StateError, match=message):
        history.load_state_dict({**History(ROWS).state_dict(), **damage})
    assert history.state_dict() == before


def test_history_plots_itself_through_viz(monkeypatch):
    """With the axes given."""
    import viz

    monkeypatch.setattr(viz, "plot_loss", lambda history, ax: (history, ax), raising=False)
    history = History([{"epoch": 1, "loss": 0.5}])
    assert history.plot() == (history, None)
    assert history.plot("axes") == (history, "axes")


def test_a_finite_validation_is_better_than_one_that_is_not():
    """The first epochs are not finite; the best is the lowest finite one."""
    history = History()
    best = []
    for loss in (nan, inf, 2.0, -inf, 1.0, nan, 1.5):
        history.add(1, 0.0, None)
        history.close(validation_loss=loss)
        if history.improved():
            history.keep({})
            best.append(history.best["epoch"])
    assert best == [3, 5]
    assert history.waited() == 2
