"""Large programs, on sizes that are there at once: engines agree, and recording is linear in the size."""

from contextlib import ExitStack

import numpy as np
import pytest

import nn
from autograd import compile
from tests.benchmarks import blocks, dense, large, recording, recording_worker
from tests.counting import calls

SMALL = {"MLP": (dense, ((6, 5, 4, 3), 7)), "GPT": (blocks, (blocks.Sizes(1, 8, 5, 2),))}


@pytest.fixture
def stack():
    with ExitStack() as stack:
        yield stack


def losses(step):
    return [step(0) for _ in range(4)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "peer", [pytest.param(name, marks=pytest.mark.peer(name)) for name in ("torch", "jax")]
)
@pytest.mark.parametrize("name", SMALL)
def test_losses_of_peers_are_those_of_the_program(name, peer, stack):
    """Four losses, so three updates, agree to rounding."""
    work, sizes = SMALL[name]
    expected = losses(work.compiled("numpy", stack, *sizes))
    assert losses(getattr(work, f"in_{peer}")(*sizes)) == pytest.approx(expected, rel=1e-9)
    assert expected[-1] < expected[0]


def recorded(width):
    """The calls of functions, and the parameters, to make a program of an MLP from width to width."""
    model = nn.MLP(width, [width, 2], seed=0)
    fast = compile(lambda x, target: nn.cross_entropy(model(x), target), backend="numpy", progress=False)
    x, target = np.zeros((1, width)), np.zeros(1, int)
    return calls(lambda: fast(x, target)), len(model.parameters())


def test_the_work_of_recording_is_linear_in_the_parameters():
    """So many calls for each one more, however many there are, and not many."""
    recorded(4)  # which loads what is loaded once
    few, some, many = map(recorded, (20, 40, 80))
    first, second = ((more[0] - less[0]) / (more[1] - less[1]) for less, more in ((few, some), (some, many)))
    assert second < 1.1 * first
    assert second < 40.0


def test_what_is_recorded_of_each_size_is_told():
    """A program of few array operations, and how many operands they stand for."""
    program, operands, seconds = recording_worker.lowered(*recording_worker.dense_loss(6, 5, 4, 3))
    assert (program.parameters, len(program.steps)) == (74, 10)
    assert operands > 2 * 74
    assert len(seconds) == 2


@pytest.mark.slow
def test_a_row_for_each_size_and_a_table_for_each_work(monkeypatch, capsys):
    """Recorded in a process of its own; of engines those that are asked for."""
    monkeypatch.setattr(recording, "SIZES", {"MLP": ("dense", [(6, 5, 4, 3)])})
    large.main(1, ["none of them"])
    printed = capsys.readouterr().out
    assert "| MLP 6-5-4-3 | 74 |" in printed
    assert printed.count("**One training step of") == 2
