"""`fit`: the loop, what it reports, where it stops, how it goes on, its progress."""

# ruff: noqa: E501

import builtins
import signal
import threading
from math import inf

import pytest

import nn
from autograd import mean
from nn.training.history import History
from tests.nn.training.runs import QUIET, X, Y, a_run, go, told


def test_one_epoch_in_one_batch_is_one_step_of_the_loop_written_out():
    """zero_grad, predict, mean loss, backward, step; the penalty is added."""
    model, same = nn.MLP(2, [4, 1], seed=0), nn.MLP(2, [4, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    penalty = lambda module: nn.l2_penalty(module.parameters(), 0.01)
    history = nn.fit(
        model,
        (X, Y),
        loss=nn.hinge,
        optimizer=optimizer,
        epochs=1,
        batch_size=40,
        penalty=penalty,
        seed=0,
        **QUIET,
    )
    loss = mean([nn.hinge(same(x), y) for x, y in zip(X, Y)]) + penalty(same)
    loss.backward()
    nn.SGD(same.parameters(), lr=0.1).step()
    assert history["loss"] == pytest.approx([loss.data], rel=1e-13)
    assert [p.data for p in model.parameters()] == pytest.approx(
        [p.data for p in same.parameters()], rel=1e-12
    )


def test_a_resumed_run_equals_an_uninterrupted_one_bit_for_bit(tmp_path):
    """Model, optimiser, schedule, running statistics and random states; rows of the history too."""
    whole, first, second = a_run(), a_run(), a_run()
    go(whole, 6, seed=7)
    go(first, 3, seed=7)
    nn.save(tmp_path / "run", **first)
    nn.load(tmp_path / "run", **second)
    go(second, 6)
    assert told(second) == told(whole)


def test_a_run_that_ctrl_c_stopped_within_an_epoch_goes_on_bit_for_bit(tmp_path, ctrl_c):
    """It stops after the running batch, returns what it has, and takes up the same order again."""
    whole, first, second = a_run(), a_run(), a_run()
    go(whole, 4, seed=7)
    calls = iter(range(100))

    def interrupted(parameters):
        if next(calls) == 4:  # the second batch of the second epoch
            signal.raise_signal(signal.SIGINT)

    history = go(first, 4, seed=7, gradients=interrupted)
    assert history.interrupted
    assert (len(history), history.done) == (1, 2)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    nn.save(tmp_path / "run", **first)
    nn.load(tmp_path / "run", **second)
    assert not go(second, 4).interrupted
    assert told(second) == told(whole)


def test_a_second_ctrl_c_stops_at_once(ctrl_c):
    """By KeyboardInterrupt."""

    def twice(parameters):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        go(a_run(), 2, gradients=twice)


def test_fit_runs_in_a_thread():
    """Where there is no Ctrl-C to catch."""
    run = a_run()
    thread = threading.Thread(target=go, args=(run, 1))
    thread.start()
    thread.join()
    assert len(run["history"]) == 1


@pytest.mark.parametrize(
    "option",
    [
        {"batch_size": 8},
        {"seed": 8},
        {"loss": nn.squared_error},
        {"penalty": lambda model: nn.l2_penalty(model.parameters(), 0.1)},
        {"gradients": lambda parameters: nn.clip_gradient_value(parameters, 1e-3)},
        {"epochs": 3},
    ],
    ids=lambda option: next(iter(option)),
)
def test_every_option_that_shapes_training_changes_the_end(option):
    """Against the same run without it."""
    plain, other = a_run(), a_run()
    go(plain, 2, seed=7)
    go(other, **{"epochs": 2, "seed": 7, **option})
    assert [p.data for p in plain["model"].parameters()] != [p.data for p in other["model"].parameters()]


def test_history_has_the_columns_that_were_measured():
    """Loss, metric and rate; on validation in evaluation mode."""
    run = a_run()
    history = go(run, 2, metric=nn.accuracy, seed=0)
    assert list(history.rows[-1]) == ["epoch", "loss", "metric", "validation_loss", "validation_metric", "lr"]
    run["model"].eval()
    outputs = [run["model"](x) for x in X[:10]]
    assert history["validation_loss"][-1] == pytest.approx(
        sum(nn.hinge(p, y).data for p, y in zip(outputs, Y)) / 10, rel=1e-12
    )
    assert history["validation_metric"][-1] == sum(map(nn.accuracy, outputs, Y)) / 10
    assert history["lr"][-1] == nn.cosine(0.05, 40)(5)
    assert "validation_metric" in repr(history).splitlines()[0]
    with pytest.raises(KeyError, match="no column 'acc' was measured; there are epoch, loss"):
        history["acc"]


def test_patience_stops_and_gives_back_the_best_state():
    """The epoch whose validation loss was lowest."""
    run = a_run()
    run["optimizer"].lr = 3.0  # overshoots
    states = {}
    history = go(
        run, 50, seed=0, patience=3, callbacks=[lambda h: states.update({len(h): run["model"].state_dict()})]
    )
    best = min(range(len(history)), key=history["validation_loss"].__getitem__) + 1
    assert len(history) == best + 3 < 50
    assert run["model"].state_dict() == states[best]


def test_with_patience_the_model_ends_with_its_best_weights_when_the_epochs_run_out():
    """Also when a callback ends training; without patience it keeps its last ones."""
    for ending in ({"epochs": 5}, {"epochs": 9, "callbacks": [lambda h: len(h) == 5]}):
        run, states = a_run(), {}
        run["optimizer"].lr = 1.0  # overshoots
        keep = lambda h, run=run, states=states: states.update({len(h): run["model"].state_dict()})
        callbacks = [keep, *ending.get("callbacks", [])]
        history = go(run, seed=0, patience=50, **{**ending, "callbacks": callbacks})
        best = min(range(5), key=history["validation_loss"].__getitem__) + 1
        assert best < 5
        assert run["model"].state_dict() == states[best]
    plain = a_run()
    plain["optimizer"].lr = 1.0
    go(plain, 5, seed=0)
    assert plain["model"].state_dict() == states[5]


@pytest.mark.parametrize("changed", [False, True])
def test_a_run_with_patience_goes_on_from_its_last_weights(tmp_path, changed):
    """As one uninterrupted run; unless the model was changed in between, which counts."""
    whole, first, second = a_run(), a_run(), a_run()
    for run in (whole, first):
        run["optimizer"].lr = 1.0
    go(whole, 8, seed=0, patience=50)
    go(first, 5, seed=0, patience=50)
    nn.save(tmp_path / "run", **first)
    nn.load(tmp_path / "run", **second)
    assert second["history"].best["epoch"] == 1
    assert second["model"].state_dict() == second["history"].best["state"] != second["history"].last
    if changed:
        second["model"].parameters()[0].data += 1.0
    go(second, 8, patience=50)
    assert (told(second) == told(whole)) is not changed


def test_an_interrupted_run_with_patience_leaves_the_weights_of_the_moment(ctrl_c):
    """To go on from; the best are in the history."""
    run = a_run()
    run["optimizer"].lr = 1.0
    calls = iter(range(100))
    stop = lambda _: next(calls) == 13 and signal.raise_signal(signal.SIGINT)
    history = go(run, 9, seed=0, patience=50, gradients=stop)
    assert history.interrupted
    assert run["model"].state_dict() != history.best["state"]


class Line(nn.Module):
    """x times a weight."""

    def __init__(self):
        self.w = nn.Neuron(1).b
        self.w.data = 0.5

    def forward(self, x):
        return self.w * x[0]


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("loss", [lambda p, t: (p - t) * (p - t), nn.squared_error], ids=["inf", "overflow"])
def test_a_validation_that_is_never_finite_ends_with_patience_and_a_warning(compiled, loss):
    """It counts as worse than any finite one, also where the eager loss overflows; the epoch is named once."""
    model = Line()
    options = {"loss": loss, "optimizer": nn.SGD(model.parameters(), lr=0.01), "compiled": compiled, **QUIET}
    with pytest.warns(nn.TrainingWarning, match="the validation loss is inf in epoch 1: it counts") as caught:
        history = nn.fit(
            model,
            ([[1.0], [2.0]], [1.0, 2.0]),
            epochs=9,
            validation=([[1e200]], [1.0]),
            patience=2,
            **options,
        )
    assert len(caught) == 1
    assert (len(history), history.best) == (2, None)
    assert history["validation_loss"] == [inf, inf]
    assert model.w.data > 0.51


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_a_divergence_names_epoch_batch_and_rate(compiled):
    """The operation's own words where it is eager; an ArithmeticError in either case."""
    model = nn.MLP(2, [4, 1], seed=0)
    what = "the loss is (inf|nan)" if compiled else "pow overflows a float .*"
    with pytest.raises(
        ArithmeticError, match=rf"^{what} in epoch \d+, batch \d, at lr = 100000: lower the learning rate"
    ):
        nn.fit(
            model,
            (X * 100, Y),
            loss=nn.squared_error,
            optimizer=nn.SGD(model.parameters(), lr=1e5),
            epochs=90,
            seed=0,
            compiled=compiled,
            **QUIET,
        )


def test_callbacks_are_called_after_each_epoch_and_may_end_training():
    """With the history; all of them, and anything true ends it."""
    seen = []
    history = go(a_run(), 9, callbacks=[lambda h: len(h) == 3, lambda h: seen.append(h["loss"][-1])])
    assert len(history) == 3
    assert seen == history["loss"]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("validation", [(X[:10], Y[:10]), None])
def test_fit_leaves_the_model_in_the_mode_it_had(training, validation):
    """Although it trains, and measures after each epoch, in modes of their own."""
    run = a_run()
    run["model"].train(training)
    go(run, 1, validation=validation)
    assert {module.training for _, module in run["model"].named_modules()} == {training}


def test_the_bar_shows_epoch_loss_and_metric(capsys):
    """On stderr; nothing with progress=False."""
    go(a_run(), 1, metric=nn.accuracy, progress=True)
    shown = capsys.readouterr().err
    assert "epoch 1/1: loss" in shown
    assert "metric" in shown
    go(a_run(), 1)
    assert capsys.readouterr().err == ""


def test_without_tqdm_the_bar_is_a_line_of_text(capsys, monkeypatch):
    """With the same words."""
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("tqdm"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    go(a_run(), 2, progress=True)
    last = capsys.readouterr().err.split("\r")[-1]
    assert "epoch 2/2: loss" in last
    assert "6/6 batches" in last


@pytest.mark.parametrize("setting", [{"optimizer": 0.1}, {"loss": "hinge"}], ids=str)
def test_wrong_settings_are_refused_before_the_bar_is_shown(setting, capsys):
    """Nothing is printed."""
    with pytest.raises(TypeError, match="fit needs"):
        go(a_run(), 1, progress=True, **setting)
    assert capsys.readouterr().err == ""


NAN = float("nan")


# fmt: off
WRONG = [
    (lambda: go(a_run(), 0),                                           ValueError,      "fit needs epochs of at least 1, got 0"),
    (lambda: go(a_run(), 1, batch_size=0),                             ValueError,      "fit needs batch_size of at least 1"),
    (lambda: go(a_run(), 1, patience=0),                               ValueError,      "fit needs patience of at least 1"),
    (lambda: go(a_run(), 1, batch_size=39),                            nn.InputError,   r"layers\.1: BatchNorm\(6\) in training needs at least two samples in a batch, got 1"),
    (lambda: go(a_run(), 1, validation=(X, Y[:3])),                    ValueError,      "validation needs as many targets as samples, got 40 samples and 3 targets"),
    (lambda: go(a_run(), 1, validation=X),                             TypeError,       r"validation takes a pair \(X, y\)"),
    (lambda: go(a_run(), 1, validation=([[1.0, 2.0], [3.0, NAN]], [1, 1])), ValueError, r"validation has NaN at X\[1\]\[1\]; drop that sample"),
    (lambda: go(a_run(), 1, loss=lambda p, y: (p - y) * float("inf")), ArithmeticError, r"the loss is (inf|nan|-inf) in epoch 1, batch 1, at lr = 0.05: lower the learning rate"),
    (lambda: go(a_run(), 1, loss=lambda p, y: 1.0),                    TypeError,       "the loss of a batch is a Value, got float: nothing to train"),
    (lambda: a_run()["model"]([0.1, 0.2]),                             nn.InputError,   r"layers\.1: BatchNorm\(6\) in training .* call batch\(samples\)"),
    (lambda: go(a_run(), 1, optimizer=0.1),                            TypeError,       r"fit needs an optimizer, as SGD\(model.parameters\(\), lr=0.1\), got 0.1"),
    (lambda: go(a_run(), 1, optimizer=nn.SGD),                         TypeError,       "fit needs an optimizer, as SGD"),
    (lambda: go({**a_run(), "model": abs}, 1),                         TypeError,       "fit needs a Module for model, got <built-in"),
    (lambda: go(a_run(), 1, loss="hinge"),                             TypeError,       "fit needs a function for loss, got 'hinge'"),
    (lambda: go(a_run(), 1, metric="accuracy"),                        TypeError,       "fit needs a function for metric, got 'accuracy'"),
    (lambda: go(a_run(), 1, penalty=0.1),                              TypeError,       "fit needs a function for penalty, got 0.1"),
    (lambda: go(a_run(), 1, gradients=0.1),                            TypeError,       "fit needs a function for gradients, got 0.1"),
    (lambda: go(a_run(), 1, callbacks=[3]),                            TypeError,       r"fit needs a function for callbacks\[0\], got 3"),
    (lambda: list(nn.batches([], [], 2)),                              ValueError,      "got 0 samples and 0 targets"),
    (lambda: History().load_state_dict({"rows": []}),                  nn.StateError,   "a history's state has rows, interrupted, best"),
    (lambda: nn.grid_search(abs, {}),                                  ValueError,      "grid_search needs a space of at least one setting"),
    (lambda: nn.grid_search(abs, {"x": 3.0}),                          ValueError,      "grid_search needs a list of values for 'x', got 3.0"),
    (lambda: nn.random_search(abs, {"x": []}, 1),                      ValueError,      "random_search needs values or a function for 'x'"),
    (lambda: nn.random_search(abs, {"x": (0.1, 1.0)}, 1),              TypeError,       r"got the tuple \(0.1, 1.0\); write \[0.1, 1.0\] to choose from these values, or between_logs\(low, high\) for a range"),
    (lambda: nn.random_search(abs, {"x": {1, 2}}, 1),                  ValueError,      "random_search needs values or a function for 'x', got {1, 2}"),
    (lambda: nn.grid_search(abs, {"x": {"a": 1}}),                     ValueError,      "grid_search needs a list of values for 'x', got {'a': 1}"),
    (lambda: nn.grid_search(abs, {"x": "abc"}),                        ValueError,      "grid_search needs a list of values for 'x', got 'abc'"),
    (lambda: nn.grid_search(3, {"x": [1]}),                            TypeError,       "a search needs a function for run, got 3"),
    (lambda: nn.random_search(abs, {"x": [1]}, 0),                     ValueError,      "random_search needs trials of at least 1"),
    (lambda: nn.between_logs(0.0, 1.0),                                ValueError,      "between_logs needs 0 < low < high, got 0.0 and 1.0"),
]
# fmt: on


@pytest.mark.parametrize(("action", "kind", "message"), WRONG)
def test_wrong_input_says_what_was_expected_and_where(action, kind, message):
    """In words."""
    with pytest.raises(kind, match=message):
        action()
