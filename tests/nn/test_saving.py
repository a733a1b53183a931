"""Files of states: what is saved together goes on bit for bit; what does not fit is refused whole."""

# ruff: noqa: E501

import json
import os
import pickle
import sys

import numpy as np
import pytest

import nn
from autograd import Value
from autograd.progress import Bar
from nn import saving
from nn.randomness import saved_state, state_of


def a_run(seed):
    """A model with every kind of state, its optimiser, and a generator."""
    model = nn.Sequential(
        nn.Layer(2, 3, seed=seed), nn.BatchNorm(3), nn.Dropout(0.5, seed=seed), nn.Layer(3, 1)
    )
    optimizer = nn.Adam(model.parameters(), lr=nn.linear_warmup(nn.cosine(0.1, 50), 5))
    return {"model": model, "optimizer": optimizer, "generator": np.random.default_rng(seed)}


def train(run, steps):
    for _ in range(steps):
        x = run["generator"].normal(size=(4, 2)).tolist()
        run["model"].zero_grad()
        sum(y * y for y in run["model"].batch(x)).backward()
        run["optimizer"].step()


def told(run):
    state = run["generator"].bit_generator.state
    return json.dumps([run["model"].state_dict(), run["optimizer"].state_dict(), state])


def test_what_is_saved_together_goes_on_bit_for_bit(tmp_path):
    """Parameters, running statistics, optimiser, schedule and three random states."""
    path = tmp_path / "run.json"
    run, other = a_run(0), a_run(1)
    train(run, 3)
    nn.save(path, **run)
    nn.load(path, **other)
    assert told(run) == told(other)
    train(run, 4)
    train(other, 4)
    assert told(run) == told(other)


def test_model_saves_to_exactly_the_path_and_loads_in_place(tmp_path):
    """No suffix is added, nothing else is left in the folder, and parameters stay the same objects."""
    path = tmp_path / "weights.v1"
    model, other = nn.MLP(2, [3, 1], seed=0), nn.MLP(2, [3, 1], seed=1)
    parameters = other.parameters()
    model.save(str(path))
    assert os.listdir(tmp_path) == ["weights.v1"]
    assert other.load(path) is other
    assert [p.data for p in parameters] == [p.data for p in model.parameters()]
    assert all(a is b for a, b in zip(parameters, other.parameters(), strict=True))


@pytest.mark.parametrize("data", [float("inf"), float("nan"), -0.0, 5e-324, 0.1 + 0.2])
def test_numbers_read_back_bit_for_bit(tmp_path, data):
    """inf, NaN and -0.0 too."""
    model = nn.Neuron(1)
    model.b.data = data
    model.save(tmp_path / "m")
    loaded = nn.Neuron(1).load(tmp_path / "m").b.data
    assert np.float64(loaded).tobytes() == np.float64(data).tobytes()


def damaged(change):
    def write(path):
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return write


# fmt: off
DAMAGE = [
    (lambda path: path.write_text(path.read_text()[:200]),                "is cut off, or not a file that nn.save wrote"),
    (lambda path: path.write_bytes(b""),                                  "is cut off, or not a file"),
    (lambda path: path.write_bytes(pickle.dumps([1])),                    "is cut off, or not a file"),
    (lambda path: path.write_text("[1, 2]"),                              "does not say format"),
    (damaged(lambda c: c.update(version=2)),                              "is of version 2; this seegrad reads version 1"),
    (damaged(lambda c: c.update(parts=1)),                                "has no parts"),
    (damaged(lambda c: c["parts"].pop("optimizer")),                      "has no 'optimizer'; it has 'model', 'generator'"),
    (damaged(lambda c: c["parts"]["model"].pop("layers.0.neurons.0.b")),  r"of another shape than this Sequential: it lacks 'layers\.0\.neurons\.0\.b'"),
    (damaged(lambda c: c["parts"]["model"].update(more=1.0)),             "it has 'more'; build the model with the sizes"),
    (damaged(lambda c: c["parts"]["model"].update({"layers.0.neurons.0.b": "0"})), "'layers.0.neurons.0.b' is a number, the saved state has '0'"),
    (damaged(lambda c: c["parts"]["model"].update({"layers.1.running_mean": [0.0]})), "'layers.1.running_mean' is a list of 3 numbers"),
    (damaged(lambda c: c["parts"]["model"]["layers.2.generator"].update(bit_generator="MT19937")), "random state is of 'MT19937'"),
    (damaged(lambda c: c["parts"]["model"]["layers.2.generator"].pop("state")), "saved random state is damaged"),
    (damaged(lambda c: c["parts"].update(generator={})),                  "'generator': the saved random state is of None"),
    (damaged(lambda c: c["parts"].update(model=3)),                       "a module's state is a dict"),
    (damaged(lambda c: c["parts"]["optimizer"].update(kind="SGD")),       "the saved state is of 'SGD', this optimiser is 'Adam'"),
    (damaged(lambda c: c["parts"]["optimizer"].update(options={})),       "lacks options or state"),
    (damaged(lambda c: c["parts"]["optimizer"]["options"].update(beta1=7)), "options .* are damaged: .*beta1 from 0 to 1, got 7"),
    (damaged(lambda c: c["parts"]["optimizer"]["state"].pop()),           "steps 18 parameters, this one 19"),
    (damaged(lambda c: c["parts"]["optimizer"]["state"][0].pop("mean")),  "state of this Adam is mean, mean_square, got"),
    (damaged(lambda c: c["parts"]["optimizer"]["lr"].update(schedule="os.system")), "the saved schedule is 'os.system'; there are constant"),
    (damaged(lambda c: c["parts"]["optimizer"]["lr"].update(steps=-1)),   "saved schedule .* is damaged"),
    (damaged(lambda c: c["parts"]["optimizer"].update(steps=None)),       "'steps' is a whole number from 0 to 2\\*\\*53, the saved state has None"),
    (damaged(lambda c: c["parts"]["optimizer"].update(steps=-1)),         "'steps' is a whole number from 0 to 2\\*\\*53, the saved state has -1"),
    (damaged(lambda c: c["parts"]["optimizer"].update(steps=2.5)),        "'steps' is a whole number from 0 to 2\\*\\*53, the saved state has 2.5"),
    (damaged(lambda c: c["parts"]["optimizer"].update(steps=10**400)),    "'steps' is a whole number from 0 to .* has a number of 1329 bits"),
    (damaged(lambda c: c["parts"]["optimizer"].update(lr="fast")),        "saved learning rate is damaged: Adam needs a number for lr, got 'fast'"),
    (damaged(lambda c: c["parts"]["optimizer"].update(lr=10**400)),       "saved learning rate is damaged: .* within the range of floats"),
    (damaged(lambda c: c["parts"]["optimizer"]["state"][0].update(mean=10**400)), "'0.mean' is a number, .* too large for a float"),
    (damaged(lambda c: c["parts"]["model"].update({"layers.0.neurons.0.b": -(10**400)})), "'layers.0.neurons.0.b' is a number, .* too large for a float"),
    (lambda path: path.write_text("[" * 200_000),                         "is not a file that nn.save wrote: it is nested too deeply"),
    (lambda path: path.write_text('{"a":' * 200_000),                     "is not a file that nn.save wrote: it is nested too deeply"),
    (lambda path: path.write_text("9" * 10_000),                          "is cut off, or not a file"),
    (lambda path: path.write_bytes(path.read_text().encode("utf-16")),    "is cut off, or not a file"),
    (lambda path: path.write_bytes(path.read_text().encode("utf-8-sig")), "is cut off, or not a file .* BOM"),
    (lambda path: path.write_bytes(b"\xff" + path.read_bytes()),          "is cut off, or not a file"),
    (lambda path: path.write_text(path.read_text() * 2),                  "is cut off, or not a file"),
    (lambda path: path.write_text(path.read_text().replace('"steps": ', '"steps": 1, "steps": ', 1)), "'steps' stands twice in it"),
    (damaged(lambda c: c["parts"]["optimizer"].update(steps=2**70)),      r"'steps' is a whole number from 0 to 2\*\*53, the saved state has 1180591620717411303424"),
    (damaged(lambda c: c["parts"]["optimizer"].update(lr=float("inf"))),  "learning rate is damaged: Adam needs a finite lr, got inf"),
    (damaged(lambda c: c["parts"]["optimizer"].update(lr=float("nan"))),  "learning rate is damaged: Adam needs lr of at least 0, got nan"),
    (damaged(lambda c: c["parts"]["optimizer"]["state"][3].update(mean_square=-1e-9)), "'3.mean_square' is never negative, the saved state has -1e-09"),
    (damaged(lambda c: c["parts"]["model"]["layers.1.running_variance"].append(c["parts"]["model"]["layers.1.running_variance"].pop() - 9.0)), "'layers.1.running_variance' is never negative"),
    (damaged(lambda c: c["parts"]["model"]["layers.2.generator"]["state"].update(state=-1)), "random state is damaged"),
    (damaged(lambda c: c["parts"]["generator"]["state"].update(inc=1.5)), "random state is damaged"),
    (damaged(lambda c: c["parts"]["optimizer"]["lr"].update(schedule=[1])), r"the saved schedule is \[1\]; there are constant"),
    (damaged(lambda c: c["parts"]["generator"].update(uinteger=2**40)),     "random state is damaged"),
]
# fmt: on


@pytest.mark.parametrize(("damage", "message"), DAMAGE)
def test_a_file_that_does_not_fit_is_a_clear_error_and_changes_nothing(tmp_path, damage, message):
    """Cut off, of another version, of another shape, or tampered with; in any of its parts."""
    path = tmp_path / "run.json"
    run, other = a_run(0), a_run(1)
    train(other, 2)
    nn.save(path, **run)
    damage(path)
    before = told(other)
    with pytest.raises(nn.StateError, match=message):
        nn.load(path, **other)
    assert told(other) == before


@pytest.mark.parametrize("bar", ["tqdm", "line"])
def test_loading_that_takes_long_shows_progress_unless_told_not_to(tmp_path, monkeypatch, capsys, bar):
    """From a delay on, until all is done; loading that is quick, or within another's bar, shows nothing."""
    if bar == "line":
        monkeypatch.setitem(sys.modules, "tqdm.std", None)
    run = {"model": nn.MLP(20, [64, 1], seed=0)}
    run["optimizer"] = nn.Adam(run["model"].parameters())
    nn.save(tmp_path / "run", **run)
    nn.load(tmp_path / "run", **run)
    monkeypatch.setattr(saving, "DELAY", 0.0)
    nn.load(tmp_path / "run", progress=False, **run)
    with Bar(1, "batches", shown=False):
        run["model"].load_state_dict(run["model"].state_dict())
    assert capsys.readouterr().err == ""
    nn.load(tmp_path / "run", **run)
    last = capsys.readouterr().err.split("\r")[-1]
    assert "loading run" in last
    assert "5636/5636" in last  # 1,409 parameters: found, checked, set; and a state of each
    run["model"].save(tmp_path / "model")
    run["model"].load(tmp_path / "model", progress=False)
    assert capsys.readouterr().err == ""


def test_a_file_cut_off_anywhere_is_a_state_error(tmp_path):
    """At each of its bytes, the line feed at its end aside; and it changes nothing."""
    model, path = nn.Neuron(1, seed=0), tmp_path / "m"
    nn.Neuron(1, seed=1).save(path)
    whole, before = path.read_bytes(), model.state_dict()
    for size in range(len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(nn.StateError, match=r"is cut off, or not a file that nn\.save wrote"):
            model.load(path)
    assert model.state_dict() == before


def test_a_file_with_any_bit_flipped_is_refused_or_loaded_whole(tmp_path):
    """Then each parameter is what the file says."""
    path = tmp_path / "m"
    nn.Neuron(2, seed=1).save(path)
    whole, before, loaded = path.read_bytes(), nn.Neuron(2, seed=0).state_dict(), 0
    for place in range(0, 8 * len(whole), 7):
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        model = nn.Neuron(2, seed=0)
        try:
            model.load(path)
        except nn.StateError:
            assert model.state_dict() == before
        else:
            loaded += 1
            assert model.state_dict() == json.loads(flipped)["parts"]["model"]
    assert loaded > 10  # digits of numbers


@pytest.mark.parametrize("kind", ["MT19937", "Philox"])
@pytest.mark.parametrize("position", [-1, 625, 10**6])
def test_a_random_state_that_points_outside_its_buffer_is_refused(kind, position):
    """numpy would take it, and draw from whatever memory lies there."""
    source = np.random.Generator(getattr(np.random, kind)(0))
    state = state_of(source)
    inside = state["state"] if kind == "MT19937" else state
    inside["pos" if kind == "MT19937" else "buffer_pos"] = position
    with pytest.raises(nn.StateError, match="random state is damaged"):
        saved_state(source, state)


def test_what_a_diverged_run_can_have_is_loaded(tmp_path):
    """NaN and inf in parameters and running means: what was saved is read back, to be looked at."""
    run = {"model": nn.Neuron(1, seed=0)}
    run["optimizer"] = nn.Adam(run["model"].parameters())
    for parameter, data in zip(run["model"].parameters(), (float("nan"), float("inf")), strict=True):
        parameter.data = parameter.grad = data
    run["optimizer"].step()
    nn.save(tmp_path / "m", **run)
    before = repr([part.state_dict() for part in run.values()])
    nn.load(tmp_path / "m", **run)
    assert repr([part.state_dict() for part in run.values()]) == before


def test_options_that_are_numpy_numbers_are_saved(tmp_path):
    """As Python's: they are the same numbers."""
    w = Value(1.0)
    optimizer = nn.SGD([w], lr=np.float32(0.1), momentum=np.float64(0.5))
    nn.save(tmp_path / "m", optimizer=optimizer)
    nn.load(tmp_path / "m", optimizer=optimizer)
    assert (optimizer.lr, optimizer.momentum) == (float(np.float32(0.1)), 0.5)


def test_a_state_that_is_not_plain_data_is_refused_before_anything_is_written(tmp_path):
    """With what it is."""

    class Odd(nn.SGD):
        def state_dict(self):
            return {**super().state_dict(), "more": {1}}

    with pytest.raises(TypeError, match=r"not what a state holds: \{1\} is a set"):
        nn.save(tmp_path / "m", optimizer=Odd([], lr=0.1))
    assert os.listdir(tmp_path) == []


def test_saving_into_a_missing_folder_names_the_path_as_given(tmp_path):
    """Not that of a temporary file."""
    path = tmp_path / "missing" / "m"
    with pytest.raises(
        FileNotFoundError, match=f"cannot save '{path}': there is no folder .*; make it first"
    ):
        nn.Neuron(1).save(path)


def test_a_model_of_another_size_is_refused(tmp_path):
    """With what is missing, and what to do."""
    nn.MLP(2, [3, 1]).save(tmp_path / "m")
    with pytest.raises(nn.StateError, match=r"it lacks 'layers.0.neurons.3.w.0', .* and 2 more"):
        nn.MLP(2, [4, 1]).load(tmp_path / "m")


@pytest.mark.parametrize("at", ["write", "replace"])
def test_saving_that_fails_midway_leaves_the_earlier_file(tmp_path, monkeypatch, at):
    """And no temporary file behind."""
    path = tmp_path / "m"
    model = nn.MLP(2, [3, 1], seed=0)
    model.save(path)
    before = path.read_text()
    model.parameters()[0].data = 7.0

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(saving.os, "fsync" if at == "write" else "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        model.save(path)
    assert path.read_text() == before
    assert os.listdir(tmp_path) == ["m"]


def test_saving_keeps_the_permissions_of_the_file(tmp_path):
    """And gives a new one those that new files get."""
    path = tmp_path / "m"
    model = nn.Neuron(1)
    model.save(path)
    (tmp_path / "plain").write_text("")
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
    path.chmod(0o600)
    model.save(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_schedule_of_ones_own_is_kept_when_a_state_is_loaded():
    """It is code, so it is not in the state; the count of steps is."""
    w = Value(1.0)
    first, second = (nn.SGD([w], lr=lambda step: 0.5**step) for _ in range(2))
    w.grad = 1.0
    first.step()
    second.load_state_dict(first.state_dict())
    assert second.lr == 0.5


@pytest.mark.parametrize("kind", ["PCG64", "MT19937", "Philox", "SFC64"])
def test_random_states_of_every_kind_go_through_files(tmp_path, kind):
    """As the dropout's, so a generator's."""
    make = getattr(np.random, kind)
    one, two = np.random.Generator(make(1)), np.random.Generator(make(2))
    one.normal(size=3)
    nn.save(tmp_path / "g", generator=one)
    nn.load(tmp_path / "g", generator=two)
    assert one.normal(size=3).tolist() == two.normal(size=3).tolist()
