"""What `fit` trains on: samples in memory and in files, sequences, batches that come ready."""

# ruff: noqa: E501 (tables)

import os
import signal
import subprocess
import sys
import warnings
from functools import partial

import numpy as np
import pytest

import nn
from autograd import compile
from nn.training import compiled_steps
from tests.nn.training.larger_than_memory import write
from tests.nn.training.runs import QUIET, X, Y, a_plain_run, go, told
from tests.stored import Stored, in_file

BOTH = pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
EAGER_FIRST = pytest.mark.parametrize(
    "compiled", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["eager", "compiled"]
)


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch):
    """Programs of text, which is there at once."""
    monkeypatch.setattr(compiled_steps, "compile", partial(compile, backend="numpy"))


class Pairs:
    """A Dataset: samples (x, y) by number."""

    def __init__(self, X, y):
        self.X, self.y = X, y

    def __len__(self):
        return len(self.y)

    def __getitem__(self, place):
        return self.X[place], self.y[place]


class Loader:
    """Batches of 16 in the order of `fit` with seed 3, as a DataLoader gives them: a list of X and y."""

    def __init__(self, X, y):
        self.X, self.y, self.order = X, y, np.random.default_rng(3)

    def __len__(self):
        return 3

    def __iter__(self):
        order = self.order.permutation(len(self.y))
        return ([self.X[order[at : at + 16]], self.y[order[at : at + 16]]] for at in range(0, 40, 16))


class Table:
    """As pandas has it: columns by their names, rows not at all."""

    def __init__(self, **columns):
        self.frame, self.columns = columns, list(columns)

    def __len__(self):
        return len(self.frame[self.columns[0]])

    def __iter__(self):
        return iter(self.columns)

    def __getitem__(self, name):
        found = np.asarray(self.frame[name])
        return Table(**{name: found}) if len(self.columns) > 1 else self

    def to_numpy(self):
        arrays = list(map(np.asarray, self.frame.values()))
        return np.stack(arrays, 1) if len(arrays) > 1 else arrays[0]


# fmt: off
GIVEN = {
    "lists":                  lambda folder: (X.tolist(), Y.tolist()),
    "arrays of one sample":   lambda folder: (list(X), tuple(Y)),
    "a memmap":               lambda folder: (in_file(X, folder), Y),
    "a view of a memmap":     lambda folder: (np.asarray(in_file(X, folder))[:], Y),
    "data sets of h5py":      lambda folder: (Stored(X), Stored(Y)),
    "a table":                lambda folder: (Table(a=X[:, 0], b=X[:, 1]), Table(y=Y)),
    "a list of samples":      lambda folder: list(zip(X, Y)),
    "a sequence of samples":  lambda folder: Pairs(X, Y),
    "iterators of samples":   lambda folder: (iter(X), map(int, Y)),
    "another axis order":     lambda folder: (np.asfortranarray(X), Y),
    "batches, anew":          lambda folder: Loader(X, Y),
    "a function of batches":  lambda folder: Loader(X, Y).__iter__,
}
# fmt: on


@EAGER_FIRST
@pytest.mark.parametrize("name", GIVEN)
def test_the_same_samples_train_to_the_same_bits_however_they_are_given(name, compiled, tmp_path):
    """Losses, metric, weights, optimiser, dropout masks, history; and again from the same seed."""
    runs = [a_plain_run() for _ in range(3)]
    metric = lambda score, target: float((getattr(score, "data", score) > 0) == (target > 0))
    options = {"loss": nn.hinge, "epochs": 3, "metric": metric, "compiled": compiled, **QUIET}
    ready = "batches" in name
    for run, ways in zip(runs, ([], [name], [name])):
        data = GIVEN[name](tmp_path) if ways else (X, Y)
        own = {} if ways and ready else {"seed": 3, "batch_size": 16}
        nn.fit(run["model"], data, **{k: run[k] for k in ("optimizer", "history")}, **own, **options)
        if ready:
            run["history"].random = None  # the order of such batches is not its own
    assert told(runs[1]) == told(runs[2]) == told(runs[0])


@BOTH
def test_validation_is_measured_alike_in_memory_in_files_and_in_batches(compiled, tmp_path):
    """In order, so many at a time: the means are over all samples."""
    columns = []
    for validation in (
        (X[:25], Y[:25]),
        (in_file(X[:25], tmp_path), Y[:25]),
        Pairs(X[:25], Y[:25]),
        lambda: [(X[:20], Y[:20]), (X[20:25], Y[20:25])],
    ):
        history = go(a_plain_run(), 2, seed=0, validation=validation, metric=nn.accuracy, compiled=compiled)
        columns.append([history["validation_loss"], history["validation_metric"]])
    for found in columns[1:]:
        assert found[0] == pytest.approx(columns[0][0], rel=1e-12)
        assert found[1] == columns[0][1]


@BOTH
def test_a_row_in_a_file_is_read_once_an_epoch(compiled):
    """Each in the order of the batches; no other is looked at, to train or to check."""
    data, run = (Stored(X), Stored(Y)), a_plain_run()
    go(run, 2, data=data, validation=None, seed=0, compiled=compiled)
    order = np.random.default_rng(0)
    expected = [*order.permutation(40).tolist(), *order.permutation(40).tolist()]
    assert data[0].read == data[1].read == expected


def test_arrays_in_memory_are_not_copied_for_a_program(monkeypatch):
    """A training block is given the user's own arrays."""
    given = []
    monkeypatch.setattr(
        compiled_steps,
        "Stacks",
        lambda *args, of=compiled_steps.Stacks, **options: given.append(of(*args, **options)) or given[-1],
    )
    go(a_plain_run(), 1, validation=None, compiled=True)
    [stacks] = given
    [(inputs, targets)] = stacks.arrays.values()
    assert inputs is X
    assert targets is Y


@BOTH
def test_a_generator_is_one_epoch(compiled):
    """It may end sooner or later; a second epoch of it is refused, before the first where that is known."""
    batches = lambda: ((X[at : at + 16], Y[at : at + 16]) for at in range(0, 40, 16))
    run = a_plain_run()
    options = {
        "loss": nn.hinge,
        "compiled": compiled,
        **{k: run[k] for k in ("optimizer", "history")},
        **QUIET,
    }
    generator = batches()
    nn.fit(run["model"], generator, epochs=1, **options)
    assert run["optimizer"].steps == 3
    with pytest.raises(ValueError, match=r"data gave no batches: give a function .*lambda: batches\(\), or"):
        nn.fit(run["model"], generator, epochs=2, **options)
    with pytest.raises(ValueError, match="data is a generator, whose batches come once, for one epoch: give"):
        nn.fit(run["model"], batches(), epochs=3, **options)
    with pytest.raises(ValueError, match="validation is a generator, whose batches come once"):
        nn.fit(run["model"], batches, epochs=3, validation=batches(), **options)
    assert run["optimizer"].steps == 3
    nn.fit(run["model"], batches, epochs=3, **options)
    assert run["optimizer"].steps == 9


@BOTH
def test_a_stopped_epoch_of_batches_goes_on_where_it_was(compiled, ctrl_c):
    """What comes anew is passed over as far as it is done; an iterator stands there already."""
    batches = [(X[at : at + 8], Y[at : at + 8]) for at in range(0, 40, 8)]
    ends = []
    for way in ("whole", "anew", "iterator"):
        run, calls = a_plain_run(), iter(range(100))
        data = iter(batches) if way == "iterator" else lambda: batches

        def stopping(score, target, way=way, calls=calls):
            if way != "whole" and next(calls) == 9:  # in the second batch
                signal.raise_signal(signal.SIGINT)
            return 0.0

        given = {k: run[k] for k in ("optimizer", "history")}
        options = {"loss": nn.hinge, "epochs": 1, "compiled": compiled, **given, **QUIET}
        history = nn.fit(run["model"], data, metric=stopping, **options)
        if way != "whole":
            assert history.interrupted
            assert 0 < history.done < 5
            history = nn.fit(run["model"], data, metric=lambda score, target: 0.0, **options)
        ends.append(told(run))
    assert ends[1] == ends[2] == ends[0]


def test_a_last_batch_may_be_shorter_and_samples_of_each_batch_longer(tmp_path):
    """Ready batches of several sizes and lengths, compiled: each shape has a program of its own."""
    model = nn.Sequential(nn.RNN(nn.GRUCell(1, 2, seed=0), last=True), nn.Layer(2, 1, "linear", seed=1))
    loss = lambda p, t: nn.hinge(p[0] if isinstance(p, list) else p, t)
    rng = np.random.default_rng(0)
    batches = [
        (rng.normal(size=(count, length, 1)), np.ones(count)) for count, length in ((4, 2), (4, 3), (1, 3))
    ]
    before, ends = model.state_dict(), []
    for compiled in (True, False):
        model.load_state_dict(before)
        optimizer = nn.SGD(model.parameters(), lr=0.1)
        nn.fit(model, lambda: batches, loss=loss, optimizer=optimizer, epochs=2, compiled=compiled, **QUIET)
        assert optimizer.steps == 6
        ends.append([p.data for p in model.parameters()])
    assert ends[0] == pytest.approx(ends[1], rel=1e-9, abs=1e-12)


def test_a_layer_is_called_dead_only_where_all_samples_can_be_tried():
    """In files, part by part; batches that come ready are not asked for again."""
    for data, options, count in (
        (Pairs(X, Y), {"batch_size": 16}, 1),
        (lambda: [(X, Y)], {}, 0),
    ):
        model = nn.MLP(2, [3, 1], seed=0)
        for neuron in model.layers[0].neurons:
            neuron.b.data = -100.0
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            optimizer = nn.SGD(model.parameters(), lr=0.0)
            nn.fit(model, data, loss=nn.hinge, optimizer=optimizer, epochs=2, **options, **QUIET)
        assert len(caught) == count


NAN = X.copy()
NAN[7, 1] = float("nan")


# fmt: off
REFUSED = [
    (lambda: "text",                            TypeError,  r"data takes a pair \(X, y\), a sequence of samples .*got a str"),
    (lambda: {"x": X, "y": Y},                  TypeError,  r"or batches; got a dict with the keys x, y; give the arrays in it, as \(data\['x'\], data\['y'\]\)"),
    (lambda: 3,                                 TypeError,  "or batches; got a int"),
    (lambda: X,                                 TypeError,  r"got a ndarray; give two parts, as \(data\[:, :-1\], data\[:, -1\]\)"),
    (lambda: Table(a=[1], y=[1]),               TypeError,  r"got a Table; give two parts, as \(data\[\['a', 'b'\]\], data\['target'\]\)"),
    (lambda: (X, Y, Y),                         TypeError,  r"data takes a pair \(X, y\) of samples and targets, got a tuple of 3"),
    (lambda: [(X[0], 1), (X[1], -1)],           TypeError,  r"data is a list of two pairs, which may be samples .*give \(X, y\) as a tuple"),
    (lambda: (X, "text"),                       TypeError,  r"y of data is an array, a list, or has len\(\) .*got str"),
    (lambda: ({"a": X}, Y),                     TypeError,  r"X of data is an array.*got dict with a; give the arrays in it, as \(d\['a'\]\)"),
    (lambda: (X, 1.0),                          TypeError,  "y of data is an array.*got float"),
    (lambda: (X, np.array(1.0)),                TypeError,  "y of data has samples along its first axis, got a single number"),
    (lambda: (np.ma.array(X, mask=X > 1), Y),   TypeError,  "X of data is an array of numbers, got a masked array with .*or leave those samples out"),
    (lambda: (Table(a=[1, 2], b=["u", "v"]), [1, 1]), TypeError, "X of data takes tables of numbers, got a Table with b; turn text"),
    (lambda: Pairs(X, Y[:0]),                   ValueError, r"data is a sequence of samples \(x, y\), got an empty Pairs"),
    (lambda: [1.0, 2.0, 3.0],                   TypeError,  r"each is a sample \(x, y\), but data\[\d\] is a float; give \(X, y\), or batches by a function"),
    (lambda: Pairs(NAN, Y),                     ValueError, r"data has NaN at \[7\]\[0\]\[1\]; drop that sample"),
    (lambda: (Stored(NAN), Y),                  ValueError, r"data has NaN at X\[7\]\[1\]; drop that sample"),
    (lambda: (NAN, Stored(Y)),                  ValueError, r"data has NaN at X\[7\]\[1\]; drop that sample"),
    (lambda: lambda: [(NAN[4:], Y[4:])],        ValueError, r"batch 0 of data has NaN at X\[3\]\[1\]"),
    (lambda: lambda: [(X, Y), {"x": X}],        TypeError,  r"batch 1 of data is a pair \(X, y\) .*got a dict with the keys x; give \(\(b\['x'\], b\['y'\]\) for b in"),
    (lambda: lambda: [(X, Y[:3])],              ValueError, "batch 0 of data needs as many targets as samples, got 40 samples and 3"),
    (lambda: lambda: [(X[0], 1)],               TypeError,  r"batch 0 of data is a single sample, but what can only be iterated gives batches .*give list\(data\)"),
    (lambda: lambda: 3,                         TypeError,  r"data\(\) returns a generator or a list, the batches of an epoch, got a int"),
    (lambda: lambda: (),                        ValueError, "data gave no batches: give a function that makes it anew"),
]
# fmt: on


@BOTH
@pytest.mark.parametrize(("data", "kind", "message"), REFUSED)
def test_what_cannot_be_told_is_refused_by_name(data, kind, message, compiled):
    """What came, what it may be, what to do; where NaN stands in whatever kind of data."""
    model = nn.MLP(2, [1], seed=0)
    options = {"optimizer": nn.SGD(model.parameters(), lr=0.0), "epochs": 1, "compiled": compiled, **QUIET}
    with pytest.raises(kind, match=message):
        nn.fit(model, data(), loss=nn.squared_error, **options)


@pytest.mark.parametrize("option", [{"batch_size": 8}, {"seed": 0}], ids=["batch_size", "seed"])
def test_options_for_samples_are_refused_beside_ready_batches(option):
    """They would have no effect."""
    [name] = option
    with pytest.raises(
        ValueError, match=rf"fit\({name}=...\) is for samples, and data gives batches .*leave"
    ):
        go(a_plain_run(), 1, data=Loader(X, Y), **{"batch_size": None, "validation": None, **option})


@BOTH
def test_batches_in_a_list_are_samples_of_a_wrong_size_and_the_error_says_so(compiled):
    """A list has entries by number: that they are batches cannot be told."""
    batches = [(X[at : at + 8], Y[at : at + 8]) for at in range(0, 40, 8)]
    with pytest.raises(nn.InputError, match="takes 2 numbers, got a list of 8 lists") as caught:
        go(a_plain_run(), 1, data=batches, validation=None, compiled=compiled)
    assert "for batches give a function, lambda: data" in caught.value.__notes__[-1]


def test_what_does_not_know_its_length_has_a_bar_without_an_end():
    """As a DataLoader over a stream: it has len(), which raises."""

    class Endless(Loader):
        def __len__(self):
            raise TypeError("object of type 'Stream' has no len()")

    run = go(a_plain_run(), 2, data=Endless(X, Y), batch_size=None, validation=None)
    assert len(run) == 2


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux", reason="limits what a process has of its own, as Linux counts it"
)
def test_training_needs_no_more_memory_than_a_batch(tmp_path):
    """Eager and compiled fit and a training block, on a file larger than the memory that is allowed."""
    write(tmp_path / "data.npy")
    ways = ["eager", "compiled", "over", "many", "generator"]
    command = [
        sys.executable,
        "-m",
        "tests.nn.training.larger_than_memory",
        str(tmp_path / "data.npy"),
        *ways,
    ]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert ran.returncode == 0, ran.stderr
    found = dict(zip(ways, ([*map(float, line.split())] for line in ran.stdout.splitlines()), strict=True))
    assert found["compiled"] == pytest.approx(found["eager"], rel=1e-9)
    assert found["generator"] == found["over"]
    assert found["over"][-3:] == pytest.approx(found["eager"][-3:], rel=1e-9)
    assert found["many"][0] < 0.5
