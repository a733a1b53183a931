"""`fit(compiled=True)`: the same training by array programs, several batches at a call."""

# ruff: noqa: E501

import re
import signal

import numpy as np
import pytest

import nn
from autograd import Value, exp
from autograd.errors import TraceError
from nn.training import compiled_steps, targets
from nn.training.history import History
from tests.nn.training.runs import QUIET, X, Y, a_plain_run, a_run, go, told


@pytest.fixture
def more_each_time(monkeypatch):
    """Calls of 1, 2, 4, 8 ... batches, however long they take."""
    monkeypatch.setattr(compiled_steps, "SECONDS_AT_ONCE", float("inf"))


def right(score, target):
    """A metric of Values and numbers."""
    return float((getattr(score, "data", score) > 0) == (target > 0))


def test_compiled_training_equals_eager_training():
    """The same losses, metrics, parameters, optimiser state and dropout masks, to rounding."""
    penalty = lambda module: nn.l2_penalty(module.parameters(), 0.01)
    eager, fast = a_plain_run(), a_plain_run()
    one = go(eager, 4, seed=3, metric=right, penalty=penalty)
    two = go(fast, 4, seed=3, metric=right, penalty=penalty, compiled=True)
    for column in ("loss", "metric", "validation_loss"):
        np.testing.assert_allclose(two[column], one[column], rtol=1e-9)
    for one, two in zip(eager["model"].parameters(), fast["model"].parameters()):
        assert two.data == pytest.approx(one.data, rel=1e-9, abs=1e-12)
    assert fast["optimizer"].steps == eager["optimizer"].steps == 12


def test_compiled_training_refuses_what_needs_the_eager_step():
    """Batch statistics and `gradients=` are refused by name."""
    with pytest.raises(ValueError, match=r"compiled=True\) .*BatchNorm needs the batch together"):
        go(a_run(), 1, compiled=True)
    with pytest.raises(ValueError, match=r"no place for gradients="):
        go(a_plain_run(), 1, compiled=True, gradients=lambda parameters: None)


def test_how_many_batches_a_call_has_changes_no_bit(monkeypatch, more_each_time):
    """Parameters, optimiser, dropout masks, history: one at a time, or as many as the epoch has."""
    several, single = a_plain_run(), a_plain_run()
    go(several, 3, batch_size=4, seed=3, metric=right, compiled=True)
    monkeypatch.setattr(compiled_steps, "MOST_AT_ONCE", 1)
    go(single, 3, batch_size=4, seed=3, metric=right, compiled=True)
    assert told(several) == told(single)


def test_a_compiled_run_that_ctrl_c_stopped_goes_on_bit_for_bit(tmp_path, ctrl_c, more_each_time):
    """It stops after the running call, whose batches all count, and takes up the same order again."""
    whole, first, second = a_plain_run(), a_plain_run(), a_plain_run()
    go(whole, 2, batch_size=4, seed=3, metric=right, compiled=True)
    calls = iter(range(10**6))

    def interrupting(score, target):
        if next(calls) == 4 * 4:  # the first sample of the fifth batch, in the call of batches 4 to 7
            signal.raise_signal(signal.SIGINT)
        return right(score, target)

    history = go(first, 2, batch_size=4, seed=3, metric=interrupting, compiled=True)
    assert history.interrupted
    assert (len(history), history.done) == (0, 7)
    nn.save(tmp_path / "run", **first)
    nn.load(tmp_path / "run", **second)
    go(second, 2, batch_size=4, metric=right, compiled=True)
    assert told(second) == told(whole)


def test_a_loss_that_is_not_finite_is_told_of_the_batch_that_has_it(more_each_time):
    """In the midst of a call too: epoch, batch and rate are those of eager training."""
    messages = []
    targets = Y.astype(float)
    targets[np.random.default_rng(1).permutation(40)[17]] = 1e200  # a sample of the fifth batch
    for compiled in (False, True):
        run = a_plain_run()
        optimizer = nn.SGD(run["model"].parameters(), lr=nn.linear(0.1, 0.01, 20))
        with pytest.raises(ArithmeticError, match="the loss is inf in epoch 1, batch") as caught:
            nn.fit(
                run["model"],
                (X, targets),
                loss=lambda p, t: (p - t) * (p - t),
                optimizer=optimizer,
                epochs=1,
                batch_size=4,
                seed=1,
                compiled=compiled,
                **QUIET,
            )
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert "batch 5, at lr = 0.082" in messages[0]


def test_compiled_training_holds_the_parameters_once(monkeypatch):
    """Metrics and validation read from where training stands; only who looks at a Value has all written back."""
    from autograd.compiler import training_block as training

    held = []
    take = training.make_held
    monkeypatch.setattr(training, "make_held", lambda *given: held.append(len(given[0])) or take(*given))
    run = a_plain_run()
    go(run, 3, batch_size=4, metric=right, compiled=True)
    assert held == [25]
    go(
        run,
        6,
        batch_size=4,
        callbacks=[lambda history: run["model"].parameters()[0].data < -9],
        compiled=True,
    )
    assert held == [25] * 4


def test_one_program_trains_and_gives_the_metric_its_predictions():
    """The loss is recorded once for training, and once for evaluation, where dropout passes all."""
    recorded = []

    def loss(prediction, target):
        if isinstance(target, Value):
            recorded.append(prediction)
        return nn.hinge(prediction, target)

    go(a_plain_run(), 2, loss=loss, metric=right, validation=None, compiled=True)
    assert len(recorded) == 1
    go(a_plain_run(), 2, loss=loss, metric=right, compiled=True)
    assert len(recorded) == 3


def test_compiled_training_says_which_sample_has_another_shape():
    """Mixed lengths in a batch, and lists of several lengths in a sample, before anything is trained."""
    model = nn.Sequential(nn.RNN(nn.GRUCell(1, 3, seed=0), last=True), nn.Layer(3, 1, "linear", seed=1))
    lengths = [[[0.1]] * length for length in (2, 2, 3, 2)]
    options = {"optimizer": nn.SGD(model.parameters(), lr=0.1), "compiled": True, "seed": 0, **QUIET}
    loss = lambda p, t: nn.hinge(p[0] if isinstance(p, list) else p, t)
    before = model.state_dict()
    for data, message in (
        ((lengths, [1] * 4), r"X\[0\] has shape \(2, 1\) and X\[2\] \(3, 1\); use batch_size=1"),
        (([[1.0]] * 2, [1, [1, 2]]), r"y\[0\] has shape \(\) and y\[1\] \(2,\)"),
        (([[[1.0], [1.0, 2.0]]], [1]), r"X\[0\] has lists of several lengths; train with compiled=False"),
        (([{"a": 1.0}], [1]), r"samples that are numbers or lists of them, got X\[0\] = {'a': 1.0}"),
    ):
        with pytest.raises((ValueError, TypeError), match=message):
            nn.fit(model, data, loss=loss, epochs=1, batch_size=2, **options)
    assert model.state_dict() == before
    ends = []
    for compiled in (True, False):
        model.load_state_dict(before)
        history = nn.fit(
            model,
            (lengths, [1, -1, 1, -1]),
            loss=loss,
            epochs=2,
            batch_size=1,
            validation=(lengths, [1] * 4),
            **{**options, "compiled": compiled},
        )
        ends.append([*history["validation_loss"], *(p.data for p in model.parameters())])
    assert ends[0] == pytest.approx(ends[1], rel=1e-9, abs=1e-12)


def test_compiled_training_shows_each_target_to_the_loss_once():
    """Beside a prediction of the untrained model, before the first step."""
    model, seen = nn.MLP(2, [3, 1], seed=0), []

    def loss(prediction, target):
        if not isinstance(target, Value):
            seen.append((prediction.data, target))
        return nn.squared_error(prediction, target)

    first = model(X[0].tolist()).data
    nn.fit(
        model,
        (X[:1], [0.25]),
        loss=loss,
        optimizer=nn.SGD(model.parameters(), lr=0.1),
        epochs=3,
        compiled=True,
        **QUIET,
    )
    assert seen == [(pytest.approx(first, rel=1e-12), 0.25)]


def test_compiled_metrics_of_sequences_see_one_sample_at_a_time():
    """In the structure that the model gives: steps, and numbers in each."""
    model, shapes = nn.RNN(nn.RNNCell(1, 2, seed=0)), []
    nn.fit(
        model,
        ([[[0.1], [0.2], [0.3]]] * 4, [0.5] * 4),
        loss=lambda rows, target: nn.squared_error(rows[-1][0], target),
        optimizer=nn.SGD(model.parameters(), lr=0.1),
        epochs=1,
        metric=lambda rows, target: shapes.append((len(rows), len(rows[0]))) or 1.0,
        compiled=True,
        **QUIET,
    )
    assert shapes == [(3, 2)] * 4


@pytest.mark.parametrize("held_out", [False, True], ids=["data", "validation"])
def test_a_target_that_is_refused_leaves_a_compiled_model_untouched(held_out):
    """Wherever it stands: no step is taken, and no dropout mask drawn."""
    run = a_plain_run()
    before = told(run)
    targets = Y.copy()
    targets[-1] = 3
    options = {"validation": (X, targets)} if held_out else {"validation": None}
    with pytest.raises(ValueError, match="hinge needs a target of -1 or 1, got 3"):
        nn.fit(
            run["model"],
            (X, Y if held_out else targets),
            loss=nn.hinge,
            optimizer=run["optimizer"],
            history=run["history"],
            epochs=1,
            compiled=True,
            **options,
            **QUIET,
        )
    assert told(run) == before


def test_no_target_is_refused_for_a_number_that_no_step_meets():
    """It is shown to the loss beside another sample's prediction, where the loss may overflow."""
    history = nn.fit(
        nn.MLP(1, [1], init=lambda *_: [[1.0]], bias=False),
        ([[1000.0], [0.0]], [0.0, 1000.0]),
        loss=lambda prediction, target: exp(prediction * target),
        optimizer=nn.SGD([], lr=0.1),
        epochs=1,
        compiled=True,
        **QUIET,
    )
    assert history["loss"] == [1.0]


def test_compiled_validation_is_that_of_eager_training():
    """Losses and metric on held-out data, in evaluation mode, dropout left out."""
    X, y = nn.make_moons(24, seed=0)
    held_out = nn.make_moons(10, seed=1)
    columns = []
    for compiled in (False, True):
        source = np.random.default_rng(0)
        model = nn.Sequential(
            nn.Layer(2, 6, "tanh", seed=source),
            nn.Dropout(0.5, seed=source),
            nn.Layer(6, 1, "linear", seed=source),
        )
        history = nn.fit(
            model,
            (X, y),
            loss=nn.binary_cross_entropy,
            optimizer=nn.SGD(model.parameters(), lr=0.1),
            epochs=3,
            batch_size=8,
            validation=held_out,
            metric=lambda prediction, target: float((prediction > 0) == (target > 0)),
            seed=0,
            progress=False,
            compiled=compiled,
        )
        columns.append([history[name] for name in ("loss", "validation_loss", "validation_metric")])
    assert columns[1][0] == pytest.approx(columns[0][0], rel=1e-9)
    assert columns[1][1] == pytest.approx(columns[0][1], rel=1e-9)
    assert columns[1][2] == columns[0][2]


def trained(compiled, optimizer_of, **options):
    """A small model fit so; what its history, optimiser and error have come to."""
    model, history, error = nn.MLP(2, [3, 1], seed=0), History(), None
    optimizer = optimizer_of(model.parameters(), history)
    options = {"loss": nn.hinge, "epochs": 2, "batch_size": 4, "seed": 1, **options, **QUIET}
    try:
        nn.fit(model, (X, Y), optimizer=optimizer, history=history, compiled=compiled, **options)
    except (ArithmeticError, ValueError) as raised:
        error = f"{type(raised).__name__}: {raised}"
    numbers = [*history.sums.values(), *history["loss"], *(value.data for value in optimizer.parameters)]
    return [error, history.done, optimizer.steps], numbers


def assert_trained_alike(optimizer_of, **options):
    """Compiled as eagerly: the same errors and counts, and the same numbers to rounding."""
    (found, numbers), (expected, theirs) = (trained(way, optimizer_of, **options) for way in (True, False))
    assert found == expected
    assert numbers == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    return found


class Seventh(nn.SGD):
    """Fails in the seventh step."""

    def update(self, parameter, gradient, state, lr, step):
        if step == 7:
            raise ZeroDivisionError("no seventh")
        return super().update(parameter, gradient, state, lr, step)


def dividing(step):
    return 0.1 / (6 - step)


def turning_negative(step):
    return 0.35 - 0.1 * step


# fmt: off
FAILING = {
    "a schedule that divides by 0": (6, "ZeroDivisionError: .* in epoch 1, batch 7: ", lambda p, _: nn.SGD(p, lr=dividing)),
    "a schedule below 0":           (4, "ValueError: .* got -0.0.* for step 4",        lambda p, _: nn.SGD(p, lr=turning_negative)),
    "a schedule that overflows":    (7, "OverflowError: .* in epoch 1, batch 8: ",     lambda p, _: nn.SGD(p, lr=nn.exponential(1e-300, 1e50))),
    "an update":                    (6, "ZeroDivisionError: no seventh in epoch 1, batch 7, at lr = 0.1: ", lambda p, _: Seventh(p, lr=0.1)),
}
# fmt: on


@pytest.mark.parametrize("name", FAILING)
def test_what_a_step_refuses_is_told_of_its_batch(name, more_each_time):
    """The steps before it are all in the history, as in eager training."""
    steps, wording, optimizer_of = FAILING[name]
    error, done, taken = assert_trained_alike(optimizer_of)
    assert re.match(wording, error)
    assert done == taken == steps


def test_a_schedule_of_the_users_finds_the_history_up_to_date(more_each_time):
    """It may depend on how the epoch goes."""
    assert_trained_alike(
        lambda p, history: nn.SGD(p, lr=lambda _: 0.1 / (1.0 + history.sums.get("loss", 0.0)))
    )


def test_parameters_of_the_loss_itself_are_trained_as_the_models(more_each_time):
    """Their gradients, too, are forgotten for each batch; so are those of what the loss does not use."""
    scale, unused = Value(1.0), Value(1.0)

    def optimizer_of(parameters, _):
        scale.data = unused.data = 1.0
        unused.grad = 2.0
        return nn.SGD([*parameters, scale, unused], lr=0.1, momentum=0.9)

    assert_trained_alike(optimizer_of, loss=lambda score, target: nn.hinge(score * scale, target))
    assert unused.data == 1.0


@pytest.mark.parametrize("given", [[1.0], (1.0, 2.0), None, 1.0], ids=repr)
def test_a_loss_that_is_no_value_is_refused_when_compiled(given):
    """In the words of eager training, which speak of the loss and not of how it is compiled."""
    with pytest.raises(
        TypeError, match=rf"the loss of a batch is a Value, got {type(given).__name__}: nothing"
    ):
        trained(True, lambda p, _: nn.SGD(p, lr=0.1), loss=lambda score, target: given)


def test_a_loss_that_asks_for_a_certain_target_is_refused_when_compiled():
    """A program has one formula for all targets; it is not that of those that are something else."""
    with pytest.raises(TraceError, match=r"comparing it by ==, != or in at .*test_compiled_fit\.py"):
        trained(
            True, lambda p, _: nn.SGD(p, lr=0.1), loss=lambda score, target: score if target == 1 else -score
        )


@pytest.mark.parametrize("progress", [True, False])
def test_showing_the_targets_to_the_loss_has_a_bar_where_it_takes_long(progress, monkeypatch, capsys):
    """It may take long where targets are sequences, each another."""
    monkeypatch.setattr(targets, "DELAY", 0.0)
    nn.fit(
        nn.MLP(1, [1], seed=0),
        ([[1.0]] * 3, [0.5, 0.25, 0.75]),
        loss=nn.squared_error,
        optimizer=nn.SGD([], lr=0.1),
        epochs=1,
        compiled=True,
        progress=progress,
    )
    assert (re.search("checking targets.*3/3.* targets", capsys.readouterr().err) is not None) == progress
