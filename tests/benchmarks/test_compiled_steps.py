"""The engines of the tables of compiled programs do the same work: same weights, same losses."""

from contextlib import ExitStack

import numpy as np
import pytest

from tests.benchmarks import compiled, gpt, gpt_by_hand, gpt_names, gpt_scalars, mlp
from tests.benchmarks.processes import Worker, interleaved

SLOW = {"PyTorch, torch.compile", "jax.jit", "compiled, JAX"}
"""Engines that compile for seconds."""

MARKS = {
    "PyTorch": [pytest.mark.slow, pytest.mark.peer("torch")],
    "jax.jit": [pytest.mark.slow, pytest.mark.peer("jax")],
    "compiled, JAX": [pytest.mark.slow, pytest.mark.needs("jax")],
    "compiled, LLVM": [pytest.mark.slow, pytest.mark.needs("llvmlite")],
}
"""Of engines that need a package, by the beginning of their names."""


def engines(work):
    """Their names, marked."""
    return [
        pytest.param(
            name, marks=[mark for start, marks in MARKS.items() if name.startswith(start) for mark in marks]
        )
        for name in work.ENGINES
    ]


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")  # torch.compile's own


def losses(work, engine, places, stack):
    step = work.ENGINES[engine](stack)
    return [step(place) for place in places]


@pytest.fixture
def stack():
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("engine", engines(mlp))
def test_moons_losses_equal_those_of_numpy_by_hand(engine, stack):
    """Six losses, so five updates, agree to rounding."""
    expected = losses(mlp, "numpy by hand", [0] * 6, stack)
    assert losses(mlp, engine, [0] * 6, stack) == pytest.approx(expected, rel=1e-9)
    assert expected[-1] < expected[0]


@pytest.mark.parametrize("engine", engines(gpt))
def test_gpt_losses_equal_those_of_numpy_by_hand(engine, stack):
    """Losses agree to rounding over updates; what compiles for seconds does so for one short name."""
    by_length = sorted(gpt.FIRST, key=lambda place: len(gpt_names.documents()[place]))
    places = [by_length[0]] * 4 if engine in SLOW else [by_length[at] for at in (0, 3, 6, 3, 0)]
    expected = losses(gpt, "numpy by hand", places, stack)
    assert losses(gpt, engine, places, stack) == pytest.approx(expected, rel=1e-9)
    assert expected[-1] < expected[0]


@pytest.mark.parametrize("length", [2, 7, 15])
def test_gradients_by_hand_equal_those_of_the_engine(length):
    """The backward pass that was worked out on paper gives what the scalar engine gives, for each weight."""
    tokens = np.random.default_rng(length).integers(0, 27, length + 1)
    w, optimizer = gpt.on_values()
    loss = gpt_scalars.loss(tokens.tolist(), w)
    loss.backward()
    model = gpt_by_hand.ByHand(gpt_names.initial_weights())
    assert model.loss_and_gradient(tokens) == pytest.approx(loss.data, rel=1e-12)
    found = [parameter.grad for parameter in optimizer.parameters]
    np.testing.assert_allclose(model.gradient, found, rtol=1e-9, atol=1e-12)


def test_the_gpt_is_that_of_the_published_script():
    """4,192 parameters, 27 tokens, and names that fit into a block of 16."""
    weights = gpt_names.initial_weights()
    assert sum(matrix.size for matrix in weights.values()) == 4_192
    assert {name: matrix.shape for name, matrix in weights.items()} == gpt_names.SHAPES
    documents = gpt_names.documents()
    assert all(tokens[1:-1].min() >= 1 and tokens.max() <= 26 for tokens in documents)
    assert all(tokens[0] == tokens[-1] == 0 for tokens in documents)
    assert max(map(len, documents)) <= gpt_names.BLOCK + 1
    assert len(documents) == len(set(gpt_names.NAMES))
    assert {len(documents[place]) for place in gpt.FIRST} == set(map(len, documents))


def test_a_process_takes_the_steps_it_is_asked_for():
    """It reports the first steps when it is ready, and the seconds of each stretch."""
    with Worker("gpt", "numpy by hand") as worker:
        assert len(worker.first) == len(gpt.FIRST)
        seconds = worker.seconds(20)
        assert len(seconds) == 20 and all(each > 0.0 for each in seconds)
        assert interleaved({"by hand": worker}, {"by hand": 10}, {"by hand": 3})["by hand"] > 0.0
    assert worker.process.returncode == 0


def test_a_package_that_is_missing_is_named(monkeypatch, tmp_path):
    """An engine whose package cannot be imported is skipped, with the name of the package."""
    (tmp_path / "jax.py").write_text('raise ModuleNotFoundError("no jax", name="jax")')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Worker("mlp", "jax.jit") as worker:
        assert (worker.first, worker.missing) == (None, "jax is not installed")


@pytest.mark.slow
def test_both_tables_print_what_was_asked_for(capsys):
    """One row for each engine asked for, after it those from elsewhere."""
    compiled.main(1, ["by hand"])
    printed = capsys.readouterr().out
    assert printed.count("| numpy by hand |") == 2
    assert "| eager |" not in printed
    assert printed.count("not rerun") == sum(len(entry.quoted) for entry in compiled.TABLES)
    assert "one step of each of 12 lengths" in printed


def test_the_time_of_a_step_is_the_mean_of_medians():
    """One disturbed turn does not show; steps that take longer than others do."""

    class Recorded:
        def __init__(self, turns):
            self.turns = iter(turns)

        def seconds(self, steps):
            return next(self.turns)[:steps]

    workers = {"a": Recorded([[1.0, 2.0], [1.0, 99.0], [1.5, 2.0]]), "b": Recorded([[4.0, 4.0]])}
    assert interleaved(workers, {"a": 2, "b": 1}, {"a": 3, "b": 1}) == {"a": 1.5, "b": 4.0}
